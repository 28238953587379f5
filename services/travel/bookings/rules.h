/* rules.h - the states of a booking, its quotes, its deadline and its tickets; pure. The drawing stands at
 * the table bookings (schema/0002_bookings.sql). */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/opt.h"

struct arena;

/* Every move, also those that the house makes itself (expire). `keep` has no status of its own that it leads
 * to. */
struct machine rules_booking_machine(void);
/* Where the move leads from here; resumes_to is set while the booking is cancelQuoted or changePending.
 * ERR_CONFLICT transition.unavailable. */
MUST_CHECK err_t rules_booking_move(struct arena *a, const char *status, const char *resumes_to,
                                    const char *move, const char **ret_to);

struct quote_terms {
    const char *kind; /* price, cancel, change */
    int64_t amount, penalty;
    const char *currency;
    int64_t valid_until_us;
};
/* What a booking is priced and paid at, against which a quote is judged. */
struct booking_money {
    const char *currency; /* NULL: not priced */
    int64_t price;
    bool ticketed; /* paid */
};
/* ERR_INVALID with a fault for each: quote.validity (ended already), quote.currency (the booking's is
 * another), quote.refund (more than was paid). */
MUST_CHECK err_t rules_quote_terms(struct arena *a, const struct quote_terms *q,
                                   const struct booking_money *m, int64_t now_us);
/* The quote that is named is the booking's open one, of the kind, and still valid; else ERR_CONFLICT
 * quote.stale. */
MUST_CHECK err_t rules_quote_confirm(bool open, const char *open_kind, struct uuid open_id,
                                     int64_t valid_until_us, const char *kind, struct uuid named,
                                     int64_t now_us);

/* ERR_INVALID hold.deadline unless it lies ahead and not after the departure. */
MUST_CHECK err_t rules_hold_deadline(struct arena *a, int64_t until_us, int64_t now_us, int64_t departs_us);
/* ERR_CONFLICT hold.expired when the deadline has passed and nobody has enforced it yet. */
MUST_CHECK err_t rules_hold_stands(int64_t until_us, int64_t now_us);

struct ticket_terms {
    struct uuid passenger_id;
    const char *number;
    struct uuid_array segment_ids;
};
/* One ticket of each passenger for all segments. ERR_INVALID with a fault for each: ticket.passengers (one is
 * missing, stands twice, or is not of the booking), ticket.segments, ticket.number (stands twice). */
MUST_CHECK err_t rules_tickets(struct arena *a, const struct ticket_terms *tickets, size_t n,
                               const struct uuid_array *passengers, const struct uuid_array *segments);

/* A person who asked for no booking of the movement: ERR_DENIED budget.users, ERR_CONFLICT budget.same. */
MUST_CHECK err_t rules_budget_approve(bool is_user, bool asked);
