/* tickets.c - tickets, at the purchase and after a change: the guards, the record, the news. */
#include "app/outbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/bookings/rules.h"
#include "travel/bookings/store.h"
#include "travel/guards/boarding_rows.h"
#include "travel/guards/declared.h"
#include "travel/guards/facts.h"
#include "travel/movements/movements.h"

ERR_DEFINE(err_taken, ERR_CONFLICT, "ticket.taken", "Another booking has a ticket of this number.");

/* What a purchase or a change is about. */
struct purchase {
    struct uuid_array segment_ids; /* what the tickets cover */
    const char *currency;
    int64_t due; /* beyond what was spent already */
    struct supplier_tickets tickets;
    struct fact_declared declared;
};

static err_t tickets_check(struct ctx *x, struct booking_step *s, const struct purchase *p)
{
    struct ticket_terms *terms = ARENA_ARRAY(x->arena, p->tickets.n + 1, struct ticket_terms);
    struct text_array numbers = {.v = ARENA_ARRAY(x->arena, p->tickets.n + 1, const char *),
                                 .n = p->tickets.n};
    struct ticket_taken taken;
    bool found;

    for (size_t i = 0; i < p->tickets.n; i++) {
        terms[i] = (struct ticket_terms){.passenger_id = p->tickets.v[i].passenger_id,
                                         .number = p->tickets.v[i].number,
                                         .segment_ids = p->tickets.v[i].segment_ids};
        numbers.v[i] = p->tickets.v[i].number;
    }
    TRY(rules_tickets(x->arena, terms, p->tickets.n, &s->before.passenger_ids, &p->segment_ids));
    TRY(q_ticket_taken(s->tx, numbers, s->before.id, &found, &taken));
    return found ? err_taken : NULL;
}

/* The guards to ticketed, with the tickets as they are to be. */
static err_t tickets_judge(struct ctx *x, struct booking_step *s, const struct purchase *p)
{
    struct movement_facts_rows *rows = movement_facts_later(x, s->tx, s->before.movement_id);
    struct fact_ticket *tickets = ARENA_ARRAY(x->arena, p->tickets.n + 1, struct fact_ticket);
    struct fact_booking booking = {
        .id = s->before.id,
        .passenger_ids = s->before.passenger_ids,
        .segment_ids = p->segment_ids,
        .currency = p->currency,
        .due = p->due,
    };
    struct unmet_list unmet = {0};
    struct movement_facts facts;

    TRY(tx_sync(s->tx));
    movement_facts_make(x, rows, &facts);
    for (size_t i = 0; i < p->tickets.n; i++)
        tickets[i] = (struct fact_ticket){.booking_id = booking.id,
                                          .passenger_id = p->tickets.v[i].passenger_id,
                                          .name = p->tickets.v[i].name,
                                          .segment_ids = p->tickets.v[i].segment_ids};
    facts.boarding.booking = &booking;
    facts.boarding.tickets = tickets;
    facts.boarding.ntickets = p->tickets.n;
    facts.boarding.declared = &p->declared;
    movement_judge(x->arena, GUARDED_TICKET, &facts, &unmet);
    return unmet_err(x->arena, &unmet);
}

static err_t tickets_tell(struct ctx *x, struct booking_step *s, const struct purchase *p)
{
    struct booking_times t;
    struct buf more;

    TRY(q_booking_times(s->tx, p->segment_ids, &t));
    buf_init(&more, x->arena, 256);
    buf_printf(&more, ",\"bookingId\":\"%s\",\"departsAt\":", uuid_text(x->arena, s->before.id));
    json_write_instant(&more, t.departs_at);
    buf_printf(&more, ",\"departureZone\":\"%s\",\"arrivesAt\":", t.departure_zone);
    json_write_instant(&more, t.arrives_at);
    buf_printf(&more, ",\"arrivalZone\":\"%s\"", t.arrival_zone);
    return movement_tell(x, s->tx, s->before.movement_id, "travel.booking.ticketed", buf_text(&more));
}

/* Writes the tickets and the booking, judges the movement with them, tells of them. */
static err_t tickets_issue(struct ctx *x, struct booking_step *s, const struct purchase *p,
                           const struct q_booking_save_in *in, struct response *rs)
{
    for (size_t i = 0; i < p->tickets.n; i++)
        q_ticket_add(s->tx, &(struct q_ticket_add_in){.id = uuid_new(x->now_us),
                                                      .booking_id = s->before.id,
                                                      .passenger_id = p->tickets.v[i].passenger_id,
                                                      .number = p->tickets.v[i].number,
                                                      .name = p->tickets.v[i].name,
                                                      .segment_ids = p->tickets.v[i].segment_ids,
                                                      .by = x->who->subject,
                                                      .now = x->now_us});
    booking_cost(x, s->tx, &s->before, "actual", p->due, p->currency);
    booking_save(x, s->tx, &s->before, s->move, in);
    TRY(movement_rejudge(x, s->tx, s->before.movement_id, NULL));
    TRY(tickets_tell(x, s, p));
    return booking_reply(s->tx, s->before.id, 200, rs);
}

/* ticketBooking: POST /bookings/{bookingId}/ticket */
err_t ticket_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct purchase p = {0};
    struct booking_step s;

    TRY(booking_step_begin(x, rq, "ticket", &s));
    TRY(rules_hold_stands(s.before.hold_until.v, x->now_us));
    p.segment_ids = s.before.segment_ids;
    p.currency = s.before.price_currency;
    p.due = s.before.price_amount.v;
    TRY(s.supplier->ticket(x, &s.order, request_body(rq), &p.tickets));
    TRY(declared_ask(x, s.before.movement_id, &p.declared));
    TRY(booking_step_lock(x, rq, &s));
    TRY(tickets_check(x, &s, &p));
    TRY(tickets_judge(x, &s, &p));
    due_cancel(s.tx, "holdExpiry", s.before.id);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.ticketed_at = OPT_I64(x->now_us);
    return tickets_issue(x, &s, &p, &in, rs);
}

/* confirmChange: POST /bookings/{bookingId}/change */
err_t confirm_change(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_save_in in;
    struct purchase p = {0};
    struct booking_step s;
    struct quote_open q;

    TRY(booking_step_begin(x, rq, "confirmChange", &s));
    TRY(s.supplier->change(x, &s.order, request_body(rq), &p.tickets));
    TRY(declared_ask(x, s.before.movement_id, &p.declared));
    TRY(booking_step_lock(x, rq, &s));
    TRY(booking_quote_named(x, rq, &s, "change", &q));
    p.segment_ids = q.segment_ids;
    p.currency = q.currency;
    p.due = q.amount;
    TRY(tickets_check(x, &s, &p));
    TRY(tickets_judge(x, &s, &p));
    q_quote_end(s.tx, s.before.id, "confirmed", x->who->subject, x->now_us);
    q_tickets_end(s.tx, s.before.id, "exchanged");
    q_booking_segments_clear(s.tx, s.before.id);
    q_booking_segments_add(s.tx, s.before.id, q.segment_ids);
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.resumes_to = NULL;
    in.price_amount = OPT_I64(s.before.price_amount.v + q.amount);
    return tickets_issue(x, &s, &p, &in, rs);
}
