/* http.c - operations on webhook subscriptions and their deliveries
 * (api-spec/notifications/subscriptions.yaml). */
#include <openssl/rand.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "notifications/areas.h"
#include "notifications/subscriptions/queries.h"
#include "notifications/subscriptions/rules.h"
#include "web/page.h"

#define MOST_SUBSCRIPTIONS 20
#define SECRET_BYTES 24
#define OVERLAP_US DATE_US_PER_DAY

ERR_DEFINE(err_too_many, ERR_CONFLICT, "subscriptions.tooMany",
           "An organisation has at most 20 subscriptions.");
ERR_DEFINE(err_state, ERR_CONFLICT, "subscription.state", "The subscription's state does not allow it.");

static err_t reply_subscription(struct tx *tx, struct uuid id, struct response *rs, int status)
{
    struct subscription_row row;
    TRY(q_subscription_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &subscription_row_json, &row);
}

/* The same with the secret, which is shown this once. */
static err_t reply_with_secret(struct ctx *x, struct tx *tx, struct uuid id, const char *secret,
                               struct response *rs, int status)
{
    struct subscription_row row;
    struct buf json;
    TRY(q_subscription_get(tx, id, &row));
    reply_etag(rs, row.version);
    buf_init(&json, x->arena, 1024);
    json_write(&json, &subscription_row_json, &row);
    struct buf *out = reply_begin(rs, status);
    buf_put(out, json.p, json.n - 1);
    buf_puts(out, ",\"secret\":");
    json_write_text(out, secret);
    buf_putc(out, '}');
    return NULL;
}

static err_t new_secret(struct ctx *x, struct uuid id, const char **ret_secret, struct bytes *ret_sealed)
{
    uint8_t random[SECRET_BYTES];
    if (RAND_bytes(random, sizeof random) != 1)
        return err_internal(x->arena, ERR_BUG, "random.failed", "RAND_bytes");
    *ret_secret = rules_hook_secret(x->arena, random, sizeof random);
    return keyring_seal(x->arena, program_of(x)->keyring, "webhook", x->who->organisation,
                        "subscriptions.secret", id, *ret_secret, ret_sealed);
}

/* listSubscriptions: GET /subscriptions */
static err_t list_subscriptions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct subscription_row *rows;
    size_t n;
    TRY(page_read(x, rq, &q_subscription_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_subscription_list(tx, &page, &rows, &n));
    audit_rows(tx, "subscription", rows, n, sizeof *rows, offsetof(struct subscription_row, id));
    return reply_page(x, rq, rs, &q_subscription_list_page, &page, &subscription_row_json, rows, n);
}

struct subscription_input {
    const char *url, *description;
    struct text_array event_types;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct subscription_input, url, "url", JSON_TEXT),
    JSON_FIELD(struct subscription_input, description, "description", JSON_TEXT),
    JSON_FIELD(struct subscription_input, event_types, "eventTypes", JSON_TEXTS),
};
static const struct json_shape input_shape = JSON_SHAPE(struct subscription_input, input_fields);

/* createSubscription: POST /subscriptions */
static err_t create_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct subscription_input in = {0};
    struct tx *tx;
    struct subscription_count count;
    struct bytes sealed;
    const char *secret;
    struct uuid id = uuid_new(x->now_us);
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_hook_url(x->arena, in.url, program_of(x)->conf.allow));
    TRY(new_secret(x, id, &secret, &sealed));
    TRY(db_begin(x, &tx));
    TRY(q_subscription_count(tx, &count));
    if (count.n >= MOST_SUBSCRIPTIONS)
        return err_too_many;
    q_subscription_add(tx, &(struct q_subscription_add_in){.id = id,
                                                           .url = in.url,
                                                           .event_types = in.event_types,
                                                           .description = in.description,
                                                           .secret = sealed,
                                                           .by = x->who->subject,
                                                           .now = x->now_us});
    audit_write(tx, "subscription", id, "create", NULL);
    reply_location(x, rs, "/subscriptions/%s", uuid_text(x->arena, id));
    return reply_with_secret(x, tx, id, secret, rs, 201);
}

/* getSubscription: GET /subscriptions/{subscriptionId} */
static err_t get_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id = request_path_uuid(rq, "subscriptionId");
    TRY(db_read(x, &tx));
    audit_read(tx, "subscription", id, "");
    return reply_subscription(tx, id, rs, 200);
}

static err_t lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                  struct subscription_locked *ret)
{
    *ret_id = request_path_uuid(rq, "subscriptionId");
    TRY(db_begin(x, ret_tx));
    TRY(q_subscription_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

/* patchSubscription: PATCH /subscriptions/{subscriptionId} */
static err_t patch_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct subscription_locked before;
    TRY(lock(x, rq, &tx, &id, &before));
    struct subscription_input in = {
        .url = before.url, .description = before.description, .event_types = before.event_types};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_hook_url(x->arena, in.url, program_of(x)->conf.allow));
    q_subscription_save(tx, &(struct q_subscription_save_in){.id = id,
                                                             .url = in.url,
                                                             .event_types = in.event_types,
                                                             .description = in.description,
                                                             .now = x->now_us});
    audit_write(tx, "subscription", id, "update", NULL);
    return reply_subscription(tx, id, rs, 200);
}

/* deleteSubscription: DELETE /subscriptions/{subscriptionId} */
static err_t delete_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct subscription_locked before;
    TRY(lock(x, rq, &tx, &id, &before));
    q_subscription_end(tx, id, x->now_us);
    q_deliveries_give_up(tx, id, x->now_us);
    audit_write(tx, "subscription", id, "delete", NULL);
    return reply_empty(rs, 204);
}

/* rotateSubscriptionSecret: POST /subscriptions/{subscriptionId}/rotate-secret */
static err_t rotate_secret(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct subscription_locked before;
    struct bytes sealed;
    const char *secret;
    TRY(lock(x, rq, &tx, &id, &before));
    TRY(new_secret(x, id, &secret, &sealed));
    q_subscription_rotate(tx, &(struct q_subscription_rotate_in){.id = id,
                                                                 .secret = sealed,
                                                                 .previous = before.secret,
                                                                 .previous_until = x->now_us + OVERLAP_US,
                                                                 .now = x->now_us});
    audit_write(tx, "subscription", id, "rotateSecret", NULL);
    return reply_with_secret(x, tx, id, secret, rs, 200);
}

static err_t switch_to(struct ctx *x, const struct request *rq, struct response *rs, bool on)
{
    struct tx *tx;
    struct uuid id;
    struct subscription_locked before;
    TRY(lock(x, rq, &tx, &id, &before));
    if (str_eq(before.status, "disabled") != on)
        return err_state;
    q_subscription_state(tx, &(struct q_subscription_state_in){.id = id,
                                                               .status = on ? "active" : "disabled",
                                                               .reason = on ? NULL : "byClient",
                                                               .now = x->now_us});
    if (!on)
        q_deliveries_give_up(tx, id, x->now_us);
    audit_write(tx, "subscription", id, on ? "enable" : "disable", NULL);
    return reply_subscription(tx, id, rs, 200);
}

/* enableSubscription: POST /subscriptions/{subscriptionId}/enable */
static err_t enable_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    return switch_to(x, rq, rs, true);
}

/* disableSubscription: POST /subscriptions/{subscriptionId}/disable */
static err_t disable_subscription(struct ctx *x, const struct request *rq, struct response *rs)
{
    return switch_to(x, rq, rs, false);
}

/* listDeliveries: GET /subscriptions/{subscriptionId}/deliveries */
static err_t list_deliveries(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct subscription_row subscription;
    struct delivery_item *rows;
    size_t n;
    struct uuid id = request_path_uuid(rq, "subscriptionId");
    TRY(page_read(x, rq, &q_delivery_list_page, &page));
    struct q_delivery_list_in in = {.subscription_id = id, .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    q_subscription_get_later(tx, id, &subscription);
    TRY(q_delivery_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "delivery", rows, n, sizeof *rows, offsetof(struct delivery_item, id));
    return reply_page(x, rq, rs, &q_delivery_list_page, &page, &delivery_item_json, rows, n);
}

/* replayDeliveries: POST /subscriptions/{subscriptionId}/_replay */
static err_t replay_deliveries(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct subscription_locked of;
    struct replayed replayed;
    int64_t since;
    struct uuid id = request_path_uuid(rq, "subscriptionId");
    if (!date_parse_instant(json_member_text(request_body(rq), "since"), &since))
        since = x->now_us;
    TRY(db_begin(x, &tx));
    TRY(q_subscription_lock(tx, id, &of));
    if (str_eq(of.status, "disabled"))
        return err_state;
    TRY(q_deliveries_replay(
        tx,
        &(struct q_deliveries_replay_in){.subscription_id = id,
                                         .since = since,
                                         .endpoint = rules_hook_endpoint(x->arena, of.url),
                                         .now = x->now_us},
        &replayed));
    audit_write(tx, "subscription", id, "replay", NULL);
    x->wakes = "webhooks";
    buf_printf(reply_begin(rs, 202), "{\"deliveries\":%lld}", (long long)replayed.n);
    return NULL;
}

/* getDelivery: GET /deliveries/{deliveryId} */
static err_t get_delivery(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct delivery_row row;
    struct uuid id = request_path_uuid(rq, "deliveryId");
    TRY(db_read(x, &tx));
    audit_read(tx, "delivery", id, "");
    TRY(q_delivery_get(tx, id, &row));
    reply_etag(rs, row.attempts);
    return reply_row(rs, 200, &delivery_row_json, &row);
}

const struct handler subscriptions_handlers[] = {
    {"listSubscriptions", list_subscriptions},
    {"createSubscription", create_subscription},
    {"getSubscription", get_subscription},
    {"patchSubscription", patch_subscription},
    {"deleteSubscription", delete_subscription},
    {"rotateSubscriptionSecret", rotate_secret},
    {"enableSubscription", enable_subscription},
    {"disableSubscription", disable_subscription},
    {"listDeliveries", list_deliveries},
    {"replayDeliveries", replay_deliveries},
    {"getDelivery", get_delivery},
    {NULL, NULL},
};
