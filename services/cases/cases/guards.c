/* guards.c - the table of guards: code, typed parameters, and the function behind each is in guards_*.c.
 * Pure. */
#include "cases/cases/guards.h"

#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/guards_internal.h"
#include "cases/eligibility/rules.h"

static const char *const minors[] = {"all", "unaccompanied", NULL};
static const char *const stages[] = {"application", "departure", NULL};
static const char *const passengers[] = {"all", "flagged", NULL};
static const char *const declarations[] = {"return", "travel", NULL};

static const struct guard guards[] = {
    {"voluntary.declared", judge_voluntary, .never = true,
     .params = {{"kind", PARAM_TEXT, true, declarations}}},
    {"consent.explicit", judge_consent, .never = true,
     .params = {{"purpose", PARAM_TEXT, true}, {"recipientKinds", PARAM_RECIPIENTS, true}}},
    {"eligibility.passed", judge_eligibility,
     .params = {{"ruleSet", PARAM_RULE_SET, true}, {"stage", PARAM_TEXT, false, stages}}},
    {"authority.noObjection", judge_authority, .params = {{"authorities", PARAM_TEXTS, true}}},
    {"appointment.held", judge_appointment, .params = {{"kind", PARAM_TEXT, true}}},
    {"document.coversJourney", judge_document,
     .params = {{"kinds", PARAM_TEXTS, true}, {"daysAfterDeparture", PARAM_INT, true}}},
    {"travel.ticketed", judge_ticketed},
    {"departure.within", judge_departure, .params = {{"hours", PARAM_INT, true}}},
    {"visa.coversEntry", judge_visa, .params = {{"kinds", PARAM_TEXTS, true}}},
    {"medical.fitToTravel", judge_fitness,
     .params = {{"appliesTo", PARAM_TEXT, true, passengers}, {"maxAgeHours", PARAM_INT, true}}},
    {"role.assigned", judge_role, .params = {{"role", PARAM_TEXT, true}}},
    {"profile.begun", judge_profile},
    {"training.attended", judge_training, .params = {{"sessions", PARAM_INT, true}}},
    {"task.noneOverdue", judge_tasks},
    {"result.given", judge_result,
     .never = true}, /* no safeguard but an input: without it there is nothing to record */
    {"minor.protected", judge_minor, .never = true, .params = {{"appliesTo", PARAM_TEXT, true, minors}}},
    {"minor.parentalAuthority", judge_parental_authority, .never = true},
    {"trafficking.riskAssessed", judge_trafficking, .sensitive = true},
    {"protection.cleared", judge_protection, .sensitive = true},
};

const struct guard *guard_find(const char *code)
{
    for (size_t i = 0; i < LENGTH(guards); i++) {
        if (str_eq(guards[i].code, code))
            return &guards[i];
    }
    return NULL;
}

const struct guard *guard_at(size_t i)
{
    return i < LENGTH(guards) ? &guards[i] : NULL;
}

const char *guard_code(const struct guard *g)
{
    return g->code;
}

bool guard_sensitive(const struct guard *g)
{
    return g->sensitive;
}

bool guard_overridable(const struct guard *g, const json_t *params)
{
    if (str_eq(g->code, "role.assigned") && str_eq(json_member_text(params, "role"), "guardian"))
        return false;
    return !g->never;
}

/* ---- parameters ---- */

static const struct guard_param *param_find(const struct guard *g, const char *name)
{
    for (size_t i = 0; i < GUARD_PARAMS_MAX && g->params[i].name; i++) {
        if (str_eq(g->params[i].name, name))
            return &g->params[i];
    }
    return NULL;
}

static bool texts_ok(const json_t *value, const json_t *known)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(value) || json_array_size(value) == 0)
        return false;
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item) || (known && !json_object_get(known, json_string_value(item))))
            return false;
    }
    return true;
}

static bool one_of(const char *const *values, const char *text)
{
    for (; *values; values++) {
        if (str_eq(*values, text))
            return true;
    }
    return false;
}

/* NULL, or what the value must be. */
static const char *param_wrong(const struct guard_param *p, const json_t *value,
                               const struct rulesets *rulesets, const json_t *recipient_kinds)
{
    switch (p->type) {
    case PARAM_TEXT:
        if (!json_is_string(value))
            return "must be a text";
        return p->values && !one_of(p->values, json_string_value(value)) ? "is none of the values" : NULL;
    case PARAM_TEXTS:
        return texts_ok(value, NULL) ? NULL : "must be an array of texts that is not empty";
    case PARAM_INT:
        return json_is_integer(value) && json_integer_value(value) >= 0 ? NULL : "must be an integer from 0";
    case PARAM_RECIPIENTS:
        return texts_ok(value, recipient_kinds) ? NULL : "must be an array of recipientKinds of this pack";
    case PARAM_RULE_SET:
        return json_is_string(value) && rulesets_known(rulesets, json_string_value(value)) ? NULL
                                                                                           : "is no rule set";
    }
    return "has no type";
}

static void param_fault(struct arena *a, struct fault_list *faults, const char *pointer, const char *name,
                        const char *code, const char *detail)
{
    fault_add(a, faults,
              (struct fault){.at = arena_printf(a, "%s/%s", pointer, json_pointer_token(a, name)),
                             .code = code,
                             .detail = arena_strdup(a, detail)});
}

void guard_check_params(struct arena *a, const struct guard *g, const json_t *params,
                        const struct rulesets *rulesets, const json_t *recipient_kinds, const char *pointer,
                        struct fault_list *faults)
{
    for (void *i = json_object_iter((json_t *)(uintptr_t)params); i;
         i = json_object_iter_next((json_t *)(uintptr_t)params, i)) {
        const char *name = json_object_iter_key(i), *wrong;
        const struct guard_param *p = param_find(g, name);

        if (!p) {
            param_fault(a, faults, pointer, name, "guard.param", "This guard takes no such parameter.");
            continue;
        }
        wrong = param_wrong(p, json_object_iter_value(i), rulesets, recipient_kinds);
        if (wrong)
            param_fault(a, faults, pointer, name, "guard.param", wrong);
    }
    for (size_t i = 0; i < GUARD_PARAMS_MAX && g->params[i].name; i++) {
        if (g->params[i].required && !json_object_get(params, g->params[i].name))
            param_fault(a, faults, pointer, g->params[i].name, "guard.param",
                        "This guard needs the parameter.");
    }
}

/* ---- judging ---- */

void guard_judge(struct arena *a, const struct guard *g, const json_t *params, const struct case_facts *facts,
                 struct unmet_list *list)
{
    struct judging j = {.a = a, .guard = g, .params = params, .facts = facts, .list = list};

    g->judge(&j);
}

void guard_unmet(struct judging *j, const char *pointer, const char *remedy, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    unmet_add(j->a, j->list,
              (struct unmet){
                  .code = j->guard->code,
                  .message = arena_vprintf(j->a, fmt, ap),
                  .pointer = pointer,
                  .remedy = remedy,
                  .overridable = guard_overridable(j->guard, j->params),
                  .sensitive = j->guard->sensitive,
              });
    va_end(ap);
}

bool fact_maybe_minor(const struct fact_person *p, int32_t on)
{
    if (!p->birth_known)
        return true;
    return date_age_youngest((struct date_partial){.first = p->birth_first, .last = p->birth_last}, on) < 18;
}

int32_t facts_journey_on(const struct case_facts *f)
{
    return f->departure_on.set ? f->departure_on.v : f->today;
}

const char *person_pointer(struct judging *j, size_t i, const char *rest)
{
    return arena_printf(j->a, "/members/%zu%s", i, rest);
}
