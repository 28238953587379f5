/* observe.c - what has happened is recorded as observed, without guards (domain.md, principle 2); and moves
 * that events make by the case's own guards. */
#include "base/arena.h"
#include "cases/cases/cases.h"
#include "cases/cases/facts.h"
#include "cases/cases/store.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"

/* ---- what may be observed ---- */

static bool after_boarding(const struct pack *p, const char *status)
{
    return str_eq(pack_status(p, status)->phase, "afterBoarding");
}

/* The case has been at the status, and gone on from it, after boarding: what tells of it now comes late. */
static bool passed(const struct pack *p, const char *status, const char *present, unsigned depth)
{
    if (depth == 0 || !after_boarding(p, status) || !after_boarding(p, present))
        return false;
    for (size_t i = 0; i < p->ntransitions; i++) {
        const struct pack_transition *t = &p->transitions[i];

        if (t->to && pack_transition_from(t, status) &&
            (str_eq(t->to, present) || passed(p, t->to, present, depth - 1)))
            return true;
    }
    return false;
}

bool observation_open(const struct case_facts *facts, const struct pack_transition *t)
{
    const struct pack_status *present = pack_status(facts->pack, facts->status);

    return !str_eq(present->phase, "closed") && !str_eq(t->to, facts->status) &&
           !passed(facts->pack, t->to, facts->status, (unsigned)facts->pack->nstatuses);
}

/* ---- the record, and what is to be looked at ---- */

/* What was not met of the guards by which the present status lets its travellers board. */
static struct unmet_list boarding_unmet(struct arena *a, const struct case_facts *facts,
                                        const struct pack_transition *t, int64_t at_us)
{
    const struct pack_transition *entry = pack_entry(facts->pack, facts->status);
    struct case_facts then = *facts;
    struct move m = {0};

    if (!entry || !after_boarding(facts->pack, t->to) || after_boarding(facts->pack, facts->status))
        return m.unmet;
    then.now_us = at_us;
    move_judge(a, &then, entry, &m);
    return m.unmet;
}

/* "code: message" a line, what is sensitive masked: tasks and timeline are read by more than the officers. */
static const char *unmet_text(struct arena *a, const struct unmet_list *unmet)
{
    struct unmet_list shown = unmet_masked(a, unmet);
    struct buf out;

    buf_init(&out, a, 256);
    for (size_t i = 0; i < shown.n && i < 20; i++)
        buf_printf(&out, "%s%s: %s", i ? "\n" : "", shown.v[i].code, shown.v[i].message);
    return buf_text(&out);
}

err_t case_lacks_task(struct ctx *x, struct tx *tx, struct uuid case_id, const char *kind, const char *title,
                      const struct unmet_list *unmet)
{
    struct uuid task;

    return task_add(x, tx,
                    &(struct task_new){.case_id = OPT_UUID(case_id),
                                       .kind = kind,
                                       .title = title,
                                       .details = unmet->n > 0 ? unmet_text(x->arena, unmet) : NULL,
                                       .urgency = "high"},
                    &task);
}

static err_t incident_tell(struct ctx *x, struct tx *tx, const struct case_facts *facts, struct uuid case_id,
                           const struct pack_transition *t, const struct unmet_list *unmet)
{
    struct unmet_list shown = unmet_masked(x->arena, unmet);
    struct buf data;

    buf_init(&data, x->arena, 256);
    buf_printf(&data, "{\"transition\":\"%s\",\"from\":\"%s\",\"expected\":%s,\"guards\":[", t->code,
               facts->status, pack_transition_from(t, facts->status) ? "true" : "false");
    for (size_t i = 0; i < shown.n; i++)
        buf_printf(&data, "%s\"%s\"", i ? "," : "", shown.v[i].code);
    buf_puts(&data, "]}");
    timeline_add(tx, case_id, "case.incident", buf_text(&data), "");
    return case_lacks_task(
        x, tx, case_id, "observationReview",
        arena_printf(x->arena, "Review: %s was observed against what was decided", t->code), unmet);
}

err_t observation_make(struct ctx *x, struct tx *tx, const struct case_facts *facts,
                       const struct case_locked *c, const struct pack_transition *t,
                       const struct move_wish *w)
{
    struct move_wish wish = *w;
    struct move m = {.transition = t, .to = t->to};
    struct unmet_list unmet;

    wish.observed_us = OPT_I64(w->observed_us.set ? w->observed_us.v : x->now_us);
    unmet = boarding_unmet(x->arena, facts, t, wish.observed_us.v);
    TRY(move_make(x, tx, facts, c, &m, &wish));
    if (unmet.n == 0 && pack_transition_from(t, facts->status))
        return NULL;
    return incident_tell(x, tx, facts, c->id, t, &unmet);
}

/* ---- for events ---- */

struct held {
    struct case_locked c;
    struct case_facts facts;
};

static err_t held_read(struct ctx *x, struct tx *tx, struct uuid case_id, struct held *ret)
{
    struct facts_rows *rows;

    q_case_lock_later(tx, case_id, &ret->c);
    rows = facts_later(x, tx, case_id);
    TRY(tx_sync(tx));
    return facts_make(x, rows, &ret->c, &ret->facts);
}

err_t case_observe(struct ctx *x, struct tx *tx, struct uuid case_id, enum travel_word word, int64_t at_us)
{
    const struct pack_transition *t;
    struct unmet_list none = {0};
    struct held h;

    TRY(held_read(x, tx, case_id, &h));
    t = pack_transition(h.facts.pack, travel_move(&h.facts.pack->travel, word));
    if (!t)
        return case_lacks_task(
            x, tx, case_id, "observationReview",
            "Travel told of the case, which is on a version of its programme without travel", &none);
    if (observation_open(&h.facts, t))
        return observation_make(x, tx, &h.facts, &h.c, t, &(struct move_wish){.observed_us = OPT_I64(at_us)});
    return h.c.closed_at.set ? incident_tell(x, tx, &h.facts, case_id, t, &none) : NULL;
}

err_t case_try(struct ctx *x, struct tx *tx, struct uuid case_id, enum travel_word word, const char *reason,
               struct case_tried *ret)
{
    const struct pack_transition *t;
    struct held h;
    struct move m;

    TRY(held_read(x, tx, case_id, &h));
    t = pack_transition(h.facts.pack, travel_move(&h.facts.pack->travel, word));
    *ret = (struct case_tried){.there = t && str_eq(h.facts.status, t->to), .status = h.facts.status};
    if (!t || !pack_transition_from(t, h.facts.status))
        return NULL;
    ret->leaves = true;
    move_judge(x->arena, &h.facts, t, &m);
    ret->unmet = m.unmet;
    ret->made = m.unmet.n == 0;
    return ret->made ? move_make(x, tx, &h.facts, &h.c, &m, &(struct move_wish){.reason = reason}) : NULL;
}

err_t case_rejudge(struct ctx *x, struct tx *tx, struct uuid case_id, const char *reason, bool broken)
{
    const struct pack_transition *cleared, *back;
    struct held h;
    struct move m = {0};

    TRY(held_read(x, tx, case_id, &h));
    cleared = pack_transition(h.facts.pack, h.facts.pack->travel.cleared);
    back = pack_transition(h.facts.pack, h.facts.pack->travel.broken);
    if (!cleared || !back || !str_eq(h.facts.status, cleared->to) ||
        !pack_transition_from(back, h.facts.status))
        return NULL;
    move_judge(x->arena, &h.facts, cleared, &m);
    if (m.unmet.n == 0 && !broken)
        return NULL;
    TRY(move_make(x, tx, &h.facts, &h.c, &(struct move){.transition = back, .to = back->to},
                  &(struct move_wish){.reason = reason}));
    return case_lacks_task(x, tx, case_id, "boardingReopened",
                           "The clearance to board no longer holds: decide again", &m.unmet);
}
