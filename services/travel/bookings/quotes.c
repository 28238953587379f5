/* quotes.c - what a booking, its cancellation or its change would cost; the hold on what was quoted. */
#include "app/outbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/bookings/rules.h"
#include "travel/bookings/store.h"
#include "travel/guards/facts.h"

void booking_cost(struct ctx *x, struct tx *tx, const struct booking_state *b, const char *kind,
                  int64_t amount, const char *currency)
{
    if (amount > 0)
        q_booking_cost_add(tx, &(struct q_booking_cost_add_in){.id = uuid_new(x->now_us),
                                                               .movement_id = b->movement_id,
                                                               .booking_id = b->id,
                                                               .kind = kind,
                                                               .amount = amount,
                                                               .currency = currency,
                                                               .by = x->who->subject,
                                                               .now = x->now_us});
}

err_t booking_quote_named(struct ctx *x, const struct request *rq, struct booking_step *s, const char *kind,
                          struct quote_open *ret)
{
    bool found;

    TRY(q_quote_open(s->tx, s->before.id, &found, ret));
    return rules_quote_confirm(found, found ? ret->kind : NULL, found ? ret->id : (struct uuid){0},
                               found ? ret->valid_until : 0, kind,
                               json_member_uuid(request_body(rq), "quoteId").v, x->now_us);
}

/* The newer supersedes the open one. Queued. */
static void quote_add(struct ctx *x, struct booking_step *s, const char *kind, const struct supplier_quote *q)
{
    bool change = str_eq(kind, "change");

    q_quote_end(s->tx, s->before.id, "superseded", x->who->subject, x->now_us);
    q_quote_add(s->tx,
                &(struct q_quote_add_in){.id = uuid_new(x->now_us),
                                         .booking_id = s->before.id,
                                         .kind = kind,
                                         .amount = q->amount,
                                         .penalty = q->penalty,
                                         .currency = q->currency,
                                         .valid_until = q->valid_until_us,
                                         .conditions = q->conditions,
                                         .segment_ids = change ? q->segment_ids : (struct uuid_array){0},
                                         .by = x->who->subject,
                                         .now = x->now_us});
}

static err_t quote_check(struct ctx *x, const struct booking_step *s, const char *kind,
                         const struct supplier_quote *q)
{
    const struct booking_state *b = &s->before;

    return rules_quote_terms(x->arena,
                             &(struct quote_terms){.kind = kind,
                                                   .amount = q->amount,
                                                   .penalty = q->penalty,
                                                   .currency = q->currency,
                                                   .valid_until_us = q->valid_until_us},
                             &(struct booking_money){.currency = b->price_currency,
                                                     .price = b->price_amount.v,
                                                     .ticketed = b->ticketed_at.set},
                             x->now_us);
}

/* quoteBooking: POST /bookings/{bookingId}/quote */
err_t quote_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct supplier_quote q;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "quote", &s));
    TRY(s.supplier->quote(x, &s.order, request_body(rq), &q));
    TRY(quote_check(x, &s, "price", &q));
    TRY(booking_step_lock(x, rq, &s));
    quote_add(x, &s, "price", &q);
    booking_cost(x, s.tx, &s.before, "estimate", q.amount, q.currency);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    return booking_step_end(x, &s, &in, rs);
}

static void hold_due(struct ctx *x, struct tx *tx, struct uuid id, int64_t until_us)
{
    due_set(tx, "holdExpiry", id, until_us,
            arena_printf(x->arena, "{\"bookingId\":\"%s\"}", uuid_text(x->arena, id)));
}

static err_t deadline_check(struct ctx *x, const struct booking_step *s, const struct supplier_hold *hold)
{
    return rules_hold_deadline(x->arena, hold->until_us, x->now_us,
                               s->before.departs_at.set ? s->before.departs_at.v : INT64_MAX);
}

/* holdBooking: POST /bookings/{bookingId}/hold */
err_t hold_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct supplier_hold hold;
    struct booking_step s;
    struct quote_open q;

    TRY(booking_step_begin(x, rq, "hold", &s));
    TRY(s.supplier->hold(x, &s.order, request_body(rq), &hold));
    TRY(deadline_check(x, &s, &hold));
    TRY(booking_step_lock(x, rq, &s));
    TRY(booking_quote_named(x, rq, &s, "price", &q));
    q_quote_end(s.tx, s.before.id, "confirmed", x->who->subject, x->now_us);
    hold_due(x, s.tx, s.before.id, hold.until_us);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.supplier_reference = hold.reference;
    in.hold_until = OPT_I64(hold.until_us);
    in.price_amount = OPT_I64(q.amount);
    in.price_currency = q.currency;
    return booking_step_end(x, &s, &in, rs);
}

/* prolongHold: POST /bookings/{bookingId}/prolong-hold */
err_t prolong_hold(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct supplier_hold hold;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "prolongHold", &s));
    TRY(rules_hold_stands(s.before.hold_until.v, x->now_us));
    TRY(s.supplier->prolong(x, &s.order, request_body(rq), &hold));
    TRY(deadline_check(x, &s, &hold));
    TRY(booking_step_lock(x, rq, &s));
    hold_due(x, s.tx, s.before.id, hold.until_us);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.hold_until = OPT_I64(hold.until_us);
    return booking_step_end(x, &s, &in, rs);
}

/* Where keep leads back to. */
static const char *resumes_to(const struct booking_state *b)
{
    return b->resumes_to ? b->resumes_to : b->status;
}

/* quoteCancellation: POST /bookings/{bookingId}/cancellation-quote */
err_t quote_cancellation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct supplier_quote q;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "quoteCancellation", &s));
    TRY(s.supplier->quote_cancellation(x, &s.order, request_body(rq), &q));
    TRY(quote_check(x, &s, "cancel", &q));
    TRY(booking_step_lock(x, rq, &s));
    quote_add(x, &s, "cancel", &q);
    in = booking_save_of(x, &s.before);
    in.resumes_to = resumes_to(&s.before);
    in.status = s.to;
    return booking_step_end(x, &s, &in, rs);
}

/* confirmCancellation: POST /bookings/{bookingId}/cancel */
err_t confirm_cancellation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct booking_step s;
    struct quote_open q;

    TRY(booking_step_begin(x, rq, "confirmCancellation", &s));
    TRY(db_begin_read(x, &s.tx));
    TRY(booking_quote_named(x, rq, &s, "cancel", &q));
    TRY(tx_commit(x));
    TRY(s.supplier->cancel(x, &s.order, request_body(rq)));
    TRY(booking_step_lock(x, rq, &s)); /* the ETag holds: so does the quote */
    q_quote_end(s.tx, s.before.id, "confirmed", x->who->subject, x->now_us);
    q_tickets_end(s.tx, s.before.id, "cancelled");
    due_cancel(s.tx, "holdExpiry", s.before.id);
    booking_cost(x, s.tx, &s.before, "refund", q.amount, q.currency);
    if (!s.before.ticketed_at.set)
        booking_cost(x, s.tx, &s.before, "actual", q.penalty, q.currency);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.resumes_to = NULL;
    in.ended_at = OPT_I64(x->now_us);
    booking_save(x, s.tx, &s.before, s.move, &in);
    TRY(movement_rejudge(x, s.tx, s.before.movement_id, NULL));
    return booking_reply(s.tx, s.before.id, 200, rs);
}

static err_t check_segments(struct ctx *x, const struct booking_step *s, const struct supplier_quote *q)
{
    struct fault_list faults = {0};
    struct booking_known known;

    TRY(q_booking_known(s->tx, s->before.movement_id, (struct uuid_array){0}, q->segment_ids, &known));
    if (known.segment_ids.n != q->segment_ids.n)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/segmentIds",
                                 .code = "segment.notInMovement",
                                 .detail = "One is none of the movement that is still planned."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The quote cannot be recorded so.");
}

/* quoteChange: POST /bookings/{bookingId}/change-quote */
err_t quote_change(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct supplier_quote q;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "quoteChange", &s));
    TRY(s.supplier->quote_change(x, &s.order, request_body(rq), &q));
    TRY(quote_check(x, &s, "change", &q));
    TRY(booking_step_lock(x, rq, &s));
    TRY(check_segments(x, &s, &q));
    quote_add(x, &s, "change", &q);
    booking_cost(x, s.tx, &s.before, "estimate", q.amount, q.currency);
    in = booking_save_of(x, &s.before);
    in.resumes_to = resumes_to(&s.before);
    in.status = s.to;
    return booking_step_end(x, &s, &in, rs);
}

/* keepBooking: POST /bookings/{bookingId}/keep */
err_t keep_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "keep", &s));
    TRY(booking_step_lock(x, rq, &s));
    q_quote_end(s.tx, s.before.id, "declined", x->who->subject, x->now_us);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.resumes_to = NULL;
    return booking_step_end(x, &s, &in, rs);
}
