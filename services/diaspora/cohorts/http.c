/* http.c - operations on cohorts and their jurors (api-spec/diaspora/cohorts.yaml). */
#include "app/audit.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/cohorts/queries.h"
#include "diaspora/cohorts/rules.h"
#include "diaspora/jury/form.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"
#include "web/page.h"

ERR_DEFINE(err_programme, ERR_INVALID, "cohort.programme", "Only a programme for entrepreneurs has cohorts.");
ERR_DEFINE(err_country, ERR_INVALID, "country.notInCohort", "The cohort has no places for this country.");

static void cohort_show(struct ctx *x, struct cohort_row *row)
{
    bool writes = principal_has(x->who, "cohorts:write");

    if (!writes)
        return;
    machine_actions(x->arena, cohort_machine, row->status, &row->allowed_actions);
    action_add(x->arena, &row->allowed_actions, !rules_cohort_editable(row->status), "patch");
}

static err_t cohort_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct cohort_row row;

    TRY(q_cohort_get(tx, id, &row));
    cohort_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/cohorts/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &cohort_row_json, &row);
}

/* listCohorts: GET /cohorts */
static err_t list_cohorts(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_cohort_list_in in = {.status = request_query(rq, "status")};
    struct cohort_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_cohort_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_cohort_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        cohort_show(x, &rows[i]);
    audit_rows(tx, "cohort", rows, n, sizeof(*rows), offsetof(struct cohort_row, id));
    return reply_page(x, rq, rs, &q_cohort_list_page, &page, &cohort_row_json, rows, n);
}

static const struct json_field cohort_fields[] = {
    JSON_FIELD(struct q_cohort_add_in, programme, "programme", JSON_TEXT),
    JSON_FIELD(struct q_cohort_add_in, name, "name", JSON_TEXT),
    JSON_FIELD(struct q_cohort_add_in, applications_from, "applicationsFrom", JSON_DATE),
    JSON_FIELD(struct q_cohort_add_in, applications_until, "applicationsUntil", JSON_DATE),
    JSON_FIELD(struct q_cohort_add_in, min_mentor_sessions, "minMentorSessions", JSON_I32),
};
static const struct json_shape cohort_shape = JSON_SHAPE(struct q_cohort_add_in, cohort_fields);

/* createCohort: POST /cohorts */
static err_t create_cohort(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct diaspora_state *state = diaspora_state(x);
    const json_t *countries = json_object_get(request_body(rq), "countries"), *cohorts, *c;
    const struct programme *programme;
    struct q_cohort_add_in in = {.id = uuid_new(x->now_us),
                                 .jury_form = jury_forms_newest(state->jury_forms),
                                 .by = x->who->subject,
                                 .now = x->now_us};
    struct tx *tx;
    size_t i;

    programme = programmes_find(state->programmes, json_member_text(request_body(rq), "programme"));
    cohorts = programme ? json_object_get(programme->document, "cohorts") : NULL;
    if (!cohorts)
        return err_programme;
    in.min_mentor_sessions = (int32_t)json_member_i64(cohorts, "minMentorSessions", 0);
    TRY(request_read(x, rq, &cohort_shape, &in));
    TRY(rules_cohort_input(x->arena, programme, in.applications_from, in.applications_until, countries));
    TRY(db_begin(x, &tx));
    q_cohort_add(tx, &in);
    json_array_foreach(countries, i, c)
    {
        q_cohort_country_add(
            tx, &(struct q_cohort_country_add_in){.cohort_id = in.id,
                                                  .country = json_member_text(c, "country"),
                                                  .places = (int32_t)json_member_i64(c, "places", 0),
                                                  .finalists = (int32_t)json_member_i64(c, "finalists", 0),
                                                  .jury_seats = (int32_t)json_member_i64(c, "jurySeats", 0)});
    }
    audit_write(tx, "cohort", in.id, "create", NULL);
    return cohort_reply(x, tx, in.id, 201, rs);
}

/* getCohort: GET /cohorts/{cohortId} */
static err_t get_cohort(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "cohortId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "cohort", id, "");
    return cohort_reply(x, tx, id, 200, rs);
}

/* patchCohort: PATCH /cohorts/{cohortId} */
static err_t patch_cohort(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "cohortId");
    struct q_cohort_add_in in;
    struct cohort_state before;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_cohort_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(rules_cohort_editable(before.status));
    in = (struct q_cohort_add_in){.name = before.name,
                                  .applications_from = before.applications_from,
                                  .applications_until = before.applications_until,
                                  .min_mentor_sessions = before.min_mentor_sessions};
    TRY(request_read(x, rq, &cohort_shape, &in));
    TRY(rules_cohort_input(x->arena, NULL, in.applications_from, in.applications_until, NULL));
    q_cohort_save(tx, &(struct q_cohort_save_in){.id = id,
                                                 .name = in.name,
                                                 .applications_from = in.applications_from,
                                                 .applications_until = in.applications_until,
                                                 .min_mentor_sessions = in.min_mentor_sessions,
                                                 .now = x->now_us});
    audit_write(tx, "cohort", id, "update", json_member_names(x->arena, request_body(rq)));
    return cohort_reply(x, tx, id, 200, rs);
}

/* ---- moves ---- */

static void moves_reply(struct ctx *x, struct response *rs, struct uuid id, const struct cohort_state *c,
                        const struct cohort_facts *facts, bool dry_run)
{
    reply_etag(rs, c->version);
    machine_write_transitions(
        x->arena, reply_begin(rs, 200),
        &(struct machine_shown){.id = id, .status = c->status, .version = c->version, .dry_run = dry_run},
        cohort_machine, rules_cohort_judge, facts);
}

static err_t facts_of(struct tx *tx, struct uuid id, struct cohort_facts *ret)
{
    struct cohort_undecided undecided;

    TRY(q_cohort_undecided(tx, id, &undecided));
    ret->undecided = undecided.n;
    return NULL;
}

/* listCohortTransitions: GET /cohorts/{cohortId}/transitions */
static err_t list_cohort_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "cohortId");
    struct cohort_facts facts;
    struct cohort_state c;
    struct tx *tx;

    TRY(db_read(x, &tx));
    q_cohort_state_later(tx, id, &c);
    TRY(facts_of(tx, id, &facts));
    audit_read(tx, "cohort", id, "transitions");
    moves_reply(x, rs, id, &c, &facts, false);
    return NULL;
}

/* moveCohort: POST /cohorts/{cohortId}/transitions */
static err_t move_cohort(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *reason = json_member_text(request_body(rq), "reason");
    struct uuid id = request_path_uuid(rq, "cohortId");
    const struct machine_move *move;
    struct cohort_facts facts;
    struct cohort_state c;
    struct tx *tx;
    bool dry_run = request_query_bool(rq, "dryRun", false);

    TRY(db_begin(x, &tx));
    q_cohort_lock_later(tx, id, &c);
    TRY(facts_of(tx, id, &facts));
    TRY(etag_match(rq, c.version));
    TRY(machine_move(x->arena, cohort_machine, c.status, json_member_text(request_body(rq), "transition"),
                     reason, rules_cohort_judge, &facts, &move));
    if (dry_run) {
        audit_read(tx, "cohort", id, "transitions");
    } else {
        q_cohort_move(
            tx, &(struct q_cohort_move_in){.id = id, .status = move->to, .reason = reason, .now = x->now_us});
        audit_write(tx, "cohort", id, "transition", "[\"status\"]");
        TRY(q_cohort_state(tx, id, &c));
    }
    moves_reply(x, rs, id, &c, &facts, dry_run);
    return NULL;
}

/* ---- jurors ---- */

/* listJurors: GET /cohorts/{cohortId}/jurors */
static err_t list_jurors(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "cohortId");
    struct juror_row *rows;
    struct cohort_state c;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_cohort_state_later(tx, id, &c);
    TRY(q_juror_list(tx, id, &rows, &n));
    audit_rows(tx, "juror", rows, n, sizeof(*rows), offsetof(struct juror_row, id));
    return reply_items(rs, &juror_row_json, rows, n);
}

/* seatJuror: POST /cohorts/{cohortId}/jurors */
static err_t seat_juror(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct q_juror_add_in in = {.id = uuid_new(x->now_us),
                                .cohort_id = request_path_uuid(rq, "cohortId"),
                                .country = json_member_text(body, "country"),
                                .user_id = json_member_text(body, "userId"),
                                .kind = json_member_text(body, "kind"),
                                .by = x->who->subject,
                                .now = x->now_us};
    struct cohort_country country;
    struct cohort_state c;
    struct jury_facts facts;
    struct juror_row row;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    q_cohort_lock_later(tx, in.cohort_id, &c);
    q_cohort_country_lock_later(tx, in.cohort_id, in.country, &found, &country);
    TRY(q_jury_facts(tx, in.cohort_id, in.country, in.user_id, &facts));
    TRY(rules_cohort_editable(c.status));
    if (!found)
        return err_country;
    TRY(rules_juror_seat(&(struct jury_seats){.seats = country.jury_seats,
                                              .seated = facts.seated,
                                              .has_seat = facts.has_seat,
                                              .sitting = facts.sitting}));
    q_juror_add(tx, &in);
    audit_write(tx, "juror", in.id, "create", NULL);
    TRY(q_juror_get(tx, in.cohort_id, in.id, &row));
    reply_location(x, rs, "/cohorts/%s/jurors", uuid_text(x->arena, in.cohort_id));
    return reply_row(rs, 201, &juror_row_json, &row);
}

/* releaseJuror: POST /cohorts/{cohortId}/jurors/{jurorId}/release */
static err_t release_juror(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid cohort_id = request_path_uuid(rq, "cohortId"), id = request_path_uuid(rq, "jurorId");
    struct cohort_state c;
    struct jury_facts facts;
    struct juror_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_cohort_lock_later(tx, cohort_id, &c);
    TRY(q_juror_get(tx, cohort_id, id, &row));
    TRY(q_jury_facts(tx, cohort_id, row.country, row.user_id, &facts));
    TRY(rules_juror_release(row.left_at.set, facts.sitting));
    q_juror_leave(tx, id, x->now_us);
    audit_write(tx, "juror", id, "release", NULL);
    TRY(q_juror_get(tx, cohort_id, id, &row));
    return reply_row(rs, 200, &juror_row_json, &row);
}

const struct handler cohorts_handlers[] = {
    {"listCohorts", list_cohorts},
    {"createCohort", create_cohort},
    {"getCohort", get_cohort},
    {"patchCohort", patch_cohort},
    {"listCohortTransitions", list_cohort_transitions},
    {"moveCohort", move_cohort},
    {"listJurors", list_jurors},
    {"seatJuror", seat_juror},
    {"releaseJuror", release_juror},
    {NULL, NULL},
};
