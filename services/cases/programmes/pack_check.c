/* pack_check.c - what a schema cannot say about a programme pack. */
#include "base/arena.h"
#include "base/str.h"
#include "cases/cases/guards.h"
#include "cases/programmes/pack_internal.h"

void pack_fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

/* Codes of an array of structs that begin with their code. */
static void check_unique(struct arena *a, const char *list, const char *member, const void *v, size_t n,
                         size_t stride, struct fault_list *faults)
{
    for (size_t i = 0; i < n; i++) {
        const char *code = *(const char *const *)((const char *)v + i * stride);

        for (size_t k = 0; k < i; k++) {
            if (str_eq(code, *(const char *const *)((const char *)v + k * stride))) {
                pack_fault(a, faults, arena_printf(a, "/%s/%zu/%s", list, i, member), "pack.code",
                           "Stands twice.");
                break;
            }
        }
    }
}

static void check_codes(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    check_unique(a, "statuses", "code", p->statuses, p->nstatuses, sizeof(*p->statuses), faults);
    check_unique(a, "transitions", "code", p->transitions, p->ntransitions, sizeof(*p->transitions), faults);
    check_unique(a, "deadlines", "code", p->deadlines, p->ndeadlines, sizeof(*p->deadlines), faults);
    check_unique(a, "requiredDocuments", "code", p->documents, p->ndocuments, sizeof(*p->documents), faults);
    check_unique(a, "results", "code", p->results, p->nresults, sizeof(*p->results), faults);
    check_unique(a, "followUps", "code", p->follow_ups, p->nfollow_ups, sizeof(*p->follow_ups), faults);
    check_unique(a, "retention", "class", p->retentions, p->nretentions, sizeof(*p->retentions), faults);
}

/* The status of that code, or a fault at the place. NULL is no status and no fault. */
static const struct pack_status *known(struct arena *a, const struct pack *p, const char *code,
                                       const char *at, struct fault_list *faults)
{
    const struct pack_status *s = code ? pack_status(p, code) : NULL;

    if (code && !s)
        pack_fault(a, faults, at, "status.unknown", "The pack has no such status.");
    return s;
}

static void check_phase(struct arena *a, const struct pack_status *s, const char *phase, const char *at,
                        struct fault_list *faults)
{
    if (s && !str_eq(s->phase, phase))
        pack_fault(a, faults, at, "transition.phase",
                   arena_printf(a, "Must be a status of phase %s.", phase));
}

/* A status that a case is worked in: before boarding where there is a journey, active where there is none. */
static void check_working(struct arena *a, const struct pack_status *s, const char *at,
                          struct fault_list *faults)
{
    if (s && !str_eq(s->phase, "active"))
        check_phase(a, s, "beforeBoarding", at, faults);
}

static bool has_guard(const struct pack_transition *t, const char *code)
{
    for (size_t i = 0; i < t->nguards; i++) {
        if (str_eq(guard_code(t->guards[i].guard), code))
            return true;
    }
    return false;
}

/* A transition of the kind that leaves from the status. */
static bool leaves(const struct pack *p, enum move_kind kind, const char *status)
{
    for (size_t i = 0; i < p->ntransitions; i++) {
        if (p->transitions[i].kind == kind && pack_transition_from(&p->transitions[i], status))
            return true;
    }
    return false;
}

static void check_transition(struct arena *a, const struct pack *p, size_t i, struct fault_list *faults)
{
    const struct pack_transition *t = &p->transitions[i];
    const char *at = arena_printf(a, "/transitions/%zu", i), *at_to = arena_printf(a, "%s/to", at);
    const struct pack_status *to = known(a, p, t->to, at_to, faults), *from;

    for (size_t k = 0; k < t->from.n; k++) {
        from = known(a, p, t->from.v[k], arena_printf(a, "%s/from/%zu", at, k), faults);
        if (t->kind == MOVE_STOP || t->kind == MOVE_SUSPEND)
            check_working(a, from, arena_printf(a, "%s/from/%zu", at, k), faults);
        if (t->to && str_eq(t->from.v[k], t->to))
            pack_fault(a, faults, arena_printf(a, "%s/from/%zu", at, k), "transition.loop",
                       "Leads to where it begins.");
    }
    if (t->kind == MOVE_STOP)
        check_phase(a, to, "ended", at_to, faults);
    if (t->kind == MOVE_CLOSE)
        check_phase(a, to, "closed", at_to, faults);
    if (t->kind == MOVE_CLOSE && !has_guard(t, "result.given"))
        pack_fault(a, faults, arena_printf(a, "%s/guards", at), "result.unguarded",
                   "What closes a case asks for its result.");
    if (t->kind == MOVE_STOP && t->nguards > 0)
        pack_fault(a, faults, arena_printf(a, "%s/guards", at), "stop.guarded",
                   "A wish is withdrawn without guards.");
    if (t->kind == MOVE_OBSERVE && t->nguards > 0)
        pack_fault(a, faults, arena_printf(a, "%s/guards", at), "observe.guarded",
                   "What has happened is recorded without guards.");
    if (t->kind == MOVE_OBSERVE && to && (str_eq(to->phase, "ended") || str_eq(to->phase, "closed")))
        pack_fault(a, faults, at_to, "transition.phase", "An observation ends no case.");
    if (t->kind == MOVE_SUSPEND && to && !leaves(p, MOVE_RESUME, to->code))
        pack_fault(a, faults, at_to, "resume.missing", "Nothing resumes from there.");
}

/* Marks what transitions can reach from the first status. */
static bool *reach(struct arena *a, const struct pack *p)
{
    bool *reached = ARENA_ARRAY(a, p->nstatuses, bool), more = true;

    for (size_t i = 0; i < p->nstatuses; i++)
        reached[i] = str_eq(p->statuses[i].code, p->initial);
    while (more) {
        more = false;
        for (size_t i = 0; i < p->nstatuses; i++) {
            for (size_t k = 0; reached[i] && k < p->ntransitions; k++) {
                const struct pack_transition *t = &p->transitions[k];
                const struct pack_status *to = t->to ? pack_status(p, t->to) : NULL;

                if (!to || reached[to - p->statuses] || !pack_transition_from(t, p->statuses[i].code))
                    continue;
                reached[to - p->statuses] = more = true;
            }
        }
    }
    return reached;
}

static bool of_journey(const struct pack_status *s)
{
    return str_eq(s->phase, "beforeBoarding") || str_eq(s->phase, "afterBoarding");
}

/* A programme has a journey, whose wish can be withdrawn until boarding, or it has none. */
static void check_journey(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    const struct pack_status *initial = pack_status(p, p->initial);

    for (size_t i = 0; initial && i < p->nstatuses; i++) {
        const struct pack_status *s = &p->statuses[i];

        if ((str_eq(s->phase, "active") && of_journey(initial)) ||
            (of_journey(s) && str_eq(initial->phase, "active")))
            pack_fault(a, faults, arena_printf(a, "/statuses/%zu/phase", i), "status.journey",
                       "A programme has a journey or it has none.");
    }
}

static void check_statuses(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    const bool *reached = reach(a, p);

    for (size_t i = 0; i < p->nstatuses; i++) {
        const struct pack_status *s = &p->statuses[i];
        const char *at = arena_printf(a, "/statuses/%zu", i);

        if (!reached[i] && !s->awaits)
            pack_fault(a, faults, at, "status.unreachable",
                       "No transition reaches it, and it awaits nothing.");
        if (reached[i] && s->awaits)
            pack_fault(a, faults, arena_printf(a, "%s/awaits", at), "status.reachable",
                       "A transition reaches it, so it awaits nothing.");
        if (str_eq(s->phase, "beforeBoarding") && !leaves(p, MOVE_STOP, s->code))
            pack_fault(a, faults, at, "stop.missing",
                       "A wish can be withdrawn in every status before boarding.");
        if (!s->partner && !str_eq(s->phase, "closed"))
            pack_fault(a, faults, at, "status.partner", "Says nothing to partners.");
    }
}

static void check_results(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    if (!pack_retention(p, p->retention))
        pack_fault(a, faults, "/retentionClass", "retention.unknown", "The pack has no such class.");
    for (size_t i = 0; i < p->nresults; i++) {
        const struct pack_result *r = &p->results[i];

        if (!pack_retention(p, r->retention))
            pack_fault(a, faults, arena_printf(a, "/results/%zu/retentionClass", i), "retention.unknown",
                       "The pack has no such class.");
        for (size_t k = 0; k < r->from.n; k++)
            known(a, p, r->from.v[k], arena_printf(a, "/results/%zu/from/%zu", i, k), faults);
    }
}

/* A move that the travel service's word makes is a transition of the kind that it must be. */
static void check_travel_move(struct arena *a, const struct pack *p, const char *code, const char *name,
                              enum move_kind kind, struct fault_list *faults)
{
    const struct pack_transition *t = pack_transition(p, code);
    const char *at = arena_printf(a, "/travel/moves/%s", name);

    if (!t)
        pack_fault(a, faults, at, "transition.unknown", "The pack has no such transition.");
    else if (t->kind != kind)
        pack_fault(a, faults, at, "transition.kind",
                   arena_printf(a, "Must be a transition of kind %s.", move_kind_text(kind)));
}

static void check_travel(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    if (!p->travel.purpose)
        return;
    for (size_t i = 0; i < p->travel.request_from.n; i++) {
        const char *at = arena_printf(a, "/travel/requestFrom/%zu", i);

        check_phase(a, known(a, p, p->travel.request_from.v[i], at, faults), "beforeBoarding", at, faults);
    }
#define CHECK_TRAVEL_MOVE(member, name, kind) check_travel_move(a, p, p->travel.member, name, kind, faults);
    PACK_TRAVEL_MOVES(CHECK_TRAVEL_MOVE)
#undef CHECK_TRAVEL_MOVE
}

void pack_check(struct arena *a, const struct pack *p, struct fault_list *faults)
{
    check_codes(a, p, faults);
    check_working(a, known(a, p, p->initial, "/initial", faults), "/initial", faults);
    for (size_t i = 0; i < p->ntransitions; i++)
        check_transition(a, p, i, faults);
    check_journey(a, p, faults);
    check_statuses(a, p, faults);
    for (size_t i = 0; i < p->ndeadlines; i++) {
        known(a, p, p->deadlines[i].set_on, arena_printf(a, "/deadlines/%zu/setOn", i), faults);
        known(a, p, p->deadlines[i].met_on, arena_printf(a, "/deadlines/%zu/metOn", i), faults);
    }
    for (size_t i = 0; i < p->nfollow_ups; i++)
        known(a, p, p->follow_ups[i].set_on, arena_printf(a, "/followUps/%zu/setOn", i), faults);
    check_results(a, p, faults);
    check_travel(a, p, faults);
}
