/*
 * supplier.h - who sells tickets: one interface, whoever stands behind it.
 *
 * `manual` is an officer at a screen of a reservation system, a travel agent, or a carrier's desk: what they
 * say is typed in and taken as it stands. An adapter that speaks HTTP (in the shape of Duffel's orders: offer
 * request, order with hold, payment, cancellation quote and confirmation, change request and confirmation)
 * fills the same structs from its answers.
 *
 * All functions may wait. They run before the transaction that records the outcome, so that no connection is
 * held while a supplier thinks; order.key is the same whenever the same step of the same version of a booking
 * is tried again, for the supplier's own idempotency. Errors: ERR_INVALID for what the caller typed,
 * ERR_CONFLICT for what the supplier refuses, ERR_UNAVAILABLE when it is away.
 *
 * The guards are judged on the tickets that `ticket` and `change` give, under the lock, and refuse what does
 * not meet them: right for tickets that are typed. An adapter that buys by itself is asked for only after the
 * same judgement on the names that it is going to send (tickets_judge in bookings/tickets.c).
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct supplier_order {
    const char *key; /* "<booking>:<version>:<step>" */
    struct uuid booking_id;
    const char *reference; /* of the hold; NULL before it */
    struct uuid_array passenger_ids, segment_ids;
};
struct supplier_quote {
    int64_t
        amount; /* minor units; price: the total; cancellation: what is refunded; change: charged on top */
    int64_t penalty; /* kept back or owed; of a change part of the amount */
    const char *currency;
    int64_t valid_until_us;
    const char *conditions;        /* NULL: none */
    struct uuid_array segment_ids; /* change: what it would cover */
};
struct supplier_hold {
    const char *reference; /* record locator */
    int64_t until_us;
};
struct supplier_ticket {
    struct uuid passenger_id;
    const char *number, *name; /* as on the ticket */
    struct uuid_array segment_ids;
};
struct supplier_tickets {
    struct supplier_ticket *v;
    size_t n;
};

/* body: of the request, valid by its schema; what `manual` types. Results live in x->arena. */
typedef err_t supplier_quote_fn(struct ctx *x, const struct supplier_order *o, const json_t *body,
                                struct supplier_quote *ret);
typedef err_t supplier_hold_fn(struct ctx *x, const struct supplier_order *o, const json_t *body,
                               struct supplier_hold *ret);
typedef err_t supplier_tickets_fn(struct ctx *x, const struct supplier_order *o, const json_t *body,
                                  struct supplier_tickets *ret);
typedef err_t supplier_do_fn(struct ctx *x, const struct supplier_order *o, const json_t *body);

struct supplier {
    const char *code;
    supplier_quote_fn *quote;
    supplier_hold_fn *hold, *prolong;
    supplier_tickets_fn *ticket;
    supplier_quote_fn *quote_cancellation;
    supplier_do_fn *cancel;
    supplier_quote_fn *quote_change;
    supplier_tickets_fn *change;
};

/* NULL if there is none of this code. */
const struct supplier *supplier_find(const char *code);

extern const struct supplier supplier_manual; /* manual.c */
