/* worker.c - the consumer of the events that concern the travel service. */
#include "app/inbox.h"
#include "app/readers.h"
#include "app/subjects.h"
#include "travel/abns/abns.h"
#include "travel/bookings/bookings.h"
#include "travel/requests/requests.h"
#include "travel/state.h"

/* What is held on a person here (app/subjects.h). */
static err_t subject_question(struct ctx *x, const struct inbox_event *e)
{
    return subject_asked(x, e, "travel.subject.answered", abns_recall);
}

static const struct inbox_handler handlers[] = {
    {"cases.subject.asked", subject_question},
    {"cases.subject.taken", subject_taken},
    {"cases.case.opened", readers_told},
    {"cases.case.readersChanged", readers_told},
    {"cases.travel.requested", travel_requested},
    {"cases.travel.cancelled", travel_cancelled},
    {"cases.travel.stopped", travel_stopped},
    {"cases.declaration.withdrawn", travel_wish_withdrawn},
    {"diaspora.travel.requested", travel_requested},
    {"diaspora.travel.cancelled", travel_cancelled},
    {"travel.due.holdExpiry", booking_hold_due},
    {"travel.abn.answered", abns_answered},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct inbox_worker worker = {.name = "travel-worker",
                                               .about = "takes the events that concern the travel service",
                                               .service = "travel",
                                               .handlers = handlers,
                                               .needs = PROGRAM_DATA | PROGRAM_KEYS,
                                               .start = travel_start};
    return inbox_worker_main(argc, argv, &worker);
}
