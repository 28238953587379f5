/*
 * trail_ask.c - one trail out of those of all services.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/peers.h"
#include "app/program.h"
#include "app/queries.h"
#include "app/trail.h"
#include "app/trail_internal.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "io/db.h"
#include "web/page.h"

#define LAST 9007199254740991LL /* a position that every JSON reader can read */
#define PEER_US 1500000LL       /* a peer that takes longer is away */

/* A row with the service that has it. */
struct trail_line {
    const char *service;
    struct trail_row row;
};

static const struct json_field line_fields[] = {
    JSON_FIELD(struct trail_line, row.at, "at", JSON_INSTANT),
    JSON_FIELD(struct trail_line, service, "service", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.organisation, "organisation", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.actor, "actor", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.client, "client", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.is_user, "isUser", JSON_BOOL),
    JSON_FIELD(struct trail_line, row.operation, "operation", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.purpose, "purpose", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.action, "action", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.kind, "kind", JSON_TEXT),
    JSON_FIELD(struct trail_line, row.object_id, "objectId", JSON_OPT_UUID),
    JSON_FIELD(struct trail_line, row.fields, "fields", JSON_TEXTS),
};
static const struct json_shape line_json = JSON_SHAPE(struct trail_line, line_fields);

/* What a cursor is good for: this question only. (The client, page_token binds.) */
static const char *purpose_of(struct ctx *x, const struct trail *t)
{
    return arena_printf(x->arena, "trail %s %" PRId64 " %" PRId64, uuid_text(x->arena, t->person_id),
                        t->from_us, t->until_us);
}

err_t trail_read(struct ctx *x, const char *cursor, struct trail *t)
{
    char service[32];
    const char *text;

    t->before = (struct trail_place){.at_us = t->until_us, .position = 0};
    if (!cursor)
        return NULL;
    TRY(page_token_read(x, purpose_of(x, t), cursor, &text));
    if (sscanf(text, "%" SCNd64 " %" SCNd64 " %31s", &t->before.at_us, &t->before.position, service) != 3)
        return err_internal(x->arena, ERR_BUG, "trail.place", "a sealed place does not parse");
    t->before.service = arena_strdup(x->arena, service);
    return NULL;
}

/* What of a service comes after the cursor's place: strictly before its instant, and of that instant what the
 * order puts behind it. */
static int64_t position_for(const struct trail *t, const char *service)
{
    int order = t->before.service ? strcmp(service, t->before.service) : -1;

    return order == 0 ? t->before.position : order > 0 ? LAST : 0;
}

static const char *question(struct ctx *x, const struct trail *t, const char *service)
{
    struct trail asked = *t;
    struct buf b;

    asked.before.position = position_for(t, service);
    asked.limit = t->limit + 1;
    asked.reader = (struct trail_reader){.subject = x->who->subject, .scope = x->who->scope};
    buf_init(&b, x->arena, 1024);
    json_write(&b, &trail_question_json, &asked);
    return buf_text(&b);
}

static err_t answer_read(struct ctx *x, const char *service, const json_t *answer, struct buf *lines)
{
    const json_t *items = json_object_get(answer, "items"), *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        struct trail_line line = {.service = service};

        TRY(json_read(x->arena, item, &trail_row_json, &line.row));
        buf_put(lines, &line, sizeof line);
    }
    return NULL;
}

err_t trail_ask(struct ctx *x, struct trail *t, const char *const *peers, size_t n)
{
    struct peer_ask *asks = ARENA_ARRAY(x->arena, n + 1, struct peer_ask);
    struct buf lines;

    for (size_t i = 0; i < n; i++)
        asks[i] = (struct peer_ask){
            .service = peers[i],
            .path = arena_printf(x->arena, "/%s/v1/access-trails/_search", peers[i]),
            .body = question(x, t, peers[i]),
        };
    TRY(peers_ask(x, asks, n, x->who->organisation, PEER_US));
    buf_init(&lines, x->arena, 4096);
    t->away = (struct text_array){.v = ARENA_ARRAY(x->arena, n + 1, const char *)};
    for (size_t i = 0; i < n; i++) {
        err_t e = asks[i].error;

        if (!e)
            e = answer_read(x, peers[i], asks[i].answer, &lines);
        if (e) {
            log_err(LOG_WARN, x, "trail.away", e);
            t->away.v[t->away.n++] = peers[i];
        }
    }
    t->rows = (struct json_array){.v = lines.p, .n = lines.n / sizeof(struct trail_line)};
    return NULL;
}

static int line_order(const void *a, const void *b)
{
    const struct trail_line *l = a, *r = b;
    int order;

    if (l->row.at != r->row.at)
        return l->row.at > r->row.at ? -1 : 1;
    order = strcmp(l->service, r->service);
    if (order != 0)
        return order;
    return l->row.position > r->row.position ? -1 : l->row.position < r->row.position;
}

err_t trail_reply(struct ctx *x, struct tx *tx, struct trail *t, struct response *rs)
{
    const char *self = program_of(x)->service;
    struct trail_line *lines;
    struct trail own = *t;
    struct trail_row *rows;
    struct buf *out;
    size_t n, shown;

    own.limit = t->limit + 1;
    TRY(trail_rows(tx, &own, t->before.at_us, position_for(t, self), &rows, &n));
    lines = ARENA_ARRAY(x->arena, n + t->rows.n + 1, struct trail_line);
    if (t->rows.n)
        memcpy(lines, t->rows.v, t->rows.n * sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[t->rows.n + i] = (struct trail_line){.service = self, .row = rows[i]};
    n += t->rows.n;
    qsort(lines, n, sizeof *lines, line_order);
    shown = n > (size_t)t->limit ? (size_t)t->limit : n;

    out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":");
    json_write_array(out, &line_json, lines, shown);
    buf_puts(out, ",\"next\":");
    json_write_text(
        out, n > shown
                 ? page_token(x, purpose_of(x, t),
                              arena_printf(x->arena, "%" PRId64 " %" PRId64 " %s", lines[shown - 1].row.at,
                                           lines[shown - 1].row.position, lines[shown - 1].service))
                 : NULL);
    buf_puts(out, ",\"incomplete\":[");
    for (size_t i = 0; i < t->away.n; i++) {
        if (i)
            buf_putc(out, ',');
        json_write_text(out, t->away.v[i]);
    }
    buf_puts(out, "]}");
    return NULL;
}
