/* worker.c - the consumer of the events that concern the diaspora service. */
#include "app/inbox.h"
#include "app/subjects.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/experts/experts.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/state.h"
#include "diaspora/surveys/surveys.h"

/* What is held on a person here (app/subjects.h). An approved expert is restricted first, as a person is:
 * nothing is added to what is about to go, also while something stands in its way. */
static err_t subject_question(struct ctx *x, const struct inbox_event *e)
{
    if (str_eq(json_member_text(e->data, "phase"), "erase"))
        TRY(expert_erasure_approved(x, json_member_uuid(e->data, "personId").v));
    return subject_asked(x, e, "diaspora.subject.answered", NULL);
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
