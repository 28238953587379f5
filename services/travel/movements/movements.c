/* movements.c - see movements.h. */
#include "travel/movements/movements.h"

#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/abns/abns.h"
#include "travel/bookings/bookings.h"
#include "travel/guards/facts.h"
#include "travel/incidents/incidents.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"

static void tell_one(struct ctx *x, struct tx *tx, struct uuid movement_id, const struct movement_ref *ref,
                     const char *type, const char *more)
{
    outbox_add(tx, &(struct event){
                       .type = type,
                       .subject = movement_id,
                       .key = ref->ref_id,
                       .data = arena_printf(x->arena,
                                            "{\"movementId\":\"%s\",\"refKind\":\"%s\",\"refId\":\"%s\"%s}",
                                            uuid_text(x->arena, movement_id), ref->ref_kind,
                                            uuid_text(x->arena, ref->ref_id), more),
                   });
}

err_t movement_tell(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *type, const char *more)
{
    struct movement_ref *refs;
    size_t n;

    TRY(q_movement_refs(tx, movement_id, &refs, &n));
    for (size_t i = 0; i < n; i++)
        tell_one(x, tx, movement_id, &refs[i], type, more);
    return NULL;
}

err_t movement_tell_ref(struct ctx *x, struct tx *tx, struct uuid movement_id, struct opt_uuid ref_id,
                        const char *type, const char *more)
{
    struct movement_ref *refs;
    size_t n;

    if (!ref_id.set)
        return NULL;
    TRY(q_movement_refs(tx, movement_id, &refs, &n));
    for (size_t i = 0; i < n; i++) {
        if (uuid_eq(refs[i].ref_id, ref_id.v))
            tell_one(x, tx, movement_id, &refs[i], type, more);
    }
    return NULL;
}

/* The row after the move. */
static void save_move(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                      const struct machine_move *move, const struct movement_wish *w, int64_t at)
{
    struct q_movement_move_in in = {.id = m->id, .status = move->to, .now = x->now_us};

    if (rules_movement_observes(move))
        in.departed_at = OPT_I64(at); /* who is seen to arrive has departed by then, whoever saw it */
    if (str_eq(move->to, "arrived") || str_eq(move->to, "handedOver"))
        in.arrived_at = OPT_I64(at);
    if (str_eq(move->to, "handedOver"))
        in.handed_over_at = OPT_I64(at);
    if (str_eq(move->to, "clearedToBoard"))
        in.cleared_at = OPT_I64(at);
    if (str_eq(move->to, "reconciled"))
        in.reconciled_at = OPT_I64(at);
    if (str_eq(move->to, "cancelled")) {
        in.cancelled_at = OPT_I64(at);
        in.cancel_reason = w->reason;
        q_movement_cancel_passengers(tx, m->id, w->reason, x->now_us);
    }
    q_movement_move(tx, &in);
}

/* What those are told who wait for it: a departure before the arrival, if nobody has told it. */
static err_t tell_move(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                       const struct machine_move *move, const struct movement_wish *w, int64_t at)
{
    bool arrived =
        str_eq(move->to, "arrived") || (str_eq(move->to, "handedOver") && !str_eq(m->status, "arrived"));
    char text[32];
    const char *when;

    date_format_instant(at, text);
    when = arena_printf(x->arena, ",\"at\":\"%s\"", text);
    if (str_eq(move->to, "ready"))
        TRY(movement_tell(x, tx, m->id, "travel.movement.ready", ""));
    if (str_eq(move->to, "clearedToBoard"))
        TRY(movement_tell(x, tx, m->id, "travel.movement.cleared", when));
    if (rules_movement_observes(move) && !m->departed_at.set)
        TRY(movement_tell(x, tx, m->id, "travel.movement.departed", when));
    if (arrived)
        TRY(movement_tell(x, tx, m->id, "travel.movement.arrived", when));
    if (str_eq(move->to, "cancelled"))
        TRY(movement_tell(x, tx, m->id, "travel.movement.cancelled",
                          arena_printf(x->arena, ",\"reason\":\"%s\"", w->reason)));
    return NULL;
}

static err_t make_move(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                       const struct machine_move *move, const struct movement_wish *w)
{
    bool observed = rules_movement_observes(move);
    int64_t at = observed && w->observed_at.set ? w->observed_at.v : x->now_us;

    save_move(x, tx, m, move, w, at);
    q_movement_move_add(tx, &(struct q_movement_move_add_in){
                                .id = uuid_new(x->now_us),
                                .movement_id = m->id,
                                .transition = move->code,
                                .from_status = m->status,
                                .to_status = move->to,
                                .reason = w->reason,
                                .observed_at = observed ? OPT_I64(at) : (struct opt_i64){0},
                                .observed_by = !observed        ? NULL
                                               : w->observed_by ? w->observed_by
                                                                : x->who->subject,
                                .by = x->who->subject,
                                .now = x->now_us,
                            });
    if (observed && !m->departed_at.set && !str_eq(m->status, "clearedToBoard"))
        incident_note(x, tx,
                      &(struct incident_noted){
                          .movement_id = m->id, .kind = "notCleared", .severity = "high", .at = at});
    audit_write(tx, "movement", m->id, "transition", "[\"status\"]");
    if (str_eq(move->to, "cancelled")) {
        TRY(bookings_movement_cancelled(x, tx, m->id));
        TRY(abns_refresh(x, tx, m->id));
    }
    return tell_move(x, tx, m, move, w, at);
}

err_t movement_move(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                    const struct movement_wish *w)
{
    struct movement_facts_rows *rows = movement_facts_later(x, tx, m->id);
    const struct machine_move *move;
    struct movement_facts facts;

    TRY(tx_sync(tx));
    movement_facts_make(x, rows, &facts);
    facts.boarding.declared = w->declared;
    TRY(machine_find(x->arena, movement_machine, m->status, w->transition, w->reason, &move));
    TRY(rules_movement_said(x->arena, move, w->observed_at, w->observed_by, w->reason, x->now_us));
    TRY(machine_move(x->arena, movement_machine, m->status, w->transition, w->reason, rules_movement_judge,
                     &facts, &move));
    return make_move(x, tx, m, move, w);
}

err_t movement_stop(struct ctx *x, struct tx *tx, const struct movement_locked *m, const char *reason)
{
    const struct movement_wish w = {.transition = "cancel", .reason = reason};
    const struct machine_move *move;

    if (!rules_movement_planned(m->status))
        return NULL;
    TRY(machine_find(x->arena, movement_machine, m->status, w.transition, w.reason, &move));
    return make_move(x, tx, m, move, &w);
}
