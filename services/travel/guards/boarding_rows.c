/* boarding_rows.c - see boarding_rows.h. */
#include "travel/guards/boarding_rows.h"

#include "base/arena.h"
#include "base/str.h"
#include "travel/abns/addressees.h"
#include "travel/state.h"

struct boarding_rows *boarding_rows_later(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct boarding_rows *r = ARENA_NEW(x->arena, struct boarding_rows);

    q_booking_facts_later(tx, movement_id, &r->bookings, &r->nbookings);
    q_booking_fact_tickets_later(tx, movement_id, &r->tickets, &r->ntickets);
    q_booking_fact_budgets_later(tx, movement_id, &r->budgets, &r->nbudgets);
    q_clearance_facts_later(tx, movement_id, &r->clearances, &r->nclearances);
    telling_facts_later(tx, movement_id, &r->telling);
    return r;
}

static const struct fact_ticket *make_tickets(struct arena *a, const struct boarding_rows *r)
{
    struct fact_ticket *list = ARENA_ARRAY(a, r->ntickets + 1, struct fact_ticket);

    for (size_t i = 0; i < r->ntickets; i++)
        list[i] = (struct fact_ticket){
            .booking_id = r->tickets[i].booking_id,
            .passenger_id = r->tickets[i].passenger_id,
            .name = r->tickets[i].name,
            .segment_ids = r->tickets[i].segment_ids,
        };
    return list;
}

static const struct fact_clearance *make_clearances(struct arena *a, const struct boarding_rows *r)
{
    struct fact_clearance *list = ARENA_ARRAY(a, r->nclearances + 1, struct fact_clearance);

    for (size_t i = 0; i < r->nclearances; i++)
        list[i] = (struct fact_clearance){
            .passenger_id = r->clearances[i].passenger_id,
            .kind = r->clearances[i].kind,
            .outcome = r->clearances[i].outcome,
            .country = r->clearances[i].country,
            .decided_us = r->clearances[i].decided_at,
            .valid_from = r->clearances[i].valid_from,
            .valid_until = r->clearances[i].valid_until,
        };
    return list;
}

static const struct fact_budget *make_budgets(struct arena *a, const struct boarding_rows *r)
{
    struct fact_budget *list = ARENA_ARRAY(a, r->nbudgets + 1, struct fact_budget);

    for (size_t i = 0; i < r->nbudgets; i++)
        list[i] = (struct fact_budget){
            .currency = r->budgets[i].currency,
            .approved = r->budgets[i].approved,
            .spent = r->budgets[i].spent,
        };
    return list;
}

/* Of those who meet the travellers, whom nobody told though they may be. */
static struct text_array make_untold(struct ctx *x, const struct text_array *meeting)
{
    struct text_array untold = {.v = ARENA_ARRAY(x->arena, meeting->n + 1, const char *)};

    for (size_t i = 0; i < meeting->n; i++) {
        const struct addressee_kind *kind = addressees_find(travel_state(x)->addressees, meeting->v[i]);

        if (kind && kind->told)
            untold.v[untold.n++] = meeting->v[i];
    }
    return untold;
}

struct boarding_facts boarding_facts_make(struct ctx *x, const struct boarding_rows *r)
{
    return (struct boarding_facts){
        .requirements = travel_state(x)->requirements,
        .tickets = make_tickets(x->arena, r),
        .ntickets = r->ntickets,
        .clearances = make_clearances(x->arena, r),
        .nclearances = r->nclearances,
        .budgets = make_budgets(x->arena, r),
        .nbudgets = r->nbudgets,
        .escorted = r->telling.escorted,
        .received = r->telling.received,
        .manifest_closed = r->telling.manifest_closed,
        .abn_sent = r->telling.abn_sent,
        .abn_open = r->telling.abn_open,
        .untold = make_untold(x, &r->telling.untold),
    };
}

struct fact_booking boarding_booking(const struct booking_fact *b)
{
    return (struct fact_booking){
        .id = b->id,
        .passenger_ids = b->passenger_ids,
        .segment_ids = b->segment_ids,
        .currency = b->price_currency,
        .due = b->ticketed ? 0 : b->price_amount.v,
    };
}
