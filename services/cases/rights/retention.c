/* retention.c - when the time is over that a case is kept for, the erasure of its persons is proposed. Two
 * users decide on it, like on any other. */
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/rights/internal.h"
#include "cases/rights/queries.h"
#include "cases/rights/rights.h"
#include "cases/rights/rules.h"
#include "cases/state.h"

static void due_on(struct ctx *x, struct tx *tx, struct uuid case_id, int32_t day)
{
    int64_t due_us = day * DATE_US_PER_DAY;

    due_set(tx, "retention", case_id, due_us,
            arena_printf(x->arena, "{\"caseId\":\"%s\"}", uuid_text(x->arena, case_id)));
}

void retention_schedule(struct ctx *x, struct tx *tx, struct uuid case_id, int32_t retain_until)
{
    due_on(x, tx, case_id, retain_until + 1);
}

err_t retention_due(struct ctx *x, const struct inbox_event *e)
{
    struct uuid case_id = json_member_uuid(e->data, "caseId").v;
    int32_t today = date_today_nl(x->now_us);
    struct retention_case c;
    struct uuid id;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_retention_case(tx, case_id, today, &found, &c));
    if (!found || !c.over)
        return NULL; /* opened again: its next closing says anew */
    if (c.held) {
        due_on(x, tx, case_id, today + PROGRAM_STATE(x, struct cases_state)->rights.held_again_days);
        return NULL;
    }
    for (size_t i = 0; i < c.persons.n; i++) {
        err_t err = rights_add(x, tx,
                               &(struct rights_new){.person_id = c.persons.v[i],
                                                    .subject = "person",
                                                    .kind = "erasure",
                                                    .origin = "retention",
                                                    .reason = "The time that the case is kept for is over."},
                               &id);

        if (err && err->kind != ERR_CONFLICT) /* one is under way already */
            return err;
    }
    return NULL;
}
