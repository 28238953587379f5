/* rules.c - decisions on movements; see rules.h. */
#include "travel/movements/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/str.h"

ERR_DEFINE(err_movement_fixed, ERR_CONFLICT, "movement.fixed", "The movement has departed or was cancelled.");

static void invalid(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                    const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_movement_terms(struct arena *a, const struct codes *codes, const struct principal *who,
                           const struct movement_terms *t)
{
    struct fault_list faults = {0};
    bool mine = false;

    if (t->programme && !principal_has(who, arena_printf(a, "programme:%s", t->programme)))
        invalid(a, &faults, "/programme", "programme.notYours", "You do not work in this programme.");
    for (size_t i = 0; t->offices && i < t->offices->n; i++)
        mine |= principal_has(who, arena_printf(a, "office:%s", t->offices->v[i]));
    if (t->offices && !mine)
        invalid(a, &faults, "/offices", "office.notYours", "None of the offices is yours.");
    if (!codes_country(codes, t->origin_country))
        invalid(a, &faults, "/origin/country", "country.unknown", "No such country.");
    if (!codes_country(codes, t->destination_country))
        invalid(a, &faults, "/destination/country", "country.unknown", "No such country.");
    if (t->earliest > t->latest)
        invalid(a, &faults, "/latest", "dates.order", "The latest day is before the earliest.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The movement cannot be made so.");
}

struct text_array rules_own_offices(struct arena *a, const struct principal *who)
{
    struct text_array offices = {.v = ARENA_ARRAY(a, 8, const char *)};
    const char *p = who->scope;

    while (p && *p && offices.n < 8) {
        size_t n = strcspn(p, " ");

        if (n > 7 && strncmp(p, "office:", 7) == 0)
            offices.v[offices.n++] = arena_strndup(a, p + 7, n - 7);
        p += n + (p[n] == ' ');
    }
    return offices;
}

bool rules_movement_planned(const char *status)
{
    static const char *const planned[] = {"draft", "ready", "abnSent", "abnAcknowledged", "clearedToBoard"};

    for (size_t i = 0; i < LENGTH(planned); i++) {
        if (str_eq(planned[i], status))
            return true;
    }
    return false;
}

err_t rules_movement_change(const char *status)
{
    return rules_movement_planned(status) ? NULL : err_movement_fixed;
}
