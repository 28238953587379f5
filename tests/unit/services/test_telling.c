/* test_telling.c - rules of who goes with the travellers, who meets them and who is told: escorts, assistance
 * points, advance booking notifications, manifests, the send-time check. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/abns/addressees.h"
#include "travel/abns/rules.h"
#include "travel/assistance/rules.h"
#include "travel/escorts/rules.h"
#include "travel/manifests/rules.h"
#include "travel/sendcheck/rules.h"
#include "unit.h"

#define NOW_US 1773740000000000LL /* 2026-03-17T09:33:20Z */
#define HOUR_US (3600 * DATE_US_PER_S)

static json_t *object(const char *text)
{
    json_t *out = NULL;
    ck_assert_ptr_null(json_parse(unit_arena, text, strlen(text), 8, &out));
    return out;
}

static int64_t instant(const char *text)
{
    int64_t us = 0;
    ck_assert(date_parse_instant(text, &us));
    return us;
}

static bool has_code(const struct fault_list *faults, const char *at, const char *code)
{
    for (size_t i = 0; i < faults->n; i++)
        if (str_eq(faults->v[i].at, at) && str_eq(faults->v[i].code, code))
            return true;
    return false;
}

static const char *joined(struct text_array texts)
{
    struct buf b;
    buf_init(&b, unit_arena, 64);
    for (size_t i = 0; i < texts.n; i++)
        buf_printf(&b, "%s%s", i ? " " : "", texts.v[i]);
    return buf_text(&b);
}

static void ck_code(err_t e, const char *code)
{
    if (code) {
        ck_assert_ptr_nonnull(e);
        ck_assert_str_eq(e->code, code);
    } else {
        ck_assert_ptr_null(e);
    }
}

/* ---- escorts ---- */

static const struct {
    struct escort_terms terms;
    const char *at, *code; /* NULL: fine */
} escorts[] = {
    {{.user_id = "joost", .first = OPT_I32(1), .last = OPT_I32(2)}, NULL, NULL},
    {{.name = "Ruth", .phone = "+31612345678", .first = OPT_I32(2), .last = OPT_I32(2)}, NULL, NULL},
    {{.first = OPT_I32(1), .last = OPT_I32(2)}, "/name", "escort.who"},
    {{.user_id = "joost", .name = "Ruth", .first = OPT_I32(1), .last = OPT_I32(2)}, "/name", "escort.who"},
    {{.user_id = "joost", .phone = "+316", .first = OPT_I32(1), .last = OPT_I32(2)}, "/phone", "escort.who"},
    {{.user_id = "joost", .last = OPT_I32(2)}, "/fromSegmentId", "segment.unknown"},
    {{.user_id = "joost", .first = OPT_I32(1)}, "/toSegmentId", "segment.unknown"},
    {{.user_id = "joost", .first = OPT_I32(2), .last = OPT_I32(1)}, "/toSegmentId", "segment.order"},
};

START_TEST(an_escort_is_somebody_and_goes_forward)
{
    struct fault_list faults = {0};
    rules_escort_terms(unit_arena, &escorts[_i].terms, &faults);
    ck_assert_uint_eq(faults.n, escorts[_i].code ? 1 : 0);
    if (escorts[_i].code)
        ck_assert(has_code(&faults, escorts[_i].at, escorts[_i].code));
}
END_TEST

static const struct {
    const char *status, *move, *reason, *to, *code;
} moves_escort[] = {
    {"proposed", "confirm", NULL, "confirmed", NULL},
    {"proposed", "release", "notNeeded", "released", NULL},
    {"confirmed", "release", "replaced", "released", NULL},
    {"confirmed", "confirm", NULL, NULL, "transition.unavailable"},
    {"released", "confirm", NULL, NULL, "transition.unavailable"},
    {"released", "release", "other", NULL, "transition.unavailable"},
};

START_TEST(an_escort_is_confirmed_and_released)
{
    const struct machine_move *move = NULL;
    ck_code(machine_find(unit_arena, rules_escort_machine, moves_escort[_i].status, moves_escort[_i].move,
                         moves_escort[_i].reason, &move),
            moves_escort[_i].code);
    if (moves_escort[_i].to)
        ck_assert_str_eq(move->to, moves_escort[_i].to);
}
END_TEST

START_TEST(actions_follow_status_and_scope)
{
    ck_assert_str_eq(joined(rules_escort_actions(unit_arena, "proposed", true)), "patch confirm release");
    ck_assert_str_eq(joined(rules_escort_actions(unit_arena, "confirmed", true)), "patch release");
    ck_assert_str_eq(joined(rules_escort_actions(unit_arena, "released", true)), "");
    ck_assert_str_eq(joined(rules_escort_actions(unit_arena, "proposed", false)), "");
    ck_assert_str_eq(joined(rules_assistance_actions(unit_arena, "planned", true)),
                     "patch confirm complete miss");
    ck_assert_str_eq(joined(rules_assistance_actions(unit_arena, "confirmed", true)), "patch complete miss");
    ck_assert_str_eq(joined(rules_assistance_actions(unit_arena, "done", true)), "");
    ck_assert_str_eq(joined(rules_assistance_actions(unit_arena, "planned", false)), "");
}
END_TEST

/* ---- assistance points ---- */

static const struct {
    struct assistance_terms terms;
    const char *at, *code;
} points[] = {
    {{.zone = "Africa/Mogadishu", .organisation = "iom", .office = "so"}, NULL, NULL},
    {{.zone = "Africa/Mogadishu", .receiver_name = "Faadumo", .receiver_phone = "+252"}, NULL, NULL},
    {{.zone = "Africa/Nowhere", .organisation = "iom"}, "/zone", "zone.unknown"},
    {{.zone = "Etc/UTC"}, "/organisation", "assistance.who"},
    {{.zone = "Etc/UTC", .receiver_name = "Faadumo", .office = "so"}, "/office", "assistance.who"},
    {{.zone = "Etc/UTC", .organisation = "iom", .receiver_phone = "+252"},
     "/receiverPhone",
     "assistance.who"},
};

START_TEST(somebody_meets_them_somewhere)
{
    struct fault_list faults = {0};
    rules_assistance_terms(unit_arena, &points[_i].terms, &faults);
    ck_assert_uint_eq(faults.n, points[_i].code ? 1 : 0);
    if (points[_i].code)
        ck_assert(has_code(&faults, points[_i].at, points[_i].code));
}
END_TEST

static const struct {
    const char *status, *move, *to;
} moves_point[] = {
    {"planned", "confirm", "confirmed"}, {"planned", "complete", "done"}, {"planned", "miss", "missed"},
    {"confirmed", "complete", "done"},   {"confirmed", "miss", "missed"}, {"confirmed", "confirm", NULL},
    {"done", "confirm", NULL},           {"done", "complete", NULL},      {"done", "miss", NULL},
    {"missed", "complete", NULL},        {"missed", "miss", NULL},        {"missed", "confirm", NULL},
};

START_TEST(what_happened_at_a_point_is_observed)
{
    const struct machine_move *move = NULL;
    ck_code(machine_find(unit_arena, rules_assistance_machine, moves_point[_i].status, moves_point[_i].move,
                         NULL, &move),
            moves_point[_i].to ? NULL : "transition.unavailable");
    if (moves_point[_i].to)
        ck_assert_str_eq(move->to, moves_point[_i].to);
}
END_TEST

/* ---- who may be told ---- */

static const struct addressees *addressees(void)
{
    struct addressees *all = NULL;
    const char *data = getenv("TRAVEL_DATA");
    ck_assert_ptr_nonnull(data);
    ck_assert_ptr_null(addressees_load(unit_arena, arena_printf(unit_arena, "%s/abns", data), &all));
    return all;
}

static const struct {
    const char *organisation, *kind; /* NULL: not named */
    bool told;
} told[] = {
    {"coa", "receptionAgency", true},
    {"iom", "office", true},
    {"nidos", "guardianship", true},
    {"gemeente-utrecht", "municipality", true},
    {"host-ministry", "receiver", true},
    {"embassy-so", "embassy", false},
    {"consulate-so", "embassy", false},
    {"gov-somalia", "authorityOfOrigin", false},
    {"police", "police", false},
    {"acme", NULL, false},
    {"coast", NULL, false},
    {"gemeente", NULL, false},
};

START_TEST(embassies_and_authorities_are_never_told)
{
    const struct addressee_kind *kind = addressees_find(addressees(), told[_i].organisation);
    if (!told[_i].kind) {
        ck_assert_ptr_null(kind);
        return;
    }
    ck_assert_ptr_nonnull(kind);
    ck_assert_str_eq(kind->kind, told[_i].kind);
    ck_assert_int_eq(kind->told, told[_i].told);
}
END_TEST

static const struct addressee_kind agency = {.kind = "receptionAgency", .told = true};
static const struct addressee_kind embassy = {.kind = "embassy", .told = false};
static const char *const names_of_fields[] = {"count", "needs", "names", "references", "assistance"};

static struct text_array fields(size_t from, size_t n)
{
    return (struct text_array){.v = (const char **)(uintptr_t)&names_of_fields[from], .n = n};
}

START_TEST(terms_name_a_told_addressee_and_a_basis)
{
    struct fault_list faults = {0};
    struct abn_terms t = {.own = "iom", .organisation = "coa", .kind = &agency, .fields = fields(0, 2)};
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert_uint_eq(faults.n, 0);
    t.kind = NULL;
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert(has_code(&faults, "/toOrganisation", "abn.addressee.unknown"));
    t.kind = &embassy;
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert(has_code(&faults, "/toOrganisation", "abn.addressee.refused"));
    faults = (struct fault_list){0};
    t.kind = &agency;
    t.office = "so";
    t.fields = fields(2, 1);
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert_uint_eq(faults.n, 2);
    ck_assert(has_code(&faults, "/toOffice", "abn.office"));
    ck_assert(has_code(&faults, "/legalBasis", "abn.basis"));
    faults = (struct fault_list){0};
    t.organisation = "iom";
    t.legal_basis = "publicTask";
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert_uint_eq(faults.n, 0);
    t.office = NULL;
    rules_abn_terms(unit_arena, &t, &faults);
    ck_assert(has_code(&faults, "/toOffice", "abn.office"));
}
END_TEST

START_TEST(nobody_is_told_of_a_draft_or_a_past_journey)
{
    ck_code(rules_abn_movement("draft"), "movement.notReady");
    ck_code(rules_abn_movement("ready"), NULL);
    ck_code(rules_abn_movement("abnSent"), NULL);
    ck_code(rules_abn_movement("abnAcknowledged"), NULL);
    ck_code(rules_abn_movement("clearedToBoard"), NULL);
    ck_code(rules_abn_movement("departed"), "movement.fixed");
    ck_code(rules_abn_movement("cancelled"), "movement.fixed");
}
END_TEST

START_TEST(only_the_addressee_answers_what_stands)
{
    const struct abn_reader sender = {.answers = true}, addressee = {.addressee = true, .answers = true},
                            reads = {.addressee = true};
    ck_code(rules_abn_answer("sent", &sender, false), "abn.addressee");
    ck_code(rules_abn_answer("sent", &addressee, false), NULL);
    ck_code(rules_abn_answer("acknowledged", &addressee, false), "abn.acknowledged");
    ck_code(rules_abn_answer("acknowledged", &addressee, true), NULL);
    ck_code(rules_abn_answer("superseded", &addressee, false), "abn.superseded");
    ck_code(rules_abn_answer("superseded", &addressee, true), "abn.superseded");
    ck_assert_str_eq(joined(rules_abn_actions(unit_arena, "sent", &addressee)), "acknowledge reportProblem");
    ck_assert_str_eq(joined(rules_abn_actions(unit_arena, "acknowledged", &addressee)), "reportProblem");
    ck_assert_str_eq(joined(rules_abn_actions(unit_arena, "superseded", &addressee)), "");
    ck_assert_str_eq(joined(rules_abn_actions(unit_arena, "sent", &sender)), "");
    ck_assert_str_eq(joined(rules_abn_actions(unit_arena, "sent", &reads)), "");
}
END_TEST

START_TEST(only_the_addressee_confirms_that_copies_are_deleted_and_once)
{
    const struct abn_reader sender = {.answers = true}, addressee = {.addressee = true, .answers = true},
                            reads = {.addressee = true};
    ck_code(rules_abn_recall_confirm(false, &sender), "abn.addressee");
    ck_code(rules_abn_recall_confirm(false, &addressee), NULL);
    ck_code(rules_abn_recall_confirm(true, &addressee), "abnRecall.confirmed");
    ck_assert_str_eq(joined(rules_abn_recall_actions(unit_arena, false, &addressee)), "confirmDeletion");
    ck_assert_str_eq(joined(rules_abn_recall_actions(unit_arena, true, &addressee)), "");
    ck_assert_str_eq(joined(rules_abn_recall_actions(unit_arena, false, &reads)), "");
    ck_assert_str_eq(joined(rules_abn_recall_actions(unit_arena, false, &sender)), "");
}
END_TEST

/* ---- what they see ---- */

static const char *const needs_one[] = {"wheelchair", "diet"}, *const needs_two[] = {"wheelchair"};

static struct abn_facts journey(void)
{
    struct abn_segment *segments = ARENA_ARRAY(unit_arena, 1, struct abn_segment);
    struct abn_passenger *passengers = ARENA_ARRAY(unit_arena, 2, struct abn_passenger);
    struct abn_point *meetings = ARENA_ARRAY(unit_arena, 2, struct abn_point);
    struct abn_facts f = {.reference = "AVRR-2026-000123",
                          .segments = segments,
                          .nsegments = 1,
                          .passengers = passengers,
                          .npassengers = 2,
                          .points = meetings,
                          .npoints = 2};
    ck_assert(uuid_parse("01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", &f.movement_id));
    segments[0] = (struct abn_segment){.mode = "flight",
                                       .carrier = "TK",
                                       .from_kind = "airport",
                                       .from_place = "AMS",
                                       .to_kind = "airport",
                                       .to_place = "IST",
                                       .departs_us = instant("2026-04-01T08:30:00Z"),
                                       .departure_zone = "Europe/Amsterdam",
                                       .arrives_us = instant("2026-04-01T22:05:00Z"),
                                       .arrival_zone = "Europe/Istanbul"};
    passengers[0] = (struct abn_passenger){
        .given = "ASHA", .family = "WARSAME", .needs = {.v = (const char **)(uintptr_t)needs_one, .n = 2}};
    passengers[1] = (struct abn_passenger){
        .given = "ALI", .family = "WARSAME", .needs = {.v = (const char **)(uintptr_t)needs_two, .n = 1}};
    meetings[0] = (struct abn_point){.kind = "departure",
                                     .place = "AMS",
                                     .zone = "Europe/Amsterdam",
                                     .at_us = instant("2026-04-01T06:00:00Z"),
                                     .organisation = "coa"};
    meetings[1] = (struct abn_point){.kind = "arrival",
                                     .place = "IST",
                                     .zone = "Europe/Istanbul",
                                     .at_us = instant("2026-04-01T22:30:00Z"),
                                     .organisation = "iom",
                                     .office = "tr"};
    return f;
}

#define LEG                                                                                                  \
    "\"segments\":[{\"mode\":\"flight\",\"carrier\":\"TK\",\"number\":null,\"from\":{\"kind\":\"airport\","  \
    "\"place\":\"AMS\"},\"to\":{\"kind\":\"airport\",\"place\":\"IST\"},\"departsAt\":\"2026-04-01T08:30:"   \
    "00Z\","                                                                                                 \
    "\"departsLocal\":\"2026-04-01T10:30:00\",\"departureZone\":\"Europe/Amsterdam\","                       \
    "\"arrivesAt\":\"2026-04-01T22:05:00Z\",\"arrivesLocal\":\"2026-04-02T01:05:00\","                       \
    "\"arrivalZone\":\"Europe/Istanbul\"}]"
#define HEAD "{\"movementId\":\"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41\",\"cancelled\":false," LEG

START_TEST(an_addressee_sees_the_chosen_fields_to_the_byte)
{
    const struct abn_facts f = journey();
    struct abn_terms t = {.own = "iom", .organisation = "coa"};
    ck_assert_str_eq(abn_snapshot(unit_arena, &f, &t), HEAD "}");
    t.fields = fields(0, 2);
    ck_assert_str_eq(abn_snapshot(unit_arena, &f, &t),
                     HEAD ",\"count\":2,\"needs\":[{\"code\":\"wheelchair\",\"count\":2},{\"code\":\"diet\","
                          "\"count\":1}]}");
    t.fields = fields(2, 2);
    ck_assert_str_eq(abn_snapshot(unit_arena, &f, &t),
                     HEAD ",\"names\":[{\"given\":\"ASHA\",\"family\":\"WARSAME\"},{\"given\":\"ALI\","
                          "\"family\":\"WARSAME\"}],\"references\":[\"AVRR-2026-000123\"]}");
}
END_TEST

START_TEST(an_addressee_sees_its_own_meetings_only)
{
    const struct abn_facts f = journey();
    struct abn_terms t = {.own = "iom", .organisation = "coa", .fields = fields(4, 1)};
    ck_assert_str_eq(abn_snapshot(unit_arena, &f, &t),
                     HEAD ",\"assistance\":[{\"kind\":\"departure\",\"place\":\"AMS\","
                          "\"at\":\"2026-04-01T06:00:00Z\",\"atLocal\":\"2026-04-01T08:00:00\","
                          "\"zone\":\"Europe/Amsterdam\"}]}");
    t.organisation = "iom";
    t.office = "so";
    ck_assert_str_eq(abn_snapshot(unit_arena, &f, &t), HEAD ",\"assistance\":[]}");
    t.office = "tr";
    ck_assert_ptr_nonnull(strstr(abn_snapshot(unit_arena, &f, &t), "\"place\":\"IST\",\"at\""));
}
END_TEST

START_TEST(a_delay_is_another_place_or_hour)
{
    struct abn_facts f = journey();
    const struct abn_terms t = {.own = "iom", .organisation = "coa", .fields = fields(0, 1)};
    json_t *before = object(abn_snapshot(unit_arena, &f, &t));
    f.npassengers = 1;
    ck_assert(!abn_rescheduled(before, object(abn_snapshot(unit_arena, &f, &t))));
    ((struct abn_segment *)(uintptr_t)f.segments)[0].departs_us += HOUR_US;
    ck_assert(abn_rescheduled(before, object(abn_snapshot(unit_arena, &f, &t))));
    f.cancelled = true;
    ck_assert_ptr_nonnull(strstr(abn_snapshot(unit_arena, &f, &t), "\"cancelled\":true"));
}
END_TEST

/* ---- manifests ---- */

START_TEST(a_version_says_what_is_different_and_never_what_it_was)
{
    json_t *one =
        object("{\"passengers\":[{\"passengerId\":\"a\",\"given\":\"X\",\"needs\":[]},{\"passengerId\":\"b\","
               "\"given\":\"Y\",\"needs\":[]}],\"segments\":[{\"segmentId\":\"s\"}]}");
    json_t *two = object("{\"passengers\":[{\"passengerId\":\"b\",\"given\":\"Z\",\"needs\":[\"diet\"]},"
                         "{\"passengerId\":\"c\",\"given\":\"Q\",\"needs\":[]}],\"segments\":[]}");
    ck_assert_str_eq(rules_manifest_diff(unit_arena, NULL, one),
                     "{\"added\":[\"a\",\"b\"],\"removed\":[],\"changed\":[],\"segments\":true}");
    ck_assert_str_eq(rules_manifest_diff(unit_arena, one, one),
                     "{\"added\":[],\"removed\":[],\"changed\":[],\"segments\":false}");
    ck_assert_str_eq(
        rules_manifest_diff(unit_arena, one, two),
        "{\"added\":[\"c\"],\"removed\":[\"a\"],\"changed\":[{\"passengerId\":\"b\",\"fields\":[\"given\","
        "\"needs\"]}],\"segments\":true}");
}
END_TEST

START_TEST(a_manifest_is_made_closed_and_reopened)
{
    ck_code(rules_manifest_make(NULL, false), NULL);
    ck_code(rules_manifest_make("open", false), NULL);
    ck_code(rules_manifest_make("open", true), "manifest.current");
    ck_code(rules_manifest_make("closed", false), "manifest.closed");
    ck_code(rules_manifest_close("open", true), NULL);
    ck_code(rules_manifest_close("open", false), "manifest.stale");
    ck_code(rules_manifest_close("closed", true), "manifest.closed");
    ck_code(rules_manifest_reopen("closed", true), NULL);
    ck_code(rules_manifest_reopen("closed", false), "manifest.overtaken");
    ck_code(rules_manifest_reopen("open", true), "manifest.open");
    ck_assert_str_eq(joined(rules_manifest_actions(unit_arena, "open", true, true)), "close");
    ck_assert_str_eq(joined(rules_manifest_actions(unit_arena, "open", false, true)), "");
    ck_assert_str_eq(joined(rules_manifest_actions(unit_arena, "closed", true, true)), "reopen");
    ck_assert_str_eq(joined(rules_manifest_actions(unit_arena, "closed", true, false)), "");
}
END_TEST

/* ---- the send-time check ---- */

#define DEPARTS (NOW_US + 48 * HOUR_US)

static const struct {
    const char *status, *event;
    struct opt_i64 departs;
    bool travels;
    int64_t expected;
    const char *reason;
} checks[] = {
    {"ready", "itinerary", OPT_I64(DEPARTS), true, 0, NULL},
    {"clearedToBoard", "reminder", OPT_I64(DEPARTS), true, DEPARTS, NULL},
    {"abnSent", "reminder", OPT_I64(DEPARTS), true, DEPARTS - HOUR_US, "movement.moved"},
    {"abnSent", "moved", OPT_I64(DEPARTS), true, 0, NULL},
    {"inTransit", "moved", OPT_I64(NOW_US - HOUR_US), true, 0, NULL},
    {"departed", "reminder", OPT_I64(NOW_US - HOUR_US), true, 0, "movement.departed"},
    {"arrived", "moved", OPT_I64(NOW_US - HOUR_US), true, 0, "movement.departed"},
    {"ready", "reminder", OPT_I64(NOW_US - HOUR_US), true, 0, "movement.past"},
    {"draft", "itinerary", {0}, true, 0, "movement.unplanned"},
    {"ready", "itinerary", OPT_I64(DEPARTS), false, 0, "passenger.none"},
    {"cancelled", "reminder", OPT_I64(DEPARTS), true, 0, "movement.cancelled"},
    {"cancelled", "cancelled", OPT_I64(DEPARTS), false, 0, NULL},
    {"departed", "cancelled", OPT_I64(DEPARTS), true, 0, "movement.planned"},
};

START_TEST(a_message_holds_while_the_journey_does)
{
    const struct send_journey j = {
        .status = checks[_i].status, .departs_us = checks[_i].departs, .travels = checks[_i].travels};
    const char *reason = rules_send_journey(&j, checks[_i].event, checks[_i].expected, NOW_US);
    if (checks[_i].reason) {
        ck_assert_ptr_nonnull(reason);
        ck_assert_str_eq(reason, checks[_i].reason);
    } else {
        ck_assert_ptr_null(reason);
    }
}
END_TEST

START_TEST(an_itinerary_is_told_in_the_clocks_of_its_places)
{
    const struct send_leg legs[] = {
        {.from = "Amsterdam (AMS)",
         .to = "Istanbul (IST)",
         .carrier = "TK",
         .number = "TK1952",
         .departs_us = instant("2026-03-28T09:30:00Z"), /* the night before summer time */
         .departure_zone = "Europe/Amsterdam",
         .arrives_us = instant("2026-03-28T13:05:00Z"),
         .arrival_zone = "Europe/Istanbul"},
        {.from = "Istanbul (IST)",
         .to = "Mogadishu (MGQ)",
         .carrier = "TK",
         .number = "680",
         .departs_us = instant("2026-03-28T16:20:00Z"),
         .departure_zone = "Europe/Istanbul",
         .arrives_us = instant("2026-03-29T00:40:00Z"),
         .arrival_zone = "Africa/Mogadishu"},
        {.from = "Mogadishu",
         .to = "Baidoa",
         .departs_us = instant("2026-03-29T05:00:00Z"),
         .departure_zone = "Africa/Mogadishu",
         .arrives_us = instant("2026-03-29T09:00:00Z"),
         .arrival_zone = "Africa/Mogadishu"},
    };
    ck_assert_str_eq(rules_send_itinerary(unit_arena, legs, LENGTH(legs)),
                     "\u2066"
                     "2026-03-28 10:30 Amsterdam (AMS) → 2026-03-28 16:05 Istanbul (IST), TK1952\u2069\n"
                     "\u2066"
                     "2026-03-28 19:20 Istanbul (IST) → 2026-03-29 03:40 Mogadishu (MGQ), TK 680\u2069\n"
                     "\u2066"
                     "2026-03-29 08:00 Mogadishu → 2026-03-29 12:00 Baidoa\u2069");
    ck_assert_str_eq(rules_send_itinerary(unit_arena, legs, 0), "");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("telling");
    UNIT_TABLE(s, "rules_escort_terms", escorts, an_escort_is_somebody_and_goes_forward);
    UNIT_TABLE(s, "rules_escort_machine", moves_escort, an_escort_is_confirmed_and_released);
    UNIT_CASE(s, "rules_escort_actions", actions_follow_status_and_scope);
    UNIT_TABLE(s, "rules_assistance_terms", points, somebody_meets_them_somewhere);
    UNIT_TABLE(s, "rules_assistance_machine", moves_point, what_happened_at_a_point_is_observed);
    UNIT_TABLE(s, "addressees_find", told, embassies_and_authorities_are_never_told);
    UNIT_CASE(s, "rules_abn_terms", terms_name_a_told_addressee_and_a_basis);
    UNIT_CASE(s, "rules_abn_movement", nobody_is_told_of_a_draft_or_a_past_journey);
    UNIT_CASE(s, "rules_abn_answer", only_the_addressee_answers_what_stands);
    UNIT_CASE(s, "rules_abn_recall_confirm", only_the_addressee_confirms_that_copies_are_deleted_and_once);
    UNIT_CASE(s, "abn_snapshot", an_addressee_sees_the_chosen_fields_to_the_byte);
    UNIT_CASE(s, "abn_snapshot", an_addressee_sees_its_own_meetings_only);
    UNIT_CASE(s, "abn_rescheduled", a_delay_is_another_place_or_hour);
    UNIT_CASE(s, "rules_manifest_diff", a_version_says_what_is_different_and_never_what_it_was);
    UNIT_CASE(s, "rules_manifest_make", a_manifest_is_made_closed_and_reopened);
    UNIT_TABLE(s, "rules_send_journey", checks, a_message_holds_while_the_journey_does);
    UNIT_CASE(s, "rules_send_itinerary", an_itinerary_is_told_in_the_clocks_of_its_places);
    return s;
}
