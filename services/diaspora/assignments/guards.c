/* guards.c - what each guard of an assignment asks; see guards.h. */
#include "diaspora/assignments/guards.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/str.h"
#include "diaspora/assignments/guards_internal.h"
#include "diaspora/assignments/terms.h"
#include "diaspora/programmes/programme.h"

void guard_unmet(struct judging *j, const char *code, const char *pointer, const char *remedy,
                 const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    unmet_add(
        j->a, &j->list,
        (struct unmet){
            .code = code, .message = arena_vprintf(j->a, fmt, ap), .pointer = pointer, .remedy = remedy});
    va_end(ap);
}

/* ---- phases ---- */

static bool live(const struct fact_phase *p)
{
    return !str_eq(p->status, "cancelled") && !str_eq(p->status, "done");
}

bool phase_is_physical(const struct fact_phase *p)
{
    return live(p) && str_eq(p->kind, "physical") && !str_eq(p->status, "switchedOnline");
}

const char *phases_kind(const struct fact_phase *phases, size_t n)
{
    bool physical = false, online = false;

    for (size_t i = 0; i < n; i++) {
        if (str_eq(phases[i].status, "cancelled"))
            continue;
        if (str_eq(phases[i].kind, "physical"))
            physical = true;
        else
            online = true;
    }
    return physical && online ? "hybrid" : physical ? "physical" : online ? "online" : NULL;
}

static const char *phase_pointer(struct judging *j, size_t i, const char *rest)
{
    return arena_printf(j->a, "/phases/%zu%s", i, rest);
}

/* ---- what must be there before an assignment is cleared ---- */

void judge_tor(struct judging *j)
{
    if (!j->f->tor_approved)
        guard_unmet(j, "tor.approved", "/torVersion", "Have this version of the terms of reference approved.",
                    "The version of the terms of reference that was accepted is not in force.");
}

void judge_accepted(struct judging *j)
{
    if (!j->f->accepted)
        guard_unmet(j, "acceptance.stands", "/accepted", "The expert accepts anew.",
                    "The expert has taken the acceptance back.");
}

void judge_restriction(struct judging *j)
{
    if (j->f->restricted)
        guard_unmet(j, "expert.unrestricted", "/expertId", "Wait until the restriction is lifted.",
                    "Processing of the expert's data is restricted.");
}

void judge_phases(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++)
        if (live(&j->f->phases[i]))
            return;
    guard_unmet(j, "phases.planned", "/phases", "Plan a phase.", "No phase is planned.");
}

/* All days of the phases of a kind; ret_hours: the most hours a week of one of them. */
static int32_t days_of(const struct assignment_facts *f, const char *kind, int32_t *ret_hours)
{
    int32_t days = 0;

    *ret_hours = 0;
    for (size_t i = 0; i < f->nphases; i++) {
        const struct fact_phase *p = &f->phases[i];

        if (str_eq(p->status, "cancelled") || !str_eq(p->kind, kind))
            continue;
        days += p->ends_on - p->starts_on + 1;
        if (p->hours_per_week.set && p->hours_per_week.v > *ret_hours)
            *ret_hours = p->hours_per_week.v;
    }
    return days;
}

static void judge_kind(struct judging *j, const char *kind)
{
    const struct programme_kind *k = programme_kind(j->f->programme, kind);
    int32_t hours, days = days_of(j->f, kind, &hours);

    if (days == 0)
        return;
    if (!k)
        guard_unmet(j, "kind.withinTerms", "/phases", "Plan phases of another kind.",
                    "The programme has no %s phases.", kind);
    if (k && k->min_days.set && days < k->min_days.v)
        guard_unmet(j, "kind.withinTerms", "/phases", "Plan more days.", "Fewer than %d days of the kind %s.",
                    k->min_days.v, kind);
    if (k && k->max_days.set && days > k->max_days.v)
        guard_unmet(j, "kind.withinTerms", "/phases", "Plan fewer days.", "More than %d days of the kind %s.",
                    k->max_days.v, kind);
    if (k && k->max_hours_per_week.set && hours > k->max_hours_per_week.v)
        guard_unmet(j, "kind.withinTerms", "/phases", "Plan fewer hours.",
                    "More than %d hours a week of the kind %s.", k->max_hours_per_week.v, kind);
}

void judge_limits(struct judging *j)
{
    judge_kind(j, "physical");
    judge_kind(j, "online");
}

/* What the programme requires of a phase before it begins: training, insurance, … */
static bool required(const struct assignment_facts *f, const struct fact_phase *p, const char *what)
{
    const struct programme_kind *k =
        programme_kind(f->programme, str_eq(p->status, "switchedOnline") ? "online" : p->kind);

    for (size_t i = 0; k && i < k->requires.n; i++)
        if (str_eq(k->requires.v[i], what))
            return live(p);
    return false;
}

void judge_clash(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++) {
        const struct fact_phase *p = &j->f->phases[i];

        if (live(p) && p->unavailable)
            guard_unmet(j, "phases.noClash", phase_pointer(j, i, "/startsOn"), "Move the phase.",
                        "The expert is not available on all days of the phase.");
        if (live(p) && p->elsewhere)
            guard_unmet(j, "phases.noClash", phase_pointer(j, i, "/startsOn"), "Move one of the phases.",
                        "The expert is in another phase on a day of this one.");
    }
}

void judge_country(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++)
        if (phase_is_physical(&j->f->phases[i]) && !j->f->phases[i].country_open)
            guard_unmet(j, "country.open", phase_pointer(j, i, "/country"),
                        "Move the phase, or make it an online one.",
                        "The country is not open in the programme on all days of the phase.");
}

static bool trained(const struct assignment_facts *f, const char *code)
{
    for (size_t i = 0; i < f->trained.n; i++)
        if (str_eq(f->trained.v[i], code))
            return true;
    return false;
}

void judge_training(struct judging *j)
{
    bool needed = false;

    for (size_t i = 0; i < j->f->nphases; i++)
        needed |= required(j->f, &j->f->phases[i], "training");
    for (size_t i = 0; needed && i < j->f->terms->trainings.n; i++)
        if (!trained(j->f, j->f->terms->trainings.v[i]))
            guard_unmet(j, "training.done", "/trainings",
                        "Enrol the expert in a session and record that it was attended.",
                        "The training %s was not attended.", j->f->terms->trainings.v[i]);
}

/* True if insurances together cover every day. */
static bool insured(const struct assignment_facts *f, int32_t from, int32_t until)
{
    int32_t day = from;
    bool grew = true;

    while (day <= until && grew) {
        grew = false;
        for (size_t i = 0; i < f->ninsurances; i++) {
            if (f->insurances[i].valid_from <= day && f->insurances[i].valid_until >= day) {
                day = f->insurances[i].valid_until + 1;
                grew = true;
            }
        }
    }
    return day > until;
}

void judge_insurance(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++) {
        const struct fact_phase *p = &j->f->phases[i];

        if (required(j->f, p, "insurance") && !insured(j->f, p->starts_on, p->ends_on))
            guard_unmet(j, "insurance.covers", phase_pointer(j, i, ""),
                        "Record an insurance for all days of the phase.",
                        "The phase is not insured on all its days.");
    }
}

static bool briefed(const struct assignment_facts *f, const struct fact_phase *p)
{
    for (size_t i = 0; i < f->nbriefings; i++)
        if (str_eq(f->briefings[i].country, p->country) && f->briefings[i].held_on <= f->today)
            return true;
    return false;
}

void judge_briefing(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++)
        if (required(j->f, &j->f->phases[i], "securityBriefing") && !briefed(j->f, &j->f->phases[i]))
            guard_unmet(j, "briefing.held", phase_pointer(j, i, ""),
                        "Hold the security briefing for the country and record it.",
                        "There was no security briefing for the country of the phase.");
}

void judge_may_travel(struct judging *j)
{
    static const char *const why[] = {
        [TRAVEL_UNKNOWN] = "No verified nationality or permit lets the expert come back.",
        [TRAVEL_TOO_SHORT] = "The permit ends too soon after the return.",
        [TRAVEL_PROTECTED] = "The residence rests on asylum: the expert stays online.",
    };

    for (size_t i = 0; i < j->f->nphases; i++) {
        const struct fact_phase *p = &j->f->phases[i];
        enum travel_verdict v;

        if (!required(j->f, p, "mayTravel"))
            continue;
        v = travel_judge(travel_rules_on(j->f->travel_rules, j->f->today), &j->f->traveller, p->country,
                         p->ends_on);
        if (v == TRAVEL_OPEN)
            continue;
        guard_unmet(j, "expert.mayTravel", phase_pointer(j, i, ""),
                    v == TRAVEL_PROTECTED ? "Counsel the expert, record it, and make the phase an online one."
                                          : "Record and verify what lets the expert come back.",
                    "%s", why[v]);
        j->list.v[j->list.n - 1].sensitive = true;
    }
}

void judge_ticketed(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++) {
        const struct fact_phase *p = &j->f->phases[i];

        if (required(j->f, p, "movement") && !str_eq(p->travel, "ticketed") &&
            !str_eq(p->travel, "cleared") && !str_eq(p->travel, "departed") && !str_eq(p->travel, "arrived"))
            guard_unmet(j, "travel.ticketed", phase_pointer(j, i, "/travel"),
                        "Ask for the journey; the travel service tells when it is ticketed.",
                        "The journey to the phase is not ticketed.");
    }
}

/* ---- on the way and after it ---- */

void judge_begun(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++)
        if (live(&j->f->phases[i]) && j->f->phases[i].starts_on <= j->f->today)
            return;
    guard_unmet(j, "phases.begun", "/phases", "Wait for the first day, or move the phase.",
                "No phase has begun.");
}

void judge_over(struct judging *j)
{
    for (size_t i = 0; i < j->f->nphases; i++) {
        const struct fact_phase *p = &j->f->phases[i];

        if (live(p) && !str_eq(p->status, "suspended") && p->ends_on > j->f->today)
            guard_unmet(j, "phases.over", phase_pointer(j, i, "/endsOn"),
                        "Wait for the last day, or shorten or cancel the phase.",
                        "The phase has days to come.");
    }
}

void judge_report(struct judging *j)
{
    if (j->f->final_reports == 0)
        guard_unmet(j, "report.accepted", "/reports", "Have the final report submitted and accept it.",
                    "No final report is accepted.");
}

void judge_outcome(struct judging *j)
{
    if (j->f->outcomes == 0)
        guard_unmet(j, "outcome.recorded", "/outcomes", "Record what knowledge was transferred.",
                    "No outcome is recorded.");
}

void judge_claims(struct judging *j)
{
    if (j->f->open_claims > 0)
        guard_unmet(j, "claims.settled", "/claims", "Pay or return the claims.", "%d claims are not settled.",
                    j->f->open_claims);
}
