/* http.c - operations on the ledger of a movement (api-spec/travel/costs.yaml). */
#include "app/audit.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/costs/queries.h"
#include "travel/movements/queries.h"
#include "web/page.h"

ERR_DEFINE(err_refund, ERR_CONFLICT, "cost.refundExceeds",
           "More than was paid in this currency does not come back.");
ERR_DEFINE(err_reconciled, ERR_CONFLICT, "movement.reconciled", "The books of the movement are closed.");

/* listCosts: GET /movements/{movementId}/costs */
static err_t list_costs(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_cost_list_in in = {.movement_id = request_path_uuid(rq, "movementId"),
                                .kind = request_query(rq, "kind")};
    struct movement_state of;
    struct cost_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_cost_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, in.movement_id, &of);
    TRY(q_cost_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "cost", rows, n > page.limit ? page.limit : n, sizeof(*rows),
               offsetof(struct cost_row, id));
    return reply_page(x, rq, rs, &q_cost_list_page, &page, &cost_row_json, rows, n);
}

/* getCostTotals: GET /movements/{movementId}/cost-totals */
static err_t get_cost_totals(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct cost_total *rows;
    struct movement_state of;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_movement_state_later(tx, id, &of);
    TRY(q_cost_totals(tx, id, &rows, &n));
    audit_read(tx, "movement", id, "costs");
    return reply_items(rs, &cost_total_json, rows, n);
}

struct cost_input {
    const char *kind, *category, *currency, *fund, *note;
    int64_t amount;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct cost_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct cost_input, category, "category", JSON_TEXT),
    JSON_FIELD(struct cost_input, amount, "amount", JSON_I64),
    JSON_FIELD(struct cost_input, currency, "currency", JSON_TEXT),
    JSON_FIELD(struct cost_input, fund, "fund", JSON_TEXT),
    JSON_FIELD(struct cost_input, note, "note", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct cost_input, input_fields);

/* Paid and not come back yet, in the currency. The movement is locked; the database holds to it as well. */
static int64_t covered(const struct cost_total *totals, size_t n, const char *currency)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(totals[i].currency, currency))
            return totals[i].deposit + totals[i].actual - totals[i].refund;
    }
    return 0;
}

/* createCost: POST /movements/{movementId}/costs */
static err_t create_cost(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct cost_input in = {.category = "ticket"};
    struct cost_total *totals;
    struct movement_locked m;
    struct cost_row row;
    struct tx *tx;
    size_t n;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, movement_id, &m));
    TRY(q_cost_totals(tx, movement_id, &totals, &n));
    if (str_eq(m.status, "reconciled"))
        return err_reconciled;
    if (str_eq(in.kind, "refund") && in.amount > covered(totals, n, in.currency))
        return err_refund;
    q_cost_add(tx, &(struct q_cost_add_in){.id = id,
                                           .movement_id = movement_id,
                                           .kind = in.kind,
                                           .category = in.category,
                                           .amount = in.amount,
                                           .currency = in.currency,
                                           .fund = in.fund,
                                           .note = in.note,
                                           .by = x->who->subject,
                                           .now = x->now_us});
    audit_write(tx, "cost", id, "create", NULL);
    TRY(q_cost_get(tx, id, &row));
    reply_location(x, rs, "/costs/%s", uuid_text(x->arena, id));
    return reply_row(rs, 201, &cost_row_json, &row);
}

/* getCost: GET /costs/{costId} */
static err_t get_cost(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "costId");
    struct cost_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "cost", id, "");
    TRY(q_cost_get(tx, id, &row));
    return reply_row(rs, 200, &cost_row_json, &row);
}

const struct handler costs_handlers[] = {
    {"listCosts", list_costs},
    {"getCostTotals", get_cost_totals},
    {"createCost", create_cost},
    {"getCost", get_cost},
    {NULL, NULL},
};
