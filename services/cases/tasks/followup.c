/* followup.c - see followup.h. */
#include "cases/tasks/followup.h"

#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/tasks/tasks.h"
#include "io/db.h"

/* kind, title, urgency */
#define FOLLOWUPS(X)                                                                                         \
    X("coachingFollowUp", "Follow up what was agreed in the coaching", "normal")                             \
    X("evaluationQuestions", "The evaluation desk asks questions", "high")                                   \
    X("evaluationDocuments", "The credential evaluation lacks documents", "normal")

static err_t task_of(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid item_id, const char *kind,
                     int32_t due_on)
{
    static const struct {
        const char *kind, *title, *urgency;
    } kinds[] = {
#define FOLLOWUP(kind_, title_, urgency_) {kind_, title_, urgency_},
        FOLLOWUPS(FOLLOWUP)
#undef FOLLOWUP
    };
    struct uuid id;

    for (size_t i = 0; i < LENGTH(kinds); i++) {
        if (str_eq(kinds[i].kind, kind))
            return task_add(x, tx,
                            &(struct task_new){.case_id = OPT_UUID(case_id),
                                               .kind = kind,
                                               .title = kinds[i].title,
                                               .urgency = kinds[i].urgency,
                                               .due_on = OPT_DATE(due_on),
                                               .about = OPT_UUID(item_id)},
                            &id);
    }
    return err_internal(x->arena, ERR_BUG, "followUp.kind", "no such kind: %s", kind);
}

err_t followup_plan(struct ctx *x, struct tx *tx, const struct followup *f)
{
    char day[11];

    if (!f->organisation)
        return task_of(x, tx, f->case_id, f->item_id, f->kind, f->due_on);
    date_format(f->due_on, day);
    outbox_add(tx, &(struct event){
                       .type = "cases.followUp.planned",
                       .subject = f->item_id,
                       .key = f->case_id,
                       .organisation = f->organisation,
                       .data = arena_printf(
                           x->arena, "{\"caseId\":\"%s\",\"itemId\":\"%s\",\"kind\":\"%s\",\"dueOn\":\"%s\"}",
                           uuid_text(x->arena, f->case_id), uuid_text(x->arena, f->item_id), f->kind, day)});
    return NULL;
}

err_t followup_settle(struct ctx *x, struct tx *tx, const struct followup *f)
{
    if (!f->organisation)
        return tasks_end_about(x, tx, f->case_id, f->item_id, "settled");
    outbox_add(tx, &(struct event){.type = "cases.followUp.settled",
                                   .subject = f->item_id,
                                   .key = f->case_id,
                                   .organisation = f->organisation,
                                   .data = arena_printf(x->arena, "{\"caseId\":\"%s\",\"itemId\":\"%s\"}",
                                                        uuid_text(x->arena, f->case_id),
                                                        uuid_text(x->arena, f->item_id))});
    return NULL;
}

err_t followup_settled(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid case_id = json_member_uuid(e->data, "caseId"),
                    item_id = json_member_uuid(e->data, "itemId");
    struct tx *tx;

    if (!case_id.set || !item_id.set)
        return err_internal(x->arena, ERR_BUG, "event.data", "caseId or itemId is none");
    TRY(db_begin(x, &tx));
    return tasks_end_about(x, tx, case_id.v, item_id.v, "settled");
}

err_t followup_planned(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid case_id = json_member_uuid(e->data, "caseId"),
                    item_id = json_member_uuid(e->data, "itemId");
    struct opt_date due_on = json_member_date(e->data, "dueOn");
    struct tx *tx;

    if (!case_id.set || !item_id.set || !due_on.set)
        return err_internal(x->arena, ERR_BUG, "event.data", "caseId, itemId or dueOn is none");
    TRY(db_begin(x, &tx));
    return task_of(x, tx, case_id.v, item_id.v, json_member_text(e->data, "kind"), due_on.v);
}
