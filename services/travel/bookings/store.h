/* store.h - what the files of this area share: a step of a booking, from the request to the answer. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "travel/bookings/queries.h"
#include "travel/suppliers/supplier.h"
#include "web/request.h"

/*
 * A step has three parts, so that no connection is held while a supplier or a peer thinks:
 *   booking_step_begin   reads the booking; the ETag and the state must fit
 *   (supplier, peers)
 *   booking_step_lock    opens the transaction, locks movement and booking; the ETag must fit still
 */
struct booking_step {
    const char *move; /* code in the machine */
    const char *to;   /* the status it leads to */
    struct booking_state before;
    const struct supplier *supplier;
    struct supplier_order order;
    struct tx *tx; /* since booking_step_lock */
};
AWAITS MUST_CHECK err_t booking_step_begin(struct ctx *x, const struct request *rq, const char *move,
                                           struct booking_step *ret);
AWAITS MUST_CHECK err_t booking_step_lock(struct ctx *x, const struct request *rq, struct booking_step *s);

/* The row as it was, to be changed and saved. */
struct q_booking_save_in booking_save_of(struct ctx *x, const struct booking_state *b);
/* Saves it with its move and its trail; in.status says where it went. Queued. */
void booking_save(struct ctx *x, struct tx *tx, const struct booking_state *before, const char *move,
                  const struct q_booking_save_in *in);
/* The end of a step: saves, answers with the booking. */
AWAITS MUST_CHECK err_t booking_step_end(struct ctx *x, struct booking_step *s,
                                         const struct q_booking_save_in *in, struct response *rs);
AWAITS MUST_CHECK err_t booking_reply(struct tx *tx, struct uuid id, int status, struct response *rs);
/* held → expired, or cancelQuoted of a held one; with its event. Queued, but for the event. */
AWAITS MUST_CHECK err_t booking_expire(struct ctx *x, struct tx *tx, const struct booking_state *b);

/* quotes.c */
handler_fn quote_booking, hold_booking, prolong_hold, quote_cancellation, confirm_cancellation, quote_change,
    keep_booking;
/* The open quote, which must be of the kind and the one that the body names (quoteId). */
AWAITS MUST_CHECK err_t booking_quote_named(struct ctx *x, const struct request *rq, struct booking_step *s,
                                            const char *kind, struct quote_open *ret);
/* Into the ledger of the movement; nothing when the amount is 0. Queued. */
void booking_cost(struct ctx *x, struct tx *tx, const struct booking_state *b, const char *kind,
                  int64_t amount, const char *currency);
/* tickets.c */
handler_fn ticket_booking, confirm_change;
/* observed.c */
handler_fn check_in_booking, record_booking_flown, record_booking_no_show, withdraw_booking;
