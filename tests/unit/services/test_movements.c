/* test_movements.c - the moves of a movement, the guards of its journey, segments, passengers, observations.
 */
#include <check.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/guards/guards.h"
#include "travel/movements/rules.h"
#include "travel/passengers/rules.h"
#include "travel/segments/rules.h"
#include "unit.h"

#define HOUR (3600 * DATE_US_PER_S)
#define MAY_1 20574 /* 2026-05-01 */

static const struct principal officer = {.subject = "joost",
                                         .scope = "movements:write programme:avrr office:nl office:so"};

static bool has_fault(err_t e, const char *code)
{
    for (size_t i = 0; e && i < e->nfaults; i++) {
        if (str_eq(e->faults[i].code, code))
            return true;
    }
    return false;
}

static bool lacks(const struct unmet_list *list, const char *code)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->v[i].code, code))
            return true;
    }
    return false;
}

/* ---- moves ---- */

static const char *const statuses[] = {"draft",          "ready",      "abnSent",   "abnAcknowledged",
                                       "clearedToBoard", "departed",   "inTransit", "arrived",
                                       "handedOver",     "reconciled", "cancelled"};

/* Where a move leads from a status; NULL: it does not leave from there. */
static const char *expected(const char *code, size_t from)
{
    static const char *const chain[] = {"makeReady", "sendAbn", "acknowledgeAbn", "clearToBoard"};
    static const char *const seen[] = {"depart", "transit", "arrive", "handOver"};
    bool cancelled = from == 10, reconciled = from == 9;

    if (str_eq(code, "clearToBoard") && from == 1) /* nobody was to be told */
        return "clearedToBoard";
    for (size_t i = 0; i < LENGTH(chain); i++) {
        if (str_eq(chain[i], code))
            return from == i ? statuses[i + 1] : NULL;
    }
    for (size_t i = 0; i < LENGTH(seen); i++) {
        if (str_eq(seen[i], code))
            return !reconciled && (cancelled || from < 5 + i) ? statuses[5 + i] : NULL;
    }
    if (str_eq(code, "reconcile"))
        return from == 8 ? "reconciled" : NULL;
    return from < 5 ? "cancelled" : NULL;
}

START_TEST(a_movement_moves_only_as_drawn)
{
    for (size_t i = 0; i < movement_machine.n; i++) {
        const struct machine_move *line = &movement_machine.moves[i], *move;

        for (size_t from = 0; from < LENGTH(statuses); from++) {
            const char *to = expected(line->code, from);
            err_t e = machine_find(unit_arena, movement_machine, statuses[from], line->code, "other", &move);

            if (to) {
                ck_assert_ptr_null(e);
                ck_assert_str_eq(move->to, to);
            } else {
                ck_assert_str_eq(e->code, "transition.unavailable");
            }
        }
    }
}
END_TEST

START_TEST(a_decision_is_not_observed_and_a_cancellation_has_a_coded_reason)
{
    const struct machine_move *cancel, *depart, *ready;
    struct opt_i64 none = {0};

    ck_assert_ptr_null(machine_find(unit_arena, movement_machine, "draft", "cancel", "other", &cancel));
    ck_assert_ptr_null(machine_find(unit_arena, movement_machine, "draft", "depart", NULL, &depart));
    ck_assert_ptr_null(machine_find(unit_arena, movement_machine, "draft", "makeReady", NULL, &ready));
    ck_assert(rules_movement_observes(depart) && !rules_movement_observes(ready));
    ck_assert_ptr_null(rules_movement_said(unit_arena, cancel, none, NULL, "notFit", 0));
    ck_assert(has_fault(rules_movement_said(unit_arena, cancel, none, NULL, "because", 0), "reason.unknown"));
    ck_assert(has_fault(rules_movement_said(unit_arena, ready, OPT_I64(1), NULL, NULL, 9),
                        "observation.unexpected"));
    ck_assert(
        has_fault(rules_movement_said(unit_arena, ready, none, "joost", NULL, 9), "observation.unexpected"));
    ck_assert_ptr_null(rules_movement_said(unit_arena, depart, OPT_I64(1), "joost", NULL, 9));
    ck_assert(has_fault(rules_movement_said(unit_arena, depart, OPT_I64(HOUR), NULL, NULL, 0),
                        "observation.future"));
}
END_TEST

START_TEST(a_movement_is_made_where_its_maker_works)
{
    struct text_array mine = {.v = (const char *[]){"ke", "so"}, .n = 2},
                      other = {.v = (const char *[]){"ke"}, .n = 1};
    struct movement_terms t = {.programme = "avrr",
                               .offices = &mine,
                               .origin_country = "NL",
                               .destination_country = "SO",
                               .earliest = MAY_1,
                               .latest = MAY_1};
    err_t e;

    ck_assert_ptr_null(rules_movement_terms(unit_arena, &officer, &t));
    t = (struct movement_terms){.programme = "cd4d2",
                                .offices = &other,
                                .origin_country = "QQ",
                                .destination_country = "SO",
                                .earliest = MAY_1,
                                .latest = MAY_1 - 1};
    e = rules_movement_terms(unit_arena, &officer, &t);
    ck_assert(has_fault(e, "programme.notYours") && has_fault(e, "office.notYours"));
    ck_assert(has_fault(e, "country.unknown") && has_fault(e, "dates.order"));
    ck_assert_uint_eq(rules_own_offices(unit_arena, &officer).n, 2);
    ck_assert_str_eq(rules_movement_change("departed")->code, "movement.fixed");
    ck_assert_ptr_null(rules_movement_change("clearedToBoard"));
}
END_TEST

/* ---- guards ---- */

static struct movement_facts journey(void)
{
    static const struct fact_passenger who = {.given = "Asha", .family = "Warsame"};
    int64_t departs = MAY_1 * DATE_US_PER_DAY + 9 * HOUR;
    struct fact_segment *s = ARENA_ARRAY(unit_arena, 2, struct fact_segment);

    s[0] = (struct fact_segment){.mode = "flight",
                                 .from_kind = "airport",
                                 .from_place = "AMS",
                                 .to_kind = "airport",
                                 .to_place = "IST",
                                 .departs_us = departs,
                                 .arrives_us = departs + 4 * HOUR,
                                 .departure_zone = "Europe/Amsterdam",
                                 .arrival_zone = "Europe/Istanbul"};
    s[1] = (struct fact_segment){.mode = "flight",
                                 .from_kind = "airport",
                                 .from_place = "IST",
                                 .to_kind = "airport",
                                 .to_place = "MGQ",
                                 .to_country = "SO",
                                 .departs_us = departs + 6 * HOUR,
                                 .arrives_us = departs + 13 * HOUR,
                                 .departure_zone = "Europe/Istanbul",
                                 .arrival_zone = "Africa/Mogadishu"};
    return (struct movement_facts){.status = "draft",
                                   .origin_country = "NL",
                                   .destination_country = "SO",
                                   .destination_place = "MGQ",
                                   .earliest = MAY_1,
                                   .latest = MAY_1 + 1,
                                   .passengers = &who,
                                   .npassengers = 1,
                                   .segments = s,
                                   .nsegments = 2};
}

static struct unmet_list ready_lacks(const struct movement_facts *f)
{
    struct unmet_list list = {0};

    movement_judge(unit_arena, GUARDED_READY, f, &list);
    return list;
}

START_TEST(ready_needs_somebody_who_travels_by_segments)
{
    struct movement_facts f = journey();
    struct unmet_list list = ready_lacks(&f);

    ck_assert_uint_eq(list.n, 0);
    f.npassengers = f.nsegments = 0;
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "passengers.present") && lacks(&list, "segments.present"));
    ck_assert_str_eq(unmet_err(unit_arena, &list)->code, "guards.unmet");
}
END_TEST

START_TEST(segments_connect_in_time_and_place)
{
    struct movement_facts f = journey();
    struct fact_segment *s = ARENA_ARRAY(unit_arena, 2, struct fact_segment);
    struct unmet_list list;

    s[0] = f.segments[0];
    s[1] = f.segments[1];
    f.segments = s;
    s[1].departs_us = s[0].arrives_us;
    list = ready_lacks(&f);
    ck_assert(!lacks(&list, "segments.connect"));
    s[1].departs_us = s[0].arrives_us - 1;
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.connect"));
    s[1].departs_us = s[0].arrives_us;
    s[1].from_place = "SAW";
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.connect"));
}
END_TEST

START_TEST(the_journey_begins_on_a_day_that_was_asked_for_in_its_own_zone)
{
    struct movement_facts f = journey();
    struct fact_segment *s = ARENA_ARRAY(unit_arena, 1, struct fact_segment);
    struct unmet_list list;

    s[0] = f.segments[1];
    f.segments = s;
    f.nsegments = 1;
    s[0].departs_us =
        MAY_1 * DATE_US_PER_DAY - 2 * HOUR; /* 01:00 on 1 May in Istanbul, 22:00 the day before in UTC */
    list = ready_lacks(&f);
    ck_assert(!lacks(&list, "segments.withinWindow"));
    s[0].departs_us -= 2 * HOUR;
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.withinWindow"));
    s[0].departs_us += 3 * DATE_US_PER_DAY;
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.withinWindow"));
}
END_TEST

START_TEST(the_last_segment_arrives_where_it_is_meant_to)
{
    struct movement_facts f = journey();
    struct unmet_list list;

    f.destination_place = "HGA";
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.destination"));
    f.destination_place = "Baidoa"; /* a place, on from the airport by road */
    list = ready_lacks(&f);
    ck_assert(!lacks(&list, "segments.destination"));
    f.destination_country = "ET";
    list = ready_lacks(&f);
    ck_assert(lacks(&list, "segments.destination"));
}
END_TEST

START_TEST(the_books_close_when_everything_is_known)
{
    struct fact_passenger who = {.open_outcomes = 1};
    struct movement_facts f = {
        .status = "handedOver", .passengers = &who, .npassengers = 1, .open_incidents = 1, .unsettled = 1};
    struct unmet_list list = {0};

    movement_judge(unit_arena, GUARDED_RECONCILE, &f, &list);
    ck_assert(lacks(&list, "outcomes.recorded") && lacks(&list, "incidents.closed") &&
              lacks(&list, "costs.settled"));
    who.open_outcomes = 0;
    f.open_incidents = f.unsettled = 0;
    list = (struct unmet_list){0};
    movement_judge(unit_arena, GUARDED_RECONCILE, &f, &list);
    ck_assert_uint_eq(list.n, 0);
}
END_TEST

START_TEST(what_no_longer_holds_goes_back_as_far_as_it_must)
{
    struct movement_facts f = journey();
    struct unmet_list list = {0};

    f.status = "ready";
    ck_assert_str_eq(movement_standing(unit_arena, &f, &list), "ready");
    f.npassengers = 0;
    ck_assert_str_eq(movement_standing(unit_arena, &f, &list), "draft");
    ck_assert(lacks(&list, "passengers.present"));
    list = (struct unmet_list){0};
    f.status = "departed";
    ck_assert_str_eq(movement_standing(unit_arena, &f, &list), "departed");
}
END_TEST

/* ---- segments ---- */

START_TEST(a_segment_has_places_times_and_zones)
{
    struct segment_terms t = {.from_kind = "airport",
                              .from_place = "AMS",
                              .to_kind = "airport",
                              .to_place = "IST",
                              .departs_at = HOUR,
                              .arrives_at = 5 * HOUR,
                              .departure_zone = "Europe/Amsterdam",
                              .arrival_zone = "Europe/Istanbul"};
    err_t e;

    ck_assert_ptr_null(rules_segment(unit_arena, &t));
    t.from_place = t.to_place = "Ams";
    t.arrives_at = HOUR;
    t.departure_zone = NULL;
    t.arrival_zone = "Mars/Olympus";
    e = rules_segment(unit_arena, &t);
    ck_assert(has_fault(e, "place.code") && has_fault(e, "segment.samePlace") &&
              has_fault(e, "segment.order"));
    ck_assert(has_fault(e, "zone.required") && has_fault(e, "zone.unknown"));
    t.arrives_at = 11 * DATE_US_PER_DAY + HOUR;
    ck_assert(has_fault(rules_segment(unit_arena, &t), "segment.long"));
}
END_TEST

START_TEST(other_times_are_other_and_observed_ones_are_past)
{
    struct segment_times before = {HOUR, 2 * HOUR, "Europe/Amsterdam", "Europe/Istanbul"}, after = before;

    ck_assert(has_fault(rules_reschedule(unit_arena, &before, &after, false, 0), "segment.sameTimes"));
    after.arrives_at = 3 * HOUR;
    ck_assert_ptr_null(rules_reschedule(unit_arena, &before, &after, false, 0));
    ck_assert(has_fault(rules_reschedule(unit_arena, &before, &after, true, 0), "observation.future"));
    ck_assert_ptr_null(rules_segment_moves("inTransit"));
    ck_assert_str_eq(rules_segment_moves("arrived")->code, "movement.fixed");
}
END_TEST

/* ---- passengers ---- */

START_TEST(travel_data_are_of_somebody_who_can_be)
{
    struct passenger_data p = {.given = "Asha",
                               .family = "",
                               .birth = {"2008-05", false},
                               .unaccompanied_minor = true,
                               .nationalities = {.v = (const char *[]){"SO", "XXB"}, .n = 2}};
    err_t e;

    ck_assert_ptr_null(
        rules_passenger(unit_arena, &p, MAY_1, MAY_1)); /* the youngest is not 18 before 31 May */
    ck_assert(has_fault(rules_passenger(unit_arena, &p, MAY_1, MAY_1 + 31), "minor.adult"));
    p = (struct passenger_data){.given = "",
                                .family = "",
                                .birth = {"2031", false},
                                .document = {.country = "QQ"},
                                .nationalities = {.v = (const char *[]){"QQ"}, .n = 1}};
    e = rules_passenger(unit_arena, &p, MAY_1, MAY_1);
    ck_assert(has_fault(e, "name.empty") && has_fault(e, "birthDate.future") &&
              has_fault(e, "nationality.unknown"));
    ck_assert(has_fault(e, "document.incomplete") && has_fault(e, "country.unknown"));
    p.birth.value = "2026-02-30";
    ck_assert(has_fault(rules_passenger(unit_arena, &p, MAY_1, MAY_1), "birthDate.invalid"));
}
END_TEST

START_TEST(a_refresh_names_what_changed)
{
    struct passenger_data was = {.given = "Asha",
                                 .family = "Warsame",
                                 .document = {.kind = "passport", .number = "P1"}},
                          is = was;
    struct text_array names;

    ck_assert_uint_eq(rules_passenger_diff(unit_arena, &was, &is).n, 0);
    is.family = "Warsamee";
    is.document.number = "P2";
    names = rules_passenger_diff(unit_arena, &was, &is);
    ck_assert_uint_eq(names.n, 2);
    ck_assert_str_eq(names.v[0], "family");
    ck_assert_str_eq(names.v[1], "document");
}
END_TEST

START_TEST(an_observation_makes_what_somebody_must_look_into)
{
    ck_assert_ptr_null(rules_outcome(NULL, "boarded", "clearedToBoard").incident);
    ck_assert_ptr_null(rules_outcome(NULL, "boarded", "departed").incident);
    ck_assert_str_eq(rules_outcome(NULL, "boarded", "ready").incident, "notCleared");
    ck_assert_str_eq(rules_outcome(NULL, "boarded", "cancelled").incident, "notCleared");
    ck_assert_str_eq(rules_outcome(NULL, "noShow", "departed").event, "travel.passenger.noShow");
    ck_assert_str_eq(rules_outcome(NULL, "refusedEntry", "arrived").event, "travel.passenger.refusedEntry");
    ck_assert_str_eq(rules_outcome(NULL, "deniedBoarding", "departed").incident, "deniedBoarding");
    ck_assert_ptr_null(rules_outcome(NULL, "returned", "arrived").event);
    ck_assert_ptr_null(rules_outcome(NULL, "boarded", "departed").event);
    ck_assert_ptr_null(rules_outcome("refusedEntry", "boarded", "arrived").event);
    ck_assert_str_eq(rules_outcome("noShow", "boarded", "departed").event, "travel.passenger.boarded");
    ck_assert_ptr_null(rules_outcome("noShow", "boarded", "departed").incident);
    ck_assert_str_eq(rules_outcome("deniedBoarding", "boarded", "ready").event, "travel.passenger.boarded");
    ck_assert_str_eq(rules_outcome("deniedBoarding", "boarded", "ready").incident, "notCleared");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("movements");

    UNIT_CASE(s, "movements", a_movement_moves_only_as_drawn,
              a_decision_is_not_observed_and_a_cancellation_has_a_coded_reason,
              a_movement_is_made_where_its_maker_works);
    UNIT_CASE(s, "guards", ready_needs_somebody_who_travels_by_segments, segments_connect_in_time_and_place,
              the_journey_begins_on_a_day_that_was_asked_for_in_its_own_zone,
              the_last_segment_arrives_where_it_is_meant_to, the_books_close_when_everything_is_known,
              what_no_longer_holds_goes_back_as_far_as_it_must);
    UNIT_CASE(s, "segments", a_segment_has_places_times_and_zones,
              other_times_are_other_and_observed_ones_are_past);
    UNIT_CASE(s, "passengers", travel_data_are_of_somebody_who_can_be, a_refresh_names_what_changed,
              an_observation_makes_what_somebody_must_look_into);
    return s;
}
