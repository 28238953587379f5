/* test_sharing.c - rules of consents, shares and the feed of changes. */
#include <string.h>

#include "app/trail.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/changes/changes.h"
#include "cases/changes/rules.h"
#include "cases/consents/rules.h"
#include "cases/shares/rules.h"
#include "unit.h"

#define NOW_US 1773740000000000LL /* 2026-03-17 */
#define HOUR_US (3600 * DATE_US_PER_S)

static const char *codes_of(const struct fault_list *faults)
{
    struct buf b;

    buf_init(&b, unit_arena, 256);
    for (size_t i = 0; i < faults->n; i++)
        buf_printf(&b, "%s%s %s", i > 0 ? "; " : "", faults->v[i].at, faults->v[i].code);
    return buf_text(&b);
}

static const char *joined(struct text_array words)
{
    struct buf b;

    buf_init(&b, unit_arena, 64);
    for (size_t i = 0; i < words.n; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", words.v[i]);
    return buf_text(&b);
}

/* ---- consents ---- */

static const char *recipients[] = {"coa", "uaf"};

static const struct {
    const char *purpose, *recipient;
    struct opt_i64 expires, withdrawn;
    bool covers;
} coverage[] = {
    {"sharing", "coa", {0}, {0}, true},
    {"sharing", "uaf", {true, NOW_US + HOUR_US}, {0}, true},
    {"sharing", "ind", {0}, {0}, false},                      /* nobody that it names */
    {"casework", "coa", {0}, {0}, false},                     /* another purpose */
    {"sharing", "coa", {true, NOW_US}, {0}, false},           /* expired this moment */
    {"sharing", "coa", {0}, {true, NOW_US - HOUR_US}, false}, /* withdrawn */
};

START_TEST(a_consent_covers_its_purpose_and_recipients_while_in_force)
{
    struct consent_terms c = {.purpose = "sharing",
                              .recipients = {.v = recipients, .n = 2},
                              .given_us = NOW_US - HOUR_US,
                              .expires_us = coverage[_i].expires,
                              .withdrawn_us = coverage[_i].withdrawn};

    ck_assert(rules_consent_covers(&c, coverage[_i].purpose, coverage[_i].recipient, NOW_US) ==
              coverage[_i].covers);
}
END_TEST

START_TEST(a_consent_of_the_future_is_not_in_force)
{
    struct consent_terms c = {.given_us = NOW_US + HOUR_US};

    ck_assert(!rules_consent_in_force(&c, NOW_US));
}
END_TEST

static const struct {
    const char *body, *faults;
} consents[] = {
    {"{\"given\":\"explicit\",\"method\":\"written\",\"givenAt\":\"2026-03-17T09:00:00Z\"}", ""},
    {"{\"given\":\"explicit\",\"givenBy\":\"X\",\"method\":\"written\",\"givenAt\":\"2026-03-17T09:00:00Z\"}",
     "/givenBy consent.givenBy"},
    {"{\"given\":\"proxy\",\"method\":\"written\",\"givenAt\":\"2026-03-17T09:00:00Z\"}",
     "/givenBy consent.givenBy"},
    {"{\"given\":\"guardian\",\"givenBy\":\"X\",\"method\":\"written\",\"givenAt\":\"2026-03-17T09:00:00Z\"}",
     ""},
    {"{\"given\":\"explicit\",\"method\":\"oral\",\"givenAt\":\"2026-03-17T09:00:00Z\"}",
     "/witness consent.witness"},
    {"{\"given\":\"explicit\",\"method\":\"oral\",\"witness\":\"X\",\"givenAt\":\"2026-03-17T09:00:00Z\"}",
     ""},
    {"{\"given\":\"explicit\",\"method\":\"written\",\"givenAt\":\"2026-03-18T09:00:00Z\"}",
     "/givenAt consent.future"},
    {"{\"given\":\"explicit\",\"method\":\"written\",\"givenAt\":\"2026-03-17T09:00:00Z\",\"expiresAt\":"
     "\"2026-03-17T08:00:00Z\"}",
     "/expiresAt consent.expiry"},
    {"{\"given\":\"explicit\",\"method\":\"written\",\"givenAt\":\"2026-03-01T09:00:00Z\",\"expiresAt\":"
     "\"2026-03-10T08:00:00Z\"}",
     "/expiresAt consent.expiry"},
};

START_TEST(a_consent_says_who_gave_it_how_and_when)
{
    struct fault_list faults = {0};
    json_t *body;

    ck_assert_ptr_null(json_parse(unit_arena, consents[_i].body, strlen(consents[_i].body), 32, &body));
    rules_consent_input(unit_arena, body, NOW_US, "", &faults);
    ck_assert_str_eq(codes_of(&faults), consents[_i].faults);
}
END_TEST

START_TEST(a_consent_is_withdrawn_once)
{
    ck_assert_ptr_null(rules_consent_withdraw((struct opt_i64){0}));
    ck_assert_str_eq(rules_consent_withdraw(OPT_I64(NOW_US))->code, "consent.withdrawn");
}
END_TEST

/* ---- shares ---- */

static const struct {
    struct share_terms terms;
    const char *faults;
} terms[] = {
    {{"iom", "coa", "publicTask", false, {0}}, ""},
    {{"iom", "coa", "consent", true, {0}}, ""},
    {{"iom", "iom", "publicTask", false, {0}}, "/toOrganisation share.self"},
    {{"iom", "coa", "consent", false, {0}}, "/consentId share.consent"},
    {{"iom", "coa", "contract", true, {0}}, "/consentId share.consent"},
    {{"iom", "coa", "contract", false, {true, 100}}, ""},
    {{"iom", "coa", "contract", false, {true, 99}}, "/until share.until"},
};

START_TEST(a_share_names_its_ground_and_an_end_to_come)
{
    struct fault_list faults = {0};

    rules_share_terms(unit_arena, &terms[_i].terms, 100, &faults);
    ck_assert_str_eq(codes_of(&faults), terms[_i].faults);
}
END_TEST

static const char *covered[] = {"reference", "status"};

START_TEST(a_share_goes_no_further_than_its_consent)
{
    const char *asked[] = {"status", "departed", "profile"};
    struct share_ground ground = {.fields = {.v = covered, .n = 2}, .last_on = {true, 20}};
    struct fault_list faults = {0};

    rules_share_ground(unit_arena, &ground, &(struct text_array){.v = asked, .n = 1},
                       (struct opt_date){true, 20}, &faults);
    ck_assert_uint_eq(faults.n, 0);
    rules_share_ground(unit_arena, &ground, &(struct text_array){.v = asked, .n = 3},
                       (struct opt_date){true, 21}, &faults);
    ck_assert_uint_eq(faults.n, 3);
    ck_assert_str_eq(faults.v[0].code, "consent.categories");
    ck_assert_str_eq(faults.v[0].at, "/fields/1");
    ck_assert_str_eq(faults.v[1].at, "/fields/2");
    ck_assert_str_eq(faults.v[2].code, "consent.lastDay");
}
END_TEST

START_TEST(only_an_active_share_changes)
{
    ck_assert_ptr_null(rules_share_active("active"));
    ck_assert_str_eq(rules_share_active("recalled")->code, "share.ended");
    ck_assert_str_eq(rules_share_active("expired")->code, "share.ended");
}
END_TEST

START_TEST(the_recipient_confirms_once_and_after_the_end)
{
    ck_assert_ptr_null(rules_share_confirm(true, "recalled", false));
    ck_assert_ptr_null(rules_share_confirm(true, "expired", false));
    ck_assert_str_eq(rules_share_confirm(true, "active", false)->code, "share.active");
    ck_assert_str_eq(rules_share_confirm(true, "recalled", true)->code, "share.confirmed");
    ck_assert_str_eq(rules_share_confirm(false, "recalled", false)->code, "share.recipient");
}
END_TEST

START_TEST(copies_are_deleted_by_a_day_to_come)
{
    int32_t day = 0;

    ck_assert_ptr_null(rules_share_delete_by(unit_arena, (struct opt_date){0}, 100, &day));
    ck_assert_int_eq(day, 100 + SHARE_DELETE_DAYS);
    ck_assert_ptr_null(rules_share_delete_by(unit_arena, OPT_DATE(100), 100, &day));
    ck_assert_int_eq(day, 100);
    ck_assert_str_eq(rules_share_delete_by(unit_arena, OPT_DATE(99), 100, &day)->faults[0].code,
                     "share.deleteBy");
}
END_TEST

START_TEST(allowed_actions_differ_for_owner_and_recipient)
{
    struct share_reader owner = {.owner = true, .writes = true}, reader = {.owner = true},
                        partner = {.recipient = true};

    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "active", false, &owner)), "change recall");
    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "active", false, &reader)), "");
    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "active", false, &partner)), "");
    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "recalled", false, &owner)), "");
    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "recalled", false, &partner)), "confirmDeletion");
    ck_assert_str_eq(joined(rules_share_actions(unit_arena, "recalled", true, &partner)), "");
}
END_TEST

/* ---- views ---- */

static const char *field_names[] = {"accepted", "plannedDepartureDate", "departed", "cancelled"};
static const char *ref_values[] = {"coa:zk-1"};
static const struct text_array fields = {.v = field_names, .n = LENGTH(field_names)};
static const struct text_array own_refs = {.v = ref_values, .n = 1};

static struct view_facts facts(void)
{
    struct view_facts f = {.reference = "AVRR-2026-000001", .told = "accepted", .label = "In counselling"};

    ck_assert(uuid_parse("01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", &f.case_id));
    return f;
}

START_TEST(a_view_holds_the_shared_fields_and_no_others)
{
    struct view_facts f = facts();

    ck_assert_str_eq(
        shares_view_bytes(unit_arena, &f, &fields, &own_refs),
        "{\"id\":\"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41\",\"externalRefs\":[\"coa:zk-1\"],"
        "\"accepted\":true,\"plannedDepartureDate\":null,\"departed\":false,\"cancelled\":false}");
}
END_TEST

START_TEST(a_hidden_change_moves_no_byte)
{
    struct view_facts f = facts();
    const char *before = shares_view_bytes(unit_arena, &f, &fields, &own_refs);

    f.label = "In documents";
    f.reference = "AVRR-2026-000002";
    ck_assert_str_eq(shares_view_bytes(unit_arena, &f, &fields, &own_refs), before);
}
END_TEST

START_TEST(a_shared_change_moves_bytes)
{
    struct view_facts f = facts();
    const char *before = shares_view_bytes(unit_arena, &f, &fields, &own_refs), *after;

    f.planned_departure_on = OPT_DATE(date_days(2026, 6, 1));
    after = shares_view_bytes(unit_arena, &f, &fields, &own_refs);
    ck_assert_str_ne(after, before);
    ck_assert_ptr_nonnull(strstr(after, "\"plannedDepartureDate\":\"2026-06-01\""));
    f.told = "cancelled";
    ck_assert_ptr_nonnull(
        strstr(shares_view_bytes(unit_arena, &f, &fields, &own_refs), "\"cancelled\":true"));
    f.told = "departed";
    after = shares_view_bytes(unit_arena, &f, &fields, &own_refs);
    ck_assert_ptr_nonnull(strstr(after, "\"departed\":true"));
    ck_assert_ptr_nonnull(strstr(after, "\"cancelled\":false"));
}
END_TEST

START_TEST(the_order_of_the_fields_is_the_serializers)
{
    static const char *turned[] = {"cancelled", "departed", "plannedDepartureDate", "accepted"};
    struct text_array other = {.v = turned, .n = LENGTH(turned)};
    struct view_facts f = facts();

    ck_assert_str_eq(shares_view_bytes(unit_arena, &f, &other, &own_refs),
                     shares_view_bytes(unit_arena, &f, &fields, &own_refs));
}
END_TEST

/* ---- changes ---- */

START_TEST(a_position_survives_its_text)
{
    struct change_position p = {.xid = 4711, .id = uuid_new(NOW_US), .issued_us = NOW_US}, q;

    ck_assert(change_position_parse(change_position_text(unit_arena, &p), &q));
    ck_assert_int_eq(q.xid, 4711);
    ck_assert(uuid_eq(p.id, q.id));
    ck_assert_int_eq(q.issued_us, NOW_US);
}
END_TEST

static const char *const broken[] = {"",
                                     "1",
                                     "1 2 3 0",
                                     "x 01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41 1 0",
                                     "1 01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41",
                                     "1 01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41 1",
                                     "1 01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41 1 0 ",
                                     "-1 01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41 1 0"};

START_TEST(what_is_no_position_is_refused)
{
    struct change_position p;

    ck_assert(!change_position_parse(broken[_i], &p));
}
END_TEST

START_TEST(a_position_that_is_too_old_or_of_a_lost_future_is_expired)
{
    struct change_position p = {.xid = 10, .issued_us = NOW_US, .generation = 7};

    ck_assert_ptr_null(rules_change_position(&p, 10, 7, NOW_US));
    ck_assert_str_eq(rules_change_position(&p, 9, 7, NOW_US)->code, "changes.expired");
    ck_assert_str_eq(rules_change_position(&p, 10, 8, NOW_US)->code, "changes.expired");
    ck_assert_ptr_null(rules_change_position(&p, 10, 7, NOW_US + CHANGES_KEPT_DAYS * DATE_US_PER_DAY));
    ck_assert_str_eq(rules_change_position(&p, 10, 7, NOW_US + CHANGES_KEPT_DAYS * DATE_US_PER_DAY + 1)->code,
                     "changes.expired");
}
END_TEST

START_TEST(reading_goes_on_at_the_horizon_or_behind_the_last_row)
{
    struct change_position last = {.xid = 50, .id = uuid_new(NOW_US)}, next;

    next = rules_change_next(NULL, 60, NOW_US);
    ck_assert(next.xid == 60 && uuid_is_nil(next.id) && next.issued_us == NOW_US);
    next = rules_change_next(&last, 60, NOW_US);
    ck_assert(next.xid == 60 && uuid_is_nil(next.id));
    next = rules_change_next(&last, 0, NOW_US); /* a full page */
    ck_assert(next.xid == 50 && uuid_eq(next.id, last.id));
    next = rules_change_next(&last, 50, NOW_US); /* a row that the later snapshot saw */
    ck_assert(next.xid == 50 && uuid_eq(next.id, last.id));
}
END_TEST

START_TEST(a_partner_writes_by_an_edit_share_while_the_case_is_open)
{
    ck_assert_ptr_null(rules_access_write(false, "edit", false));
    ck_assert_str_eq(rules_access_write(false, "view", false)->code, "share.level");
    ck_assert_str_eq(rules_access_write(false, "edit", true)->code, "case.ended");
    ck_assert_ptr_null(rules_access_write(true, NULL, false));
    ck_assert_str_eq(rules_access_write(true, NULL, true)->code, "case.ended");
}
END_TEST

/* ---- who saw ---- */

START_TEST(a_user_asks_who_saw_within_92_days)
{
    ck_assert_ptr_null(rules_trail(true, NOW_US - 92 * 24 * HOUR_US, NOW_US));
    ck_assert_str_eq(rules_trail(true, NOW_US - 92 * 24 * HOUR_US - 1, NOW_US)->code, "trail.window");
    ck_assert_str_eq(rules_trail(true, NOW_US, NOW_US)->code, "trail.window");
    ck_assert_str_eq(rules_trail(false, NOW_US - HOUR_US, NOW_US)->code, "trail.users");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("sharing");

    UNIT_CASE(s, "rules_trail", a_user_asks_who_saw_within_92_days);

    UNIT_TABLE(s, "rules_consent_covers", coverage,
               a_consent_covers_its_purpose_and_recipients_while_in_force);
    UNIT_CASE(s, "rules_consent_in_force", a_consent_of_the_future_is_not_in_force);
    UNIT_TABLE(s, "rules_consent_input", consents, a_consent_says_who_gave_it_how_and_when);
    UNIT_CASE(s, "rules_consent_withdraw", a_consent_is_withdrawn_once);
    UNIT_TABLE(s, "rules_share_terms", terms, a_share_names_its_ground_and_an_end_to_come);
    UNIT_CASE(s, "rules_share_ground", a_share_goes_no_further_than_its_consent);
    UNIT_CASE(s, "rules_share", only_an_active_share_changes, the_recipient_confirms_once_and_after_the_end,
              a_partner_writes_by_an_edit_share_while_the_case_is_open, copies_are_deleted_by_a_day_to_come,
              allowed_actions_differ_for_owner_and_recipient);
    UNIT_CASE(s, "shares_view_bytes", a_view_holds_the_shared_fields_and_no_others,
              a_hidden_change_moves_no_byte, a_shared_change_moves_bytes,
              the_order_of_the_fields_is_the_serializers);
    UNIT_CASE(s, "change_position", a_position_survives_its_text,
              a_position_that_is_too_old_or_of_a_lost_future_is_expired,
              reading_goes_on_at_the_horizon_or_behind_the_last_row);
    UNIT_TABLE(s, "change_position_parse", broken, what_is_no_position_is_refused);
    return s;
}
