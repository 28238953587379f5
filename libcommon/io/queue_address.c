/* queue_address.c - reads where Redis is: itself, or the sentinels that know; one, or several that share the
 * streams. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/queue.h"

#define SENTINEL "sentinel://"
#define SENTINEL_PORT 26379

ERR_DEFINE(err_address, ERR_INVALID, "queue.address",
           "The queue's address is unix:/path, host:port or sentinel://host:port,host:port/name.");
ERR_DEFINE(err_nodes, ERR_INVALID, "queue.nodes",
           "The queue's addresses are of one kind, each of another Redis, and at most 16.");

/* host:port or [::1]:port; port 0: it must be said. */
static bool place_read(struct arena *a, const char *text, size_t n, int64_t port, struct queue_place *ret)
{
    const char *place = arena_strndup(a, text, n), *colon = strrchr(place, ':');
    const char *bracket = strrchr(place, ']');
    size_t host = n;

    if (colon && (!bracket || colon > bracket)) {
        if (!str_to_i64(colon + 1, 1, 65535, &port))
            return false;
        host = (size_t)(colon - place);
    }
    if (host > 2 && place[0] == '[' && place[host - 1] == ']')
        ret->host = arena_strndup(a, place + 1, host - 2);
    else
        ret->host = arena_strndup(a, place, host);
    ret->port = (int)port;
    return ret->host[0] && port > 0;
}

static err_t sentinels_read(struct arena *a, const char *list, struct queue_address *ret)
{
    const char *slash = strchr(list, '/');

    if (!slash || !slash[1])
        return err_address;
    ret->master = arena_strdup(a, slash + 1);
    for (const char *at = list;; at++) {
        size_t n = strcspn(at, ",/");

        if (ret->n == QUEUE_PLACES_MAX || !place_read(a, at, n, SENTINEL_PORT, &ret->v[ret->n]))
            return err_address;
        ret->n++;
        at += n;
        if (*at == '/')
            return NULL;
    }
}

err_t queue_address_read(struct arena *a, const char *text, struct queue_address *ret)
{
    *ret = (struct queue_address){0};
    if (str_starts(text, SENTINEL))
        return sentinels_read(a, text + strlen(SENTINEL), ret);
    ret->n = 1;
    if (str_starts(text, "unix:")) {
        ret->v[0].path = arena_strdup(a, text + strlen("unix:"));
        return ret->v[0].path[0] ? NULL : err_address;
    }
    return place_read(a, text, strlen(text), 0, &ret->v[0]) ? NULL : err_address;
}

/* ---- several ---- */

/* Of the address that text begins with; the sentinels' commas come before the name of their master. */
static size_t node_length(const char *text)
{
    size_t sentinels = str_starts(text, SENTINEL) ? strlen(SENTINEL) : 0;

    if (sentinels > 0)
        sentinels += strcspn(text + sentinels, "/");
    return sentinels + strcspn(text + sentinels, ",");
}

static bool same_place(const struct queue_place *a, const struct queue_place *b)
{
    return a->path || b->path ? str_eq(a->path, b->path) : str_eq(a->host, b->host) && a->port == b->port;
}

/* The same Redis. A sentinel may watch several masters, each by a name of its own. */
static bool same_node(const struct queue_address *a, const struct queue_address *b)
{
    if (!str_eq(a->master, b->master))
        return false;
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (same_place(&a->v[i], &b->v[k]))
                return true;
    return false;
}

static bool same_kind(const struct queue_address *a, const struct queue_address *b)
{
    return !a->master == !b->master && !a->v[0].path == !b->v[0].path;
}

err_t queue_nodes_read(struct arena *a, const char *text, struct queue_nodes *ret)
{
    struct queue_address *at = ret->at;

    *ret = (struct queue_nodes){0};
    for (;; text++) {
        size_t n = node_length(text), k = ret->n;

        if (k == QUEUE_NODES_MAX)
            return err_nodes;
        ret->v[k] = arena_strndup(a, text, n);
        TRY(queue_address_read(a, ret->v[k], &at[k]));
        if (!same_kind(&at[0], &at[k]))
            return err_nodes;
        for (size_t i = 0; i < k; i++)
            if (same_node(&at[i], &at[k]))
                return err_nodes;
        ret->n++;
        text += n;
        if (!*text)
            return NULL;
    }
}
