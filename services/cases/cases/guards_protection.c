/* guards_protection.c - guards about those who must be protected: minors, and whoever may be a victim of
 * trafficking. */
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/guards_internal.h"

/* Someone travels who is certainly of age. */
static bool with_adult(const struct case_facts *f, int32_t on)
{
    for (size_t i = 0; i < f->npersons; i++) {
        if (!fact_maybe_minor(&f->persons[i], on))
            return true;
    }
    return false;
}

static bool verified(const struct case_facts *f, struct uuid person_id, const char *kind)
{
    for (size_t i = 0; i < f->ndocuments; i++) {
        const struct fact_document *d = &f->documents[i];

        if (d->person_id.set && uuid_eq(d->person_id.v, person_id) && str_eq(d->kind, kind) &&
            str_eq(d->status, "verified"))
            return true;
    }
    return false;
}

static bool guardian_consents(const struct case_facts *f, struct uuid person_id)
{
    for (size_t i = 0; i < f->nconsents; i++) {
        const struct fact_consent *c = &f->consents[i];

        if (uuid_eq(c->person_id, person_id) && str_eq(c->given, "guardian") && !c->withdrawn &&
            (!c->expires_us.set || c->expires_us.v > f->now_us))
            return true;
    }
    return verified(f, person_id, "guardianConsent");
}

/* What domain.md asks for one child; decisions are the case's. */
static void judge_one_minor(struct judging *j, size_t i)
{
    static const struct {
        const char *subject, *message, *remedy;
    } decisions[] = {
        {"childHeard", "The child's own view is not on record.",
         "Hear the child and record the decision childHeard."},
        {"familyTracing", "The family was not traced.",
         "Have the family traced and record the decision familyTracing."},
        {"bestInterests", "There is no outcome on the child's best interests.",
         "Have the best interests determined and record the decision bestInterests."},
        {"receiverChecked", "Who receives the child was not checked.",
         "Check the receiver and record the decision receiverChecked."},
    };
    const struct fact_person *p = &j->facts->persons[i];

    if (!p->birth_known)
        guard_unmet(j, person_pointer(j, i, "/birthDate"), "Record the birth date, or the year it lies in.",
                    "The age of a traveller is unknown, so a minor's protection is owed.");
    if (!guardian_consents(j->facts, p->id))
        guard_unmet(j, person_pointer(j, i, "/consents"),
                    "Record the guardian's consent, or verify the document of it.",
                    "The guardian of a minor has not consented.");
    for (size_t k = 0; k < LENGTH(decisions); k++) {
        if (!facts_decided(j->facts, decisions[k].subject))
            guard_unmet(j, arena_printf(j->a, "/decisions/%s", decisions[k].subject), decisions[k].remedy,
                        "%s", decisions[k].message);
    }
    if (!facts_role(j->facts, "receiver"))
        guard_unmet(j, "/roles", "Name who receives the child.", "Nobody is named to receive a minor.");
}

/* Judged on the planned day of departure by the youngest possible age; who has turned 18 by then drops out by
 * itself. */
void judge_minor(struct judging *j)
{
    int32_t on = facts_journey_on(j->facts);

    if (str_eq(json_member_text(j->params, "appliesTo"), "unaccompanied") && with_adult(j->facts, on))
        return;
    for (size_t i = 0; i < j->facts->npersons; i++) {
        if (fact_maybe_minor(&j->facts->persons[i], on))
            judge_one_minor(j, i);
    }
}

/* Each travelling child: every holder of parental authority travels (a decision says so), or consents in a
 * verified document, or a court has replaced them. */
void judge_parental_authority(struct judging *j)
{
    int32_t on = facts_journey_on(j->facts);

    for (size_t i = 0; i < j->facts->npersons; i++) {
        const struct fact_person *p = &j->facts->persons[i];

        if (!fact_maybe_minor(p, on) || verified(j->facts, p->id, "parentalConsent") ||
            verified(j->facts, p->id, "courtOrder") || facts_decided(j->facts, "parentalAuthority"))
            continue;
        guard_unmet(
            j, person_pointer(j, i, "/documents"),
            "Verify the consent of each holder of parental authority, or the court's order, or record the "
            "decision parentalAuthority that all of them travel.",
            "Parental authority over a travelling child is not settled.");
    }
}

void judge_trafficking(struct judging *j)
{
    if (!j->facts->risk_assessed)
        guard_unmet(j, "/protectionClearance", "Assess the risk of trafficking.",
                    "The risk of trafficking was not assessed.");
}

void judge_protection(struct judging *j)
{
    if (!j->facts->cleared)
        guard_unmet(j, "/protectionClearance", "The protection focal point clears the case.",
                    "The case is not cleared by the protection focal point.");
}
