/* transitions.c - moving a movement, and what each move still lacks. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/guards/declared.h"
#include "travel/guards/facts.h"
#include "travel/movements/internal.h"
#include "travel/movements/movements.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"
#include "web/page.h"

static err_t reply_transitions(struct ctx *x, struct tx *tx, struct uuid id, bool dry_run,
                               struct response *rs)
{
    struct movement_facts_rows *rows = movement_facts_later(x, tx, id);
    struct movement_facts facts;
    struct movement_state m;
    struct buf *out;

    TRY(q_movement_state(tx, id, &m));
    movement_facts_make(x, rows, &facts);
    reply_etag(rs, m.version);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(x->arena, id), m.status, m.version, dry_run ? "true" : "false");
    machine_write(x->arena, out, movement_machine, m.status, rules_movement_judge, &facts);
    buf_putc(out, '}');
    return NULL;
}

/* listMovementTransitions: GET /movements/{movementId}/transitions */
err_t list_movement_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx)); /* many facts: more than the short reads beside it should wait for */
    audit_read(tx, "movement", id, "transitions");
    return reply_transitions(x, tx, id, false, rs);
}

/* makeMovementTransition: POST /movements/{movementId}/transitions */
err_t make_movement_transition(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct movement_wish w = {
        .transition = json_member_text(body, "transition"),
        .reason = json_member_text(body, "reason"),
        .observed_at = json_member_instant(body, "observedAt"),
        .observed_by = json_member_text(body, "observedBy"),
    };
    struct uuid id = request_path_uuid(rq, "movementId");
    bool dry_run = request_query_bool(rq, "dryRun", false);
    struct movement_facts_rows *rows;
    const struct machine_move *move;
    struct movement_facts facts;
    struct fact_declared declared;
    struct movement_locked m;
    struct tx *tx;

    if (str_eq(w.transition, "clearToBoard")) {
        TRY(declared_ask(x, id, &declared));
        w.declared = &declared;
    }
    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, id, &m));
    TRY(etag_match(rq, m.version));
    if (!dry_run) {
        TRY(movement_move(x, tx, &m, &w));
        return reply_transitions(x, tx, id, false, rs);
    }
    rows = movement_facts_later(x, tx, id);
    TRY(tx_sync(tx));
    movement_facts_make(x, rows, &facts);
    facts.boarding.declared = w.declared;
    TRY(machine_move(x->arena, movement_machine, m.status, w.transition, w.reason, rules_movement_judge,
                     &facts, &move));
    TRY(rules_movement_said(x->arena, move, w.observed_at, w.observed_by, w.reason, x->now_us));
    audit_read(tx, "movement", id, "transitions");
    return reply_transitions(x, tx, id, true, rs);
}

/* cancelMovement: POST /movements/{movementId}/cancel */
err_t cancel_movement(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct movement_wish w = {
        .transition = "cancel",
        .reason = json_member_text(request_body(rq), "reason"),
    };
    struct uuid id = request_path_uuid(rq, "movementId");
    struct movement_locked m;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, id, &m));
    TRY(etag_match(rq, m.version));
    TRY(movement_move(x, tx, &m, &w));
    return reply_movement(x, tx, id, 200, rs);
}

/* listMovementMoves: GET /movements/{movementId}/moves */
err_t list_movement_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct movement_move_row *rows;
    struct movement_state m;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_movement_moves_page, &page));
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, id, &m);
    TRY(q_movement_moves(tx, id, &page, &rows, &n));
    audit_read(tx, "movement", id, "moves");
    return reply_page(x, rq, rs, &q_movement_moves_page, &page, &movement_move_row_json, rows, n);
}
