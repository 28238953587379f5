/* worker.c - the consumer of the events that concern the diaspora service. */
#include "app/inbox.h"
#include "app/subjects.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/state.h"
#include "diaspora/surveys/surveys.h"

/* What is held on a person here (app/subjects.h). */
static err_t subject_question(struct ctx *x, const struct inbox_event *e)
{
    return subject_asked(x, e, "diaspora.subject.answered");
}

static const struct inbox_handler handlers[] = {
    {"cases.subject.asked", subject_question},
    {"cases.subject.taken", subject_taken},
    {"diaspora.country.closed", assignments_country_closed},
    {"diaspora.due.surveyWave", survey_wave_due},
    {"diaspora.due.surveyClose", survey_close_due},
    {"travel.movement.made", journey_made},
    {"travel.booking.ticketed", journey_scheduled},
    {"travel.movement.delayed", journey_scheduled},
    {"travel.movement.cleared", journey_observed},
    {"travel.movement.departed", journey_observed},
    {"travel.movement.arrived", journey_observed},
    {"travel.movement.cancelled", journey_cancelled},
    {"travel.passenger.noShow", journey_observed},
    {"travel.passenger.boarded", journey_boarded},
    {"travel.passenger.refusedEntry", journey_observed},
    {"travel.passenger.deniedBoarding", journey_observed},
    {"travel.abn.problem", journey_problem},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct inbox_worker worker = {.name = "diaspora-worker",
                                               .about = "takes the events that concern the diaspora service",
                                               .service = "diaspora",
                                               .handlers = handlers,
                                               .needs = PROGRAM_DATA | PROGRAM_KEYS,
                                               .start = diaspora_start};
    return inbox_worker_main(argc, argv, &worker);
}
