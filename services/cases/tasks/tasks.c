/* tasks.c - what other areas ask of tasks; see tasks.h. */
#include "cases/tasks/tasks.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/tasks/queries.h"
#include "cases/tasks/rules.h"
#include "cases/timeline/timeline.h"

ERR_DEFINE(err_case_missing, ERR_MISSING, "case.missing", "There is no such case.");

/* {"taskId":…,"caseId":…,"assignee":…,"dueOn":…,"sensitive":…} as the events on tasks have it. */
static const char *task_event_data(struct arena *a, struct uuid id, const struct task_telling *t)
{
    struct buf b;
    buf_init(&b, a, 200);
    char day[11];
    date_format(t->due_on, day);
    buf_printf(&b, "{\"taskId\":\"%s\",\"caseId\":", uuid_text(a, id));
    json_write_text(&b, t->case_id.set ? uuid_text(a, t->case_id.v) : NULL);
    buf_puts(&b, ",\"assignee\":");
    json_write_text(&b, t->assignee);
    buf_printf(&b, ",\"dueOn\":\"%s\",\"sensitive\":%s}", day,
               str_eq(t->sensitivity, "protection") ? "true" : "false");
    return buf_text(&b);
}

/* The moment from which a task is overdue: the end of its day in Amsterdam. */
static int64_t overdue_from(int32_t due_on)
{
    int64_t at = 0;
    if (!date_zone_instant("Europe/Amsterdam", due_on + 1, 0, &at))
        at = (due_on + 1) * DATE_US_PER_DAY;
    return at;
}

void task_assigned(struct ctx *x, struct tx *tx, struct uuid id, const struct task_telling *t)
{
    due_set(tx, "taskOverdue", id, overdue_from(t->due_on),
            arena_printf(x->arena, "{\"taskId\":\"%s\"}", uuid_text(x->arena, id)));
    if (!t->assignee)
        return;
    outbox_add(tx, &(struct event){.type = "cases.task.assigned",
                                   .subject = id,
                                   .key = t->case_id.set ? t->case_id.v : id,
                                   .data = task_event_data(x->arena, id, t)});
}

err_t task_add(struct ctx *x, struct tx *tx, const struct task_new *t, struct uuid *ret_id)
{
    const char *assignee = t->assignee;
    if (t->case_id.set) {
        bool found = false;
        struct task_case of;
        TRY(q_task_case(tx, t->case_id.v, &found, &of));
        if (!found)
            return err_case_missing;
        /* The caseworker may not be one who reads what is for the protection officers. */
        if (!assignee && !str_eq(t->sensitivity, "protection"))
            assignee = of.caseworker;
    }
    int32_t today = date_today_nl(x->now_us);
    struct q_task_add_in in = {.id = uuid_new(x->now_us),
                               .case_id = t->case_id,
                               .kind = t->kind,
                               .title = t->title,
                               .details = t->details,
                               .urgency = t->urgency,
                               .due_on = t->due_on.set ? t->due_on.v : rules_task_due(t->urgency, today),
                               .assignee = assignee,
                               .sensitivity = t->sensitivity ? t->sensitivity : "",
                               .about = t->about,
                               .by = x->who->subject,
                               .now = x->now_us};
    q_task_add(tx, &in);
    if (in.case_id.set)
        timeline_add(tx, in.case_id.v, "task.added",
                     arena_printf(x->arena, "{\"taskId\":\"%s\"}", uuid_text(x->arena, in.id)),
                     in.sensitivity);
    task_assigned(
        x, tx, in.id,
        &(struct task_telling){
            .case_id = in.case_id, .assignee = assignee, .due_on = in.due_on, .sensitivity = in.sensitivity});
    audit_write(tx, "task", in.id, "create", NULL);
    *ret_id = in.id;
    return NULL;
}

err_t task_add_once(struct ctx *x, struct tx *tx, const struct task_new *t)
{
    struct task_about before;
    struct uuid id;

    TRY(q_task_about(tx, t->case_id.v, t->kind, t->about.v, &before));
    return before.open ? NULL : task_add(x, tx, t, &id);
}

err_t tasks_end_about(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid about,
                      const char *outcome)
{
    struct task_ended *rows;
    size_t n;

    TRY(q_tasks_end_about(
        tx,
        &(struct q_tasks_end_about_in){
            .case_id = case_id, .about = about, .outcome = outcome, .by = x->who->subject, .now = x->now_us},
        &rows, &n));
    for (size_t i = 0; i < n; i++) {
        due_cancel(tx, "taskOverdue", rows[i].id);
        timeline_add(tx, case_id, "task.done",
                     arena_printf(x->arena, "{\"taskId\":\"%s\"}", uuid_text(x->arena, rows[i].id)), "");
        audit_write(tx, "task", rows[i].id, "end", "[\"status\"]");
    }
    return NULL;
}

void tasks_cancel_for_case(struct tx *tx, struct uuid case_id, int64_t now_us)
{
    q_tasks_cancel_for_case(tx, case_id, tx_ctx(tx)->who->subject, now_us);
}

err_t task_overdue_due(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    struct task_locked task;
    err_t err = q_task_lock(tx, e->key, &task);
    if (err && err->kind == ERR_MISSING)
        return NULL;
    TRY(err);
    if (rules_task_open(task.status) || x->now_us < overdue_from(task.due_on))
        return NULL; /* done, or moved to a later day meanwhile */
    q_task_overdue(tx, e->key, x->now_us);
    outbox_add(tx, &(struct event){
                       .type = "cases.task.overdue",
                       .subject = e->key,
                       .key = task.case_id.set ? task.case_id.v : e->key,
                       .data = task_event_data(x->arena, e->key,
                                               &(struct task_telling){.case_id = task.case_id,
                                                                      .assignee = task.assignee,
                                                                      .due_on = task.due_on,
                                                                      .sensitivity = task.sensitivity})});
    audit_write(tx, "task", e->key, "overdue", NULL);
    return NULL;
}
