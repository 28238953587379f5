/* rules.c - see rules.h. */
#include "cases/consents/rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

/* A clock that runs ahead a little is no lie. */
#define SKEW_US (5 * 60 * DATE_US_PER_S)

ERR_DEFINE(err_withdrawn, ERR_CONFLICT, "consent.withdrawn", "The consent is withdrawn already.");

bool rules_consent_in_force(const struct consent_terms *c, int64_t now_us)
{
    return c->given_us <= now_us + SKEW_US && !c->withdrawn_us.set &&
           (!c->expires_us.set || c->expires_us.v > now_us);
}

bool rules_consent_covers(const struct consent_terms *c, const char *purpose, const char *recipient,
                          int64_t now_us)
{
    if (!rules_consent_in_force(c, now_us) || !str_eq(c->purpose, purpose))
        return false;
    for (size_t i = 0; i < c->recipients.n; i++) {
        if (str_eq(c->recipients.v[i], recipient))
            return true;
    }
    return false;
}

static void refuse(struct arena *a, struct fault_list *faults, const char *pointer, const char *member,
                   const char *code, const char *detail)
{
    fault_add(a, faults,
              (struct fault){.in = FAULT_POINTER,
                             .at = arena_printf(a, "%s/%s", pointer, member),
                             .code = code,
                             .detail = detail});
}

void rules_consent_input(struct arena *a, const json_t *body, int64_t now_us, const char *pointer,
                         struct fault_list *faults)
{
    const char *given_by = json_member_text(body, "givenBy");
    bool own = str_eq(json_member_text(body, "given"), "explicit");
    const char *expires = json_member_text(body, "expiresAt");
    int64_t given_us = 0, expires_us;

    if (own && given_by)
        refuse(a, faults, pointer, "givenBy", "consent.givenBy", "The person gave it: nobody else is named.");
    if (!own && !given_by)
        refuse(a, faults, pointer, "givenBy", "consent.givenBy", "Say who gave it for the person.");
    if (str_eq(json_member_text(body, "method"), "oral") && !json_member_text(body, "witness"))
        refuse(a, faults, pointer, "witness", "consent.witness", "An oral consent has a witness.");
    if (date_parse_instant(json_member_text(body, "givenAt"), &given_us) && given_us > now_us + SKEW_US)
        refuse(a, faults, pointer, "givenAt", "consent.future", "It cannot have been given later than now.");
    if (expires && date_parse_instant(expires, &expires_us) &&
        (expires_us <= given_us || expires_us <= now_us))
        refuse(a, faults, pointer, "expiresAt", "consent.expiry", "It would have expired already.");
}

void rules_consent_handover(struct arena *a, const json_t *consent, const char *to_organisation,
                            int64_t now_us, const char *pointer, struct fault_list *faults)
{
    const json_t *recipients = json_object_get(consent, "recipients");

    rules_consent_input(a, consent, now_us, pointer, faults);
    if (json_array_size(recipients) != 1 ||
        !str_eq(json_string_value(json_array_get(recipients, 0)), to_organisation))
        refuse(a, faults, pointer, "recipients", "consent.coverage",
               "A consent that the sender obtained covers the handover to the addressee, and nobody else.");
}

err_t rules_consent_withdraw(struct opt_i64 withdrawn_us)
{
    return withdrawn_us.set ? err_withdrawn : NULL;
}
