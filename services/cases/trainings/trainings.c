/* trainings.c - what becomes of participants when a case or a course ends; see trainings.h. */
#include "cases/trainings/trainings.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/timeline/timeline.h"
#include "cases/trainings/queries.h"

static void drop_all(struct ctx *x, struct tx *tx, const struct participant_ending *rows, size_t n,
                     const char *reason)
{
    for (size_t i = 0; i < n; i++) {
        q_participant_end(tx, &(struct q_participant_end_in){.id = rows[i].id,
                                                             .status = "dropped",
                                                             .reason = reason,
                                                             .today = date_today_nl(x->now_us),
                                                             .now = x->now_us});
        timeline_add(tx, rows[i].case_id, "training.dropped",
                     arena_printf(x->arena, "{\"participantId\":\"%s\",\"reason\":\"%s\"}",
                                  uuid_text(x->arena, rows[i].id), reason),
                     "");
        audit_write(tx, "trainingParticipant", rows[i].id, "transition", "[\"status\"]");
    }
}

err_t trainings_drop_for_case(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct participant_ending *rows;
    size_t n;

    TRY(q_participants_of_case(tx, case_id, &rows, &n));
    drop_all(x, tx, rows, n, "caseEnded");
    return NULL;
}

err_t training_cancelled(struct ctx *x, const struct inbox_event *e)
{
    struct participant_ending *rows;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(q_participants_of_course(tx, e->subject, &rows, &n));
    drop_all(x, tx, rows, n, "courseCancelled");
    return NULL;
}
