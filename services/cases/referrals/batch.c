/* batch.c - many referrals in one call: a partner sends them, staff accept them. A result for each, in its
 * order. */
#include <stdlib.h>
#include <string.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"
#include "web/problem.h"

/* What was wrong with an item: the code of the problem as if it had been sent alone, and its faults. */
static void write_problem(struct buf *b, err_t e)
{
    buf_puts(b, ",\"code\":");
    json_write_text(b, e->code);
    for (size_t i = 0; i < e->nfaults; i++) {
        const struct fault *f = &e->faults[i];

        buf_puts(b, i == 0 ? ",\"errors\":[{\"pointer\":" : ",{\"pointer\":");
        json_write_text(b, f->at);
        buf_puts(b, ",\"code\":");
        json_write_text(b, f->code);
        buf_puts(b, ",\"detail\":");
        json_write_text(b, f->detail);
        buf_putc(b, '}');
    }
    if (e->nfaults > 0)
        buf_putc(b, ']');
}

/* ---- sent ---- */

/* One item of a batch, filled step by step. */
struct sent {
    const json_t *body;
    err_t problem;
    struct referral_stored *stored;
    bool known_found;
    struct referral_known_key known; /* the key was taken: by this */
};

/* A key that is taken: by the same content it is that referral, by other content a conflict. */
static err_t judge_taken(struct ctx *x, struct tx *tx, struct sent *item)
{
    struct referral_row row = {
        .id = item->known.id, .from_organisation = x->who->organisation, .handover_ = item->known.handover_};
    const char *before;

    if (!item->known_found)
        return err_internal(x->arena, ERR_BUG, "referral.gone", "a taken key is not there");
    TRY(referral_unseal(x, &row, &before));
    if (!str_eq(before, item->stored->handover))
        item->problem = referral_taken();
    else
        audit_read(tx, "referral", row.id, "handover");
    return NULL;
}

static int by_reference(const void *a, const void *b)
{
    const struct sent *const *left = a, *const *right = b;
    int order = strcmp(json_member_text((*left)->body, "externalRef"),
                       json_member_text((*right)->body, "externalRef"));

    return order ? order : *left < *right ? -1 : 1; /* of a key that stands twice the first is stored */
}

/* A key that another batch is storing is waited for: in one order everywhere, so that no two wait for each
 * other. */
static struct sent **in_order(struct arena *a, const json_t *items, struct sent *batch)
{
    struct sent **order = ARENA_ARRAY(a, json_array_size(items), struct sent *);
    const json_t *body;
    size_t i;

    json_array_foreach(items, i, body)
    {
        batch[i].body = body;
        order[i] = &batch[i];
    }
    qsort(order, json_array_size(items), sizeof(order[0]), by_reference);
    return order;
}

/* Stores all that is valid in one round trip, and looks up what had its key before in another. */
static err_t batch_store(struct ctx *x, struct tx *tx, const json_t *items, struct sent *batch)
{
    struct sent **order = in_order(x->arena, items, batch);
    const json_t *body;
    size_t i;

    json_array_foreach(items, i, body)
    {
        struct sent *item = order[i];
        struct fault_list faults = {0};

        referral_judge(x, item->body, &faults);
        item->problem =
            fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The referral is not valid.");
        if (!item->problem)
            TRY(referral_store_later(x, tx, item->body, &item->stored));
    }
    TRY(tx_sync(tx));
    json_array_foreach(items, i, body)
    {
        if (!batch[i].problem && !batch[i].stored->found)
            q_referral_known_key_later(tx, json_member_text(body, "externalRef"), &batch[i].known_found,
                                       &batch[i].known);
    }
    TRY(tx_sync(tx));
    json_array_foreach(items, i, body)
    {
        if (!batch[i].problem && batch[i].stored->found)
            referral_created(x, tx, body, batch[i].stored->id);
        else if (!batch[i].problem)
            TRY(judge_taken(x, tx, &batch[i]));
    }
    return NULL;
}

static void write_sent(struct ctx *x, struct buf *b, const json_t *body, size_t i, const struct sent *item)
{
    int status = item->problem ? problem_of(item->problem).status : item->stored->found ? 201 : 200;

    buf_printf(b, "%s{\"index\":%zu,\"status\":%d,\"externalRef\":", i > 0 ? "," : "", i, status);
    json_write_text(b, json_member_text(body, "externalRef"));
    if (item->problem)
        write_problem(b, item->problem);
    else
        buf_printf(b, ",\"id\":\"%s\"",
                   uuid_text(x->arena, item->stored->found ? item->stored->id : item->known.id));
    buf_putc(b, '}');
}

/* batchReferrals: POST /referrals/_batch. One transaction: a result that was answered is kept, one that was
 * not is not. An item that cannot be stored leaves nothing and stops no other. */
err_t batch_referrals(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *items = json_object_get(request_body(rq), "items"), *body;
    struct sent *batch = ARENA_ARRAY(x->arena, json_array_size(items), struct sent);
    struct buf *b;
    struct tx *tx;
    size_t i;

    TRY(db_begin(x, &tx));
    audit_list(tx, "referral", NULL, 0); /* the batch itself, where every item was refused */
    TRY(batch_store(x, tx, items, batch));
    b = reply_begin(rs, 200);
    buf_puts(b, "{\"items\":[");
    json_array_foreach(items, i, body) write_sent(x, b, body, i, &batch[i]);
    buf_puts(b, "]}");
    return NULL;
}

/* ---- accepted ---- */

ERR_DEFINE(err_stale, ERR_CONFLICT, "precondition.stale",
           "The referral was changed since it was listed; read it again.");

/* One referral of the batch, as the list showed it. */
static err_t accept_one(struct ctx *x, struct tx *tx, const json_t *item, const json_t *body,
                        struct uuid *ret_case_id)
{
    struct opt_uuid id = json_member_uuid(item, "referralId");
    struct opt_i64 seen_us = json_member_instant(item, "updatedAt");
    struct referral_reader reader;
    struct referral_row row;

    TRY(q_referral_lock(tx, id.v, &row));
    reader = referral_reader_of(x, row.from_organisation, row.to_organisation);
    TRY(rules_referral_step(row.status, "accept", &reader, NULL));
    if (!seen_us.set || seen_us.v != row.updated_at)
        return err_stale;
    return referral_accept(x, tx, &row, body, ret_case_id);
}

/* What is wrong with this item alone; anything else ends the whole call. */
static bool of_item(err_t e)
{
    return e->kind == ERR_INVALID || e->kind == ERR_MISSING || e->kind == ERR_CONFLICT ||
           e->kind == ERR_DENIED;
}

static void write_accepted(struct ctx *x, struct buf *b, const json_t *item, size_t i, err_t problem,
                           struct uuid case_id)
{
    buf_printf(b, "%s{\"index\":%zu,\"referralId\":\"%s\",\"status\":%d", i > 0 ? "," : "", i,
               json_member_text(item, "referralId"), problem ? problem_of(problem).status : 200);
    if (problem)
        write_problem(b, problem);
    else
        buf_printf(b, ",\"caseId\":\"%s\"", uuid_text(x->arena, case_id));
    buf_putc(b, '}');
}

/* Two batches with the same referrals in another order must not wait for each other. */
static err_t lock_all(struct ctx *x, struct tx *tx, const json_t *items)
{
    struct uuid *ids = ARENA_ARRAY(x->arena, json_array_size(items), struct uuid);
    struct referral_locked *rows;
    const json_t *item;
    size_t i, n;

    json_array_foreach(items, i, item) ids[i] = json_member_uuid(item, "referralId").v;
    return q_referral_lock_all(tx, (struct uuid_array){ids, json_array_size(items)}, &rows, &n);
}

/* acceptReferrals: POST /referrals/_accept. Each between savepoints of one transaction. */
err_t accept_referrals(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq), *items = json_object_get(body, "items"), *item;
    struct uuid case_id = {0};
    struct buf b;
    struct tx *tx;
    size_t i;

    buf_init(&b, x->arena, 4096);
    TRY(db_begin(x, &tx));
    audit_list(tx, "referral", NULL, 0); /* the batch itself, where every item was refused */
    TRY(lock_all(x, tx, items));
    json_array_foreach(items, i, item)
    {
        err_t e;

        TRY(tx_savepoint(tx));
        e = accept_one(x, tx, item, body, &case_id);
        if (!e)
            e = tx_sync(tx); /* what was queued for it fails here, and fails it alone */
        if (e && !of_item(e))
            return e;
        TRY(tx_savepoint_end(tx, !e));
        write_accepted(x, &b, item, i, e, case_id);
    }
    return reply_json_text(rs, 200, arena_printf(x->arena, "{\"items\":[%s]}", buf_text(&b)));
}
