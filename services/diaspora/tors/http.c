/* http.c - terms of reference and their versions (api-spec/diaspora/tors.yaml). */
#include "app/audit.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/state.h"
#include "diaspora/tors/internal.h"
#include "diaspora/tors/rules.h"
#include "diaspora/tors/tors.h"
#include "web/page.h"

ERR_DEFINE(err_need_ended, ERR_CONFLICT, "need.ended", "The need is no longer open.");

static bool ended(const char *status)
{
    return str_eq(status, "closed") || str_eq(status, "filled");
}

static void actions(struct ctx *x, struct tor_row *row)
{
    bool writes = principal_has(x->who, "tors:write");

    if (!writes)
        return;
    machine_actions(x->arena, tor_machine,
                    rules_tor_status(x->arena, row->status, row->in_force, row->newest, row->newest_status_),
                    &row->allowed_actions);
    action_add(x->arena, &row->allowed_actions, !rules_tor_draft(row->newest_status_) && !ended(row->status),
               "patch");
    action_add(x->arena, &row->allowed_actions, !rules_tor_revisable(row->status, row->in_force, row->newest),
               "revise");
}

static err_t reply_tor(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct tor_row row;

    TRY(q_tor_get(tx, id, &row));
    actions(x, &row);
    reply_etag(rs, row.version);
    return reply_row(rs, status, &tor_row_json, &row);
}

/* listTors: GET /tors */
static err_t list_tors(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tor_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_tor_list_page, &page));
    struct q_tor_list_in in = {.programme = request_query(rq, "programme"),
                               .status = request_query(rq, "status"),
                               .country = request_query(rq, "country"),
                               .sector = request_query(rq, "sector"),
                               .need_id = request_query_uuid(rq, "needId"),
                               .institution_id = request_query_uuid(rq, "institutionId")};
    TRY(db_begin_read(x, &tx));
    TRY(q_tor_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        actions(x, &rows[i]);
    audit_rows(tx, "tor", rows, n, sizeof *rows, offsetof(struct tor_row, id));
    return reply_page(x, rq, rs, &q_tor_list_page, &page, &tor_row_json, rows, n);
}

static err_t check_terms(struct ctx *x, const struct programme *p, const struct tor_version_locked *v)
{
    struct fault_list faults = {0};
    struct tor_terms t = {.starts_on = v->starts_on,
                          .ends_on = v->ends_on,
                          .kinds = v->kinds,
                          .languages = v->languages,
                          .competences = v->competences};

    TRY(rules_tor_terms(x->arena, p, &t, &faults));
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The terms of reference are not valid.");
}

static void add_version(struct ctx *x, struct tx *tx, struct uuid id, int32_t number,
                        const struct tor_version_locked *v)
{
    q_tor_version_add(tx, &(struct q_tor_version_add_in){.tor_id = id,
                                                         .number = number,
                                                         .title = v->title,
                                                         .tasks = v->tasks,
                                                         .kinds = v->kinds,
                                                         .competences = v->competences,
                                                         .languages = v->languages,
                                                         .starts_on = v->starts_on,
                                                         .ends_on = v->ends_on,
                                                         .places = v->places,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
}

/* CD4D2-2026-000123 */
static err_t next_reference(struct ctx *x, struct tx *tx, const struct programme *p, const char **ret)
{
    int32_t year = date_civil(date_today_nl(x->now_us)).year;
    struct tor_number number;

    TRY(q_tor_reference(tx, p->code, year, &number));
    *ret = arena_printf(x->arena, "%s-%d-%06lld", p->prefix, (int)year, (long long)number.number);
    return NULL;
}

/* createTor: POST /needs/{needId}/tors */
static err_t create_tor(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid need_id = request_path_uuid(rq, "needId"), id = uuid_new(x->now_us);
    struct tor_version_locked v = {.languages = "[]", .places = 1};
    const struct programme *p;
    const char *reference;
    struct tor_need need;
    struct tx *tx;

    TRY(request_read(x, rq, &tor_version_locked_json, &v));
    TRY(db_begin(x, &tx));
    TRY(q_tor_need(tx, need_id, &need));
    TRY(programme_mine(x, need.programme, "", &p));
    TRY(check_terms(x, p, &v));
    if (!str_eq(need.status, "open"))
        return err_need_ended;
    TRY(next_reference(x, tx, p, &reference));
    q_tor_add(tx, &(struct q_tor_add_in){.id = id,
                                         .programme = p->code,
                                         .need_id = need_id,
                                         .institution_id = need.institution_id,
                                         .country = need.country,
                                         .sector = need.sector,
                                         .reference = reference,
                                         .by = x->who->subject,
                                         .now = x->now_us});
    add_version(x, tx, id, 1, &v);
    audit_write(tx, "tor", id, "create", NULL);
    reply_location(x, rs, "/tors/%s", uuid_text(x->arena, id));
    return reply_tor(x, tx, id, 201, rs);
}

/* getTor: GET /tors/{torId} */
static err_t get_tor(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "tor", id, "");
    return reply_tor(x, tx, id, 200, rs);
}

/* Locks the terms of the path and reads a version of them, changed as the body says. */
static err_t changed_version(struct ctx *x, const struct request *rq, struct tx *tx, struct uuid id,
                             const struct tor_state *t, struct tor_version_locked *ret)
{
    const struct programme *p;

    TRY(programme_mine(x, t->programme, "", &p));
    TRY(q_tor_version(tx, id, t->newest, ret));
    TRY(request_read(x, rq, &tor_version_locked_json, ret));
    return check_terms(x, p, ret);
}

static void save_tor(struct ctx *x, struct tx *tx, struct uuid id, const struct tor_state *t, int32_t newest)
{
    q_tor_save(tx, &(struct q_tor_save_in){.id = id,
                                           .status = t->status,
                                           .newest = newest,
                                           .in_force = t->in_force,
                                           .status_reason = t->status_reason,
                                           .now = x->now_us});
}

/* patchTor: PATCH /tors/{torId} */
static err_t patch_tor(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_version_locked v;
    struct tor_state t;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_tor_lock(tx, id, &t));
    TRY(etag_match(rq, t.version));
    TRY(changed_version(x, rq, tx, id, &t, &v));
    TRY(rules_tor_draft(ended(t.status) ? t.status : v.status_));
    q_tor_version_save(tx, &(struct q_tor_version_save_in){.tor_id = id,
                                                           .number = t.newest,
                                                           .title = v.title,
                                                           .tasks = v.tasks,
                                                           .kinds = v.kinds,
                                                           .competences = v.competences,
                                                           .languages = v.languages,
                                                           .starts_on = v.starts_on,
                                                           .ends_on = v.ends_on,
                                                           .places = v.places,
                                                           .now = x->now_us});
    save_tor(x, tx, id, &t, t.newest);
    audit_write(tx, "tor", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_tor(x, tx, id, 200, rs);
}

/* createTorVersion: POST /tors/{torId}/versions */
static err_t create_tor_version(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_version_locked v;
    struct tor_state t;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_tor_lock(tx, id, &t));
    TRY(etag_match(rq, t.version));
    TRY(rules_tor_revisable(t.status, t.in_force, t.newest));
    TRY(changed_version(x, rq, tx, id, &t, &v));
    add_version(x, tx, id, t.newest + 1, &v);
    save_tor(x, tx, id, &t, t.newest + 1);
    reply_location(x, rs, "/tors/%s", uuid_text(x->arena, id));
    audit_write(tx, "tor", id, "revise", json_member_names(x->arena, request_body(rq)));
    return reply_tor(x, tx, id, 201, rs);
}

/* listTorVersions: GET /tors/{torId}/versions */
static err_t list_tor_versions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_version_row *rows;
    struct tor_state t;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    audit_read(tx, "tor", id, "versions");
    q_tor_state_later(tx, id, &t);
    TRY(q_tor_version_list(tx, id, &rows, &n));
    return reply_items(rs, &tor_version_row_json, rows, n);
}

/* listTorMoves: GET /tors/{torId}/moves */
static err_t list_tor_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_move_row *rows;
    struct tor_state t;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_tor_move_list_page, &page));
    TRY(db_begin_read(x, &tx));
    audit_read(tx, "tor", id, "moves");
    q_tor_state_later(tx, id, &t);
    TRY(q_tor_move_list(tx, id, &page, &rows, &n));
    return reply_page(x, rq, rs, &q_tor_move_list_page, &page, &tor_move_row_json, rows, n);
}

const struct handler tors_handlers[] = {
    {"listTors", list_tors},
    {"createTor", create_tor},
    {"getTor", get_tor},
    {"patchTor", patch_tor},
    {"createTorVersion", create_tor_version},
    {"listTorVersions", list_tor_versions},
    {"listTorMoves", list_tor_moves},
    {"listTorTransitions", list_tor_transitions},
    {"makeTorTransition", make_tor_transition},
    {NULL, NULL},
};
