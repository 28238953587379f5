/* rules.c - see rules.h. */
#include "cases/authority/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/steps.h"

ERR_DEFINE(err_check, ERR_CONFLICT, "authority.state", "The check is not in a state that allows this.");
ERR_DEFINE(err_surrender, ERR_CONFLICT, "surrender.state",
           "The surrender is not in a state that allows this.");

/* An action on a check leads to a state of its own; "answer" to whichever the authority gave. */
static const struct step check_steps[] = {
    {"notAsked", "ask", "asked"},   {"asked", "answer", "noObjection"},   {"notAsked", "expire", "expired"},
    {"asked", "expire", "expired"}, {"noObjection", "expire", "expired"}, {"objection", "expire", "expired"},
};
static const struct step surrender_steps[] = {
    {"explained", "sign", "signed"}, {"signed", "handIn", "handedIn"}, {"explained", "lapse", "lapsed"},
    {"signed", "lapse", "lapsed"},   {"handedIn", "lapse", "lapsed"},
};

static struct text_array actions_of(struct arena *a, const struct step *steps, size_t n, const char *status)
{
    struct text_array actions = {0};

    for (size_t i = 0; i < n; i++)
        action_add(a, &actions, str_eq(steps[i].from, status), steps[i].action);
    return actions;
}

static void unmet(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail, const char *remedy)
{
    fault_add(a, faults,
              (struct fault){.in = FAULT_GUARD, .at = at, .code = code, .detail = detail, .remedy = remedy});
}

/* Signed: on paper. What was said or clicked does not do for an exchange with an authority. */
static bool covers(const struct ask_facts *f, const struct exchange_consent *c)
{
    return c->consent_id.set && str_eq(c->terms.method, "written") &&
           rules_consent_covers(&c->terms, "authorityExchange", f->authority, f->now_us);
}

err_t rules_check_ask(struct arena *a, const struct ask_facts *f, struct uuid_array *ret_consents)
{
    struct uuid *found = ARENA_ARRAY(a, f->nconsents + 1, struct uuid);
    struct fault_list faults = {0};
    size_t n = 0, i = 0;

    if (!step_to(check_steps, LENGTH(check_steps), f->status, "ask"))
        return err_check;
    if (!f->applied || !str_eq(f->phase, "beforeBoarding"))
        unmet(a, &faults, "/status", "application.signed", "The application is not signed.",
              "Have the application signed first.");
    if (f->nconsents == 0)
        unmet(a, &faults, "/persons", "consent.explicit", "Nobody is on the case.", "Add the travellers.");
    while (i < f->nconsents) {
        struct uuid person_id = f->consents[i].person_id;
        bool covered = false;

        for (; i < f->nconsents && uuid_eq(f->consents[i].person_id, person_id); i++) {
            if (!covered && covers(f, &f->consents[i])) {
                covered = true;
                found[n++] = f->consents[i].consent_id.v;
            }
        }
        if (!covered)
            unmet(a, &faults, arena_printf(a, "/persons/%s/consents", uuid_text(a, person_id)),
                  "consent.explicit",
                  "A traveller has no signed consent in force to exchange data with this authority.",
                  "Ask for the consent in writing and record it.");
    }
    TRY(fault_list_err(a, &faults, ERR_CONFLICT, "guards.unmet", "The authority may not be asked yet."));
    *ret_consents = (struct uuid_array){.v = found, .n = n};
    return NULL;
}

err_t rules_check_step(const char *status, const char *action)
{
    return step_to(check_steps, LENGTH(check_steps), status, action) ? NULL : err_check;
}

err_t rules_check_answer(struct arena *a, struct opt_i64 asked_us, int64_t answered_us,
                         struct opt_date expires_on, int64_t now_us)
{
    struct fault_list faults = {0};

    /* The authority's clock and the day that a letter bears are not ours: only the day must fit. */
    if ((asked_us.set && date_of_instant(answered_us) < date_of_instant(asked_us.v)) ||
        date_of_instant(answered_us) > date_of_instant(now_us))
        fault_add(a, &faults,
                  (struct fault){.at = "/answeredAt",
                                 .code = "authority.answeredAt",
                                 .detail = "An answer comes after the question, and not later than now."});
    if (expires_on.set && expires_on.v < date_of_instant(answered_us))
        fault_add(a, &faults,
                  (struct fault){.at = "/expiresOn",
                                 .code = "authority.expiresOn",
                                 .detail = "It would have expired before it was given."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The answer is not valid.");
}

struct text_array rules_check_actions(struct arena *a, const char *status)
{
    return actions_of(a, check_steps, LENGTH(check_steps), status);
}

err_t rules_surrender_step(const char *status, const char *action, const char **ret_status)
{
    const char *to = step_to(surrender_steps, LENGTH(surrender_steps), status, action);

    if (!to)
        return err_surrender;
    *ret_status = to;
    return NULL;
}

struct text_array rules_surrender_actions(struct arena *a, const char *status)
{
    return actions_of(a, surrender_steps, LENGTH(surrender_steps), status);
}
