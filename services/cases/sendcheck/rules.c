/* rules.c - whether a message may still be sent; see rules.h. */
#include "cases/sendcheck/rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

static struct send_verdict supersede(const char *reason)
{
    return (struct send_verdict){.decision = "supersede", .reason = reason};
}

struct send_verdict rules_send_appointment(const char *event, const char *status, int64_t starts_us,
                                           int64_t expected_us, int64_t now_us)
{
    if (str_eq(event, "cancelled"))
        return str_eq(status, "cancelled") ? (struct send_verdict){0} : supersede("appointment.planned");
    if (!str_eq(status, "planned"))
        return supersede("appointment.ended");
    if (expected_us && starts_us != expected_us)
        return supersede("appointment.moved");
    if (starts_us <= now_us)
        return supersede("appointment.past");
    return (struct send_verdict){0};
}

int rules_send_contact(const char *const *kinds, const char *const *safe, size_t n)
{
    static const char *const ladder[] = {"email", "mobile"};
    for (size_t k = 0; k < LENGTH(ladder); k++)
        for (size_t i = 0; i < n; i++)
            if (str_eq(kinds[i], ladder[k]) && str_eq(safe[i], "yes"))
                return (int)i;
    return -1;
}

struct send_verdict rules_send_hours(const char *zone, const json_t *hours, int64_t now_us)
{
    struct send_verdict v = {.decision = "delay", .reason = "quietHours"};

    if (!date_contact_hours(zone, json_member_text(hours, "from"), json_member_text(hours, "until"), now_us,
                            &v.not_before_us))
        return (struct send_verdict){.decision = "callTask", .reason = "zone.unknown"};
    return v.not_before_us ? v : (struct send_verdict){0};
}

/* 0: not read; 1 … 4: better is higher. */
static int reading_rank(const json_t *language)
{
    const char *reading = json_member_text(language, "reading");
    if (str_eq(reading, "none"))
        return 0;
    return 1 + (reading ? 1 : 0) + (json_member_bool(language, "preferred", false) ? 2 : 0);
}

struct text_array rules_send_languages(struct arena *a, const json_t *languages)
{
    size_t n = json_array_size(languages);
    struct text_array out = {.v = ARENA_ARRAY(a, n + 1, const char *)};
    for (int rank = 4; rank >= 1; rank--)
        for (size_t i = 0; i < n; i++) {
            const json_t *language = json_array_get(languages, i);
            if (reading_rank(language) == rank)
                out.v[out.n++] = arena_strdup(a, json_member_text(language, "language"));
        }
    return out;
}

bool rules_send_minor(struct opt_date birth_last, int32_t on)
{
    return birth_last.set &&
           date_age_youngest((struct date_partial){.first = birth_last.v, .last = birth_last.v}, on) < 18;
}
