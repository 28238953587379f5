/* rules.c - see rules.h. */
#include "cases/profiles/rules.h"

#include <string.h>

#include "base/actions.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/profiles/occupations.h"

ERR_DEFINE(err_withdrawn, ERR_CONFLICT, "claim.withdrawn", "The claim is withdrawn.");
ERR_DEFINE(err_verified, ERR_CONFLICT, "claim.verified",
           "What was tested or confirmed stands; withdraw the claim and make another.");
ERR_DEFINE(err_confirmed, ERR_CONFLICT, "claim.confirmed", "The claim is confirmed already.");
ERR_DEFINE(err_author, ERR_DENIED, "claim.author", "This belongs to the organisation that made the claim.");
ERR_DEFINE(err_confirmer, ERR_DENIED, "claim.confirmer",
           "The organisation of the case confirms, or the owner of the evidence what another has claimed.");
ERR_DEFINE(err_level, ERR_DENIED, "evidence.level", "The organisation of the case records tests.");

static const char *const kinds[] = {
#define KIND_TEXT(kind) kind,
    CLAIM_KINDS(KIND_TEXT)
#undef KIND_TEXT
};

static void refuse(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                   const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = at, .code = code, .detail = detail});
}

void rules_claim_kind(struct arena *a, const char *kind, const json_t *body, bool missing,
                      struct fault_list *faults)
{
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        const json_t *details = json_object_get(body, kinds[i]);
        bool own = str_eq(kinds[i], kind);

        if (details && !own)
            refuse(a, faults, arena_printf(a, "/%s", kinds[i]), "claim.kind",
                   arena_printf(a, "The claim is one of kind %s.", kind));
        if (!details && own && missing)
            refuse(a, faults, arena_printf(a, "/%s", kinds[i]), "claim.kind",
                   "What is claimed is to be said.");
    }
}

/* ---- details ---- */

struct details {
    struct arena *a;
    const struct claim_facts *f;
    const char *kind;
    const json_t *json;
    struct fault_list *faults;
};

static void wrong(const struct details *d, const char *member, const char *code, const char *detail)
{
    refuse(d->a, d->faults, arena_printf(d->a, "/%s/%s", d->kind, member), code, detail);
}

static void need(const struct details *d, const char *member)
{
    if (!json_member_text(d->json, member))
        wrong(d, member, "claim.incomplete", "Without it the claim says nothing.");
}

/* Years and months compare as texts as far as both say something. */
static bool before(const char *one, const char *other)
{
    size_t n = strlen(one), m = strlen(other);

    return strncmp(one, other, n < m ? n : m) < 0;
}

static void judge_period(const struct details *d)
{
    const char *from = json_member_text(d->json, "from"), *until = json_member_text(d->json, "until");
    char today[11];

    date_format(d->f->today, today);
    if (from && before(today, from))
        wrong(d, "from", "claim.future", "It has not begun yet.");
    if (from && until && before(until, from))
        wrong(d, "until", "claim.period", "It ends before it begins.");
}

static void judge_country(const struct details *d)
{
    const char *country = json_member_text(d->json, "country");

    if (country && !codes_country(country))
        wrong(d, "country", "country.unknown", "There is no such country.");
}

static void judge_esco(const struct details *d)
{
    bool uri = json_member_text(d->json, "escoUri"), version = json_member_text(d->json, "escoVersion");

    if (uri != version)
        wrong(d, uri ? "escoVersion" : "escoUri", "esco.version",
              "An address of ESCO comes with the version that it is of.");
}

static void judge_employment(const struct details *d)
{
    const char *code = json_member_text(d->json, "iscoCode");

    need(d, "title");
    if (code && !occupation_known(d->f->occupations, code))
        wrong(d, "iscoCode", "isco.unknown", "ISCO-08 has no such group.");
}

void rules_claim_details(struct arena *a, const struct claim_facts *f, const char *kind,
                         const json_t *details, struct fault_list *faults)
{
    struct details d = {.a = a, .f = f, .kind = kind, .json = details, .faults = faults};
    const char *language = json_member_text(details, "language");

    if (str_eq(kind, "education"))
        need(&d, "title");
    if (str_eq(kind, "employment"))
        judge_employment(&d);
    if (str_eq(kind, "skill"))
        need(&d, "title");
    if (str_eq(kind, "language")) {
        need(&d, "language");
        if (language && !codes_language(language))
            wrong(&d, "language", "language.unknown", "There is no such language.");
    }
    judge_period(&d);
    judge_country(&d);
    judge_esco(&d);
}

/* ---- who ---- */

static bool level_from(const struct claim_state *c, const char *level)
{
    return str_eq(c->level, level) || str_eq(c->level, "confirmed");
}

err_t rules_claim_change(const struct claim_state *c, const struct claim_actor *who, bool details_changed,
                         bool words_changed)
{
    if (!who->author && (!who->owner || details_changed || words_changed))
        return err_author;
    if (c->withdrawn)
        return err_withdrawn;
    return details_changed && level_from(c, "tested") ? err_verified : NULL;
}

err_t rules_claim_withdraw(const struct claim_state *c, const struct claim_actor *who)
{
    if (!who->author && !who->owner)
        return err_author;
    return c->withdrawn ? err_withdrawn : NULL;
}

err_t rules_evidence(struct arena *a, const struct claim_state *c, const struct claim_actor *who,
                     const struct evidence_terms *t, int32_t today)
{
    struct fault_list faults = {0};

    if (!who->owner && str_eq(t->level, "tested"))
        return err_level;
    if (c->withdrawn)
        return err_withdrawn;
    if (!who->owner && t->document)
        refuse(a, &faults, "/documentId", "evidence.document",
               "Documents are those of the case's organisation; describe yours.");
    if (t->dated_on.set && t->dated_on.v > today)
        refuse(a, &faults, "/datedOn", "evidence.future", "The day is yet to come.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The evidence is not valid.");
}

err_t rules_claim_confirm(const struct claim_state *c, const struct claim_actor *who, bool evidence_owner)
{
    if (!who->owner && (!evidence_owner || who->author))
        return err_confirmer;
    if (c->withdrawn)
        return err_withdrawn;
    return str_eq(c->level, "confirmed") ? err_confirmed : NULL;
}

struct text_array rules_claim_actions(struct arena *a, const struct claim_state *c,
                                      const struct claim_actor *who)
{
    struct text_array actions = {0};

    if (!who->writes || c->withdrawn)
        return actions;
    action_add(a, &actions, who->author || who->owner, "patch");
    action_add(a, &actions, who->author || who->owner, "withdraw");
    action_add(a, &actions, true, "addEvidence");
    action_add(a, &actions, !str_eq(c->level, "declared") && !rules_claim_confirm(c, who, !who->author),
               "confirm");
    return actions;
}
