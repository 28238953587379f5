/* transitions.c - moving a venture. */
#include "app/audit.h"
#include "base/json.h"
#include "diaspora/cohorts/queries.h"
#include "diaspora/ventures/ventures.h"
#include "io/db.h"
#include "web/page.h"
#include "web/request.h"

static void moves_reply(struct ctx *x, struct response *rs, struct uuid id, const struct venture_state *v,
                        const struct venture_facts *facts, bool dry_run)
{
    reply_etag(rs, v->version);
    machine_write_transitions(
        x->arena, reply_begin(rs, 200),
        &(struct machine_shown){.id = id, .status = v->status, .version = v->version, .dry_run = dry_run},
        venture_machine, rules_venture_judge, facts);
}

/* listVentureTransitions: GET /ventures/{ventureId}/transitions */
err_t list_venture_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct opt_uuid mission;
    struct venture_facts facts;
    struct venture_state v;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "venture", id, "transitions");
    TRY(q_venture_state(tx, id, &v));
    TRY(venture_facts(x, tx, id, &v, &facts, &mission));
    moves_reply(x, rs, id, &v, &facts, false);
    return NULL;
}

static void move_make(struct ctx *x, struct tx *tx, struct uuid id, const struct venture_state *v,
                      const struct machine_move *move, const char *reason, struct opt_uuid mission)
{
    bool joins = str_eq(move->to, "mission");

    q_venture_move(tx, &(struct q_venture_move_in){.id = id,
                                                   .status = move->to,
                                                   .reason = reason,
                                                   .mission_id = joins ? mission : v->mission_id,
                                                   .now = x->now_us});
    q_venture_move_add(tx, &(struct q_venture_move_add_in){.id = uuid_new(x->now_us),
                                                           .venture_id = id,
                                                           .transition = move->code,
                                                           .from_status = v->status,
                                                           .to_status = move->to,
                                                           .reason = reason,
                                                           .by = x->who->subject,
                                                           .now = x->now_us});
    audit_write(tx, "venture", id, "transition", "[\"status\"]");
}

/* moveVenture: POST /ventures/{ventureId}/transitions */
err_t move_venture(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *reason = json_member_text(request_body(rq), "reason");
    const char *code = json_member_text(request_body(rq), "transition");
    struct uuid id = request_path_uuid(rq, "ventureId");
    const struct machine_move *move;
    struct cohort_country country;
    struct opt_uuid mission;
    struct venture_facts facts;
    struct venture_state v;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_venture_lock(tx, id, &v));
    TRY(etag_match(rq, v.version));
    /* Who counts places holds the country's row, so that two cannot take the last one. */
    TRY(q_cohort_country_lock(tx, v.cohort_id, v.country, &found, &country));
    TRY(venture_facts(x, tx, id, &v, &facts, &mission));
    TRY(machine_move(x->arena, venture_machine, v.status, code, reason, rules_venture_judge, &facts, &move));
    if (request_query_bool(rq, "dryRun", false)) {
        audit_read(tx, "venture", id, "transitions");
        moves_reply(x, rs, id, &v, &facts, true);
        return NULL;
    }
    move_make(x, tx, id, &v, move, reason, mission);
    TRY(q_venture_state(tx, id, &v));
    TRY(venture_facts(x, tx, id, &v, &facts, &mission));
    moves_reply(x, rs, id, &v, &facts, false);
    return NULL;
}

/* listVentureMoves: GET /ventures/{ventureId}/moves */
err_t list_venture_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct venture_move_row *rows;
    struct venture_state v;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_venture_moves_page, &page));
    TRY(db_begin_read(x, &tx));
    audit_read(tx, "venture", id, "moves");
    q_venture_state_later(tx, id, &v);
    TRY(q_venture_moves(tx, id, &page, &rows, &n));
    return reply_page(x, rq, rs, &q_venture_moves_page, &page, &venture_move_row_json, rows, n);
}
