/* travel.c - what other areas ask of travel; see travel.h. */
#include "cases/travel/travel.h"

#include "app/audit.h"
#include "base/arena.h"
#include "cases/timeline/timeline.h"
#include "cases/travel/internal.h"
#include "cases/travel/queries.h"

void travel_cancel(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, const char *why)
{
    const char *request = uuid_text(x->arena, id);

    q_travel_request_end(tx, id, "cancelled", why, x->now_us);
    outbox_add(tx, &(struct event){
                       .type = "cases.travel.cancelled",
                       .subject = id,
                       .key = case_id,
                       .data = arena_printf(
                           x->arena, "{\"travelRequestId\":\"%s\",\"caseId\":\"%s\",\"reason\":\"%s\"}",
                           request, uuid_text(x->arena, case_id), why),
                   });
    timeline_add(tx, case_id, "travel.requestCancelled",
                 arena_printf(x->arena, "{\"travelRequestId\":\"%s\",\"reason\":\"%s\"}", request, why), "");
    audit_write(tx, "travelRequest", id, "cancel", NULL);
}

err_t travel_cancel_for_case(struct ctx *x, struct tx *tx, struct uuid case_id, const char *why)
{
    struct travel_active active;
    bool found;

    TRY(q_travel_active(tx, case_id, &found, &active));
    if (found)
        travel_cancel(x, tx, case_id, active.id, why);
    outbox_add(tx, &(struct event){.type = "cases.travel.stopped",
                                   .subject = case_id,
                                   .data = arena_printf(x->arena, "{\"caseId\":\"%s\",\"reason\":\"%s\"}",
                                                        uuid_text(x->arena, case_id), why)});
    return NULL;
}
