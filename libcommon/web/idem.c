/*
 * idem.c - Idempotency-Key (architecture.md, Idempotency). wf.idem_enter goes with the handler's first
 * statements and raises when the key is known; the answer is inserted with its last ones, in the same
 * transaction. So what was not committed leaves nothing, and a repeated call either does the work or gives
 * the very same bytes.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "io/db.h"
#include "web/http_internal.h"
#include "web/queries.h"

ERR_DEFINE(err_gone, ERR_UNAVAILABLE, "idempotency.gone",
           "The stored answer cannot be read; please try again.");
ERR_DEFINE(err_key, ERR_BUG, "idempotency.key", "A stored answer was sealed with another key.");

static struct seal_part text_part(const char *s)
{
    return (struct seal_part){s, strlen(s)};
}

static struct bytes hash_bytes(const uint8_t *hash)
{
    return (struct bytes){hash, 32};
}

/* Keys are per client; where people share a client (the staff frontend), per person too. */
static const char *client_of(struct request *rq)
{
    const struct principal *who = rq->x.who;

    return who->is_user ? arena_printf(rq->arena, "%s %s", who->client_id, who->subject) : who->client_id;
}

err_t idem_enter(struct request *rq)
{
    const struct openapi_value *key = openapi_value(rq->op, &rq->values, PARAM_HEADER, "Idempotency-Key");
    struct tx *tx;

    rq->idem_client = client_of(rq);
    struct seal_part key_parts[] = {text_part(rq->x.who->organisation), text_part(rq->idem_client),
                                    text_part(key->text)};
    struct seal_part request_parts[] = {
        text_part(rq->method), {rq->path, rq->path_bytes}, text_part(rq->query), {rq->body, rq->body_bytes}};

    seal_hmac(&rq->http->hash_key, key_parts, LENGTH(key_parts), rq->idem_key);
    seal_hmac(&rq->http->hash_key, request_parts, LENGTH(request_parts), rq->idem_request);
    TRY(db_begin(&rq->x, &tx));
    q_idem_enter(tx, rq->idem_client, hash_bytes(rq->idem_key), hash_bytes(rq->idem_request));
    rq->idem = true;
    return NULL;
}

/* [["Content-Type","application/json"],["ETag","\"v1\""],…]: order and repetition stay. */
static const char *fields_text(struct request *rq)
{
    struct response *rs = &rq->rs;
    struct buf out;

    buf_init(&out, rq->arena, 256);
    buf_puts(&out, "[[\"Content-Type\",");
    json_write_text(&out, rs->content_type ? rs->content_type : "");
    buf_putc(&out, ']');
    for (size_t i = 0; i < rs->nfields; i++) {
        buf_puts(&out, ",[");
        json_write_text(&out, rs->fields[i].name);
        buf_putc(&out, ',');
        json_write_text(&out, rs->fields[i].value);
        buf_putc(&out, ']');
    }
    buf_putc(&out, ']');
    return buf_text(&out);
}

err_t idem_store(struct request *rq)
{
    struct response *rs = &rq->rs;

    if (rs->status < 200 || rs->status > 299)
        return NULL;
    struct q_idem_store_in in = {
        .client = rq->idem_client,
        .key_hash = hash_bytes(rq->idem_key),
        .request_hash = hash_bytes(rq->idem_request),
        .status = rs->status,
        .headers = fields_text(rq),
        .body = seal(rq->arena, &rq->http->idem_key, (const char *)rq->idem_key, sizeof(rq->idem_key),
                     rs->body.p, rs->body.n),
        .now = rq->x.now_us,
    };

    q_idem_store(rq->x.tx, &in);
    return NULL;
}

bool idem_is_replay(err_t e)
{
    return str_eq(e->code, "idempotency.replay");
}

static err_t fields_restore(struct request *rq, const char *text)
{
    struct response *rs = &rq->rs;
    json_t *list, *pair;
    size_t i;

    TRY(json_parse(rq->arena, text, strlen(text), 4, &list));
    json_array_foreach(list, i, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (i == 0)
            rs->content_type = value && value[0] ? value : NULL;
        else if (name && value)
            reply_header(rs, name, value);
    }
    reply_header(rs, "Idempotency-Replayed", "true");
    return NULL;
}

err_t idem_replay(struct request *rq)
{
    struct response *rs = &rq->rs;
    struct idem_row row;
    struct bytes body;
    struct tx *tx;
    bool found;

    *rs = (struct response){.rq = rq};
    TRY(db_read(&rq->x, &tx));
    TRY(q_idem_stored(tx, rq->idem_client, hash_bytes(rq->idem_key), &found, &row));
    TRY(tx_commit(&rq->x));
    if (!found)
        return err_gone; /* deleted between the two: seven days have just passed */
    if (!unseal(rq->arena, &rq->http->idem_key, (const char *)rq->idem_key, sizeof(rq->idem_key), row.body,
                &body))
        return err_key;
    rs->status = row.status;
    TRY(fields_restore(rq, row.headers));
    buf_init(&rs->body, rq->arena, body.n + 1);
    buf_put(&rs->body, body.p, body.n);
    return NULL;
}
