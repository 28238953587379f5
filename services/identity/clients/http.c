/* http.c - clients (api-spec/identity/clients.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/clients/credentials.h"
#include "identity/clients/queries.h"
#include "identity/common.h"
#include "identity/revocations/revocations.h"
#include "web/auth_roles.h"
#include "web/page.h"

/* secret: shown once, or NULL. */
static err_t reply_client(struct ctx *x, struct tx *tx, const char *client_id, int status, const char *secret,
                          struct response *rs)
{
    struct client_row row;
    struct buf *out;

    TRY(q_client_get(tx, client_id, x->now_us, &row));
    reply_etag(rs, row.version_);
    out = reply_begin(rs, status);
    json_write(out, &client_row_json, &row);
    if (secret != NULL) {
        out->n--; /* opens the object again */
        buf_puts(out, ",\"clientSecret\":");
        json_write_text(out, secret);
        buf_putc(out, '}');
    }
    return NULL;
}

/* listClients: GET /clients */
static err_t list_clients(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_client_list_in in = {.organisation = request_query(rq, "organisation"),
                                  .status = request_query(rq, "status"),
                                  .now = x->now_us};
    struct client_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_client_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_client_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "client", rows, n, sizeof(*rows), offsetof(struct client_row, id));
    return reply_page(x, rq, rs, &q_client_list_page, &page, &client_row_json, rows, n);
}

/* createClient: POST /clients */
static err_t create_client(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *keys = json_object_get(request_body(rq), "keys"), *jwk;
    const char *secret = NULL;
    struct client_row row = {0};
    struct grant g = {0};
    struct tx *tx;
    size_t i;

    TRY(request_read(x, rq, &client_row_json, &row));
    row.id = uuid_new(x->now_us);

    TRY(db_begin(x, &tx));
    TRY(organisation_target(x, tx, rq, &g.organisation));
    g.roles = row.roles;
    g.scopes = row.scopes;
    g.programmes = row.programmes;
    g.offices = row.offices;
    TRY(grant_check(x, tx, &g, (struct text_array){0}));
    if (row.client_id == NULL)
        row.client_id = client_id_new(x, g.organisation);
    q_client_add(tx, &(struct q_client_add_in){.id = row.id,
                                               .organisation = g.organisation,
                                               .client_id = row.client_id,
                                               .name = row.name,
                                               .roles = row.roles,
                                               .scopes = row.scopes,
                                               .programmes = row.programmes,
                                               .offices = row.offices,
                                               .rate_limit = row.rate_limit,
                                               .burst_limit = row.burst_limit,
                                               .daily_quota = row.daily_quota,
                                               .now = x->now_us});
    json_array_foreach(keys, i, jwk)
        TRY(client_key_add(x, tx, row.id, jwk, arena_printf(x->arena, "/keys/%zu", i)));
    if (json_array_size(keys) == 0)
        secret = client_secret_add(x, tx, row.id);
    audit_write(tx, "client", row.id, "create", NULL);
    reply_location(x, rs, "/clients/%s", row.client_id);
    return reply_client(x, tx, row.client_id, 201, secret, rs);
}

/* getClient: GET /clients/{clientId} */
static err_t get_client(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct client_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_client_get(tx, request_path_text(rq, "clientId"), x->now_us, &row));
    audit_read(tx, "client", row.id, "");
    reply_etag(rs, row.version_);
    return reply_row(rs, 200, &client_row_json, &row);
}

/* A transaction with the client locked and its ETag compared. */
static err_t client_open(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct client_lock *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_client_lock(*ret_tx, request_path_text(rq, "clientId"), ret));
    return etag_match(rq, ret->version_);
}

/* Every change of a client, its credentials too, is a new version. */
static void client_save(struct ctx *x, struct tx *tx, const struct client_lock *row, const char *status)
{
    q_client_save(tx, &(struct q_client_save_in){.id = row->id_,
                                                 .name = row->name,
                                                 .roles = row->roles,
                                                 .scopes = row->scopes,
                                                 .programmes = row->programmes,
                                                 .offices = row->offices,
                                                 .rate_limit = row->rate_limit,
                                                 .burst_limit = row->burst_limit,
                                                 .daily_quota = row->daily_quota,
                                                 .status = status,
                                                 .now = x->now_us});
}

/* updateClient: PATCH /clients/{clientId} */
static err_t update_client(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct text_array held;
    struct client_lock row;
    struct tx *tx;

    TRY(client_open(x, rq, &tx, &row));
    held = row.offices;
    TRY(request_read(x, rq, &client_lock_json, &row));
    TRY(grant_check(x, tx,
                    &(struct grant){.organisation = row.organisation_,
                                    .roles = row.roles,
                                    .scopes = row.scopes,
                                    .programmes = row.programmes,
                                    .offices = row.offices},
                    held));

    client_save(x, tx, &row, row.status_);
    audit_write(tx, "client", row.id_, "update", json_member_names(x->arena, request_body(rq)));
    return reply_client(x, tx, request_path_text(rq, "clientId"), 200, NULL, rs);
}

static err_t set_status(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    const char *client_id = request_path_text(rq, "clientId");
    bool disable = str_eq(status, "disabled");
    struct client_lock row;
    struct tx *tx;

    TRY(client_open(x, rq, &tx, &row));
    TRY(status_change(row.status_, status));

    client_save(x, tx, &row, status);
    if (disable)
        TRY(revocation_add(x, tx, row.organisation_, "client", client_id, "disabled", NULL));
    audit_write(tx, "client", row.id_, disable ? "disable" : "enable", NULL);
    return reply_client(x, tx, client_id, 200, NULL, rs);
}

/* disableClient: POST /clients/{clientId}/disable */
static err_t disable_client(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "disabled");
}

/* enableClient: POST /clients/{clientId}/enable */
static err_t enable_client(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "active");
}

/* rotateClientSecret: POST /clients/{clientId}/rotate-secret */
static err_t rotate_client_secret(struct ctx *x, const struct request *rq, struct response *rs)
{
    int64_t hours = json_member_i64(request_body(rq), "overlapHours", 24);
    struct client_lock row;
    const char *secret;
    struct tx *tx;

    TRY(client_open(x, rq, &tx, &row));
    q_client_secrets_end(tx, row.id_, x->now_us + hours * 3600 * DATE_US_PER_S);
    q_client_secrets_forget(tx, row.id_, x->now_us);
    secret = client_secret_add(x, tx, row.id_);
    client_save(x, tx, &row, row.status_);
    audit_write(tx, "client", row.id_, "rotateSecret", NULL);
    return reply_client(x, tx, request_path_text(rq, "clientId"), 200, secret, rs);
}

/* addClientKey: POST /clients/{clientId}/keys */
static err_t add_client_key(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *client_id = request_path_text(rq, "clientId");
    struct client_lock row;
    struct tx *tx;

    TRY(client_open(x, rq, &tx, &row));
    if (row.keys_ >= CLIENT_KEYS_MAX)
        return err_new(x->arena, ERR_CONFLICT, "client.keys",
                       "A client has at most %d keys; take one away first.", CLIENT_KEYS_MAX);
    TRY(client_key_add(x, tx, row.id_, request_body(rq), ""));
    client_save(x, tx, &row, row.status_);
    audit_write(tx, "client", row.id_, "addKey", NULL);
    reply_location(x, rs, "/clients/%s", client_id);
    return reply_client(x, tx, client_id, 201, NULL, rs);
}

/* removeClientKey: DELETE /clients/{clientId}/keys/{keyId} */
static err_t remove_client_key(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "keyId");
    struct client_lock row;
    struct client_key key;
    struct tx *tx;

    TRY(client_open(x, rq, &tx, &row));
    TRY(q_client_key_get(tx, row.id_, id, &key));
    q_client_key_drop(tx, row.id_, id);
    client_save(x, tx, &row, row.status_);
    audit_write(tx, "client", row.id_, "removeKey", NULL);
    return reply_client(x, tx, request_path_text(rq, "clientId"), 200, NULL, rs);
}

const struct handler clients_handlers[] = {
    {"listClients", list_clients},
    {"createClient", create_client},
    {"getClient", get_client},
    {"updateClient", update_client},
    {"disableClient", disable_client},
    {"enableClient", enable_client},
    {"rotateClientSecret", rotate_client_secret},
    {"addClientKey", add_client_key},
    {"removeClientKey", remove_client_key},
    {NULL, NULL},
};
