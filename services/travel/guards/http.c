/* http.c - what a movement and its bookings still lack, and what may be spent
 * (api-spec/travel/readiness.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/areas.h"
#include "travel/bookings/rules.h"
#include "travel/guards/boarding_rows.h"
#include "travel/guards/facts.h"
#include "travel/guards/queries.h"
#include "web/page.h"

static void booking_write(struct ctx *x, struct buf *out, const struct booking_fact *b,
                          const struct movement_facts *facts)
{
    struct fact_booking booking = boarding_booking(b);
    struct movement_facts with = *facts;
    struct unmet_list unmet = {0};

    with.boarding.booking = &booking;
    movement_judge(x->arena, GUARDED_TICKET, &with, &unmet);
    buf_printf(out, "{\"bookingId\":\"%s\",\"status\":\"%s\",\"unmet\":", uuid_text(x->arena, b->id),
               b->status);
    unmet_write(out, &unmet);
    buf_putc(out, '}');
}

/* getMovementReadiness: GET /movements/{movementId}/readiness */
static err_t get_movement_readiness(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct movement_facts_rows *rows;
    struct boarding_rows *boarding;
    struct unmet_list unmet = {0};
    struct movement_facts facts;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "movement", id, "readiness");
    boarding = boarding_rows_later(x, tx, id);
    rows = movement_facts_later(x, tx, id);
    TRY(tx_sync(tx));
    movement_facts_make(x, rows, &facts);
    movement_judge(x->arena, GUARDED_CLEAR, &facts, &unmet);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"movementId\":\"%s\",\"status\":\"%s\",\"unmet\":", uuid_text(x->arena, id),
               facts.status);
    unmet_write(out, &unmet);
    buf_puts(out, ",\"bookings\":[");
    for (size_t i = 0; i < boarding->nbookings; i++) {
        if (i)
            buf_putc(out, ',');
        booking_write(x, out, &boarding->bookings[i], &facts);
    }
    buf_puts(out, "]}");
    return NULL;
}

/* listBudgetApprovals: GET /movements/{movementId}/budget-approvals */
static err_t list_budget_approvals(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct declared_movement movement;
    struct budget_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_budget_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_declared_movement_later(tx, id, &movement);
    TRY(q_budget_list(tx, id, &page, &rows, &n));
    audit_read(tx, "movement", id, "budget");
    return reply_page(x, rq, rs, &q_budget_list_page, &page, &budget_row_json, rows, n);
}

static const struct json_field budget_fields[] = {
    JSON_FIELD(struct q_budget_add_in, amount, "amount", JSON_I64),
    JSON_FIELD(struct q_budget_add_in, currency, "currency", JSON_TEXT),
    JSON_FIELD(struct q_budget_add_in, note, "note", JSON_TEXT),
};
static const struct json_shape budget_shape = JSON_SHAPE(struct q_budget_add_in, budget_fields);

/* approveBudget: POST /movements/{movementId}/budget-approvals */
static err_t approve_budget(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_budget_add_in in = {.id = uuid_new(x->now_us),
                                 .movement_id = request_path_uuid(rq, "movementId"),
                                 .by = x->who->subject,
                                 .now = x->now_us};
    struct clearance_movement movement;
    struct budget_asked_by asked;
    struct tx *tx;
    bool same;

    TRY(request_read(x, rq, &budget_shape, &in));
    TRY(db_begin(x, &tx));
    q_clearance_movement_lock_later(tx, in.movement_id, &movement);
    TRY(q_budget_asked_by(tx, in.movement_id, in.by, &same, &asked));
    TRY(rules_budget_approve(x->who->is_user, same));
    q_budget_add(tx, &in);
    audit_write(tx, "movement", in.movement_id, "approveBudget", NULL);
    TRY(movement_rejudge(x, tx, in.movement_id, NULL));
    reply_location(x, rs, "/movements/%s/budget-approvals", uuid_text(x->arena, in.movement_id));
    return reply_row(rs, 201, &budget_row_json,
                     &(struct budget_row){.id = in.id,
                                          .movement_id = in.movement_id,
                                          .amount = in.amount,
                                          .currency = in.currency,
                                          .note = in.note,
                                          .approved_by = in.by,
                                          .approved_at = in.now});
}

const struct handler readiness_handlers[] = {
    {"getMovementReadiness", get_movement_readiness},
    {"listBudgetApprovals", list_budget_approvals},
    {"approveBudget", approve_budget},
    {NULL, NULL},
};
