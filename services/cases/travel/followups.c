/* followups.c - what a programme plans after a status (monitoring visits): rows with their day, each of which
 * becomes a task some days before it, so that no worklist fills up with what is months away. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"
#include "cases/travel/queries.h"
#include "cases/travel/travel.h"

static err_t follow_up_plan(struct ctx *x, struct tx *tx, struct uuid case_id, const struct pack_follow_up *f,
                            int32_t months)
{
    struct q_follow_up_add_in in = {
        .id = uuid_new(x->now_us),
        .case_id = case_id,
        .code = f->code,
        .months = months,
        .due_on = date_add_months(date_today_nl(x->now_us), months),
        .now = x->now_us,
    };
    struct follow_up_added added;
    int64_t at;
    bool found;

    TRY(q_follow_up_add(tx, &in, &found, &added));
    if (!found)
        return NULL;
    if (!date_zone_instant("Europe/Amsterdam", in.due_on - f->lead_days, 0, &at))
        at = (in.due_on - f->lead_days) * DATE_US_PER_DAY;
    due_set(tx, "followUp", in.id, at,
            arena_printf(x->arena, "{\"followUpId\":\"%s\",\"caseId\":\"%s\"}", uuid_text(x->arena, in.id),
                         uuid_text(x->arena, case_id)));
    return NULL;
}

err_t follow_ups_enter(struct ctx *x, struct tx *tx, const struct pack *pack, struct uuid case_id,
                       const char *status)
{
    for (size_t i = 0; i < pack->nfollow_ups; i++) {
        const struct pack_follow_up *f = &pack->follow_ups[i];

        if (!str_eq(f->set_on, status))
            continue;
        for (size_t k = 0; k < f->nmonths; k++)
            TRY(follow_up_plan(x, tx, case_id, f, f->months[k]));
        timeline_add(tx, case_id, "followUp.planned", arena_printf(x->arena, "{\"code\":\"%s\"}", f->code),
                     "");
    }
    return NULL;
}

err_t follow_ups_cancel(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct follow_up_cancelled *rows;
    size_t n;

    TRY(q_follow_ups_cancel(tx, case_id, x->now_us, &rows, &n));
    for (size_t i = 0; i < n; i++)
        due_cancel(tx, "followUp", rows[i].id);
    return NULL;
}

/* The pack's words for it; the version may have changed since, and the follow-up gone from it. */
static const struct pack_follow_up *follow_up_of(struct ctx *x, const struct follow_up_locked *row)
{
    const struct pack *pack =
        packs_version(PROGRAM_STATE(x, struct cases_state)->packs, row->programme, row->programme_version);

    for (size_t i = 0; pack && i < pack->nfollow_ups; i++) {
        if (str_eq(pack->follow_ups[i].code, row->code))
            return &pack->follow_ups[i];
    }
    return NULL;
}

err_t follow_up_due(struct ctx *x, const struct inbox_event *e)
{
    struct uuid id = json_member_uuid(e->data, "followUpId").v, task;
    const struct pack_follow_up *f;
    struct follow_up_locked row;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_follow_up_lock(tx, id, &found, &row));
    if (!found || !str_eq(row.status, "planned"))
        return NULL;
    f = follow_up_of(x, &row);
    TRY(task_add(x, tx,
                 &(struct task_new){
                     .case_id = OPT_UUID(row.case_id),
                     .kind = row.code,
                     .title = arena_printf(x->arena, "%s, month %d", f ? f->title : row.code, row.months),
                     .urgency = f ? f->urgency : "normal",
                     .due_on = OPT_DATE(row.due_on)},
                 &task));
    q_follow_up_made(tx, id, task, x->now_us);
    audit_write(tx, "case", row.case_id, "followUp", NULL);
    return NULL;
}
