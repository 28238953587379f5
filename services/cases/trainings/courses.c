/* courses.c - courses: planned with their sessions, started, finished, cancelled. */
#include "app/audit.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "cases/trainings/internal.h"
#include "web/page.h"

ERR_DEFINE(err_full, ERR_CONFLICT, "training.full", "More places are taken than the course would have.");
ERR_DEFINE(err_no_session, ERR_CONFLICT, "training.noSession", "The course has no session.");

struct training_reader training_reader_of(const struct ctx *x, bool owner)
{
    return (struct training_reader){.owner = owner,
                                    .writes = principal_has(x->who, "trainings:write"),
                                    .records = principal_has(x->who, "attendance:write")};
}

void course_show(struct ctx *x, struct course_row *row)
{
    struct training_reader reader = training_reader_of(x, row->owner_);

    row->allowed_actions = rules_course_actions(x->arena, row->status, &reader);
}

static err_t course_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct course_row row;

    TRY(q_course_get(tx, id, &row));
    course_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/training-courses/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &course_row_json, &row);
}

struct course_input {
    const char *programme, *title, *kind, *provider, *host_org, *language, *place;
    int32_t capacity;
};
static const struct json_field course_fields[] = {
    JSON_FIELD(struct course_input, programme, "programme", JSON_TEXT),
    JSON_FIELD(struct course_input, title, "title", JSON_TEXT),
    JSON_FIELD(struct course_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct course_input, provider, "providerOrganisation", JSON_TEXT),
    JSON_FIELD(struct course_input, host_org, "hostOrganisation", JSON_TEXT),
    JSON_FIELD(struct course_input, language, "language", JSON_TEXT),
    JSON_FIELD(struct course_input, place, "place", JSON_TEXT),
    JSON_FIELD(struct course_input, capacity, "capacity", JSON_I32),
};
static const struct json_shape course_shape = JSON_SHAPE(struct course_input, course_fields);

struct session_planned {
    struct session_input in;
    int64_t starts_us, ends_us;
};

/* The sessions of the body with their instants; no two begin at once. */
static err_t read_sessions(struct ctx *x, const json_t *sessions, struct fault_list *faults,
                           struct session_planned **ret)
{
    struct session_planned *v = ARENA_ARRAY(x->arena, json_array_size(sessions) + 1, struct session_planned);
    const json_t *item;
    size_t i;

    json_array_foreach(sessions, i, item)
    {
        struct session_input *in = &v[i].in;
        const char *at = arena_printf(x->arena, "/sessions/%zu", i);

        in->zone = "Europe/Amsterdam";
        TRY(json_read(x->arena, item, &session_input_shape, in));
        rules_session_times(x->arena,
                            &(struct session_times){
                                .held_on = in->date, .from = in->from, .until = in->until, .zone = in->zone},
                            at, faults, &v[i].starts_us, &v[i].ends_us);
        for (size_t k = 0; k < i; k++) {
            if (v[k].starts_us == v[i].starts_us && v[i].starts_us != 0) {
                fault_add(x->arena, faults,
                          (struct fault){
                              .at = at, .code = "session.double", .detail = "Another session begins then."});
                break;
            }
        }
    }
    *ret = v;
    return NULL;
}

static void check_course(struct ctx *x, const struct course_input *in, struct fault_list *faults)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    const char *scope = arena_printf(x->arena, "programme:%s", in->programme);

    /* Of a programme that is not the caller's it is not said whether there is one. */
    if (!packs_newest(state->packs, in->programme) || !principal_has(x->who, scope))
        fault_add(x->arena, faults,
                  (struct fault){.at = "/programme",
                                 .code = "programme.unknown",
                                 .detail = "There is no such programme of yours."});
    if (str_eq(in->host_org, x->who->organisation))
        fault_add(x->arena, faults,
                  (struct fault){.at = "/hostOrganisation",
                                 .code = "training.host",
                                 .detail = "A host is another organisation."});
}

/* createTrainingCourse: POST /training-courses */
err_t create_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct course_input in = {.provider = x->who->organisation};
    const json_t *sessions = json_object_get(request_body(rq), "sessions");
    struct session_planned *planned;
    struct fault_list faults = {0};
    struct uuid id, session_id;
    struct tx *tx;

    TRY(request_read(x, rq, &course_shape, &in));
    check_course(x, &in, &faults);
    TRY(read_sessions(x, sessions, &faults, &planned));
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                       "The course cannot be planned so."));
    TRY(db_begin(x, &tx));
    id = uuid_new(x->now_us);
    q_course_add(tx, &(struct q_course_add_in){.id = id,
                                               .programme = in.programme,
                                               .title = in.title,
                                               .kind = in.kind,
                                               .provider = in.provider,
                                               .host_org = in.host_org,
                                               .language = in.language,
                                               .place = in.place,
                                               .capacity = in.capacity,
                                               .by = x->who->subject,
                                               .now = x->now_us});
    for (size_t i = 0; i < json_array_size(sessions); i++)
        session_insert(x, tx, id, &planned[i].in, planned[i].starts_us, planned[i].ends_us, &session_id);
    audit_write(tx, "trainingCourse", id, "create", NULL);
    return course_reply(x, tx, id, 201, rs);
}

/* listTrainingCourses: GET /training-courses */
err_t list_training_courses(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_course_list_in in = {.status = request_query(rq, "status"),
                                  .kind = request_query(rq, "kind"),
                                  .host_organisation = request_query(rq, "hostOrganisation")};
    struct course_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_course_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_course_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        course_show(x, &rows[i]);
    audit_rows(tx, "trainingCourse", rows, n, sizeof(*rows), offsetof(struct course_row, id));
    return reply_page(x, rq, rs, &q_course_list_page, &page, &course_row_json, rows, n);
}

/* getTrainingCourse: GET /training-courses/{courseId} */
err_t get_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "courseId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "trainingCourse", id, "");
    return course_reply(x, tx, id, 200, rs);
}

/* Locks the course of the path for a change by who has seen its last version. */
static err_t course_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                          struct course_locked *ret)
{
    *ret_id = request_path_uuid(rq, "courseId");
    TRY(db_begin(x, ret_tx));
    TRY(q_course_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

/* patchTrainingCourse: PATCH /training-courses/{courseId} */
err_t patch_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct course_locked c;
    struct course_places places;
    struct uuid id;
    struct tx *tx;

    TRY(course_begin(x, rq, &tx, &id, &c));
    TRY(rules_course_open(c.status));
    struct course_input in = {.title = c.title,
                              .kind = c.kind,
                              .provider = c.provider,
                              .language = c.language,
                              .place = c.place,
                              .capacity = c.capacity};
    TRY(request_read(x, rq, &course_shape, &in));
    TRY(q_course_taken(tx, id, &places));
    if (in.capacity < places.taken)
        return err_full;
    q_course_save(tx, &(struct q_course_save_in){.id = id,
                                                 .title = in.title,
                                                 .kind = in.kind,
                                                 .provider = in.provider,
                                                 .language = in.language,
                                                 .place = in.place,
                                                 .capacity = in.capacity,
                                                 .now = x->now_us});
    audit_write(tx, "trainingCourse", id, "update", json_member_names(x->arena, request_body(rq)));
    return course_reply(x, tx, id, 200, rs);
}

static err_t course_move(struct ctx *x, const struct request *rq, struct response *rs, const char *to,
                         const char *reason)
{
    struct session_at session;
    struct course_locked c;
    struct uuid id;
    struct tx *tx;
    bool found;

    TRY(course_begin(x, rq, &tx, &id, &c));
    TRY(rules_course_step(c.status, to));
    TRY(q_session_any(tx, id, &found, &session));
    if (!found && str_eq(to, "running"))
        return err_no_session;
    q_course_move(tx, &(struct q_course_move_in){.id = id, .status = to, .reason = reason, .now = x->now_us});
    if (str_eq(to, "cancelled"))
        outbox_add(tx, &(struct event){
                           .type = "cases.training.cancelled",
                           .subject = id,
                           .data = arena_printf(x->arena, "{\"courseId\":\"%s\"}", uuid_text(x->arena, id))});
    audit_write(tx, "trainingCourse", id, "transition", "[\"status\"]");
    return course_reply(x, tx, id, 200, rs);
}

/* startTrainingCourse: POST /training-courses/{courseId}/start */
err_t start_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    return course_move(x, rq, rs, "running", NULL);
}

/* finishTrainingCourse: POST /training-courses/{courseId}/finish */
err_t finish_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    return course_move(x, rq, rs, "done", NULL);
}

/* cancelTrainingCourse: POST /training-courses/{courseId}/cancel */
err_t cancel_training_course(struct ctx *x, const struct request *rq, struct response *rs)
{
    return course_move(x, rq, rs, "cancelled", json_member_text(request_body(rq), "reason"));
}
