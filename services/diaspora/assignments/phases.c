/* phases.c - the stretches of days that an assignment has. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/assignments/rules.h"
#include "diaspora/experts/experts.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/state.h"
#include "web/page.h"
#include "web/request.h"

ERR_DEFINE(err_phases_settled, ERR_CONFLICT, "assignment.settled",
           "The phases of the assignment can no longer be changed.");
ERR_DEFINE(err_phase_over, ERR_CONFLICT, "phase.over", "The phase cannot be changed any more.");

static const struct json_field phase_fields[] = {
    JSON_FIELD(struct phase_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct phase_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct phase_input, place, "place", JSON_TEXT),
    JSON_FIELD(struct phase_input, starts_on, "startsOn", JSON_DATE),
    JSON_FIELD(struct phase_input, ends_on, "endsOn", JSON_DATE),
    JSON_FIELD(struct phase_input, hours_per_week, "hoursPerWeek", JSON_OPT_I32),
};
static const struct json_shape phase_shape = JSON_SHAPE(struct phase_input, phase_fields);

static void check(struct ctx *x, const struct phase_input *in, const char *at, struct fault_list *faults)
{
    rules_phase_days(x->arena, in->starts_on, in->ends_on, at, faults);
    if (in->country && !codes_country(in->country))
        fault_add(x->arena, faults,
                  (struct fault){.at = arena_printf(x->arena, "%s/country", at),
                                 .code = "country.unknown",
                                 .detail = "No such country."});
}

static err_t check_one(struct ctx *x, const struct phase_input *in)
{
    struct fault_list faults = {0};

    check(x, in, "", &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The phase cannot be planned so.");
}

err_t phases_read(struct ctx *x, const struct request *rq, struct phase_input **ret, size_t *ret_n)
{
    const json_t *phases = json_object_get(request_body(rq), "phases");
    struct fault_list faults = {0};

    *ret_n = json_array_size(phases);
    *ret = ARENA_ARRAY(x->arena, *ret_n + 1, struct phase_input);
    for (size_t i = 0; i < *ret_n; i++) {
        TRY(json_read(x->arena, json_array_get(phases, i), &phase_shape, &(*ret)[i]));
        check(x, &(*ret)[i], arena_printf(x->arena, "/phases/%zu", i), &faults);
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The phases cannot be planned so.");
}

static void insert(struct ctx *x, struct tx *tx, struct q_phase_insert_in in, const char *host_country,
                   const struct phase_input *p)
{
    in.kind = p->kind;
    in.starts_on = p->starts_on;
    in.ends_on = p->ends_on;
    in.country = p->country ? p->country : host_country;
    in.place = p->place;
    in.hours_per_week = p->hours_per_week;
    in.by = x->who->subject;
    in.now = x->now_us;
    q_phase_insert(tx, &in);
    audit_write(tx, "phase", in.id, "create", NULL);
}

void phase_insert(struct ctx *x, struct tx *tx, struct uuid id, struct uuid assignment_id,
                  const struct assignment_application *of, const struct phase_input *p)
{
    insert(x, tx,
           (struct q_phase_insert_in){.id = id, .assignment_id = assignment_id, .expert_id = of->expert_id},
           of->country, p);
}

static err_t reply_phase(struct response *rs, int status, const struct phase_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &phase_row_json, row);
}

/* listPhases: GET /assignments/{assignmentId}/phases */
err_t list_phases(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct assignment_locked of;
    struct phase_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_phase_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_assignment_state_later(tx, id, &of);
    TRY(q_phase_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "phases");
    return reply_page(x, rq, rs, &q_phase_list_page, &page, &phase_row_json, rows, n);
}

/* createPhase: POST /assignments/{assignmentId}/phases */
err_t create_phase(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct assignment_locked of;
    struct phase_input in = {0};
    struct phase_row row;
    struct tx *tx;

    TRY(request_read(x, rq, &phase_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_assignment_lock(tx, assignment_id, &of));
    TRY(check_one(x, &in));
    if (!rules_phases_open(of.status))
        return err_phases_settled;
    TRY(expert_unrestricted(tx, of.expert_id));
    insert(x, tx,
           (struct q_phase_insert_in){.id = id, .assignment_id = assignment_id, .expert_id = of.expert_id},
           of.country, &in);
    TRY(assignment_refresh(x, tx, assignment_id));
    TRY(assignment_rejudge(x, tx, assignment_id, false));
    TRY(q_phase_get(tx, id, &row));
    reply_location(x, rs, "/phases/%s", uuid_text(x->arena, id));
    return reply_phase(rs, 201, &row);
}

/* getPhase: GET /phases/{phaseId} */
err_t get_phase(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "phaseId");
    struct phase_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "phase", id, "");
    TRY(q_phase_get(tx, id, &row));
    return reply_phase(rs, 200, &row);
}

/* Locks the assignment before its phase: whoever moves the assignment does it in the same order. */
static err_t lock_phase(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct phase_locked *ret,
                        struct uuid *ret_expert_id)
{
    struct uuid id = request_path_uuid(rq, "phaseId");
    struct assignment_locked of;
    struct phase_row row;

    TRY(db_begin(x, ret_tx));
    TRY(q_phase_get(*ret_tx, id, &row));
    TRY(q_assignment_lock(*ret_tx, row.assignment_id, &of));
    TRY(q_phase_lock(*ret_tx, id, ret));
    TRY(etag_match(rq, ret->version));
    *ret_expert_id = of.expert_id;
    return rules_phases_open(of.status) ? NULL : err_phases_settled;
}

/* The phase as it is after a change, and what follows from that. */
static err_t phase_changed(struct ctx *x, struct tx *tx, const struct phase_locked *before,
                           struct response *rs)
{
    struct phase_row row;

    audit_write(tx, "phase", before->id, "update", NULL);
    TRY(assignment_refresh(x, tx, before->assignment_id));
    TRY(assignment_rejudge(x, tx, before->assignment_id, false));
    TRY(q_phase_get(tx, before->id, &row));
    return reply_phase(rs, 200, &row);
}

/* patchPhase: PATCH /phases/{phaseId} */
err_t patch_phase(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct phase_locked before;
    struct phase_input in;
    struct uuid expert_id;
    struct tx *tx;
    bool moved;

    TRY(lock_phase(x, rq, &tx, &before, &expert_id));
    TRY(expert_unrestricted(tx, expert_id));
    in = (struct phase_input){.starts_on = before.starts_on,
                              .ends_on = before.ends_on,
                              .place = before.place,
                              .hours_per_week = before.hours_per_week};
    TRY(request_read(x, rq, &phase_shape, &in));
    TRY(check_one(x, &in));
    if (!rules_phase_changes(before.status))
        return err_phase_over;
    moved = in.starts_on != before.starts_on || in.ends_on != before.ends_on;
    q_phase_save(tx, &(struct q_phase_save_in){
                         .id = before.id,
                         .starts_on = in.starts_on,
                         .ends_on = in.ends_on,
                         .place = in.place,
                         .hours_per_week = in.hours_per_week,
                         .status = str_eq(before.status, "suspended") && moved ? "planned" : before.status,
                         .now = x->now_us});
    if (moved)
        TRY(journeys_dates_moved(x, tx, before.id));
    return phase_changed(x, tx, &before, rs);
}

/* cancelPhase: POST /phases/{phaseId}/cancel */
err_t cancel_phase(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct phase_locked before;
    struct uuid expert_id;
    struct tx *tx;

    TRY(lock_phase(x, rq, &tx, &before, &expert_id));
    if (!str_eq(before.status, "planned") && !str_eq(before.status, "suspended"))
        return err_phase_over;
    q_phase_cancel(tx, before.id, x->now_us);
    TRY(journeys_cancel(x, tx, "phase", before.id, "phaseCancelled"));
    return phase_changed(x, tx, &before, rs);
}
