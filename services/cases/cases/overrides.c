/* overrides.c - one user asks, another grants: for one move, once, for a week at most, with a review a week
 * later. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/cases/cases.h"
#include "cases/cases/store.h"
#include "cases/state.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"
#include "web/request.h"

#define OVERRIDE_DAYS_MAX 7

static void tell(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, const char *kind,
                 const char *transition)
{
    timeline_add(tx, case_id, kind,
                 arena_printf(x->arena, "{\"overrideId\":\"%s\",\"transition\":\"%s\"}",
                              uuid_text(x->arena, id), transition),
                 "");
}

/* What the reader may see: codes of class protection are left out without its scope. */
static void override_show(struct ctx *x, const char *caseworker, struct override_row *row)
{
    struct text_array shown = {.v = ARENA_ARRAY(x->arena, row->guards.n + 1, const char *)};
    bool all = principal_has(x->who, "protection:read");
    bool decides = str_eq(row->status, "asked") && principal_has(x->who, "overrides:grant") &&
                   x->who->is_user && !str_eq(x->who->subject, row->asked_by) &&
                   !str_eq(x->who->subject, caseworker);

    for (size_t i = 0; i < row->guards.n; i++) {
        const struct guard *g = guard_find(row->guards.v[i]);

        shown.v[shown.n++] = all || !g || !guard_sensitive(g) ? row->guards.v[i] : "protection.pending";
    }
    row->guards = shown;
    action_add(x->arena, &row->allowed_actions, decides, "grant");
    action_add(x->arena, &row->allowed_actions, decides, "refuse");
}

/* listOverrides: GET /cases/{caseId}/overrides */
err_t list_overrides(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct override_row *rows;
    struct case_brief brief;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_override_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_override_list(tx, case_id, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        override_show(x, brief.caseworker, &rows[i]);
    audit_read(tx, "case", case_id, "overrides");
    return reply_page(x, rq, rs, &q_override_list_page, &page, &override_row_json, rows, n);
}

static err_t override_reply(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, int status,
                            struct response *rs)
{
    struct override_row row;
    struct case_brief brief;

    q_case_brief_later(tx, case_id, &brief);
    TRY(q_override_get(tx, case_id, id, &row));
    override_show(x, brief.caseworker, &row);
    audit_read(tx, "override", id, "");
    reply_etag(rs, row.version);
    return reply_row(rs, status, &override_row_json, &row);
}

/* getOverride: GET /cases/{caseId}/overrides/{overrideId} */
err_t get_override(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    return override_reply(x, tx, request_path_uuid(rq, "caseId"), request_path_uuid(rq, "overrideId"), 200,
                          rs);
}

/* requestOverride: POST /cases/{caseId}/overrides */
err_t request_override(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    const json_t *body = request_body(rq), *guards = json_object_get(body, "guards"), *guard;
    struct text_array codes = {.v = ARENA_ARRAY(x->arena, json_array_size(guards), const char *)};
    const char *transition = json_member_text(body, "transition");
    struct case_locked c;
    struct tx *tx;
    size_t i;

    if (!x->who->is_user)
        return err_new(x->arena, ERR_DENIED, "override.users", "Only a person may ask for an override.");
    json_array_foreach(guards, i, guard) codes.v[codes.n++] = json_string_value(guard);
    TRY(db_begin(x, &tx));
    TRY(q_case_lock(tx, case_id, &c));
    if (c.closed_at.set)
        return &case_closed_value;
    TRY(override_rules_ask(x->arena, packs_version(state->packs, c.programme, c.programme_version),
                           transition, &codes, principal_has(x->who, "protection:read")));
    q_override_insert(tx, &(struct q_override_insert_in){
                              .id = id,
                              .case_id = case_id,
                              .transition = transition,
                              .guards = codes,
                              .reason = json_member_text(body, "reason"),
                              .by = x->who->subject,
                              .now = x->now_us,
                          });
    tell(x, tx, case_id, id, "override.asked", transition);
    audit_write(tx, "override", id, "create", NULL);
    reply_location(x, rs, "/cases/%s/overrides/%s", uuid_text(x->arena, case_id), uuid_text(x->arena, id));
    return override_reply(x, tx, case_id, id, 201, rs);
}

/* Grants or refuses. */
static err_t override_decide(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = request_path_uuid(rq, "overrideId");
    int64_t days = json_member_i64(request_body(rq), "days", OVERRIDE_DAYS_MAX);
    bool granted = str_eq(status, "granted");
    struct case_brief brief;
    struct override_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_override_lock(tx, case_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(override_rules_decide(x->arena, &(struct override_decision){
                                            .status = row.status,
                                            .asked_by = row.asked_by,
                                            .caseworker = brief.caseworker,
                                            .decider = x->who->subject,
                                            .decider_is_user = x->who->is_user,
                                        }));
    q_override_decide(
        tx, &(struct q_override_decide_in){
                .id = id,
                .status = status,
                .by = x->who->subject,
                .decision = json_member_text(request_body(rq), "decision"),
                .valid_until = granted ? OPT_I64(x->now_us + days * DATE_US_PER_DAY) : (struct opt_i64){0},
                .now = x->now_us,
            });
    if (granted)
        due_set(tx, "overrideReview", id, x->now_us + OVERRIDE_DAYS_MAX * DATE_US_PER_DAY,
                arena_printf(x->arena, "{\"overrideId\":\"%s\",\"caseId\":\"%s\"}", uuid_text(x->arena, id),
                             uuid_text(x->arena, case_id)));
    tell(x, tx, case_id, id, granted ? "override.granted" : "override.refused", row.transition);
    audit_write(tx, "override", id, granted ? "grant" : "refuse", NULL);
    return override_reply(x, tx, case_id, id, 200, rs);
}

/* grantOverride: POST /cases/{caseId}/overrides/{overrideId}/grant */
err_t grant_override(struct ctx *x, const struct request *rq, struct response *rs)
{
    return override_decide(x, rq, rs, "granted");
}

/* refuseOverride: POST /cases/{caseId}/overrides/{overrideId}/refuse */
err_t refuse_override(struct ctx *x, const struct request *rq, struct response *rs)
{
    return override_decide(x, rq, rs, "refused");
}

/* Consumer of cases.due.overrideReview: a week after the grant, who granted it looks at what came of it. */
err_t case_override_review_due(struct ctx *x, const struct inbox_event *e)
{
    struct uuid id, case_id, task_id;
    struct override_row row;
    struct tx *tx;

    if (!uuid_parse(json_member_text(e->data, "overrideId"), &id) ||
        !uuid_parse(json_member_text(e->data, "caseId"), &case_id))
        return err_internal(x->arena, ERR_BUG, "event.data", "overrideId and caseId are uuids");
    TRY(db_begin(x, &tx));
    TRY(q_override_get(tx, case_id, id, &row));
    return task_add(x, tx,
                    &(struct task_new){
                        .case_id = OPT_UUID(case_id),
                        .kind = "overrideReview",
                        .title = arena_printf(x->arena, "Review the override of %s", row.transition),
                        .urgency = "normal",
                        .assignee = row.decided_by,
                        .sensitivity = "",
                    },
                    &task_id);
}
