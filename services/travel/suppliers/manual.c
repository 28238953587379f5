/* manual.c - an officer has asked and booked elsewhere, and types what was answered. */
#include "base/arena.h"
#include "base/json.h"
#include "travel/suppliers/supplier.h"

static struct uuid_array uuids_of(struct arena *a, const json_t *list)
{
    struct uuid *v = ARENA_ARRAY(a, json_array_size(list) + 1, struct uuid);
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item) uuid_parse(json_string_value(item), &v[i]);
    return (struct uuid_array){.v = v, .n = json_array_size(list)};
}

/* money: the member that holds amount and currency. */
static struct supplier_quote quote_of(struct ctx *x, const json_t *body, const char *money)
{
    const json_t *of = json_object_get(body, money);

    return (struct supplier_quote){
        .amount = json_member_i64(of, "amount", 0),
        .currency = json_member_text(of, "currency"),
        .penalty = json_member_i64(body, "penalty", 0),
        .valid_until_us = json_member_instant(body, "validUntil").v,
        .conditions = json_member_text(body, "conditions"),
        .segment_ids = uuids_of(x->arena, json_object_get(body, "segmentIds")),
    };
}

static err_t quote(struct ctx *x, const struct supplier_order *o, const json_t *body,
                   struct supplier_quote *ret)
{
    *ret = quote_of(x, body, "total");
    return NULL;
}

static err_t quote_cancellation(struct ctx *x, const struct supplier_order *o, const json_t *body,
                                struct supplier_quote *ret)
{
    *ret = quote_of(x, body, "refund");
    return NULL;
}

static err_t quote_change(struct ctx *x, const struct supplier_order *o, const json_t *body,
                          struct supplier_quote *ret)
{
    *ret = quote_of(x, body, "difference");
    return NULL;
}

static err_t hold(struct ctx *x, const struct supplier_order *o, const json_t *body,
                  struct supplier_hold *ret)
{
    const char *reference = json_member_text(body, "reference");

    *ret = (struct supplier_hold){
        .reference = reference ? reference : o->reference,
        .until_us = json_member_instant(body, "holdUntil").v,
    };
    return NULL;
}

static err_t tickets(struct ctx *x, const struct supplier_order *o, const json_t *body,
                     struct supplier_tickets *ret)
{
    const json_t *list = json_object_get(body, "tickets"), *item;
    size_t i;

    ret->v = ARENA_ARRAY(x->arena, json_array_size(list) + 1, struct supplier_ticket);
    ret->n = json_array_size(list);
    json_array_foreach(list, i, item)
    {
        ret->v[i] = (struct supplier_ticket){
            .passenger_id = json_member_uuid(item, "passengerId").v,
            .number = json_member_text(item, "number"),
            .name = json_member_text(item, "name"),
            .segment_ids = uuids_of(x->arena, json_object_get(item, "segmentIds")),
        };
    }
    return NULL;
}

/* The officer has cancelled it already, or does so now. */
static err_t cancel(struct ctx *x, const struct supplier_order *o, const json_t *body)
{
    return NULL;
}

const struct supplier supplier_manual = {
    .code = "manual",
    .quote = quote,
    .hold = hold,
    .prolong = hold,
    .ticket = tickets,
    .quote_cancellation = quote_cancellation,
    .cancel = cancel,
    .quote_change = quote_change,
    .change = tickets,
};
