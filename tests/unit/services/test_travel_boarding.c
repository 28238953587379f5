/* test_travel_boarding.c - the guards before tickets and before boarding, each met and unmet; the tables of
 * requirements. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/guards/declared.h"
#include "travel/guards/guards.h"
#include "travel/requirements/rules.h"
#include "unit.h"

#define HOUR_US (3600LL * 1000000)

static struct arena *a;
static struct requirements *table;
static struct fact_passenger passengers[2];
static struct fact_segment segments[2];
static struct fact_ticket tickets[2];
static struct fact_booking booking;
static struct fact_clearance clearance;
static struct fact_budget budget;
static struct movement_facts facts;
static struct uuid people[2], legs[2];
static const char *somali[] = {"SO"};

static int32_t day(const char *text)
{
    int32_t days;

    ck_assert(date_parse(text, &days));
    return days;
}

static int64_t at(const char *text)
{
    int64_t us;

    ck_assert(date_parse_instant(text, &us));
    return us;
}

/* An adult and a child of eleven go home to Somalia by Istanbul on passports; all is well. */
static void setup(void)
{
    a = arena_new();
    err_t e = requirements_load(a, getenv("TRAVEL_REQUIREMENTS"), &table);
    ck_assert_msg(!e, "%s", e ? e->cause : "");
    for (size_t i = 0; i < 2; i++) {
        people[i] = (struct uuid){.b = {1, (uint8_t)i}};
        legs[i] = (struct uuid){.b = {2, (uint8_t)i}};
        passengers[i] = (struct fact_passenger){
            .id = people[i],
            .person_id = {.b = {3, (uint8_t)i}},
            .given = i ? "Liban" : "Asha Cabdi",
            .family = "Warsame",
            .birth_known = true,
            .birth_first = day(i ? "2015-01-01" : "1994-03-01"),
            .birth_last = day(i ? "2015-01-31" : "1994-03-31"),
            .nationalities = {.v = somali, .n = 1},
            .document_kind = "passport",
            .document_country = "SO",
            .document_expires_on = OPT_DATE(day("2026-12-31")),
        };
        tickets[i] = (struct fact_ticket){.booking_id = {.b = {9}},
                                          .passenger_id = people[i],
                                          .name = i ? "WARSAME/LIBAN MSTR" : "WARSAME/ASHA CABDI MRS",
                                          .segment_ids = {.v = legs, .n = 2}};
    }
    segments[0] = (struct fact_segment){.id = legs[0],
                                        .mode = "flight",
                                        .carrier = "KL",
                                        .from_kind = "airport",
                                        .from_place = "AMS",
                                        .to_kind = "airport",
                                        .to_place = "IST",
                                        .from_country = "NL",
                                        .to_country = "TR",
                                        .departs_us = at("2026-04-10T18:00:00Z"),
                                        .arrives_us = at("2026-04-10T21:40:00Z"),
                                        .departure_zone = "Europe/Amsterdam",
                                        .arrival_zone = "Europe/Istanbul"};
    segments[1] = (struct fact_segment){.id = legs[1],
                                        .mode = "flight",
                                        .carrier = "TK",
                                        .from_kind = "airport",
                                        .from_place = "IST",
                                        .to_kind = "airport",
                                        .to_place = "MGQ",
                                        .from_country = "TR",
                                        .to_country = "SO",
                                        .departs_us = at("2026-04-10T23:00:00Z"),
                                        .arrives_us = at("2026-04-11T06:00:00Z"),
                                        .departure_zone = "Europe/Istanbul",
                                        .arrival_zone = "Africa/Mogadishu"};
    booking = (struct fact_booking){.id = {.b = {9}},
                                    .passenger_ids = {.v = people, .n = 2},
                                    .segment_ids = {.v = legs, .n = 2},
                                    .currency = "EUR",
                                    .due = 100000};
    budget = (struct fact_budget){.currency = "EUR", .approved = OPT_I64(150000), .spent = 50000};
    facts = (struct movement_facts){
        .now_us = at("2026-04-08T18:00:00Z"),
        .today = day("2026-04-08"),
        .status = "abnAcknowledged",
        .programme = "avrr",
        .purpose = "return",
        .origin_country = "NL",
        .destination_country = "SO",
        .earliest = day("2026-04-01"),
        .latest = day("2026-04-15"),
        .passengers = passengers,
        .npassengers = 2,
        .segments = segments,
        .nsegments = 2,
        .boarding = {.requirements = table,
                     .booking = &booking,
                     .tickets = tickets,
                     .ntickets = 2,
                     .budgets = &budget,
                     .nbudgets = 1,
                     .manifest_closed = true},
    };
}

static void teardown(void)
{
    arena_free(a);
}

/* How often the guard is unmet before the decision. */
static size_t unmet(enum guarded decision, const char *code)
{
    struct unmet_list list = {0};
    size_t n = 0;

    if (decision == GUARDED_CLEAR)
        facts.boarding.booking = NULL;
    movement_judge(a, decision, &facts, &list);
    facts.boarding.booking = &booking;
    for (size_t i = 0; i < list.n; i++) {
        ck_assert_ptr_nonnull(list.v[i].message);
        ck_assert_ptr_nonnull(list.v[i].pointer);
        ck_assert_ptr_nonnull(list.v[i].remedy);
        ck_assert(!list.v[i].overridable);
        n += str_eq(list.v[i].code, code);
    }
    return n;
}
#define TICKET(code) unmet(GUARDED_TICKET, (code))
#define CLEAR(code) unmet(GUARDED_CLEAR, (code))

static struct unmet_list all(enum guarded decision)
{
    struct unmet_list list = {0};

    if (decision == GUARDED_CLEAR)
        facts.boarding.booking = NULL;
    movement_judge(a, decision, &facts, &list);
    facts.boarding.booking = &booking;
    return list;
}

START_TEST(a_family_on_valid_passports_is_ticketed_and_cleared)
{
    struct unmet_list list = all(GUARDED_TICKET);

    ck_assert_msg(list.n == 0, "%s: %s", list.n ? list.v[0].code : "", list.n ? list.v[0].message : "");
    list = all(GUARDED_CLEAR);
    ck_assert_msg(list.n == 0, "%s: %s", list.n ? list.v[0].code : "", list.n ? list.v[0].message : "");
}
END_TEST

START_TEST(names_match_the_document)
{
    struct unmet_list list;

    tickets[0].name = "ASHA CABDI/WARSAME MRS";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 1);
    ck_assert_uint_eq(CLEAR("travel.nameMatches"), 1);
    list = all(GUARDED_TICKET);
    ck_assert_ptr_nonnull(strstr(list.v[0].message, "WARSAME<<ASHA<CABDI"));
    ck_assert_ptr_nonnull(strstr(list.v[0].message, "ASHA<CABDI<<WARSAME"));
    ck_assert_ptr_nonnull(strstr(list.v[0].message, "changed places"));
    ck_assert_str_eq(list.v[0].pointer, "/passengers/0/document/holderName");
    tickets[0].name = "WARSAME/ASHA CABDI";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 0);
    passengers[0].document_holder_name = "WARSAME<<AISHA<CABDI";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 1);
    passengers[0].document_holder_name = "Asha Cabdi Warsame";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 0);
    passengers[0].document_holder_name = "Asha Warsame";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 1);
    passengers[0].document_holder_name = NULL;
    tickets[1].booking_id = (struct uuid){.b = {8}}; /* of another booking: not judged with this one */
    tickets[1].name = "SOMEBODY/ELSE";
    ck_assert_uint_eq(TICKET("travel.nameMatches"), 0);
    ck_assert_uint_eq(CLEAR("travel.nameMatches"), 1);
}
END_TEST

START_TEST(documents_cover_the_dates)
{
    passengers[0].document_expires_on = OPT_DATE(day("2026-04-10"));
    ck_assert_uint_eq(TICKET("travel.documentCovers"),
                      2); /* there when it lands, and already in Istanbul past midnight */
    passengers[0].document_expires_on = OPT_DATE(day("2026-04-11"));
    ck_assert_uint_eq(TICKET("travel.documentCovers"), 0);
    segments[1].arrives_us += 24 * HOUR_US;
    ck_assert_uint_eq(TICKET("travel.documentCovers"), 1);
    ck_assert_uint_eq(CLEAR("travel.documentCovers"), 1);
    passengers[0].document_expires_on.set = false;
    ck_assert_uint_gt(TICKET("travel.documentCovers"), 0);
    booking.passenger_ids = (struct uuid_array){.v = people + 1, .n = 1};
    ck_assert_uint_eq(TICKET("travel.documentCovers"), 0);
}
END_TEST

START_TEST(documents_are_accepted_along_the_route)
{
    passengers[0].document_kind = NULL;
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 1);
    passengers[0].document_kind = "nationalId";
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 2); /* neither in transit nor at home */
    passengers[0].document_kind = "laissezPasser";
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 0);
    segments[0].to_country = "AE"; /* takes no single-journey documents */
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 1);
    ck_assert_uint_eq(CLEAR("travel.documentAccepted"), 1);
    segments[0].to_country = NULL; /* no known airport, and nobody said where: cannot be judged */
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 1);
    segments[0].to_country = "NL"; /* a change at home is no transit */
    ck_assert_uint_eq(TICKET("travel.documentAccepted"), 0);
}
END_TEST

START_TEST(visas_cover_the_entry)
{
    static const char *eritrean[] = {"ER"};

    passengers[0].nationalities = (struct text_array){.v = eritrean, .n = 1};
    passengers[0].document_country = "ER";
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
    clearance = (struct fact_clearance){.passenger_id = people[0],
                                        .kind = "entryVisa",
                                        .outcome = "granted",
                                        .country = "SO",
                                        .valid_from = OPT_DATE(day("2026-04-01")),
                                        .valid_until = OPT_DATE(day("2026-05-01"))};
    facts.boarding.clearances = &clearance;
    facts.boarding.nclearances = 1;
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 0);
    ck_assert_uint_eq(CLEAR("visa.coversEntry"), 0);
    clearance.outcome = "conditional";
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
    clearance.outcome = "granted";
    clearance.country = "KE";
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
    clearance.country = "SO";
    clearance.kind = "transitVisa";
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
    clearance.kind = "entryVisa";
    clearance.valid_until = OPT_DATE(day("2026-04-10"));
    ck_assert_uint_eq(CLEAR("visa.coversEntry"), 1);
    clearance.valid_until.set = false;
    clearance.valid_from = OPT_DATE(day("2026-04-12"));
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
    clearance.valid_from.set = false;
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 0);
    clearance.passenger_id = people[1];
    ck_assert_uint_eq(TICKET("visa.coversEntry"), 1);
}
END_TEST

START_TEST(a_child_has_an_adult_in_the_same_booking)
{
    booking.passenger_ids = (struct uuid_array){.v = people + 1, .n = 1};
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 1);
    passengers[1].birth_first = passengers[1].birth_last =
        day("2011-04-10"); /* fifteen on the day: KLM's limit */
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 0);
    passengers[1].birth_last++; /* or a day younger */
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 1);
    booking.segment_ids = (struct uuid_array){.v = legs + 1, .n = 1}; /* Turkish alone takes them younger */
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 0);
    ck_assert_uint_eq(TICKET("travel.birthKnown"), 0);
    passengers[1].birth_known = false;
    ck_assert_uint_eq(TICKET("travel.birthKnown"), 1);
    ck_assert_uint_eq(CLEAR("travel.birthKnown"), 0);
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 1);
    passengers[1].unaccompanied_minor = true;
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 0);
    passengers[1].unaccompanied_minor = false;
    booking.passenger_ids = (struct uuid_array){.v = people, .n = 2};
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 0);
    passengers[0].birth_first = passengers[0].birth_last = day("2009-01-01"); /* seventeen is no adult */
    ck_assert_uint_eq(TICKET("travel.minorAccompanied"), 1);
}
END_TEST

START_TEST(an_unaccompanied_minor_has_escort_and_receiver)
{
    static const char *need[] = {"unaccompaniedMinor"};

    ck_assert_uint_eq(TICKET("travel.unaccompaniedMinor"), 0);
    passengers[1].needs = (struct text_array){.v = need, .n = 1};
    ck_assert_uint_eq(TICKET("travel.unaccompaniedMinor"), 2);
    facts.boarding.escorted = (struct uuid_array){.v = people + 1, .n = 1};
    ck_assert_uint_eq(TICKET("travel.unaccompaniedMinor"), 1);
    facts.boarding.received = (struct uuid_array){.v = people, .n = 1};
    ck_assert_uint_eq(TICKET("travel.unaccompaniedMinor"), 1);
    facts.boarding.received = (struct uuid_array){.v = people, .n = 2};
    ck_assert_uint_eq(TICKET("travel.unaccompaniedMinor"), 0);
    ck_assert_uint_eq(CLEAR("travel.unaccompaniedMinor"), 0);
}
END_TEST

START_TEST(the_budget_is_free)
{
    ck_assert_uint_eq(TICKET("budget.free"), 0); /* to the last cent */
    budget.spent++;
    ck_assert_uint_eq(TICKET("budget.free"), 1);
    budget.approved.set = false;
    ck_assert_uint_eq(TICKET("budget.free"), 1);
    facts.boarding.nbudgets = 0;
    ck_assert_uint_eq(TICKET("budget.free"), 1);
    budget = (struct fact_budget){.currency = "USD", .approved = OPT_I64(1000000)};
    facts.boarding.nbudgets = 1;
    ck_assert_uint_eq(TICKET("budget.free"), 1);
    booking.currency = NULL;
    ck_assert_uint_eq(TICKET("budget.free"), 0);
}
END_TEST

START_TEST(who_travels_still_wishes_to)
{
    struct uuid declared[2] = {passengers[0].person_id, passengers[1].person_id};
    struct fact_declared d = {.person_ids = {.v = declared, .n = 2}};

    ck_assert_uint_eq(TICKET("travel.declared"), 0); /* not asked */
    facts.boarding.declared = &d;
    ck_assert_uint_eq(TICKET("travel.declared"), 0);
    ck_assert_uint_eq(CLEAR("travel.declared"), 0);
    d.person_ids.n = 1;
    ck_assert_uint_eq(TICKET("travel.declared"), 1);
    ck_assert_uint_eq(CLEAR("travel.declared"), 1);
    booking.passenger_ids.n = 1;
    ck_assert_uint_eq(TICKET("travel.declared"), 0);
    d.ended = true;
    ck_assert_uint_eq(TICKET("travel.declared"), 1);
}
END_TEST

START_TEST(without_an_answer_nothing_is_decided)
{
    static const struct err away = {.kind = ERR_UNAVAILABLE, .code = "peer.breaker"},
                            wrong = {.kind = ERR_UPSTREAM}, missing = {.kind = ERR_MISSING};
    struct fact_declared d = {0};

    ck_assert_str_eq(declared_unanswered(&away, &d)->code, "peer.away");
    ck_assert_int_eq(declared_unanswered(&wrong, &d)->kind, ERR_UNAVAILABLE);
    ck_assert(!d.ended);
    ck_assert_ptr_null(declared_unanswered(&missing, &d));
    ck_assert(d.ended);
}
END_TEST

START_TEST(a_movement_is_cleared_in_the_last_three_days)
{
    facts.now_us = segments[0].departs_us - 72 * HOUR_US;
    ck_assert_uint_eq(CLEAR("travel.departureWithin"), 0);
    facts.now_us -= 1;
    ck_assert_uint_eq(CLEAR("travel.departureWithin"), 1);
    ck_assert_uint_eq(TICKET("travel.departureWithin"), 0);
}
END_TEST

START_TEST(everybody_has_a_ticket_on_every_segment)
{
    tickets[1].segment_ids.n = 1;
    ck_assert_uint_eq(CLEAR("travel.ticketed"), 1);
    segments[1].mode = "car";
    ck_assert_uint_eq(CLEAR("travel.ticketed"), 0);
    facts.boarding.ntickets = 1;
    ck_assert_uint_eq(CLEAR("travel.ticketed"), 1);
    segments[1].mode = "flight";
    ck_assert_uint_eq(CLEAR("travel.ticketed"), 2);
}
END_TEST

START_TEST(fitness_is_asked_as_the_programme_says)
{
    static const char *medical[] = {"medical"};

    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 0);
    facts.fitness_applies_to = "flagged";
    facts.fitness_max_age_hours = 72;
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 0);
    passengers[0].needs = (struct text_array){.v = medical, .n = 1};
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
    facts.fitness_applies_to = "all";
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 2);
    facts.npassengers = 1;
    clearance = (struct fact_clearance){.passenger_id = people[0],
                                        .kind = "fitness",
                                        .outcome = "granted",
                                        .decided_us = OPT_I64(segments[0].departs_us - 72 * HOUR_US)};
    facts.boarding.clearances = &clearance;
    facts.boarding.nclearances = 1;
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 0);
    segments[0].departs_us += HOUR_US; /* the departure moves away from the check */
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
    segments[0].departs_us -= HOUR_US;
    clearance.valid_until = OPT_DATE(day("2026-04-09"));
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
    clearance.valid_until.set = false;
    clearance.outcome = "conditional";
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
    clearance.outcome = "pending";
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
    clearance.outcome = "refused";
    ck_assert_uint_eq(CLEAR("medical.fitToTravel"), 1);
}
END_TEST

START_TEST(manifest_and_notification_are_settled)
{
    facts.boarding.manifest_closed = false;
    ck_assert_uint_eq(CLEAR("travel.manifestClosed"), 1);
    ck_assert_uint_eq(TICKET("travel.manifestClosed"), 0);
    facts.boarding.abn_open = true;
    ck_assert_uint_eq(CLEAR("travel.abnAcknowledged"), 1);
    facts.boarding.abn_open = false;
    ck_assert_uint_eq(CLEAR("travel.abnAcknowledged"), 0);
}
END_TEST

START_TEST(who_meets_the_travellers_was_told)
{
    static const char *meets[] = {"coa", "shelter-mgq"};

    ck_assert_uint_eq(CLEAR("travel.abnSent"), 0);
    facts.boarding.untold = (struct text_array){.v = meets, .n = LENGTH(meets)};
    ck_assert_uint_eq(CLEAR("travel.abnSent"), 2);
    ck_assert_uint_eq(TICKET("travel.abnSent"), 0);
}
END_TEST

START_TEST(what_no_longer_holds_goes_back)
{
    struct unmet_list list = {0};

    facts.boarding.booking = NULL;
    facts.status = "clearedToBoard";
    ck_assert_str_eq(movement_standing(a, &facts, &list), "clearedToBoard");
    facts.boarding.ntickets = 0;
    ck_assert_str_eq(movement_standing(a, &facts, &list), "ready");
    facts.boarding.abn_sent = true;
    list = (struct unmet_list){0};
    ck_assert_str_eq(movement_standing(a, &facts, &list), "abnAcknowledged");
    ck_assert_str_eq(unmet_codes(a, &list).v[0], "travel.ticketed");
    ck_assert_uint_eq(unmet_codes(a, &list).n, 1);
}
END_TEST

/* ---- the tables ---- */

static const char *row_for(const char *country, const char *stage, const char *nationality,
                           const char *purpose)
{
    const struct requirement *r =
        requirement_find(table, &(struct requirement_question){.country = country,
                                                               .stage = stage,
                                                               .nationality = nationality,
                                                               .purpose = purpose,
                                                               .on = day("2026-04-10")});

    return r ? r->id : "";
}

START_TEST(the_closest_row_answers)
{
    ck_assert_str_eq(row_for("SO", "destination", "SO", "return"), "so-own");
    ck_assert_str_eq(row_for("SO", "destination", "ER", "return"), "so-foreign");
    ck_assert_str_eq(row_for("GH", "destination", "NG", NULL), "gh-ecowas");
    ck_assert_str_eq(row_for("BR", "destination", "BR", "return"), "any-own");
    ck_assert_str_eq(row_for("BR", "destination", "SO", "return"), "any-destination");
    ck_assert_str_eq(row_for("TR", "transit", "AF", "return"), "tr-transit-so-af");
    ck_assert_str_eq(row_for("SG", "transit", "AF", "return"), "any-transit");
    ck_assert_str_eq(row_for("NL", "destination", "ET", "familyReunification"), "nl-family");
    ck_assert_str_eq(row_for("NL", "destination", "ET", "resettlement"), "nl-resettlement");
    ck_assert_str_eq(row_for("NL", "destination", "ET", NULL), "nl-foreign");
    ck_assert_str_eq(row_for("ET", "origin", "SO", "resettlement"), "et-exit");
    ck_assert_str_eq(row_for("ET", "origin", "SO", "return"), "any-origin");
    ck_assert_ptr_null(requirement_find(
        table, &(struct requirement_question){
                   .country = "SO", .stage = "destination", .nationality = "SO", .on = day("2025-12-31")}));
}
END_TEST

START_TEST(a_carrier_has_its_ages_or_the_default)
{
    ck_assert_int_eq(carrier_ages(table, "KL", day("2026-04-10")).alone, 15);
    ck_assert_int_eq(carrier_ages(table, "ZZ", day("2026-04-10")).alone, 12);
    ck_assert_int_eq(carrier_ages(table, NULL, day("2026-04-10")).companion, 18);
}
END_TEST

#define ROW                                                                                                  \
    "{'id':'%s','country':'%s','stage':'%s','nationalities':['%s'],'documents':[{'kinds':['passport'],'"     \
    "daysAfterArrival':0}],'verify':true%s}"
#define DEFAULTS                                                                                             \
    "{'id':'d','country':'*','stage':'destination','nationalities':['*'],'documents':[],'verify':true},{'"   \
    "id':'t','country':'*','stage':'transit','nationalities':['*'],'documents':[],'verify':true}"
#define CARRIERS "{'from':'2026-01-01','source':'x','default':{'alone':12,'companion':18},'carriers':[]}"

static json_t *parsed(const char *text)
{
    char *copy = arena_strdup(a, text);
    json_t *j;

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    ck_assert_ptr_null(json_parse(a, copy, strlen(copy), 16, &j));
    return j;
}

static err_t make(const char *path, const char *rows, const char *carriers)
{
    struct requirements *r;
    json_t *accepted = parsed(arena_printf(a, "[{'from':'2026-01-01','source':'x','rows':[%s]}]", rows));

    return requirements_make(a, accepted, parsed(arena_printf(a, "['%s']", path)),
                             parsed(arena_printf(a, "[%s]", carriers)),
                             parsed("['c/2026-01-01.json','c/2026-01-01.json']"), &r);
}

static void refused(err_t e, const char *why)
{
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "requirements.invalid");
    ck_assert_msg(strstr(e->cause, why) != NULL, "%s lacks %s", e->cause, why);
}

START_TEST(tables_that_contradict_themselves_are_refused)
{
    const char *path = "a/2026-01-01.json",
               *one = arena_printf(a, DEFAULTS "," ROW, "so", "SO", "destination", "SO", "");

    ck_assert_ptr_null(make(path, one, CARRIERS));
    refused(make("a/2026-02-01.json", one, CARRIERS), "2026-02-01.json: comes into force on 2026-01-01");
    refused(make(path, arena_printf(a, DEFAULTS "," ROW, "qq", "QQ", "destination", "SO", ""), CARRIERS),
            "unknown country in qq");
    refused(make(path, arena_printf(a, DEFAULTS "," ROW, "so", "SO", "destination", "QQ", ""), CARRIERS),
            "unknown nationality in so");
    refused(make(path, arena_printf(a, "%s," ROW, one, "so2", "SO", "destination", "SO", ""), CARRIERS),
            "so and so2 say the same");
    refused(make(path, arena_printf(a, "%s," ROW, one, "so", "SO", "destination", "ET", ""), CARRIERS),
            "so and so say the same");
    refused(make(path,
                 arena_printf(a, DEFAULTS "," ROW, "so", "SO", "destination", "SO",
                              ",'validFrom':'2026-03-01','validUntil':'2026-02-01'"),
                 CARRIERS),
            "ends before it begins");
    ck_assert_ptr_null(make(path,
                            arena_printf(a, DEFAULTS "," ROW "," ROW, "so", "SO", "destination", "SO",
                                         ",'validUntil':'2026-02-01'", "so2", "SO", "destination", "SO",
                                         ",'validFrom':'2026-02-02'"),
                            CARRIERS));
    refused(make(path,
                 arena_printf(a, ROW "," ROW, "so", "SO", "destination", "SO", "", "et", "ET", "transit", "*",
                              ""),
                 CARRIERS),
            "none of his own");
    refused(make(path, one,
                 "{'from':'2026-01-01','source':'x','default':{'alone':12,'companion':18},'carriers':[{'code'"
                 ":'TK','name':'a','ages':{'alone':7,'companion':18},'verify':true},{'code':'TK','name':'b','"
                 "ages':{'alone':7,'companion':18},'verify':true}]}"),
            "stands twice: TK");
    refused(make(path, one, ""), "no version of carriers");
}
END_TEST

START_TEST(a_folder_without_tables_is_refused)
{
    struct requirements *r;

    ck_assert_ptr_nonnull(requirements_load(a, "/nowhere", &r));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("travel boarding");
    TCase *guards = tcase_create("guards"), *tables = tcase_create("requirements");

    tcase_add_checked_fixture(guards, setup, teardown);
    tcase_add_test(guards, a_family_on_valid_passports_is_ticketed_and_cleared);
    tcase_add_test(guards, names_match_the_document);
    tcase_add_test(guards, documents_cover_the_dates);
    tcase_add_test(guards, documents_are_accepted_along_the_route);
    tcase_add_test(guards, visas_cover_the_entry);
    tcase_add_test(guards, a_child_has_an_adult_in_the_same_booking);
    tcase_add_test(guards, an_unaccompanied_minor_has_escort_and_receiver);
    tcase_add_test(guards, the_budget_is_free);
    tcase_add_test(guards, who_travels_still_wishes_to);
    tcase_add_test(guards, without_an_answer_nothing_is_decided);
    tcase_add_test(guards, a_movement_is_cleared_in_the_last_three_days);
    tcase_add_test(guards, everybody_has_a_ticket_on_every_segment);
    tcase_add_test(guards, fitness_is_asked_as_the_programme_says);
    tcase_add_test(guards, manifest_and_notification_are_settled);
    tcase_add_test(guards, who_meets_the_travellers_was_told);
    tcase_add_test(guards, what_no_longer_holds_goes_back);
    suite_add_tcase(s, guards);
    tcase_add_checked_fixture(tables, setup, teardown);
    tcase_add_test(tables, the_closest_row_answers);
    tcase_add_test(tables, a_carrier_has_its_ages_or_the_default);
    tcase_add_test(tables, tables_that_contradict_themselves_are_refused);
    tcase_add_test(tables, a_folder_without_tables_is_refused);
    suite_add_tcase(s, tables);
    return s;
}
