/* rules.c - see rules.h. */
#include "travel/bookings/rules.h"

#include "base/arena.h"
#include "base/str.h"

ERR_DEFINE(err_unavailable, ERR_CONFLICT, "transition.unavailable",
           "The move does not leave from the present status.");
ERR_DEFINE(err_stale, ERR_CONFLICT, "quote.stale",
           "The quote is not the open one of the booking, or no longer valid: ask for a new one.");
ERR_DEFINE(err_users, ERR_DENIED, "budget.users", "Only a person may approve what is spent.");
ERR_DEFINE(err_same, ERR_CONFLICT, "budget.same", "Who asked for a booking does not approve what it costs.");
ERR_DEFINE(err_expired, ERR_CONFLICT, "hold.expired", "The deadline of the hold has passed.");

static const struct machine_move moves[] = {
    {"quote", {"requested", "quoted"}, "quoted"},
    {"withdraw", {"requested", "quoted"}, "cancelled"},
    {"hold", {"quoted"}, "held"},
    {"prolongHold", {"held"}, "held"},
    {"ticket", {"held"}, "ticketed"},
    {"expire", {"held", "cancelQuoted"}, "expired"},
    {"checkIn", {"ticketed"}, "checkedIn"},
    {"recordFlown", {"ticketed", "checkedIn"}, "flown"},
    {"recordNoShow", {"ticketed", "checkedIn", "cancelQuoted", "changePending"}, "noShow"},
    {"quoteCancellation", {"held", "ticketed", "checkedIn", "cancelQuoted"}, "cancelQuoted"},
    {"confirmCancellation", {"cancelQuoted"}, "cancelled"},
    {"quoteChange", {"ticketed", "changePending"}, "changePending"},
    {"confirmChange", {"changePending"}, "ticketed"},
    {"keep", {"cancelQuoted", "changePending"}, ""},
};

struct machine rules_booking_machine(void)
{
    return MACHINE(moves);
}

err_t rules_booking_move(struct arena *a, const char *status, const char *resumes_to, const char *move,
                         const char **ret_to)
{
    const struct machine_move *m;
    bool of_hold = str_eq(resumes_to, "held");

    TRY(machine_find(a, rules_booking_machine(), status, move, NULL, &m));
    if (str_eq(status, "cancelQuoted") &&
        ((of_hold && str_eq(move, "recordNoShow")) || (!of_hold && str_eq(move, "expire"))))
        return err_unavailable;
    *ret_to = str_eq(move, "keep") ? resumes_to : m->to;
    return NULL;
}

static void fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_quote_terms(struct arena *a, const struct quote_terms *q, const struct booking_money *m,
                        int64_t now_us)
{
    const char *money = str_eq(q->kind, "price")    ? "/total"
                        : str_eq(q->kind, "cancel") ? "/refund"
                                                    : "/difference";
    struct fault_list faults = {0};

    if (q->valid_until_us <= now_us)
        fault(a, &faults, "/validUntil", "quote.validity", "The quote has ended already.");
    if (!str_eq(q->kind, "price") && m->currency && !str_eq(q->currency, m->currency))
        fault(a, &faults, arena_printf(a, "%s/currency", money), "quote.currency",
              "The booking is priced in another currency.");
    if (str_eq(q->kind, "cancel") && q->amount > (m->ticketed ? m->price : 0))
        fault(a, &faults, "/refund/amount", "quote.refund", "More would be refunded than was paid.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The quote cannot be recorded so.");
}

err_t rules_quote_confirm(bool open, const char *open_kind, struct uuid open_id, int64_t valid_until_us,
                          const char *kind, struct uuid named, int64_t now_us)
{
    if (!open || !str_eq(open_kind, kind) || !uuid_eq(open_id, named) || valid_until_us <= now_us)
        return err_stale;
    return NULL;
}

err_t rules_hold_deadline(struct arena *a, int64_t until_us, int64_t now_us, int64_t departs_us)
{
    struct fault_list faults = {0};

    if (until_us <= now_us || until_us > departs_us)
        fault(a, &faults, "/holdUntil", "hold.deadline",
              "The deadline lies ahead, and not after the departure.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The hold cannot be recorded so.");
}

err_t rules_hold_stands(int64_t until_us, int64_t now_us)
{
    return until_us <= now_us ? err_expired : NULL;
}

static bool among(const struct uuid_array *list, struct uuid id)
{
    for (size_t i = 0; i < list->n; i++) {
        if (uuid_eq(list->v[i], id))
            return true;
    }
    return false;
}

static bool same_set(const struct uuid_array *one, const struct uuid_array *other)
{
    for (size_t i = 0; i < one->n; i++) {
        if (!among(other, one->v[i]))
            return false;
    }
    return one->n == other->n;
}

static void check_ticket(struct arena *a, const struct ticket_terms *tickets, size_t i,
                         const struct uuid_array *passengers, const struct uuid_array *segments,
                         struct fault_list *faults)
{
    const struct ticket_terms *t = &tickets[i];

    if (!among(passengers, t->passenger_id))
        fault(a, faults, arena_printf(a, "/tickets/%zu/passengerId", i), "ticket.passengers",
              "The passenger is not of the booking.");
    if (!same_set(&t->segment_ids, segments))
        fault(a, faults, arena_printf(a, "/tickets/%zu/segmentIds", i), "ticket.segments",
              "A ticket covers the segments of the booking, all of them.");
    for (size_t k = 0; k < i; k++) {
        if (str_eq(tickets[k].number, t->number))
            fault(a, faults, arena_printf(a, "/tickets/%zu/number", i), "ticket.number",
                  "The number stands twice.");
        if (uuid_eq(tickets[k].passenger_id, t->passenger_id))
            fault(a, faults, arena_printf(a, "/tickets/%zu/passengerId", i), "ticket.passengers",
                  "The passenger has two tickets.");
    }
}

err_t rules_tickets(struct arena *a, const struct ticket_terms *tickets, size_t n,
                    const struct uuid_array *passengers, const struct uuid_array *segments)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < n; i++)
        check_ticket(a, tickets, i, passengers, segments, &faults);
    for (size_t i = 0; i < passengers->n; i++) {
        bool found = false;

        for (size_t k = 0; k < n; k++)
            found |= uuid_eq(tickets[k].passenger_id, passengers->v[i]);
        if (!found) {
            fault(a, &faults, "/tickets", "ticket.passengers", "A passenger of the booking has no ticket.");
            break;
        }
    }
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The tickets do not fit the booking.");
}

err_t rules_budget_approve(bool is_user, bool asked)
{
    if (!is_user)
        return err_users;
    return asked ? err_same : NULL;
}
