/* rules.h - decisions on requests for a journey, and on what the travel service tells of one. Pure. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/opt.h"
#include "cases/cases/guards.h"

struct arena;

#define TRAVEL_PERIOD_DAYS 366 /* between the first and the last day of departure */

/* Adds a fault for each thing that is wrong with the terms: travel.period (the last day lies before the first
 * or too far behind it, or the first in the past), country.unknown, person.twice. body conforms to
 * TravelRequestInput. */
void rules_travel_terms(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults);

/* May a journey be asked for from the present status? ERR_CONFLICT travel.programme, travel.status. */
MUST_CHECK err_t rules_travel_ask(const struct case_facts *facts);
/* Every one of the persons still wishes to go, else ERR_CONFLICT guards.unmet with voluntary.declared for
 * each who does not. Ids that are not of the case do not count here. */
MUST_CHECK err_t rules_travel_wish(struct arena *a, const struct case_facts *facts,
                                   const struct uuid *persons, size_t n);
/* The person of the case with that id; NULL: none. */
const struct fact_person *rules_traveller(const struct case_facts *facts, struct uuid id);
/* True when nobody travels by the case any more: closed, or ended in another way. */
bool rules_travel_ended(const struct case_facts *facts, bool closed);
/* True when the first person may be under age on the day and none of all n is certainly of age. */
bool rules_travel_alone(const struct fact_person *one, const struct fact_person *all, size_t n, int32_t on);

/* ERR_CONFLICT travel.over unless the request is requested or made. */
MUST_CHECK err_t rules_travel_active(const char *status);

/* The status of the journey after a word of the travel service ("ready", "ticketed", "cleared", "departed",
 * "arrived", "cancelled"); what comes late never moves it back, and only what was seen takes back a
 * cancellation. NULL: the word is not for it any more. */
const char *rules_journey_next(const char *status, const char *word);
/* The status of a journey that goes on, because a traveller was not left behind after all, with the movement
 * as it is by now. */
const char *rules_journey_resumed(const char *movement_status, bool ticketed);
/* The status after a change of schedule by which the clearance to board was taken back. */
const char *rules_journey_reopened(const char *status, bool ticketed);
