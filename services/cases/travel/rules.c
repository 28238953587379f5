/* rules.c - decisions on requests for a journey; see rules.h. */
#include "cases/travel/rules.h"

#include "base/arena.h"
#include "base/codes.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/programmes/pack.h"

ERR_DEFINE(err_programme, ERR_CONFLICT, "travel.programme",
           "This version of the programme plans no journeys; move the case to a newer one.");
ERR_DEFINE(err_status, ERR_CONFLICT, "travel.status", "No journey is asked for in the present status.");
ERR_DEFINE(err_over, ERR_CONFLICT, "travel.over", "The request is cancelled or has ended.");

static void check_country(struct arena *a, const json_t *body, const char *place, struct fault_list *faults)
{
    const char *country = json_member_text(json_object_get(body, place), "country");

    if (!codes_country(country))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "/%s/country", place),
                                 .code = "country.unknown",
                                 .detail = "Not a country."});
}

void rules_travel_terms(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults)
{
    int32_t earliest = json_member_date(body, "earliest").v, latest = json_member_date(body, "latest").v;
    const json_t *persons = json_object_get(body, "persons");

    check_country(a, body, "origin", faults);
    check_country(a, body, "destination", faults);
    if (earliest < today)
        fault_add(a, faults,
                  (struct fault){.at = "/earliest",
                                 .code = "travel.period",
                                 .detail = "The first day lies in the past."});
    if (latest < earliest || latest - earliest > TRAVEL_PERIOD_DAYS)
        fault_add(
            a, faults,
            (struct fault){.at = "/latest",
                           .code = "travel.period",
                           .detail = "The last day lies before the first, or more than a year behind it."});
    for (size_t i = 0; i < json_array_size(persons); i++) {
        const char *id = json_member_text(json_array_get(persons, i), "personId");

        for (size_t k = 0; k < i; k++) {
            if (!str_eq(id, json_member_text(json_array_get(persons, k), "personId")))
                continue;
            fault_add(a, faults,
                      (struct fault){.at = arena_printf(a, "/persons/%zu/personId", i),
                                     .code = "person.twice",
                                     .detail = "The person stands twice."});
            break;
        }
    }
}

err_t rules_travel_ask(const struct case_facts *facts)
{
    const struct text_array *from = &facts->pack->travel.request_from;

    if (!facts->pack->travel.purpose)
        return err_programme;
    for (size_t i = 0; i < from->n; i++) {
        if (str_eq(from->v[i], facts->status))
            return NULL;
    }
    return err_status;
}

const struct fact_person *rules_traveller(const struct case_facts *facts, struct uuid id)
{
    for (size_t i = 0; i < facts->npersons; i++) {
        if (uuid_eq(facts->persons[i].id, id))
            return &facts->persons[i];
    }
    return NULL;
}

err_t rules_travel_wish(struct arena *a, const struct case_facts *facts, const struct uuid *persons, size_t n)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < n; i++) {
        const struct fact_person *p = rules_traveller(facts, persons[i]);

        if (p && !fact_wishes(facts, p))
            fault_add(a, &faults,
                      (struct fault){
                          .in = FAULT_GUARD,
                          .at = arena_printf(a, "/members/%zu/declarations", (size_t)(p - facts->persons)),
                          .code = "voluntary.declared",
                          .detail = "A traveller has no declaration in force.",
                          .remedy = "Record the signed declaration of the wish to go."});
    }
    return fault_list_err(a, &faults, ERR_CONFLICT, "guards.unmet", "Nobody travels against a wish.");
}

bool rules_travel_ended(const struct case_facts *facts, bool closed)
{
    const struct pack_status *s = pack_status(facts->pack, facts->status);

    return closed || str_eq(s->phase, "ended") || str_eq(s->phase, "closed");
}

bool rules_travel_alone(const struct fact_person *one, const struct fact_person *all, size_t n, int32_t on)
{
    for (size_t i = 0; i < n; i++) {
        if (!fact_maybe_minor(&all[i], on))
            return false;
    }
    return fact_maybe_minor(one, on);
}

err_t rules_travel_active(const char *status)
{
    return str_eq(status, "requested") || str_eq(status, "made") ? NULL : err_over;
}

/* ---- the journey as it is told ---- */

static const char *const stages[] = {"planned", "ready", "ticketed", "cleared", "departed", "arrived"};

static size_t stage_of(const char *status)
{
    size_t i = 0;

    while (i < LENGTH(stages) && !str_eq(stages[i], status))
        i++;
    return i;
}

const char *rules_journey_next(const char *status, const char *word)
{
    size_t now = stage_of(status), then = stage_of(word);

    if (str_eq(status, "cancelled")) /* what was seen stands against what was decided */
        return then == stage_of("departed") || then == stage_of("arrived") ? stages[then] : NULL;
    if (now == LENGTH(stages)) /* superseded, ended */
        return NULL;
    if (str_eq(word, "cancelled"))
        return now < stage_of("departed") ? "cancelled" : NULL;
    if (then == LENGTH(stages))
        return NULL;
    return stages[then > now ? then : now];
}

const char *rules_journey_resumed(const char *movement_status, bool ticketed)
{
    if (str_eq(movement_status, "clearedToBoard"))
        return "cleared";
    return ticketed ? "ticketed" : "ready";
}

const char *rules_journey_reopened(const char *status, bool ticketed)
{
    if (!str_eq(status, "cleared"))
        return status;
    return ticketed ? "ticketed" : "ready";
}
