/* store.c - see store.h. */
#include "travel/bookings/store.h"

#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/bookings/rules.h"
#include "travel/movements/movements.h"

err_t booking_reply(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct booking_row row;

    TRY(q_booking_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &booking_row_json, &row);
}

err_t booking_step_begin(struct ctx *x, const struct request *rq, const char *move, struct booking_step *ret)
{
    struct uuid id = request_path_uuid(rq, "bookingId");
    struct booking_step s = {.move = move};
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    TRY(q_booking_state(tx, id, &s.before));
    TRY(tx_commit(x));
    TRY(etag_match(rq, s.before.version));
    TRY(rules_booking_move(x->arena, s.before.status, s.before.resumes_to, move, &s.to));
    s.supplier = supplier_find(s.before.supplier);
    if (!s.supplier)
        return err_internal(x->arena, ERR_BUG, "supplier.unknown", "a booking of the supplier %s",
                            s.before.supplier);
    s.order = (struct supplier_order){
        .key = arena_printf(x->arena, "%s:%d:%s", uuid_text(x->arena, id), s.before.version, move),
        .booking_id = id,
        .reference = s.before.supplier_reference,
        .passenger_ids = s.before.passenger_ids,
        .segment_ids = s.before.segment_ids,
    };
    *ret = s;
    return NULL;
}

err_t booking_step_lock(struct ctx *x, const struct request *rq, struct booking_step *s)
{
    struct booking_movement movement;
    struct booking_locked locked;
    bool found;

    TRY(db_begin(x, &s->tx));
    q_booking_movement_lock_later(s->tx, s->before.movement_id, &found, &movement);
    TRY(q_booking_lock(s->tx, s->before.id, &locked));
    return etag_match(rq, locked.version);
}

struct q_booking_save_in booking_save_of(struct ctx *x, const struct booking_state *b)
{
    return (struct q_booking_save_in){
        .id = b->id,
        .status = b->status,
        .resumes_to = b->resumes_to,
        .supplier_reference = b->supplier_reference,
        .hold_until = b->hold_until,
        .price_amount = b->price_amount,
        .price_currency = b->price_currency,
        .ticketed_at = b->ticketed_at,
        .ended_at = b->ended_at,
        .now = x->now_us,
    };
}

void booking_save(struct ctx *x, struct tx *tx, const struct booking_state *before, const char *move,
                  const struct q_booking_save_in *in)
{
    q_booking_save(tx, in);
    q_booking_move_add(tx, &(struct q_booking_move_add_in){.id = uuid_new(x->now_us),
                                                           .booking_id = before->id,
                                                           .action = move,
                                                           .from_status = before->status,
                                                           .to_status = in->status,
                                                           .by = x->who->subject,
                                                           .now = x->now_us});
    audit_write(tx, "booking", before->id, move, NULL);
}

err_t booking_step_end(struct ctx *x, struct booking_step *s, const struct q_booking_save_in *in,
                       struct response *rs)
{
    booking_save(x, s->tx, &s->before, s->move, in);
    return booking_reply(s->tx, s->before.id, 200, rs);
}

err_t booking_expire(struct ctx *x, struct tx *tx, const struct booking_state *b)
{
    struct q_booking_save_in in = booking_save_of(x, b);

    TRY(rules_booking_move(x->arena, b->status, b->resumes_to, "expire", &in.status));
    in.resumes_to = NULL;
    in.ended_at = OPT_I64(x->now_us);
    q_quote_end(tx, b->id, "declined", x->who->subject, x->now_us);
    booking_save(x, tx, b, "expire", &in);
    return movement_tell(x, tx, b->movement_id, "travel.booking.expired",
                         arena_printf(x->arena, ",\"bookingId\":\"%s\"", uuid_text(x->arena, b->id)));
}
