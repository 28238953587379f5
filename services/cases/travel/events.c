/* events.c - what the travel service tells moves the case by the case's own guards, and what has happened is
 * observed. Each handler is idempotent, and a word for a movement that no longer counts is passed by. */
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/cases.h"
#include "cases/shares/shares.h"
#include "cases/tasks/tasks.h"
#include "cases/travel/journey.h"
#include "cases/travel/travel.h"

/* about: what settles it by itself. */
static err_t tell_task(struct ctx *x, const struct told *t, const char *kind, const char *title,
                       const char *urgency, struct opt_uuid about)
{
    struct uuid task;

    return task_add(x, t->tx,
                    &(struct task_new){.case_id = OPT_UUID(t->case_id),
                                       .kind = kind,
                                       .title = title,
                                       .urgency = urgency,
                                       .about = about},
                    &task);
}

static void request_over(struct ctx *x, const struct told *t, const char *status, const char *reason)
{
    if (t->j.request_id.set)
        q_travel_request_over(t->tx, t->j.request_id.v, status, reason, x->now_us);
}

err_t travel_movement_made(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid request = json_member_uuid(e->data, "travelRequestId");
    struct journey_superseded *before;
    struct case_tried tried;
    struct told t;
    bool known;
    size_t n;

    TRY(told_case(x, e, &t));
    if (!t.counts)
        return NULL;
    TRY(q_journey_lock(t.tx, t.case_id, t.movement_id, &known, &t.j));
    if (known)
        return NULL;
    TRY(q_journeys_supersede(t.tx, t.case_id, t.movement_id, x->now_us, &before, &n));
    q_journey_add(t.tx, &(struct q_journey_add_in){.case_id = t.case_id,
                                                   .movement_id = t.movement_id,
                                                   .request_id = request,
                                                   .now = x->now_us});
    if (request.set)
        q_travel_request_made(t.tx, request.v, t.movement_id, x->now_us);
    journey_tell(x, &t, "travel.planned", "");
    if (n == 0)
        return NULL;
    journey_departure(x, &t, (struct opt_date){0}); /* what was booked was another movement */
    TRY(case_try(x, t.tx, t.case_id, TRAVEL_cancelled, "movementReplaced", &tried));
    return partner_view_refresh(x, t.tx, t.case_id);
}

err_t travel_movement_ready(struct ctx *x, const struct inbox_event *e)
{
    struct told t;

    TRY(told_read(x, e, &t));
    if (t.counts && journey_mark(x, &t, "ready", NULL))
        journey_tell(x, &t, "travel.ready", "");
    return NULL;
}

/* ---- decisions that follow ---- */

/* The move is made, or a task says what lacks. */
static err_t follow(struct ctx *x, const struct told *t, enum travel_word word, const char *kind,
                    const char *title)
{
    struct case_tried tried;

    TRY(case_try(x, t->tx, t->case_id, word, NULL, &tried));
    if (tried.made || tried.there)
        return NULL;
    return case_lacks_task(x, t->tx, t->case_id, kind, title, &tried.unmet);
}

err_t travel_booking_ticketed(struct ctx *x, const struct inbox_event *e)
{
    struct told t;
    bool again;

    TRY(told_read(x, e, &t));
    if (!t.counts || !journey_mark(x, &t, "ticketed", NULL))
        return NULL;
    again = t.j.ticketed;
    journey_times(x, &t, e, true);
    journey_tell(x, &t, "travel.ticketed", "");
    TRY(partner_view_refresh(x, t.tx, t.case_id));
    if (again) /* another ticket: what the clearance rests on may have moved */
        return case_rejudge(x, t.tx, t.case_id, "ticketChanged", false);
    return follow(x, &t, TRAVEL_ticketed, "bookingLacks",
                  "The journey has its ticket, and the case is not ready to be booked");
}

err_t travel_booking_expired(struct ctx *x, const struct inbox_event *e)
{
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || t.cancelled)
        return NULL;
    journey_tell(x, &t, "travel.bookingExpired", "");
    return tell_task(x, &t, "bookingExpired", "A held booking has expired: have the journey booked anew",
                     "high", (struct opt_uuid){0});
}

/* The plan does not hold together any more, or does again: somebody must mend it, or need not. */
static err_t mend(struct ctx *x, const struct told *t, const char *status, bool reopened)
{
    if (!str_eq(status, "draft"))
        return tasks_end_about(x, t->tx, t->case_id, t->movement_id, "planHolds");
    return reopened ? task_add_once(
                          x, t->tx,
                          &(struct task_new){.case_id = OPT_UUID(t->case_id),
                                             .kind = "journeyBroken",
                                             .title = "The segments of the journey no longer connect: have "
                                                      "it booked anew",
                                             .urgency = "high",
                                             .about = OPT_UUID(t->movement_id)})
                    : NULL;
}

err_t travel_movement_delayed(struct ctx *x, const struct inbox_event *e)
{
    bool reopened = json_member_bool(e->data, "reopened", false);
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || t.cancelled)
        return NULL;
    journey_times(x, &t, e, false);
    if (reopened)
        journey_reopen(x, &t);
    journey_tell(x, &t, "travel.rescheduled", "");
    TRY(mend(x, &t, json_member_text(e->data, "status"), reopened));
    TRY(case_rejudge(x, t.tx, t.case_id, "scheduleChanged", reopened));
    return partner_view_refresh(x, t.tx, t.case_id);
}

err_t travel_abn_problem(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid abn_id = json_member_uuid(e->data, "abnId");
    const char *problem = json_member_text(e->data, "problem");
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || t.cancelled)
        return NULL;
    journey_tell(x, &t, "travel.abnProblem", arena_printf(x->arena, ",\"problem\":\"%s\"", problem));
    return task_add_once(
        x, t.tx,
        &(struct task_new){.case_id = OPT_UUID(t.case_id),
                           .kind = "abnProblem",
                           .title =
                               "Who was told of the journey reports a problem: see to it before departure",
                           .details = problem,
                           .urgency = "high",
                           .about = abn_id});
}

err_t travel_movement_cleared(struct ctx *x, const struct inbox_event *e)
{
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || !journey_mark(x, &t, "cleared", NULL))
        return NULL;
    journey_tell(x, &t, "travel.cleared", "");
    return follow(x, &t, TRAVEL_cleared, "boardingLacks",
                  "Travel is cleared to board, and the case is not ready for it");
}

/* The reasons that this service itself gives the travel service. */
static bool at_our_word(const char *reason)
{
    return str_eq(reason, "caseWithdrawn") || str_eq(reason, "caseClosed") ||
           str_eq(reason, "declarationWithdrawn");
}

err_t travel_movement_cancelled(struct ctx *x, const struct inbox_event *e)
{
    const char *reason = json_member_text(e->data, "reason");
    struct travel_active active = {0};
    struct case_tried tried;
    struct told t;
    bool wanted;

    TRY(told_read(x, e, &t));
    if (!t.counts || !journey_mark(x, &t, "cancelled", reason))
        return NULL;
    TRY(q_travel_active(t.tx, t.case_id, &wanted, &active));
    wanted = t.j.request_id.set ? wanted && uuid_eq(active.id, t.j.request_id.v) : !at_our_word(reason);
    request_over(x, &t, "cancelled", "movementCancelled");
    journey_departure(x, &t, (struct opt_date){0});
    journey_tell(x, &t, "travel.cancelled", "");
    TRY(case_try(x, t.tx, t.case_id, TRAVEL_cancelled, "movementCancelled", &tried));
    if (wanted) /* else it was cancelled at our own word */
        TRY(tell_task(x, &t, "movementCancelled", "The movement was cancelled: ask for a journey anew",
                      "high", (struct opt_uuid){0}));
    return partner_view_refresh(x, t.tx, t.case_id);
}

/* ---- what has happened ---- */

static err_t departed(struct ctx *x, struct told *t)
{
    journey_tell(x, t, "travel.departed", "");
    return case_observe(x, t->tx, t->case_id, TRAVEL_departed, t->at_us);
}

static err_t arrived(struct ctx *x, struct told *t)
{
    request_over(x, t, "ended", "arrived");
    journey_tell(x, t, "travel.arrived", "");
    return case_observe(x, t->tx, t->case_id, TRAVEL_arrived, t->at_us);
}

err_t travel_movement_departed(struct ctx *x, const struct inbox_event *e)
{
    struct journey_outcomes o;
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || !journey_mark(x, &t, "departed", NULL))
        return NULL;
    TRY(q_journey_outcomes(t.tx, t.case_id, t.movement_id, t.j.request_id, &o));
    if (o.travellers > 0 && o.left_behind == o.travellers)
        return NULL; /* it has left without them */
    return departed(x, &t);
}

err_t travel_movement_arrived(struct ctx *x, const struct inbox_event *e)
{
    struct journey_outcomes o;
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || !journey_mark(x, &t, "arrived", NULL))
        return NULL;
    TRY(q_journey_outcomes(t.tx, t.case_id, t.movement_id, t.j.request_id, &o));
    if (o.travellers > 0 && o.left_behind + o.refused == o.travellers)
        return NULL;
    return arrived(x, &t);
}

/* What befell one traveller: of a whole case it moves the case, of some of it a task asks what becomes of the
 * others. */
struct mishap {
    const char *outcome, *kind, *task, *title;
};
static const struct mishap no_show = {"noShow", "travel.noShow", "noShow",
                                      "The travellers did not show: speak with them"};
static const struct mishap refused = {"refusedEntry", "travel.refusedEntry", "refusedEntry",
                                      "Entry was refused: speak with the travellers"};
static const struct mishap denied = {"deniedBoarding", "travel.deniedBoarding", "deniedBoarding",
                                     "Boarding was denied: find out why, and plan anew"};

/* Keeps it; *ret_all: it befell every traveller of the case. */
static err_t mishap_keep(struct ctx *x, const struct inbox_event *e, const struct mishap *m, struct told *t,
                         bool *ret_all)
{
    struct uuid person_id = json_member_uuid(e->data, "personId").v;
    struct journey_outcomes o;

    *ret_all = false;
    TRY(told_read(x, e, t));
    if (!t->counts)
        return NULL;
    q_passenger_outcome(t->tx, &(struct q_passenger_outcome_in){.case_id = t->case_id,
                                                                .movement_id = t->movement_id,
                                                                .person_id = person_id,
                                                                .outcome = m->outcome,
                                                                .at = t->at_us});
    journey_tell(x, t, m->kind,
                 arena_printf(x->arena, ",\"personId\":\"%s\"", uuid_text(x->arena, person_id)));
    TRY(q_journey_outcomes(t->tx, t->case_id, t->movement_id, t->j.request_id, &o));
    *ret_all =
        o.travellers > 0 && (m == &refused ? o.left_behind + o.refused : o.left_behind) == o.travellers;
    if (!*ret_all)
        return tell_task(x, t, m->task, "One of the travellers was left behind: see to the whole case",
                         "immediate", OPT_UUID(person_id));
    request_over(x, t, "ended", m->outcome);
    journey_end(x, t);
    if (m != &refused)
        journey_departure(x, t, (struct opt_date){0});
    return tell_task(x, t, m->task, m->title, "high", OPT_UUID(person_id));
}

err_t travel_passenger_no_show(struct ctx *x, const struct inbox_event *e)
{
    struct told t;
    bool all;

    TRY(mishap_keep(x, e, &no_show, &t, &all));
    return all ? case_observe(x, t.tx, t.case_id, TRAVEL_no_show, t.at_us) : NULL;
}

err_t travel_passenger_refused(struct ctx *x, const struct inbox_event *e)
{
    struct told t;
    bool all;

    TRY(mishap_keep(x, e, &refused, &t, &all));
    return all ? case_observe(x, t.tx, t.case_id, TRAVEL_refused_entry, t.at_us) : NULL;
}

/* Nobody was late and nobody changed a mind: the case goes back to where a journey can be asked for. */
err_t travel_passenger_denied(struct ctx *x, const struct inbox_event *e)
{
    struct case_tried tried;
    struct told t;
    bool all;

    TRY(mishap_keep(x, e, &denied, &t, &all));
    if (!all)
        return NULL;
    TRY(case_try(x, t.tx, t.case_id, TRAVEL_cancelled, "deniedBoarding", &tried));
    return partner_view_refresh(x, t.tx, t.case_id);
}

/* What was told of the movement since its journey ended for the case was passed by. */
static err_t resume(struct ctx *x, const struct inbox_event *e, struct told *t)
{
    struct opt_i64 left = json_member_instant(e->data, "departedAt"),
                   there = json_member_instant(e->data, "arrivedAt");

    journey_resume(x, t, json_member_text(e->data, "status"));
    if (left.set) {
        t->at_us = left.v;
        journey_mark(x, t, "departed", NULL);
        TRY(departed(x, t));
    }
    if (there.set) {
        t->at_us = there.v;
        journey_mark(x, t, "arrived", NULL);
        TRY(arrived(x, t));
    }
    return partner_view_refresh(x, t->tx, t->case_id);
}

/* Who was told to be left behind was on board after all. */
err_t travel_passenger_boarded(struct ctx *x, const struct inbox_event *e)
{
    struct uuid person_id = json_member_uuid(e->data, "personId").v;
    struct told t;
    bool other;

    TRY(told_correction(x, e, &t, &other));
    if (!t.counts)
        return NULL;
    q_passenger_outcome(t.tx, &(struct q_passenger_outcome_in){.case_id = t.case_id,
                                                               .movement_id = t.movement_id,
                                                               .person_id = person_id,
                                                               .outcome = "boarded",
                                                               .at = t.at_us});
    journey_tell(x, &t, "travel.boarded",
                 arena_printf(x->arena, ",\"personId\":\"%s\"", uuid_text(x->arena, person_id)));
    TRY(tasks_end_about(x, t.tx, t.case_id, person_id, "boarded"));
    if (!str_eq(t.j.status, "ended"))
        return NULL; /* others of the case have travelled on it all the time */
    return other ? tell_task(x, &t, "observationReview",
                             "Review: a traveller boarded after all, and another journey is asked for",
                             "high", OPT_UUID(person_id))
                 : resume(x, e, &t);
}

err_t travel_clearance_recorded(struct ctx *x, const struct inbox_event *e)
{
    const char *kind = json_member_text(e->data, "kind");
    struct told t;

    TRY(told_read(x, e, &t));
    if (!t.counts || t.cancelled)
        return NULL;
    q_clearance_keep(t.tx, &(struct q_clearance_keep_in){.case_id = t.case_id,
                                                         .movement_id = t.movement_id,
                                                         .person_id = json_member_uuid(e->data, "personId").v,
                                                         .kind = kind,
                                                         .outcome = json_member_text(e->data, "outcome"),
                                                         .at = t.at_us});
    journey_tell(x, &t, "travel.clearance", arena_printf(x->arena, ",\"kind\":\"%s\"", kind));
    return case_rejudge(x, t.tx, t.case_id, "clearanceRecorded", false);
}
