/* rules.c - whether a message of an assignment may still be sent; see rules.h. */
#include "diaspora/sendcheck/rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

static struct send_verdict supersede(const char *reason)
{
    return (struct send_verdict){.decision = "supersede", .reason = reason};
}

struct send_verdict rules_send_survey(const char *invitation, const char *wave, bool respondent_ended)
{
    if (str_eq(invitation, "answered"))
        return supersede("survey.answered");
    if (!str_eq(invitation, "open") || !str_eq(wave, "open"))
        return supersede("survey.closed");
    return respondent_ended ? supersede("respondent.ended") : (struct send_verdict){0};
}

struct send_verdict rules_send_movement(const char *event, const char *status, struct opt_i64 departs_at,
                                        int64_t expected_us, int64_t now_us)
{
    bool standing = str_eq(status, "planned") || str_eq(status, "ticketed") || str_eq(status, "cleared");

    if (str_eq(event, "cancelled"))
        return standing ? supersede("movement.planned") : (struct send_verdict){0};
    if (!standing)
        return supersede("movement.ended");
    if (expected_us && departs_at.set && departs_at.v != expected_us)
        return supersede("movement.moved");
    if (departs_at.set && departs_at.v <= now_us)
        return supersede("movement.past");
    return (struct send_verdict){0};
}

const json_t *rules_send_contact(const json_t *contact_points, const char *topic)
{
    static const char *const ladder[] = {"email", "mobile"};
    const json_t *point;
    size_t i;

    for (size_t k = 0; k < LENGTH(ladder); k++) {
        for (int preferred = 1; preferred >= 0; preferred--) {
            json_array_foreach(contact_points, i, point)
            {
                if (str_eq(json_member_text(point, "kind"), ladder[k]) &&
                    json_member_bool(point, "preferred", false) == preferred &&
                    str_eq(json_member_text(json_object_get(point, "safeToContact"), topic), "yes"))
                    return point;
            }
        }
    }
    return NULL;
}

struct text_array rules_send_languages(struct arena *a, const json_t *languages)
{
    static const char *const levels[] = {"C2", "C1", "B2", "B1", "A2", "A1", NULL};
    size_t n = json_array_size(languages);
    struct text_array out = {.v = ARENA_ARRAY(a, n + 1, const char *)};

    for (size_t k = 0; k < LENGTH(levels); k++)
        for (size_t i = 0; i < n; i++) {
            const json_t *l = json_array_get(languages, i);

            if (str_eq(json_member_text(l, "reading"), levels[k]))
                out.v[out.n++] = arena_strdup(a, json_member_text(l, "language"));
        }
    return out;
}

struct send_verdict rules_send_hours(const char *zone, const json_t *hours, int64_t now_us)
{
    struct send_verdict v = {.decision = "delay", .reason = "quietHours"};

    if (!date_contact_hours(zone, json_member_text(hours, "from"), json_member_text(hours, "until"), now_us,
                            &v.not_before_us))
        return (struct send_verdict){.decision = "callTask", .reason = "zone.unknown"};
    return v.not_before_us ? v : (struct send_verdict){0};
}
