/* transitions.c - moving a case: its guards judged, the move made, everything that hangs on it told. */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/appointments/appointments.h"
#include "cases/authority/authority.h"
#include "cases/cases/cases.h"
#include "cases/cases/facts.h"
#include "cases/cases/store.h"
#include "cases/rights/rights.h"
#include "cases/shares/shares.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"
#include "cases/trainings/trainings.h"
#include "cases/travel/travel.h"
#include "web/page.h"
#include "web/request.h"

/* Which move is meant, and whether it may be made at all from here. */
static err_t wished(struct ctx *x, const struct case_facts *facts, const struct move_wish *w,
                    const struct pack_transition **ret)
{
    const struct pack_transition *t = pack_transition(facts->pack, w->transition);

    if (!t)
        return err_new(x->arena, ERR_INVALID, "transition.unknown", "The programme has no such transition.");
    if (t->kind != MOVE_OBSERVE && w->observed_us.set)
        return err_new(x->arena, ERR_INVALID, "observedAt.unexpected",
                       "The move is a decision, no observation.");
    if (w->observed_us.set && w->observed_us.v > x->now_us)
        return err_new(x->arena, ERR_INVALID, "observedAt.future", "It has not happened yet.");
    if (t->kind == MOVE_OBSERVE ? !observation_open(facts, t) : !pack_transition_from(t, facts->status))
        return err_new(x->arena, ERR_CONFLICT, "transition.unavailable",
                       "The move does not leave from the present status.");
    if (t->reason_required && !w->reason)
        return err_new(x->arena, ERR_INVALID, "reason.required", "This move needs a reason.");
    *ret = t;
    return NULL;
}

static err_t judged(struct ctx *x, const struct case_facts *facts, const struct pack_transition *t,
                    struct move *ret)
{
    struct unmet_list shown;

    move_judge(x->arena, facts, t, ret);
    shown = principal_has(x->who, "protection:read") ? ret->unmet : unmet_masked(x->arena, &ret->unmet);
    return unmet_err(x->arena, &shown);
}

/* The case's row after the move. */
static void save_move(struct ctx *x, struct tx *tx, const struct case_facts *facts,
                      const struct case_locked *c, const struct move *m, const struct move_wish *w)
{
    const struct pack_result *result = pack_result(facts->pack, w->result);
    struct q_case_move_in in = {
        .id = c->id,
        .status = m->to,
        .retention_class = c->retention_class,
        .retain_until = c->retain_until,
        .now = x->now_us,
    };

    if (m->transition->kind == MOVE_SUSPEND) {
        in.suspended_since = OPT_I64(x->now_us);
        in.suspension_reason = w->reason;
        in.resumes_to = c->status;
    }
    if (m->transition->kind == MOVE_CLOSE) {
        in.result = result->code;
        in.closed_at = OPT_I64(x->now_us);
        in.retention_class = result->retention;
        in.retain_until = OPT_DATE(
            date_add_months(facts->today, 12 * pack_retention(facts->pack, result->retention)->years));
    }
    q_case_move(tx, &in);
    if (in.closed_at.set)
        retention_schedule(x, tx, c->id, in.retain_until.v);
}

static void tell_moved(struct ctx *x, struct tx *tx, const struct case_locked *c, const struct move *m,
                       const struct move_wish *w)
{
    static const char *const kinds[] = {
        [MOVE_STEP] = "case.moved",     [MOVE_STOP] = "case.withdrawn", [MOVE_SUSPEND] = "case.suspended",
        [MOVE_RESUME] = "case.resumed", [MOVE_CLOSE] = "case.closed",   [MOVE_OBSERVE] = "case.observed",
    };
    const char *id = uuid_text(x->arena, c->id);

    q_case_move_add(tx, &(struct q_case_move_add_in){
                            .id = uuid_new(x->now_us),
                            .case_id = c->id,
                            .transition = m->transition->code,
                            .from_status = c->status,
                            .to_status = m->to,
                            .reason = w->reason,
                            .override_id = m->override_id,
                            .by = x->who->subject,
                            .now = x->now_us,
                            .observed_at = w->observed_us,
                        });
    if (m->override_id.set)
        q_override_use(tx, m->override_id.v, x->now_us);
    outbox_add(tx, &(struct event){
                       .type = "cases.case.statusChanged",
                       .subject = c->id,
                       .data = arena_printf(x->arena, "{\"caseId\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", id,
                                            c->status, m->to),
                   });
    timeline_add(tx, c->id, kinds[m->transition->kind],
                 arena_printf(x->arena, "{\"transition\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}",
                              m->transition->code, c->status, m->to),
                 "");
    audit_write(tx, "case", c->id, "transition", "[\"status\"]");
}

/* Everything that was planned for the case ends with it. */
static err_t end_plans(struct ctx *x, struct tx *tx, struct uuid case_id, const char *why)
{
    TRY(appointments_cancel_for_case(x, tx, case_id, why));
    tasks_cancel_for_case(tx, case_id, x->now_us);
    TRY(deadlines_cancel(x, tx, case_id));
    TRY(travel_cancel_for_case(x, tx, case_id, why));
    TRY(follow_ups_cancel(x, tx, case_id));
    authority_cancel_for_case(tx, case_id, x->now_us);
    return trainings_drop_for_case(x, tx, case_id);
}

/* What has happened takes effect on the wishes and on what was paused. */
static err_t observed(struct ctx *x, struct tx *tx, const struct case_facts *facts,
                      const struct case_locked *c, const struct move *m, int64_t at)
{
    if (str_eq(pack_status(facts->pack, m->to)->phase, "afterBoarding"))
        authority_departed_for_case(tx, c->id, at);
    if (str_eq(m->transition->code, facts->pack->travel.no_show))
        authority_cancel_for_case(tx, c->id, x->now_us);
    return c->suspended_since.set ? deadlines_resume(x, tx, c->id) : NULL;
}

err_t move_make(struct ctx *x, struct tx *tx, const struct case_facts *facts, const struct case_locked *c,
                const struct move *m, const struct move_wish *w)
{
    save_move(x, tx, facts, c, m, w);
    tell_moved(x, tx, c, m, w);
    switch (m->transition->kind) {
    case MOVE_OBSERVE:
        TRY(observed(x, tx, facts, c, m, w->observed_us.set ? w->observed_us.v : x->now_us));
        TRY(deadlines_enter(x, tx, facts->pack, c->id, m->to));
        TRY(follow_ups_enter(x, tx, facts->pack, c->id, m->to));
        break;
    case MOVE_STEP:
        TRY(deadlines_enter(x, tx, facts->pack, c->id, m->to));
        TRY(follow_ups_enter(x, tx, facts->pack, c->id, m->to));
        break;
    case MOVE_SUSPEND:
        TRY(deadlines_pause(x, tx, c->id));
        break;
    case MOVE_RESUME:
        TRY(deadlines_resume(x, tx, c->id));
        break;
    case MOVE_STOP:
        TRY(end_plans(x, tx, c->id, "caseWithdrawn"));
        break;
    case MOVE_CLOSE:
        TRY(end_plans(x, tx, c->id, "caseClosed"));
        break;
    }
    return partner_view_refresh(x, tx, c->id);
}

/* The way out for a withdrawn wish, from any status before boarding; NULL where there is none. */
static const struct pack_transition *way_out(const struct case_facts *facts)
{
    for (size_t i = 0; i < facts->pack->ntransitions; i++) {
        const struct pack_transition *t = &facts->pack->transitions[i];

        if (t->kind == MOVE_STOP && pack_transition_from(t, facts->status))
            return t;
    }
    return NULL;
}

err_t case_stop(struct ctx *x, struct tx *tx, struct uuid case_id, const char *why)
{
    const struct move_wish w = {.reason = why};
    struct case_facts facts;
    struct facts_rows *rows;
    struct case_locked c;
    struct move m;

    q_case_lock_later(tx, case_id, &c);
    rows = facts_later(x, tx, case_id);
    TRY(tx_sync(tx));
    TRY(facts_make(x, rows, &c, &facts));
    m = (struct move){.transition = way_out(&facts)};
    if (!m.transition)
        return NULL;
    m.to = m.transition->to;
    return move_make(x, tx, &facts, &c, &m, &w);
}

/* ---- handlers ---- */

static void transitions_write(struct ctx *x, struct response *rs, const struct case_locked *c,
                              const struct case_facts *facts, bool dry_run)
{
    struct buf *out = reply_begin(rs, 200);
    struct move *moves;
    size_t n;

    moves_judge(x->arena, facts, &moves, &n);
    reply_etag(rs, c->version);
    buf_printf(out, "{\"caseId\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(x->arena, c->id), c->status, c->version, dry_run ? "true" : "false");
    moves_write(x->arena, out, moves, n, principal_has(x->who, "protection:read"));
    buf_putc(out, '}');
}

/* listTransitions: GET /cases/{caseId}/transitions */
err_t list_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "caseId");
    struct case_facts facts;
    struct facts_rows *rows;
    struct case_locked c;
    struct tx *tx;

    TRY(db_read(x, &tx));
    q_case_state_later(tx, id, &c);
    rows = facts_later(x, tx, id);
    TRY(tx_sync(tx));
    TRY(facts_make(x, rows, &c, &facts));
    audit_read(tx, "case", id, "transitions");
    transitions_write(x, rs, &c, &facts, false);
    return NULL;
}

/* Reads the case and its facts once more, after a move. */
static err_t transitions_after(struct ctx *x, struct tx *tx, struct uuid id, struct response *rs)
{
    struct facts_rows *rows = facts_later(x, tx, id);
    struct case_facts facts;
    struct case_locked c;

    TRY(q_case_state(tx, id, &c));
    TRY(facts_make(x, rows, &c, &facts));
    transitions_write(x, rs, &c, &facts, false);
    return NULL;
}

/* makeTransition: POST /cases/{caseId}/transitions */
err_t make_transition(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    const struct move_wish w = {
        .transition = json_member_text(body, "transition"),
        .reason = json_member_text(body, "reason"),
        .result = json_member_text(body, "result"),
        .observed_us = json_member_instant(body, "observedAt"),
    };
    struct uuid id = request_path_uuid(rq, "caseId");
    const struct pack_transition *t;
    struct case_facts facts;
    struct facts_rows *rows;
    struct case_locked c;
    struct move m;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_case_lock_later(tx, id, &c);
    rows = facts_later(x, tx, id);
    TRY(tx_sync(tx));
    TRY(etag_match(rq, c.version));
    TRY(facts_make(x, rows, &c, &facts));
    facts.result = w.result;
    TRY(wished(x, &facts, &w, &t));
    TRY(judged(x, &facts, t, &m));
    if (request_query_bool(rq, "dryRun", false)) {
        audit_read(tx, "case", id, "transitions");
        transitions_write(x, rs, &c, &facts, true);
        return NULL;
    }
    if (t->kind == MOVE_OBSERVE)
        TRY(observation_make(x, tx, &facts, &c, t, &w));
    else
        TRY(move_make(x, tx, &facts, &c, &m, &w));
    return transitions_after(x, tx, id, rs);
}

/* listCaseMoves: GET /cases/{caseId}/moves */
err_t list_case_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "caseId");
    struct case_move_row *rows;
    struct case_brief brief;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_case_moves_page, &page));
    TRY(db_begin_read(x, &tx));
    q_case_brief_later(tx, id, &brief);
    TRY(q_case_moves(tx, id, &page, &rows, &n));
    audit_read(tx, "case", id, "moves");
    return reply_page(x, rq, rs, &q_case_moves_page, &page, &case_move_row_json, rows, n);
}
