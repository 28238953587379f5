/* rules.c - see rules.h. */
#include "cases/referrals/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/consents/rules.h"
#include "cases/persons/rules.h"
#include "cases/steps.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "referral.state", "The referral is not in a state that allows this.");
ERR_DEFINE(err_addressee, ERR_DENIED, "referral.addressee", "Only the addressee decides.");
ERR_DEFINE(err_sender, ERR_DENIED, "referral.sender", "Only the sender can do this.");

static const struct step steps[] = {
    {"inProgress", "accept", "accepted"}, {"inProgress", "reject", "rejected"},
    {"accepted", "complete", "done"},     {"inProgress", "revoke", "revoked"},
    {"accepted", "revoke", "revoked"},    {"inProgress", "correct", "inProgress"},
};

static void refuse(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                   const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = at, .code = code, .detail = detail});
}

static void person_input(struct arena *a, const json_t *item, size_t i, const char *to,
                         const struct referral_facts *f, struct fault_list *faults)
{
    const json_t *person = json_object_get(item, "person"), *ref;
    const char *at = arena_printf(a, "/persons/%zu", i);
    size_t k;

    rules_person(a, person, arena_printf(a, "%s/person", at), f->today, faults);
    json_array_foreach(json_object_get(person, "externalRefs"), k, ref)
    {
        if (!str_eq(json_member_text(ref, "organisation"), f->from_organisation))
            refuse(a, faults, arena_printf(a, "%s/person/externalRefs/%zu/organisation", at, k),
                   "referral.foreignRef", "A sender gives its own keys only.");
    }
    rules_consent_handover(a, json_object_get(item, "consent"), to, f->now_us,
                           arena_printf(a, "%s/consent", at), faults);
}

void rules_referral_input(struct arena *a, const json_t *body, const struct referral_facts *f,
                          struct fault_list *faults)
{
    const char *key = json_member_text(body, "externalRef"), *to = json_member_text(body, "toOrganisation");
    size_t i, principals = 0;
    const json_t *item;

    if (key && rules_is_personal(key))
        refuse(a, faults, "/externalRef", "externalRef.personal",
               "Shaped like a document number, a V-number or a BSN; use an opaque key of your own.");
    if (str_eq(to, f->from_organisation))
        refuse(a, faults, "/toOrganisation", "referral.self", "A referral goes to another organisation.");
    if (!f->programme_known)
        refuse(a, faults, "/programme", "programme.unknown", "There is no such programme.");
    json_array_foreach(json_object_get(body, "persons"), i, item)
    {
        principals += str_eq(json_member_text(item, "role"), "principal");
        person_input(a, item, i, to, f, faults);
    }
    if (principals != 1)
        refuse(a, faults, "/persons", "referral.principal", "Exactly one of the persons is the principal.");
}

static void put_member(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, ",\"%s\":", name);
    json_write_text(b, value);
}

const char *referral_handover_bytes(struct arena *a, const char *from_organisation, const json_t *body)
{
    const char *urgency = json_member_text(body, "urgency");
    const json_t *item;
    struct buf b;
    size_t i;

    buf_init(&b, a, 4096);
    buf_puts(&b, "{\"fromOrganisation\":");
    json_write_text(&b, from_organisation);
    put_member(&b, "toOrganisation", json_member_text(body, "toOrganisation"));
    put_member(&b, "externalRef", json_member_text(body, "externalRef"));
    put_member(&b, "programme", json_member_text(body, "programme"));
    put_member(&b, "reason", json_member_text(body, "reason"));
    put_member(&b, "urgency", urgency ? urgency : "normal");
    put_member(&b, "countryOfReturn", json_member_text(body, "countryOfReturn"));
    buf_puts(&b, ",\"persons\":[");
    json_array_foreach(json_object_get(body, "persons"), i, item)
    {
        if (i > 0)
            buf_putc(&b, ',');
        buf_puts(&b, json_text_canonical(a, item));
    }
    buf_puts(&b, "]}");
    return buf_text(&b);
}

err_t rules_referral_step(const char *status, const char *action, const struct referral_reader *reader,
                          const char **ret_status)
{
    bool senders = str_eq(action, "revoke") || str_eq(action, "correct");
    const char *to = step_to(steps, LENGTH(steps), status, action);

    if (senders && !reader->sender)
        return err_sender;
    if (!senders && !reader->addressee)
        return err_addressee;
    if (!to)
        return err_state;
    if (ret_status)
        *ret_status = to;
    return NULL;
}

struct text_array rules_referral_actions(struct arena *a, const char *status,
                                         const struct referral_reader *reader)
{
    struct text_array actions = {0};

    for (size_t i = 0; i < LENGTH(steps); i++) {
        bool senders = str_eq(steps[i].action, "revoke") || str_eq(steps[i].action, "correct");

        action_add(a, &actions,
                   str_eq(steps[i].from, status) && (senders ? reader->creates : reader->decides) &&
                       !rules_referral_step(status, steps[i].action, reader, NULL),
                   steps[i].action);
    }
    return actions;
}

err_t rules_referral_matches(const struct referral_reader *reader)
{
    return reader->addressee ? NULL : err_addressee;
}

/* A document number says most; a whole name alone is common; the birth date tells namesakes apart. */
int32_t rules_match_score(const struct match_facts *m)
{
    int32_t score =
        (m->identifier ? 70 : 0) + (m->name ? 40 : 0) + (m->birth_date ? 30 : 0) + (m->nationality ? 10 : 0);

    return score > 100 ? 100 : score;
}

struct text_array rules_match_reasons(struct arena *a, const struct match_facts *m)
{
    struct text_array reasons = {0};

    action_add(a, &reasons, m->identifier, "identifier");
    action_add(a, &reasons, m->name, "name");
    action_add(a, &reasons, m->birth_date, "birthDate");
    action_add(a, &reasons, m->nationality, "nationality");
    return reasons;
}
