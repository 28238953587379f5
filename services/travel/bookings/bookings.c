/* bookings.c - see bookings.h. */
#include "travel/bookings/bookings.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/bookings/store.h"
#include "travel/guards/boarding_rows.h"
#include "travel/guards/guards.h"

static bool same_codes(const struct text_array *one, const struct text_array *other)
{
    for (size_t i = 0; i < one->n && i < other->n; i++) {
        if (!str_eq(one->v[i], other->v[i]))
            return false;
    }
    return one->n == other->n;
}

/* What a person must look at stays until the booking ends: no guard takes it away. */
static struct text_array with_kept(struct arena *a, const struct text_array *before,
                                   const struct text_array *codes)
{
    struct text_array all = {.v = ARENA_ARRAY(a, before->n + codes->n + 1, const char *)};

    for (size_t i = 0; i < before->n; i++) {
        if (str_eq(before->v[i], "passenger.noShow") || str_eq(before->v[i], "movement.cancelled"))
            all.v[all.n++] = before->v[i];
    }
    for (size_t i = 0; i < codes->n; i++)
        all.v[all.n++] = codes->v[i];
    return all;
}

void bookings_rejudge(struct ctx *x, struct tx *tx, const struct boarding_rows *rows,
                      const struct movement_facts *facts)
{
    for (size_t i = 0; i < rows->nbookings; i++) {
        const struct booking_fact *b = &rows->bookings[i];
        struct fact_booking booking = boarding_booking(b);
        struct movement_facts with = *facts;
        struct unmet_list unmet = {0};
        struct text_array codes;

        if (!b->ticketed)
            continue;
        with.boarding.booking = &booking;
        movement_judge(x->arena, GUARDED_TICKET, &with, &unmet);
        codes = unmet_codes(x->arena, &unmet);
        codes = with_kept(x->arena, &b->attention, &codes);
        if (same_codes(&codes, &b->attention))
            continue;
        q_booking_attention(
            tx, &(struct q_booking_attention_in){.id = b->id, .attention = codes, .now = x->now_us});
        audit_write(tx, "booking", b->id, "rejudge", "[\"attention\"]");
    }
}

static void ask_attention(struct ctx *x, struct tx *tx, struct uuid id, const char *code)
{
    const char **codes = ARENA_ARRAY(x->arena, 1, const char *);

    codes[0] = code;
    q_booking_attention(
        tx, &(struct q_booking_attention_in){.id = id, .attention = {.v = codes, .n = 1}, .now = x->now_us});
    audit_write(tx, "booking", id, "rejudge", "[\"attention\"]");
}

/* The booking is over in this way; it is of the caller's movement, which is locked. */
static err_t end_as(struct ctx *x, struct tx *tx, struct uuid id, const char *move, const char *status)
{
    struct q_booking_save_in in;
    struct booking_locked locked;
    struct booking_state b;

    q_booking_lock_later(tx, id, &locked);
    TRY(q_booking_state(tx, id, &b));
    in = booking_save_of(x, &b);
    in.status = status;
    in.resumes_to = NULL;
    in.ended_at = OPT_I64(x->now_us);
    q_quote_end(tx, id, "declined", x->who->subject, x->now_us);
    booking_save(x, tx, &b, move, &in);
    return NULL;
}

err_t bookings_passenger_gone(struct ctx *x, struct tx *tx, struct uuid passenger_id)
{
    struct booking_gone *rows;
    size_t n;

    TRY(q_bookings_all_gone(tx, passenger_id, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (rows[i].all_gone)
            TRY(end_as(x, tx, rows[i].id, "recordNoShow", "noShow"));
        else
            ask_attention(x, tx, rows[i].id, "passenger.noShow");
    }
    return NULL;
}

err_t bookings_passenger_back(struct ctx *x, struct tx *tx, struct uuid passenger_id)
{
    struct booking_not_shown *rows;
    size_t n;

    TRY(q_bookings_not_shown(tx, passenger_id, &rows, &n));
    for (size_t i = 0; i < n; i++)
        ask_attention(x, tx, rows[i].id, "passenger.boarded");
    return NULL;
}

err_t bookings_movement_cancelled(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct booking_open *rows;
    size_t n;

    TRY(q_bookings_open(tx, movement_id, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (str_eq(rows[i].status, "requested") || str_eq(rows[i].status, "quoted"))
            TRY(end_as(x, tx, rows[i].id, "withdraw", "cancelled"));
        else
            ask_attention(x, tx, rows[i].id, "movement.cancelled");
    }
    return NULL;
}

err_t booking_hold_due(struct ctx *x, const struct inbox_event *e)
{
    struct booking_locked_found locked;
    struct booking_state b;
    struct tx *tx;
    bool found, held;

    TRY(db_begin(x, &tx));
    TRY(q_booking_lock_found(tx, e->key, &found, &locked));
    if (!found)
        return NULL;
    TRY(q_booking_state(tx, e->key, &b));
    held = str_eq(b.status, "held") || (str_eq(b.status, "cancelQuoted") && str_eq(b.resumes_to, "held"));
    if (!held || b.hold_until.v > x->now_us)
        return NULL; /* ticketed or cancelled meanwhile; or prolonged: it has a later hour */
    return booking_expire(x, tx, &b);
}
