/* safeguards.c - insurance, security briefing, and the talk with an expert whose residence forbids a journey.
 */
#include "app/audit.h"
#include "base/codes.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/assignments/rules.h"
#include "diaspora/experts/experts.h"
#include "diaspora/state.h"
#include "web/page.h"
#include "web/request.h"

ERR_DEFINE(err_safeguard_late, ERR_CONFLICT, "assignment.ended", "The assignment has ended.");

struct safeguard_input {
    const char *kind, *country, *provider;
    int32_t valid_from;
    struct opt_date valid_until;
};
static const struct json_field safeguard_fields[] = {
    JSON_FIELD(struct safeguard_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct safeguard_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct safeguard_input, provider, "provider", JSON_TEXT),
    JSON_FIELD(struct safeguard_input, valid_from, "validFrom", JSON_DATE),
    JSON_FIELD(struct safeguard_input, valid_until, "validUntil", JSON_OPT_DATE),
};
static const struct json_shape safeguard_shape = JSON_SHAPE(struct safeguard_input, safeguard_fields);

/* listSafeguards: GET /assignments/{assignmentId}/safeguards */
err_t list_safeguards(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct assignment_locked of;
    struct safeguard_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_safeguard_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_assignment_state_later(tx, id, &of);
    TRY(q_safeguard_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "safeguards");
    return reply_page(x, rq, rs, &q_safeguard_list_page, &page, &safeguard_row_json, rows, n);
}

static void country_fault(struct ctx *x, const char *country, struct fault_list *faults)
{
    if (country && !codes_country(country))
        fault_add(x->arena, faults,
                  (struct fault){.at = "/country", .code = "country.unknown", .detail = "No such country."});
}

static err_t check_safeguard(struct ctx *x, const struct safeguard_input *in)
{
    bool insurance = str_eq(in->kind, "insurance");
    struct fault_list faults = {0};

    country_fault(x, in->country, &faults);
    if (insurance != in->valid_until.set)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/validUntil",
                                 .code = "safeguard.validity",
                                 .detail = "An insurance has a last day, a briefing has none."});
    else if (insurance && in->valid_until.v < in->valid_from)
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/validUntil", .code = "dates.order", .detail = "Ends before it begins."});
    if (insurance == (in->country != NULL))
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/country",
                                 .code = "safeguard.country",
                                 .detail = "A briefing is for a country, an insurance is not."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The safeguard cannot be recorded so.");
}

/* createSafeguard: POST /assignments/{assignmentId}/safeguards */
err_t create_safeguard(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct safeguard_input in = {0};
    struct assignment_locked of;
    struct safeguard_row row;
    struct tx *tx;

    TRY(request_read(x, rq, &safeguard_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_assignment_lock(tx, assignment_id, &of));
    TRY(check_safeguard(x, &in));
    if (assignment_ended(of.status))
        return err_safeguard_late;
    TRY(expert_unrestricted(tx, of.expert_id));
    q_safeguard_insert(tx, &(struct q_safeguard_insert_in){.id = id,
                                                           .assignment_id = assignment_id,
                                                           .kind = in.kind,
                                                           .country = in.country,
                                                           .provider = in.provider,
                                                           .valid_from = in.valid_from,
                                                           .valid_until = in.valid_until,
                                                           .by = x->who->subject,
                                                           .now = x->now_us});
    audit_write(tx, "safeguard", id, "create", NULL);
    TRY(q_safeguard_get(tx, id, &row));
    reply_location(x, rs, "/assignments/%s/safeguards", uuid_text(x->arena, assignment_id));
    return reply_row(rs, 201, &safeguard_row_json, &row);
}

/* ---- counselling on residence: what it tells, only who may read residence sees ---- */

struct counselling_input {
    const char *country, *outcome, *note;
    int32_t held_on;
};
static const struct json_field counselling_fields[] = {
    JSON_FIELD(struct counselling_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct counselling_input, held_on, "heldOn", JSON_DATE),
    JSON_FIELD(struct counselling_input, outcome, "outcome", JSON_TEXT),
    JSON_FIELD(struct counselling_input, note, "note", JSON_TEXT),
};
static const struct json_shape counselling_shape = JSON_SHAPE(struct counselling_input, counselling_fields);

/* listTravelCounsellings: GET /assignments/{assignmentId}/travel-counsellings */
err_t list_travel_counsellings(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct counselling_row *rows;
    struct assignment_locked of;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_counselling_list_page, &page));
    TRY(db_begin(x, &tx)); /* of a sensitivity class: the answer waits for its trail */
    q_assignment_state_later(tx, id, &of);
    TRY(q_counselling_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "residence");
    return reply_page(x, rq, rs, &q_counselling_list_page, &page, &counselling_row_json, rows, n);
}

/* createTravelCounselling: POST /assignments/{assignmentId}/travel-counsellings */
err_t create_travel_counselling(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct counselling_input in = {0};
    struct fault_list faults = {0};
    struct assignment_locked of;
    struct counselling_row row;
    struct tx *tx;

    TRY(request_read(x, rq, &counselling_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_assignment_state(tx, assignment_id, &of));
    country_fault(x, in.country, &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                       "The counselling cannot be recorded so."));
    TRY(expert_unrestricted(tx, of.expert_id));
    q_counselling_insert(tx, &(struct q_counselling_insert_in){.id = id,
                                                               .assignment_id = assignment_id,
                                                               .country = in.country,
                                                               .held_on = in.held_on,
                                                               .outcome = in.outcome,
                                                               .note = in.note,
                                                               .by = x->who->subject,
                                                               .now = x->now_us});
    audit_write(tx, "assignment", assignment_id, "counsel", NULL);
    TRY(q_counselling_get(tx, id, &row));
    reply_location(x, rs, "/assignments/%s/travel-counsellings", uuid_text(x->arena, assignment_id));
    return reply_row(rs, 201, &counselling_row_json, &row);
}
