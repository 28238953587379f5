/* rules.c - decisions on movements; see rules.h. */
#include "travel/movements/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/str.h"
#include "travel/guards/guards.h"

ERR_DEFINE(err_movement_fixed, ERR_CONFLICT, "movement.fixed", "The movement has departed or was cancelled.");

static void invalid(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                    const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_movement_terms(struct arena *a, const struct principal *who, const struct movement_terms *t)
{
    struct fault_list faults = {0};
    bool mine = false;

    if (t->programme && !principal_has(who, arena_printf(a, "programme:%s", t->programme)))
        invalid(a, &faults, "/programme", "programme.notYours", "You do not work in this programme.");
    for (size_t i = 0; t->offices && i < t->offices->n; i++)
        mine |= principal_has(who, arena_printf(a, "office:%s", t->offices->v[i]));
    if (t->offices && !mine)
        invalid(a, &faults, "/offices", "office.notYours", "None of the offices is yours.");
    if (!codes_country(t->origin_country))
        invalid(a, &faults, "/origin/country", "country.unknown", "No such country.");
    if (!codes_country(t->destination_country))
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

/* ---- moves ---- */

#define PLANNED "draft", "ready", "abnSent", "abnAcknowledged", "clearedToBoard"

static const struct machine_move moves[] = {
    {"makeReady", {"draft"}, "ready", false},
    {"sendAbn", {"ready"}, "abnSent", false},
    {"acknowledgeAbn", {"abnSent"}, "abnAcknowledged", false},
    {"clearToBoard", {"ready", "abnAcknowledged"}, "clearedToBoard", false},
    {"depart", {PLANNED, "cancelled"}, "departed", false},
    {"transit", {PLANNED, "cancelled", "departed"}, "inTransit", false},
    {"arrive", {PLANNED, "cancelled", "departed", "inTransit"}, "arrived", false},
    {"handOver", {PLANNED, "cancelled", "departed", "inTransit", "arrived"}, "handedOver", false},
    {"reconcile", {"handedOver"}, "reconciled", false},
    {"cancel", {PLANNED}, "cancelled", true},
};
const struct machine movement_machine = {.moves = moves, .n = LENGTH(moves)};

/* The decisions, by where they lead. */
static const struct {
    const char *to;
    enum guarded decision;
} decisions[] = {
    {"ready", GUARDED_READY},
    {"abnSent", GUARDED_ABN_SENT},
    {"abnAcknowledged", GUARDED_ABN_ANSWERED},
    {"clearedToBoard", GUARDED_CLEAR},
    {"reconciled", GUARDED_RECONCILE},
};

void rules_movement_judge(struct arena *a, const void *facts, const struct machine_move *move,
                          struct unmet_list *list)
{
    for (size_t i = 0; i < LENGTH(decisions); i++) {
        if (str_eq(decisions[i].to, move->to))
            movement_judge(a, decisions[i].decision, facts, list);
    }
}

static bool among(const char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i], word))
            return true;
    }
    return false;
}

bool rules_movement_observes(const struct machine_move *move)
{
    return rules_movement_under_way(move->to);
}

bool rules_movement_planned(const char *status)
{
    static const char *const planned[] = {PLANNED};

    return among(planned, LENGTH(planned), status);
}

bool rules_movement_under_way(const char *status)
{
    static const char *const under_way[] = {"departed", "inTransit", "arrived", "handedOver"};

    return among(under_way, LENGTH(under_way), status);
}

err_t rules_movement_change(const char *status)
{
    return rules_movement_planned(status) ? NULL : err_movement_fixed;
}

#define OBSERVED_AHEAD_US (5 * 60 * 1000000LL) /* clocks differ */

err_t rules_observed(struct arena *a, const char *pointer, int64_t observed_at, int64_t now_us)
{
    struct fault_list faults = {0};

    if (observed_at > now_us + OBSERVED_AHEAD_US)
        invalid(a, &faults, pointer, "observation.future", "Nobody has seen what is still to come.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The observation is not valid.");
}

err_t rules_movement_said(struct arena *a, const struct machine_move *move, struct opt_i64 observed_at,
                          const char *observed_by, const char *reason, int64_t now_us)
{
    static const char *const reasons[] = {"personAsked",      "noShow",    "documentsMissing",
                                          "notFit",           "noSeats",   "securitySituation",
                                          "requestWithdrawn", "duplicate", "other"};
    struct fault_list faults = {0};

    if (rules_movement_observes(move))
        return observed_at.set ? rules_observed(a, "/observedAt", observed_at.v, now_us) : NULL;
    if (observed_at.set)
        invalid(a, &faults, "/observedAt", "observation.unexpected", "A decision is not observed.");
    if (observed_by)
        invalid(a, &faults, "/observedBy", "observation.unexpected", "A decision is not observed.");
    if (str_eq(move->to, "cancelled") && !among(reasons, LENGTH(reasons), reason))
        invalid(a, &faults, "/reason", "reason.unknown",
                "This is not one of the reasons for a cancellation.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The move cannot be made so.");
}
