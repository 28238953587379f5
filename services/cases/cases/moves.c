/* moves.c - which moves a case has and what each still lacks. Pure. */
#include "cases/cases/moves.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static bool among(const struct text_array *codes, const char *code)
{
    for (size_t i = 0; i < codes->n; i++) {
        if (str_eq(codes->v[i], code))
            return true;
    }
    return false;
}

/* The override of this move that covers most; there is seldom more than one. */
static const struct fact_override *override_for(const struct case_facts *f, const struct pack_transition *t,
                                                const struct unmet_list *unmet)
{
    const struct fact_override *best = NULL;
    size_t best_n = 0;

    for (size_t i = 0; i < f->noverrides; i++) {
        const struct fact_override *o = &f->overrides[i];
        size_t n = 0;

        if (!str_eq(o->transition, t->code) || o->valid_until_us <= f->now_us)
            continue;
        for (size_t k = 0; k < unmet->n; k++)
            n += unmet->v[k].overridable && among(&o->guards, unmet->v[k].code);
        if (n > best_n) {
            best = o;
            best_n = n;
        }
    }
    return best;
}

/* Takes what the override covers out of the list. */
static void override_apply(struct arena *a, const struct fact_override *o, struct move *m)
{
    struct unmet_list left = {.v = m->unmet.v};

    m->override_id = OPT_UUID(o->id);
    m->overridden.v = ARENA_ARRAY(a, m->unmet.n, const char *);
    for (size_t i = 0; i < m->unmet.n; i++) {
        const struct unmet *u = &m->unmet.v[i];

        if (!u->overridable || !among(&o->guards, u->code))
            left.v[left.n++] = *u;
        else if (!among(&m->overridden, u->code))
            m->overridden.v[m->overridden.n++] = u->code;
    }
    left.cap = m->unmet.cap;
    m->unmet = left;
}

void move_judge(struct arena *a, const struct case_facts *facts, const struct pack_transition *t,
                struct move *ret)
{
    const struct fact_override *o;

    *ret = (struct move){.transition = t, .to = t->kind == MOVE_RESUME ? facts->resumes_to : t->to};
    for (size_t i = 0; i < t->nguards; i++)
        guard_judge(a, t->guards[i].guard, t->guards[i].params, facts, &ret->unmet);
    o = override_for(facts, t, &ret->unmet);
    if (o)
        override_apply(a, o, ret);
}

void moves_judge(struct arena *a, const struct case_facts *facts, struct move **ret, size_t *ret_n)
{
    struct move *moves = ARENA_ARRAY(a, facts->pack->ntransitions, struct move);
    size_t n = 0;

    for (size_t i = 0; i < facts->pack->ntransitions; i++) {
        if (pack_transition_from(&facts->pack->transitions[i], facts->status))
            move_judge(a, facts, &facts->pack->transitions[i], &moves[n++]);
    }
    *ret = moves;
    *ret_n = n;
}

static void move_write(struct arena *a, struct buf *out, const struct move *m, bool sees_protection)
{
    struct unmet_list unmet = sees_protection ? m->unmet : unmet_masked(a, &m->unmet);
    size_t shown = 0;

    buf_puts(out, "{\"code\":");
    json_write_text(out, m->transition->code);
    buf_printf(out, ",\"kind\":\"%s\",\"to\":", move_kind_text(m->transition->kind));
    json_write_text(out, m->to);
    buf_printf(out, ",\"labels\":%s,\"allowed\":%s,\"reasonRequired\":%s,\"unmet\":",
               json_text(a, m->transition->labels), unmet.n == 0 ? "true" : "false",
               m->transition->reason_required ? "true" : "false");
    unmet_write(out, &unmet);
    buf_puts(out, ",\"overridden\":[");
    for (size_t i = 0; i < m->overridden.n; i++) {
        if (!sees_protection && guard_sensitive(guard_find(m->overridden.v[i])))
            continue;
        if (shown++ > 0)
            buf_putc(out, ',');
        json_write_text(out, m->overridden.v[i]);
    }
    buf_puts(out, "]}");
}

void moves_write(struct arena *a, struct buf *out, const struct move *moves, size_t n, bool sees_protection)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        move_write(a, out, &moves[i], sees_protection);
    }
    buf_putc(out, ']');
}

/* ---- overrides ---- */

static const struct pack_guard *guard_of(const struct pack_transition *t, const char *code)
{
    for (size_t i = 0; i < t->nguards; i++) {
        if (str_eq(guard_code(t->guards[i].guard), code))
            return &t->guards[i];
    }
    return NULL;
}

err_t override_rules_ask(struct arena *a, const struct pack *pack, const char *transition,
                         const struct text_array *guards, bool sees_protection)
{
    const struct pack_transition *t = pack_transition(pack, transition);
    struct fault_list unknown = {0}, never = {0};

    if (!t)
        return err_new(a, ERR_INVALID, "transition.unknown", "The programme has no such transition.");
    for (size_t i = 0; i < guards->n; i++) {
        const struct pack_guard *g = guard_of(t, guards->v[i]);
        const char *at = arena_printf(a, "/guards/%zu", i);

        if (!g || (guard_sensitive(g->guard) && !sees_protection))
            fault_add(a, &unknown,
                      (struct fault){
                          .at = at, .code = "guard.unknown", .detail = "The transition has no such guard."});
        else if (!guard_overridable(g->guard, g->params))
            fault_add(a, &never,
                      (struct fault){
                          .at = at, .code = "override.never", .detail = "No two users may override it."});
    }
    TRY(fault_list_err(a, &unknown, ERR_INVALID, "request.invalid", "The override is not valid."));
    return fault_list_err(a, &never, ERR_CONFLICT, "override.never", "This guard is never overridden.");
}

err_t override_rules_decide(struct arena *a, const struct override_decision *d)
{
    if (!d->decider_is_user)
        return err_new(a, ERR_DENIED, "override.users", "Only a person may decide an override.");
    if (!str_eq(d->status, "asked"))
        return err_new(a, ERR_CONFLICT, "override.decided", "The override is decided already.");
    if (str_eq(d->decider, d->asked_by))
        return err_new(a, ERR_CONFLICT, "override.same", "Who asked for an override does not decide it.");
    if (str_eq(d->decider, d->caseworker))
        return err_new(a, ERR_CONFLICT, "override.same",
                       "The caseworker does not decide an override of the own case.");
    return NULL;
}
