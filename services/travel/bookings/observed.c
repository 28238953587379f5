/* observed.c - what became of a booking: used, or not; and giving up what was only asked for. */
#include "base/str.h"
#include "io/db.h"
#include "travel/bookings/rules.h"
#include "travel/bookings/store.h"
#include "travel/guards/facts.h"

/* A step without a supplier; ends: the booking is over. */
static err_t observe(struct ctx *x, const struct request *rq, struct response *rs, const char *move,
                     bool ends)
{
    struct q_booking_save_in in;
    struct booking_step s;

    TRY(booking_step_begin(x, rq, move, &s));
    TRY(booking_step_lock(x, rq, &s));
    in = booking_save_of(x, &s.before);
    in.status = s.to;
    in.resumes_to = NULL;
    if (ends) {
        q_quote_end(s.tx, s.before.id, "declined", x->who->subject, x->now_us);
        in.ended_at = OPT_I64(x->now_us);
    }
    if (!str_eq(move, "recordNoShow"))
        return booking_step_end(x, &s, &in, rs);
    booking_save(x, s.tx, &s.before, move, &in);
    TRY(movement_rejudge(x, s.tx, s.before.movement_id, NULL)); /* its tickets are lost */
    return booking_reply(s.tx, s.before.id, 200, rs);
}

/* checkInBooking: POST /bookings/{bookingId}/check-in */
err_t check_in_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    return observe(x, rq, rs, "checkIn", false);
}

/* recordBookingFlown: POST /bookings/{bookingId}/flown */
err_t record_booking_flown(struct ctx *x, const struct request *rq, struct response *rs)
{
    return observe(x, rq, rs, "recordFlown", true);
}

/* recordBookingNoShow: POST /bookings/{bookingId}/no-show */
err_t record_booking_no_show(struct ctx *x, const struct request *rq, struct response *rs)
{
    return observe(x, rq, rs, "recordNoShow", true);
}

/* withdrawBooking: POST /bookings/{bookingId}/withdraw */
err_t withdraw_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    return observe(x, rq, rs, "withdraw", true);
}
