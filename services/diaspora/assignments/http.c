/* http.c - operations on assignments (api-spec/diaspora/assignments.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/assignments/rules.h"
#include "diaspora/assignments/terms.h"
#include "diaspora/experts/experts.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"
#include "diaspora/surveys/surveys.h"
#include "web/page.h"

ERR_DEFINE(err_not_accepted, ERR_CONFLICT, "application.notAccepted",
           "Only an accepted application becomes an assignment.");
ERR_DEFINE(err_ended, ERR_CONFLICT, "assignment.ended", "The assignment has ended.");

static err_t reply_assignment(struct response *rs, int status, const struct assignment_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &assignment_row_json, row);
}

/* listAssignments: GET /assignments */
static err_t list_assignments(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_assignment_list_in in = {.status = request_query(rq, "status"),
                                      .kind = request_query(rq, "kind"),
                                      .country = request_query(rq, "country"),
                                      .expert_id = request_query_uuid(rq, "expertId"),
                                      .programme = request_query(rq, "programme")};
    struct assignment_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_assignment_list_page, &page));
    if (request_query(rq, "flagged"))
        in.flagged = OPT_BOOL(request_query_bool(rq, "flagged", false));
    TRY(db_begin_read(x, &tx));
    TRY(q_assignment_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "assignment", rows, n, sizeof *rows, offsetof(struct assignment_row, id));
    return reply_page(x, rq, rs, &q_assignment_list_page, &page, &assignment_row_json, rows, n);
}

static err_t insert_assignment(struct ctx *x, struct tx *tx, const struct assignment_application *ap,
                               struct uuid id)
{
    const struct programme *p = programmes_find(diaspora_state(x)->programmes, ap->programme);
    int year = date_civil(date_today_nl(x->now_us)).year;
    struct assignment_terms terms;
    struct assignment_number number;

    TRY(assignment_terms_of(x, ap->programme, &terms));
    TRY(q_assignment_reference(tx, ap->programme, year, &number));
    q_assignment_insert(tx, &(struct q_assignment_insert_in){
                                .id = id,
                                .programme = ap->programme,
                                .reference = arena_printf(x->arena, "%s-%d-%06lld", p->prefix, year,
                                                          (long long)number.number),
                                .application_id = ap->id,
                                .expert_id = ap->expert_id,
                                .tor_id = ap->tor_id,
                                .tor_version = ap->tor_version,
                                .institution_id = ap->institution_id,
                                .country = ap->country,
                                .claim_cap = terms.claim_cap,
                                .claim_currency = terms.claim_currency,
                                .by = x->who->subject,
                                .now = x->now_us,
                            });
    return NULL;
}

/* One that is not there, or hidden, is a fault of the body. */
static err_t find_application(struct ctx *x, struct tx *tx, struct uuid id,
                              struct assignment_application *ret)
{
    static const struct fault fault = {
        .at = "/applicationId", .code = "application.missing", .detail = "There is no such application."};
    bool found;

    TRY(q_assignment_application(tx, id, &found, ret));
    if (found)
        return NULL;
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The assignment cannot be made so.", &fault,
                      1);
}

/* createAssignment: POST /assignments */
static err_t create_assignment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = uuid_new(x->now_us);
    struct opt_uuid application_id = json_member_uuid(request_body(rq), "applicationId");
    struct assignment_application ap;
    struct assignment_row row;
    struct phase_input *phases;
    struct tx *tx;
    size_t n;

    TRY(phases_read(x, rq, &phases, &n));
    TRY(db_begin(x, &tx));
    TRY(find_application(x, tx, application_id.v, &ap));
    if (!str_eq(ap.status, "accepted"))
        return err_not_accepted;
    TRY(expert_unrestricted(tx, ap.expert_id));
    TRY(insert_assignment(x, tx, &ap, id));
    TRY(surveys_plan(x, tx, id, ap.programme));
    for (size_t i = 0; i < n; i++)
        phase_insert(x, tx, uuid_new(x->now_us), id, &ap, &phases[i]);
    TRY(assignment_refresh(x, tx, id));
    assignment_told(x, tx, "diaspora.assignment.planned", id, ap.expert_id);
    audit_write(tx, "assignment", id, "create", NULL);
    TRY(q_assignment_get(tx, id, &row));
    reply_location(x, rs, "/assignments/%s", uuid_text(x->arena, id));
    return reply_assignment(rs, 201, &row);
}

struct assignment_patch {
    bool accepted;
    const char *flagged;
};
static const struct json_field patch_fields[] = {
    JSON_FIELD(struct assignment_patch, accepted, "accepted", JSON_BOOL),
    JSON_FIELD(struct assignment_patch, flagged, "flagged", JSON_TEXT),
};
static const struct json_shape patch_shape = JSON_SHAPE(struct assignment_patch, patch_fields);

/* patchAssignment: PATCH /assignments/{assignmentId} */
static err_t patch_assignment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct assignment_locked before;
    struct assignment_patch in;
    struct assignment_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_assignment_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (assignment_ended(before.status))
        return err_ended;
    in = (struct assignment_patch){.accepted = before.accepted, .flagged = before.flagged};
    TRY(request_read(x, rq, &patch_shape, &in));
    if (in.accepted && !before.accepted)
        TRY(expert_unrestricted(tx, before.expert_id));
    q_assignment_patch(tx, &(struct q_assignment_patch_in){
                               .id = id, .accepted = in.accepted, .flagged = in.flagged, .now = x->now_us});
    audit_write(tx, "assignment", id, "update", json_member_names(x->arena, request_body(rq)));
    if (in.accepted != before.accepted)
        TRY(assignment_rejudge(x, tx, id, false));
    TRY(q_assignment_get(tx, id, &row));
    return reply_assignment(rs, 200, &row);
}

const struct handler assignments_handlers[] = {
    {"listAssignments", list_assignments},
    {"createAssignment", create_assignment},
    {"getAssignment", get_assignment},
    {"patchAssignment", patch_assignment},
    {"listPhases", list_phases},
    {"createPhase", create_phase},
    {"getPhase", get_phase},
    {"patchPhase", patch_phase},
    {"cancelPhase", cancel_phase},
    {"listAssignmentTransitions", list_assignment_transitions},
    {"makeAssignmentTransition", make_assignment_transition},
    {"listAssignmentMoves", list_assignment_moves},
    {"listSafeguards", list_safeguards},
    {"createSafeguard", create_safeguard},
    {"listTravelCounsellings", list_travel_counsellings},
    {"createTravelCounselling", create_travel_counselling},
    {NULL, NULL},
};
