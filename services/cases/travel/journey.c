/* journey.c - keeps what the travel service tells of a case's movement; see journey.h. */
#include "cases/travel/journey.h"

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/queries.h"
#include "cases/timeline/timeline.h"
#include "cases/travel/rules.h"

err_t told_case(struct ctx *x, const struct inbox_event *e, struct told *ret)
{
    struct opt_i64 at = json_member_instant(e->data, "at");
    bool found;

    *ret = (struct told){.case_id = json_member_uuid(e->data, "refId").v,
                         .movement_id = json_member_uuid(e->data, "movementId").v,
                         .at_us = at.set ? at.v : e->time_us};
    TRY(db_begin(x, &ret->tx));
    if (!str_eq(json_member_text(e->data, "refKind"), "case"))
        return NULL;
    TRY(q_journey_case(ret->tx, ret->case_id, &found, &ret->c));
    ret->counts = found;
    return NULL;
}

err_t told_read(struct ctx *x, const struct inbox_event *e, struct told *ret)
{
    struct journey_fact other;
    bool found, another = false;

    TRY(told_case(x, e, ret));
    if (!ret->counts)
        return NULL;
    TRY(q_journey_lock(ret->tx, ret->case_id, ret->movement_id, &found, &ret->j));
    ret->cancelled = found && str_eq(ret->j.status, "cancelled");
    if (ret->cancelled)
        TRY(q_journey_fact(ret->tx, ret->case_id, &another, &other));
    ret->counts = found && !another && rules_journey_next(ret->j.status, "arrived") != NULL;
    return NULL;
}

err_t told_correction(struct ctx *x, const struct inbox_event *e, struct told *ret, bool *ret_other)
{
    struct travel_active active;
    struct journey_fact current;
    bool found, journey, request;

    TRY(told_case(x, e, ret));
    if (!ret->counts)
        return NULL;
    TRY(q_journey_lock(ret->tx, ret->case_id, ret->movement_id, &found, &ret->j));
    TRY(q_journey_fact(ret->tx, ret->case_id, &journey, &current));
    TRY(q_travel_active(ret->tx, ret->case_id, &request, &active));
    ret->counts = found;
    *ret_other = (journey && !uuid_eq(current.movement_id, ret->movement_id)) ||
                 (request && !(ret->j.request_id.set && uuid_eq(active.id, ret->j.request_id.v)));
    return NULL;
}

bool journey_mark(struct ctx *x, struct told *t, const char *word, const char *reason)
{
    const char *status = rules_journey_next(t->j.status, word);

    if (!status)
        return false;
    q_journey_mark(t->tx, &(struct q_journey_mark_in){.case_id = t->case_id,
                                                      .movement_id = t->movement_id,
                                                      .status = status,
                                                      .word = word,
                                                      .at = OPT_I64(t->at_us),
                                                      .reason = reason,
                                                      .now = x->now_us});
    t->j.status = status;
    audit_write(t->tx, "case", t->case_id, "journey", NULL);
    return true;
}

static void journey_set(struct ctx *x, struct told *t, const char *status, const char *word)
{
    t->j.status = status;
    q_journey_mark(t->tx, &(struct q_journey_mark_in){.case_id = t->case_id,
                                                      .movement_id = t->movement_id,
                                                      .status = status,
                                                      .word = word,
                                                      .now = x->now_us});
}

void journey_reopen(struct ctx *x, struct told *t)
{
    journey_set(x, t, rules_journey_reopened(t->j.status, t->j.ticketed), "reopened");
}

void journey_end(struct ctx *x, struct told *t)
{
    journey_set(x, t, "ended", "ended");
}

void journey_resume(struct ctx *x, struct told *t, const char *movement_status)
{
    int32_t offset = 0;

    journey_set(x, t, rules_journey_resumed(movement_status, t->j.ticketed), "resumed");
    if (t->j.request_id.set)
        q_travel_request_resume(t->tx, t->j.request_id.v, x->now_us);
    if (!t->j.departs_at.set)
        return;
    if (!date_zone_offset(t->j.departure_zone, t->j.departs_at.v, &offset))
        offset = 0;
    journey_departure(x, t, OPT_DATE(date_of_instant(t->j.departs_at.v + offset * DATE_US_PER_S)));
}

void journey_departure(struct ctx *x, struct told *t, struct opt_date day)
{
    if (day.set == t->c.planned_departure_on.set && day.v == t->c.planned_departure_on.v)
        return;
    q_case_departure(t->tx, t->case_id, day, x->now_us);
    t->c.planned_departure_on = day;
}

void journey_times(struct ctx *x, struct told *t, const struct inbox_event *e, bool ticketed)
{
    struct opt_i64 departs = json_member_instant(e->data, "departsAt");
    const char *zone = json_member_text(e->data, "departureZone");
    int32_t offset = 0;

    if (!date_zone_offset(zone, departs.v, &offset))
        offset = 0;
    q_journey_times(t->tx, &(struct q_journey_times_in){
                               .case_id = t->case_id,
                               .movement_id = t->movement_id,
                               .departs_at = departs.v,
                               .departure_zone = zone,
                               .arrives_at = json_member_instant(e->data, "arrivesAt").v,
                               .arrival_zone = json_member_text(e->data, "arrivalZone"),
                               .ticketed_at = ticketed ? OPT_I64(e->time_us) : (struct opt_i64){0},
                               .now = x->now_us,
                           });
    t->j.ticketed |= ticketed;
    journey_departure(x, t, OPT_DATE(date_of_instant(departs.v + offset * DATE_US_PER_S)));
    audit_write(t->tx, "case", t->case_id, "journey", "[\"plannedDepartureOn\"]");
}

void journey_tell(struct ctx *x, const struct told *t, const char *kind, const char *more)
{
    timeline_add(
        t->tx, t->case_id, kind,
        arena_printf(x->arena, "{\"movementId\":\"%s\"%s}", uuid_text(x->arena, t->movement_id), more), "");
}
