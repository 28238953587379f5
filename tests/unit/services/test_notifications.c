/* test_notifications.c - rules of notifications: templates, schedules, mails, webhooks. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "notifications/schedules/schedules.h"
#include "notifications/subscriptions/deliveries.h"
#include "notifications/subscriptions/rules.h"
#include "notifications/templates/templates.h"
#include "sender/mail.h"
#include "sender/rules.h"
#include "unit.h"

#define NOW_US 1773740000000000LL /* 2026-03-17T09:33:20Z */
#define HOUR_US (3600 * DATE_US_PER_S)

static const char *folder(const char *name)
{
    const char *data = getenv("NOTIFICATIONS_DATA");
    ck_assert_ptr_nonnull(data);
    return arena_printf(unit_arena, "%s/%s", data, name);
}

static const struct templates *all_templates(void)
{
    struct templates *t = NULL;
    ck_assert_ptr_null(templates_load(unit_arena, folder("templates"), &t));
    return t;
}

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

/* ---- templates ---- */

static const struct {
    const char *asked[3];
    const char *chosen; /* NULL: none */
} choices[] = {
    {{"so"}, "so"},          {{"prs"}, "fa"}, /* through fa-AF */
    {{"fa-AF"}, "fa"},                        /* its main language */
    {{"apc"}, "ar"},                          /* Levantine */
    {{"arz"}, "ar"},                          /* Egyptian */
    {{"ar-SY"}, "ar"},                        /* a region */
    {{"amh"}, "am"},                          /* three letters for two */
    {{"kmr", "nl"}, "nl"},                    /* ku is not there: the next that is read */
    {{"ckb"}, NULL},                          /* stands for itself alone, and is not there */
    {{"ckb", "ti"}, "ti"},                    /* never another before it */
    {{"so", "en"}, "so"},                     /* the best first */
    {{"sog", "xx"}, NULL},                    /* no prefix is taken for a language */
    {{"en-GB", "nl"}, "en"},
};

START_TEST(a_text_is_in_a_language_that_is_read)
{
    const struct templates *t = all_templates();
    const struct template *tp = templates_find(t, "appointment.reminder", "email");
    const char *asked[3];
    struct text_array languages = {.v = asked};
    for (size_t i = 0; i < LENGTH(asked) && choices[_i].asked[i]; i++)
        asked[languages.n++] = choices[_i].asked[i];
    ck_assert_ptr_nonnull(tp);
    const struct template_text *text = templates_text(t, tp, languages);
    if (choices[_i].chosen) {
        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(text->language, choices[_i].chosen);
    } else {
        ck_assert_ptr_null(text);
    }
}
END_TEST

START_TEST(a_template_belongs_to_a_channel)
{
    const struct templates *t = all_templates();
    ck_assert_ptr_null(templates_find(t, "appointment.reminder", "sms"));
    ck_assert_ptr_null(templates_find(t, "love.letter", "email"));
    ck_assert_ptr_null(templates_any(t, "love.letter"));
    ck_assert_str_eq(templates_any(t, "task.assigned")->channel, "inbox");
}
END_TEST

/* domain.md: sender, subject and preview are neutral; here the words that would tell. */
START_TEST(no_subject_says_what_it_is_about)
{
    static const char *const telling[] = {"return",  "travel", "asylum",    "IOM",    "flight", "journey",
                                          "vertrek", "reis",   "terugkeer", "retour", "vlucht", "voyage"};
    const struct templates *t = all_templates();
    for (size_t i = 0; i < templates_count(t); i++)
        for (size_t j = 0; j < templates_at(t, i)->ntexts; j++)
            for (size_t k = 0; k < LENGTH(telling); k++)
                ck_assert_ptr_null(strstr(templates_at(t, i)->texts[j].subject, telling[k]));
}
END_TEST

START_TEST(every_mail_is_there_in_the_eight_languages)
{
    static const char *const languages[] = {"nl", "en", "ar", "so", "fa", "ti", "am", "fr"};
    const struct templates *t = all_templates();
    for (size_t i = 0; i < templates_count(t); i++) {
        if (!str_eq(templates_at(t, i)->channel, "email"))
            continue;
        for (size_t k = 0; k < LENGTH(languages); k++) {
            const struct template_text *text = templates_text(
                t, templates_at(t, i), (struct text_array){.v = (const char **)&languages[k], .n = 1});
            ck_assert_ptr_nonnull(text);
            ck_assert_str_eq(text->language, languages[k]);
        }
    }
}
END_TEST

START_TEST(placeholders_are_filled_as_they_are)
{
    const char *out = NULL;
    ck_assert_ptr_null(template_render(unit_arena, "{{a}} و {{b}}, {{a}}!",
                                       object("{\"a\":\"<x> & {{b}}\",\"b\":\"ب\"}"), &out));
    ck_assert_str_eq(out, "<x> & {{b}} و ب, <x> & {{b}}!");
    ck_assert_ptr_null(template_render(unit_arena, "nothing {{ to fill", object("{}"), &out));
    ck_assert_str_eq(out, "nothing {{ to fill");
    ck_assert_ptr_null(template_render(unit_arena, "", object("{}"), &out));
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(each_missing_value_is_named)
{
    const char *out = NULL;
    err_t e = template_render(unit_arena, "{{a}} {{b}} {{c}}", object("{\"b\":\"x\",\"c\":7}"), &out);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    ck_assert_str_eq(e->code, "template.placeholder");
    ck_assert_uint_eq(e->nfaults, 2);
    ck_assert_str_eq(e->faults[0].at, "/personalisation/a");
    ck_assert_str_eq(e->faults[1].at, "/personalisation/c");
}
END_TEST

/* ---- schedules ---- */

static const struct {
    const char *text;
    bool ok;
    int64_t us;
} offsets[] = {
    {"-PT24H", true, -24 * HOUR_US},
    {"-P30D", true, -30 * DATE_US_PER_DAY},
    {"PT90M", true, 90 * 60 * DATE_US_PER_S},
    {"PT0H", true, 0},
    {"P1H", false, 0},
    {"PT1D", false, 0},
    {"24H", false, 0},
    {"P", false, 0},
    {"PT1H30M", false, 0},
    {"P1000D", false, 0},
    {"P-1D", false, 0},
    {"", false, 0},
};

START_TEST(an_offset_is_a_duration)
{
    int64_t us = 0;
    ck_assert_int_eq(schedule_offset(offsets[_i].text, &us), offsets[_i].ok);
    if (offsets[_i].ok)
        ck_assert_int_eq(us, offsets[_i].us);
}
END_TEST

static struct schedule rule(const char *moment, int64_t offset_us)
{
    return (struct schedule){
        .event = "cases.appointment.scheduled", .moment = moment, .offset_us = offset_us};
}

static const struct {
    const char *what, *moment, *data, *send, *expires; /* send NULL: no message */
    int64_t offset_us;
} moments[] = {
    {"in time", "startsAt", "{\"startsAt\":\"2026-03-20T10:00:00Z\"}", "2026-03-19T10:00:00Z",
     "2026-03-20T10:00:00Z", -24 * HOUR_US},
    {"too late for the reminder: at once", "startsAt", "{\"startsAt\":\"2026-03-17T20:00:00Z\"}",
     "2026-03-17T09:33:20Z", "2026-03-17T20:00:00Z", -24 * HOUR_US},
    {"the moment has passed", "startsAt", "{\"startsAt\":\"2026-03-16T20:00:00Z\"}", "2026-03-17T09:33:20Z",
     "2026-03-24T09:33:20Z", -24 * HOUR_US},
    {"another zone's clock", "startsAt", "{\"startsAt\":\"2026-03-20T10:00:00+03:00\"}",
     "2026-03-19T07:00:00Z", "2026-03-20T07:00:00Z", -24 * HOUR_US},
    {"a day", "validUntil", "{\"validUntil\":\"2026-06-15\"}", "2026-05-16T00:00:00Z", "2026-06-15T00:00:00Z",
     -30 * DATE_US_PER_DAY},
    {"after it", "startsAt", "{\"startsAt\":\"2026-03-20T10:00:00Z\"}", "2026-03-21T10:00:00Z",
     "2026-03-28T10:00:00Z", 24 * HOUR_US},
    {"now", "now", "{}", "2026-03-17T09:33:20Z", "2026-03-24T09:33:20Z", 0},
    {"no such day", "validUntil", "{\"validUntil\":null}", NULL, NULL, 0},
    {"not said", "validUntil", "{}", NULL, NULL, 0},
    {"not a moment", "startsAt", "{\"startsAt\":\"soon\"}", NULL, NULL, 0},
    {"a departure", "departsAt", "{\"departsAt\":\"2026-03-21T10:00:00Z\"}", "2026-03-18T10:00:00Z",
     "2026-03-21T10:00:00Z", -72 * HOUR_US},
};

START_TEST(a_message_leaves_in_time_and_not_after_its_use)
{
    struct schedule s = rule(moments[_i].moment, moments[_i].offset_us);
    struct schedule_time when;
    bool any = schedule_when(&s, object(moments[_i].data), NOW_US, &when);
    ck_assert_msg(any == (moments[_i].send != NULL), "%s", moments[_i].what);
    if (!any)
        return;
    ck_assert_msg(when.send_us == instant(moments[_i].send), "%s: leaves", moments[_i].what);
    ck_assert_msg(when.expires_us == instant(moments[_i].expires), "%s: expires", moments[_i].what);
}
END_TEST

/* Of several reminders those that are late are left out, or they would all leave at once. */
START_TEST(a_late_reminder_may_be_left_out)
{
    struct schedule s = rule("departsAt", -72 * HOUR_US);
    struct schedule_time when;
    json_t *soon = object("{\"departsAt\":\"2026-03-19T10:00:00Z\"}");
    ck_assert(schedule_when(&s, soon, NOW_US, &when));
    ck_assert_int_eq(when.send_us, NOW_US);
    s.skip_late = true;
    ck_assert(!schedule_when(&s, soon, NOW_US, &when));
    s.offset_us = -24 * HOUR_US;
    ck_assert(schedule_when(&s, soon, NOW_US, &when));
    ck_assert_int_eq(when.send_us, instant("2026-03-18T10:00:00Z"));
}
END_TEST

START_TEST(a_journey_is_told_of_by_the_rules)
{
    struct schedules *s = NULL;
    ck_assert_ptr_null(schedules_load(unit_arena, folder("schedules"), all_templates(), &s));
    const struct schedule *itinerary = schedules_for(s, "travel.booking.ticketed", 0);
    ck_assert_str_eq(itinerary->template, "travel.itinerary");
    ck_assert_str_eq(itinerary->basis_id, "movementId");
    ck_assert_ptr_null(itinerary->told);
    for (size_t i = 1; i <= 2; i++) {
        ck_assert(schedules_for(s, "travel.booking.ticketed", i)->skip_late);
        ck_assert(schedules_for(s, "travel.movement.delayed", i)->skip_late);
        ck_assert_str_eq(schedules_for(s, "travel.movement.delayed", i)->told, "planned");
    }
    ck_assert_str_eq(schedules_for(s, "travel.movement.delayed", 0)->told, "sent");
    ck_assert_str_eq(schedules_for(s, "travel.movement.cancelled", 0)->told, "sent");
    ck_assert_str_eq(schedules_for(s, "diaspora.survey.opened", 0)->recipient, "respondent");
}
END_TEST

/* ---- who is asked ---- */

static const struct {
    const char *basis;
    bool of_case;
    const char *services[3];
} asked[] = {
    {"appointment", true, {"cases"}},
    {"document", true, {"cases"}},
    {"task", false, {"cases"}},
    {"case", true, {"cases"}},
    {"movement", true, {"travel", "cases"}},
    {"movement", false, {"travel", "diaspora"}},
    {"survey", false, {"diaspora"}},
    {"survey", true, {NULL}}, /* a survey is of no case */
    {"rumour", false, {NULL}},
};

START_TEST(those_who_know_are_asked)
{
    const char *const *services = rules_send_services(asked[_i].basis, asked[_i].of_case);
    if (!asked[_i].services[0]) {
        ck_assert_ptr_null(services);
        return;
    }
    ck_assert_ptr_nonnull(services);
    size_t n = 0;
    for (; asked[_i].services[n]; n++)
        ck_assert_str_eq(services[n], asked[_i].services[n]);
    ck_assert_ptr_null(services[n]);
}
END_TEST

START_TEST(answers_join_content_and_recipient)
{
    const json_t *holds = object("{\"decision\":\"send\",\"reason\":null,\"recipient\":null,"
                                 "\"personalisation\":{\"itinerary\":\"x\"}}");
    const json_t *who = object("{\"decision\":\"delay\",\"reason\":\"quietHours\",\"recipient\":"
                               "{\"channel\":\"email\"},\"personalisation\":{\"name\":\"y\"}}");
    ck_assert_ptr_eq(rules_send_join(unit_arena, NULL, holds), holds);
    const json_t *both = rules_send_join(unit_arena, holds, who);
    ck_assert_str_eq(json_member_text(both, "decision"), "delay");
    ck_assert_str_eq(json_member_text(both, "reason"), "quietHours");
    ck_assert_str_eq(json_member_text(json_object_get(both, "recipient"), "channel"), "email");
    ck_assert_str_eq(json_member_text(json_object_get(both, "personalisation"), "itinerary"), "x");
    ck_assert_str_eq(json_member_text(json_object_get(both, "personalisation"), "name"), "y");
}
END_TEST

START_TEST(the_rules_name_their_events_in_order)
{
    struct schedules *s = NULL;
    ck_assert_ptr_null(schedules_load(unit_arena, folder("schedules"), all_templates(), &s));
    ck_assert_str_eq(schedules_for(s, "cases.appointment.moved", 0)->template, "appointment.moved");
    ck_assert_str_eq(schedules_for(s, "cases.appointment.moved", 1)->template, "appointment.reminder");
    ck_assert_ptr_null(schedules_for(s, "cases.appointment.moved", 2));
    ck_assert_ptr_null(schedules_for(s, "cases.case.opened", 0));
    ck_assert_int_eq(schedules_for(s, "cases.document.verified", 0)->offset_us, -30 * DATE_US_PER_DAY);
}
END_TEST

/* ---- mails ---- */

static const char *mail(const char *subject, const char *body)
{
    size_t bytes = 0;
    const char *text = mail_text(unit_arena,
                                 &(struct mail){.from_name = "Wayfare",
                                                .from = "no-reply@wayfare.example",
                                                .to = "asha@example.org",
                                                .subject = subject,
                                                .body = body,
                                                .language = "so",
                                                .message_id = "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41",
                                                .domain = "wayfare.example",
                                                .date_us = NOW_US},
                                 &bytes);
    ck_assert_uint_eq(bytes, strlen(text));
    return text;
}

/* What a reader's program makes of the subject: folded lines joined, words of RFC 2047 decoded. */
static const char *subject_of(const char *text)
{
    struct buf out;
    buf_init(&out, unit_arena, 256);
    const char *p = strstr(text, "\r\nSubject: ");
    ck_assert_ptr_nonnull(p);
    p += strlen("\r\nSubject: ");
    if (!str_starts(p, "=?")) {
        buf_put(&out, p, strcspn(p, "\r"));
        return buf_text(&out);
    }
    for (;;) {
        ck_assert(str_starts(p, "=?UTF-8?B?"));
        size_t word = strcspn(p, "\r");
        ck_assert_uint_le(word, 75);
        const char *end = strstr(p + 10, "?=");
        uint8_t *bytes;
        size_t n;
        ck_assert_ptr_eq(end + 2, p + word);
        ck_assert(str_unbase64(unit_arena, p + 10, (size_t)(end - p) - 10, &bytes, &n));
        ck_assert_int_ne(bytes[0] & 0xC0, 0x80); /* a word begins with a whole character */
        buf_put(&out, bytes, n);
        p += word + 2;
        if (*p != ' ')
            return buf_text(&out);
        p++;
    }
}

/* What a reader's program makes of the body: quoted-printable decoded, CRLF as \n. */
static const char *body_of(const char *text)
{
    struct buf out;
    buf_init(&out, unit_arena, 256);
    const char *p = strstr(text, "\r\n\r\n");
    ck_assert_ptr_nonnull(p);
    size_t column = 0;
    for (p += 4; *p; p++) {
        if (*p == '\r') {
            ck_assert_int_eq(p[1], '\n');
            ck_assert_msg(column == 0 || (p[-1] != ' ' && p[-1] != '\t'), "a line ends with a space");
            buf_putc(&out, '\n');
            column = 0;
            p++;
            continue;
        }
        ck_assert((unsigned char)*p >= 32 && (unsigned char)*p < 127);
        ck_assert_uint_le(++column, 76);
        if (*p != '=') {
            buf_putc(&out, *p);
        } else if (p[1] == '\r') {
            p += 2;
            column = 0;
        } else {
            const char hex[3] = {p[1], p[2], '\0'};
            buf_putc(&out, (char)strtol(hex, NULL, 16));
            column += 2;
            p += 2;
        }
    }
    return buf_text(&out);
}

static const char *const subjects[] = {
    "Ballantaada",
    "Ballantaada oo la beddelay: fadlan akhri taariikhda iyo saacadda cusub ee ballantaada soo socota",
    "موعدك",
    "تم تغيير موعدك، يرجى قراءة التاريخ والساعة الجديدين والمكان الجديد للموعد القادم",
    "ቀጠሮዎ",
    "የቀጠሮዎ ቀን እና ሰዓት ተቀይሯል፤ እባክዎ አዲሱን ቀን እና ቦታ ያንብቡ",
    "Rendez-vous déplacé",
    "a \x01 b",
    "𞤀𞤣𞤤𞤢𞤥 𞤀𞤣𞤤𞤢𞤥 𞤀𞤣𞤤𞤢𞤥 𞤀𞤣𞤤𞤢𞤥",
};

START_TEST(a_subject_in_any_script_is_read_back)
{
    ck_assert_str_eq(subject_of(mail(subjects[_i], "")), subjects[_i]);
}
END_TEST

static const char *const bodies[] = {
    "Salaan,\n\nWaxaan ku xusuusinaynaa ballantaada taariikhda 2026-03-17 saacadda 10:30.\nGoobta: Den "
    "Haag\n",
    "مرحباً،\n\nنذكّرك بموعدك يوم 2026-03-17 في الساعة 10:30.\nالمكان: Den Haag\n",
    "ሰላም፣\n\nይህ በ2026-03-17 በ10:30 ሰዓት ያለዎትን ቀጠሮ ለማስታወስ ነው።\n",
    "a line that ends with a space \nand a tab\t\n = 3D\n.\n..\n",
    "one very long line of nothing but words that go on and on and on and on and on and on and on until they "
    "are cut",
    "",
};

START_TEST(a_body_in_any_script_is_read_back)
{
    const char *expected = arena_printf(unit_arena, "%s\n", bodies[_i]);
    ck_assert_str_eq(body_of(mail("x", bodies[_i])), expected);
}
END_TEST

START_TEST(a_mail_has_neutral_headers_and_is_the_same_each_time)
{
    const char *text = mail("Ballantaada", "Salaan\n");
    ck_assert(str_starts(text, "Date: Tue, 17 Mar 2026 09:33:20 +0000\r\n"
                               "From: Wayfare <no-reply@wayfare.example>\r\n"
                               "To: <asha@example.org>\r\n"
                               "Subject: Ballantaada\r\n"
                               "Message-ID: <01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41@wayfare.example>\r\n"
                               "Auto-Submitted: auto-generated\r\n"
                               "Content-Language: so\r\n"));
    ck_assert_str_eq(text, mail("Ballantaada", "Salaan\n"));
}
END_TEST

START_TEST(a_server_that_says_later_is_asked_later_and_later)
{
    ck_assert_int_eq(rules_send_pause_us(1, 0), 10 * DATE_US_PER_S);
    ck_assert_int_eq(rules_send_pause_us(2, 0), 20 * DATE_US_PER_S);
    ck_assert_int_eq(rules_send_pause_us(5, 0), 160 * DATE_US_PER_S);
    ck_assert_int_eq(rules_send_pause_us(20, 0), 3600 * DATE_US_PER_S);
    ck_assert_int_eq(rules_send_pause_us(1000000, 0), 3600 * DATE_US_PER_S);
    for (uint64_t seed = 1; seed != 0; seed <<= 1) {
        ck_assert_int_ge(rules_send_pause_us(1, seed), 10 * DATE_US_PER_S);
        ck_assert_int_lt(rules_send_pause_us(1, seed), 12 * DATE_US_PER_S);
    }
}
END_TEST

/* ---- webhooks ---- */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

/* The vector of the Standard Webhooks specification's libraries. */
START_TEST(a_signature_is_as_the_standard_has_it)
{
    ck_assert_str_eq(rules_hook_signature(unit_arena, SECRET, NULL, ID, 1614265330, BODY, strlen(BODY)),
                     SIGNATURE);
}
END_TEST

START_TEST(a_rotated_secret_signs_beside_the_new_one)
{
    const char *other = rules_hook_secret(unit_arena, (const uint8_t *)"123456789012345678901234", 24);
    const char *alone = rules_hook_signature(unit_arena, other, NULL, ID, 1614265330, BODY, strlen(BODY));
    ck_assert_str_eq(other, "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0");
    ck_assert_str_eq(rules_hook_signature(unit_arena, other, SECRET, ID, 1614265330, BODY, strlen(BODY)),
                     arena_printf(unit_arena, "%s " SIGNATURE, alone));
}
END_TEST

START_TEST(a_malformed_secret_signs_nothing)
{
    ck_assert_ptr_null(
        rules_hook_signature(unit_arena, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL, ID, 1, BODY, 1));
    ck_assert_ptr_null(rules_hook_signature(unit_arena, "whsec_", NULL, ID, 1, BODY, 1));
    ck_assert_ptr_null(rules_hook_signature(unit_arena, "whsec_***", NULL, ID, 1, BODY, 1));
    ck_assert_ptr_null(rules_hook_signature(unit_arena, SECRET, "whsec_***", ID, 1, BODY, 1));
}
END_TEST

static const struct {
    const char *url, *allow, *code; /* NULL code: taken */
} urls[] = {
    {"https://hooks.coa.example/wayfare?x=1", "", NULL},
    {"https://hooks.coa.example:443", "", NULL},
    {"https://HOOKS.coa.example#f", "", NULL},
    {"http://hooks.coa.example/", "", "hook.url"},
    {"https:///x", "", "hook.url"},
    {"https://user@hooks.coa.example/", "", "hook.url"},
    {"https://hooks.coa.example@10.0.0.1/", "", "hook.url"},
    {"https://hooks.coa.example:/", "", "hook.url"},
    {"https://hooks.coa.example:port/", "", "hook.url"},
    {"https://hooks.coa.example:0/", "", "hook.url"},
    {"https://hooks.coa.example:65536/", "", "hook.url"},
    {"https://[::1]x/", "", "hook.url"},
    {"https://[::1/", "", "hook.url"},
    {"https://hooks.coa.example:8443/", "", "hook.port"},
    {"https://localhost/", "", "hook.private"},
    {"https://LOCALHOST/", "", "hook.private"},
    {"https://localhost./", "", "hook.private"},
    {"https://db/", "", "hook.private"},
    {"https://api.localhost/", "", "hook.private"},
    {"https://printer.local/", "", "hook.private"},
    {"https://metadata.google.internal/", "", "hook.private"},
    {"https://nas.home.arpa/", "", "hook.private"},
    {"https://127.0.0.1/", "", "hook.private"},
    {"https://8.8.8.8/", "", "hook.private"},
    {"https://127.1/", "", "hook.private"},
    {"https://0x7f.0.0.0x1/", "", "hook.private"},
    {"https://[2001:db8::1]/", "", "hook.private"},
    {"https://localhost:8683/hook", "localhost:8683,127.0.0.1:8683", NULL},
    {"https://127.0.0.1:8683/hook", "localhost:8683,127.0.0.1:8683", NULL},
    {"https://localhost:868/hook", "localhost:8683", "hook.port"},
    {"https://localhost:8683/hook", "", "hook.port"},
};

START_TEST(an_endpoint_is_public_and_plain)
{
    err_t e = rules_hook_url(unit_arena, urls[_i].url, urls[_i].allow);
    if (!urls[_i].code) {
        ck_assert_msg(e == NULL, "%s", urls[_i].url);
        return;
    }
    ck_assert_msg(e != NULL, "%s", urls[_i].url);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    ck_assert_str_eq(e->faults[0].at, "/url");
    ck_assert_msg(str_eq(e->faults[0].code, urls[_i].code), "%s: %s", urls[_i].url, e->faults[0].code);
}
END_TEST

/* api.md: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, with jitter. */
START_TEST(a_delivery_is_tried_ten_times_over_days)
{
    static const int64_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    for (int32_t i = 0; i < (int32_t)LENGTH(seconds); i++) {
        ck_assert_int_eq(rules_hook_pause_us(i + 1, 0), seconds[i] * DATE_US_PER_S);
        int64_t most = rules_hook_pause_us(i + 1, (uint64_t)(seconds[i] * DATE_US_PER_S / 10 - 1));
        ck_assert_int_gt(most, seconds[i] * DATE_US_PER_S);
        ck_assert_int_lt(most, seconds[i] * DATE_US_PER_S * 11 / 10);
    }
    ck_assert_int_eq(rules_hook_pause_us(10, 0), 0);
    ck_assert_int_eq(rules_hook_pause_us(0, 0), 0);
    ck_assert_int_eq(rules_hook_pause_us(-1, 0), 0);
}
END_TEST

START_TEST(retry_after_is_kept_up_to_a_day)
{
    ck_assert_int_eq(rules_hook_retry_after_us("120"), 120 * DATE_US_PER_S);
    ck_assert_int_eq(rules_hook_retry_after_us("86400"), DATE_US_PER_DAY);
    ck_assert_int_eq(rules_hook_retry_after_us("86401"), 0);
    ck_assert_int_eq(rules_hook_retry_after_us("Tue, 17 Mar 2026 09:33:20 GMT"), 0);
    ck_assert_int_eq(rules_hook_retry_after_us("-5"), 0);
    ck_assert_int_eq(rules_hook_retry_after_us(""), 0);
    ck_assert_int_eq(rules_hook_retry_after_us(NULL), 0);
}
END_TEST

START_TEST(a_delivery_is_a_thin_cloud_event)
{
    struct uuid id, subject;
    ck_assert(uuid_parse("01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", &id));
    ck_assert(uuid_parse("01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a42", &subject));
    json_t *event = object(delivery_body(unit_arena, id, "cases.share.changed", subject, NOW_US, NULL));
    ck_assert_uint_eq(json_object_size(event), 8);
    ck_assert_str_eq(json_member_text(event, "specversion"), "1.0");
    ck_assert_str_eq(json_member_text(event, "id"), "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41");
    ck_assert_str_eq(json_member_text(event, "type"), "cases.share.changed");
    ck_assert_str_eq(json_member_text(event, "subject"), "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a42");
    ck_assert_str_eq(json_member_text(event, "time"), "2026-03-17T09:33:20Z");
    ck_assert_str_eq(json_member_text(json_object_get(event, "data"), "id"),
                     "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a42");
    ck_assert_str_eq(json_member_text(event, "source"), "/wayfare/cases");
    event = object(delivery_body(unit_arena, id, "travel.movement.delayed", subject, NOW_US, NULL));
    ck_assert_str_eq(json_member_text(event, "source"), "/wayfare/travel");
    event = json_object_get(
        object(delivery_body(unit_arena, id, "cases.share.recalled", subject, NOW_US, "2026-04-16")), "data");
    ck_assert_str_eq(json_member_text(event, "deleteBy"), "2026-04-16");
    ck_assert_uint_eq(json_object_size(event), 2);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("notifications");
    UNIT_TABLE(s, "templates_text", choices, a_text_is_in_a_language_that_is_read);
    UNIT_CASE(s, "templates", a_template_belongs_to_a_channel, no_subject_says_what_it_is_about,
              every_mail_is_there_in_the_eight_languages);
    UNIT_CASE(s, "template_render", placeholders_are_filled_as_they_are, each_missing_value_is_named);
    UNIT_TABLE(s, "schedule_offset", offsets, an_offset_is_a_duration);
    UNIT_TABLE(s, "schedule_when", moments, a_message_leaves_in_time_and_not_after_its_use);
    UNIT_CASE(s, "schedule_when", a_late_reminder_may_be_left_out);
    UNIT_CASE(s, "schedules_for", the_rules_name_their_events_in_order);
    UNIT_CASE(s, "schedules_for", a_journey_is_told_of_by_the_rules);
    UNIT_TABLE(s, "rules_send_services", asked, those_who_know_are_asked);
    UNIT_CASE(s, "rules_send_join", answers_join_content_and_recipient);
    UNIT_TABLE(s, "mail subject", subjects, a_subject_in_any_script_is_read_back);
    UNIT_TABLE(s, "mail body", bodies, a_body_in_any_script_is_read_back);
    UNIT_CASE(s, "mail_text", a_mail_has_neutral_headers_and_is_the_same_each_time);
    UNIT_CASE(s, "rules_send_pause_us", a_server_that_says_later_is_asked_later_and_later);
    UNIT_CASE(s, "rules_hook_signature", a_signature_is_as_the_standard_has_it,
              a_rotated_secret_signs_beside_the_new_one, a_malformed_secret_signs_nothing);
    UNIT_TABLE(s, "rules_hook_url", urls, an_endpoint_is_public_and_plain);
    UNIT_CASE(s, "rules_hook_pause_us", a_delivery_is_tried_ten_times_over_days);
    UNIT_CASE(s, "rules_hook_retry_after_us", retry_after_is_kept_up_to_a_day);
    UNIT_CASE(s, "delivery_body", a_delivery_is_a_thin_cloud_event);
    return s;
}
