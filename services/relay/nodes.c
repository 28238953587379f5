/*
 * nodes.c - the Redis servers that share the streams, and which of them a key's event goes to.
 *
 * A key's hash chooses the server. While that one is away the next takes its part: what a key's next event
 * waits for is that the one before it is confirmed, wherever that one was, so its order needs no fixed
 * server. Readers read them all, and acknowledge where they have read.
 *
 * An epoch is a server's memory. With several servers its upper 16 bits are the server's place, a hash of its
 * address: so a delivery's epoch says where it was published even while nothing is known of that server.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "relay/relay.h"

#define PLACE_SHIFT 48
#define PLACE_MASK 0xffffU
/* As long as it takes at most until a server that stands still counts as away. */
#define AVOID_US (4 * 1000 * 1000)

static int64_t place_of(const char *address) /* FNV-1a, folded */
{
    uint32_t hash = 2166136261U;

    for (; *address; address++)
        hash = (hash ^ (uint8_t)*address) * 16777619U;
    return (hash >> 16 ^ hash) & PLACE_MASK;
}

static bool place_taken(const struct relay *r, int64_t place)
{
    for (size_t i = 0; i < r->nnodes; i++)
        if (r->nodes[i].place == place)
            return true;
    return false;
}

err_t relay_nodes_open(const struct program *p, struct relay *r)
{
    struct queue_nodes addresses;

    TRY(queue_nodes_read(p->arena, p->conf.redis, &addresses));
    for (r->nnodes = 0; r->nnodes < p->nqueues; r->nnodes++) {
        struct relay_node node = {.queue = p->queues[r->nnodes], .place = place_of(addresses.v[r->nnodes])};

        while (place_taken(r, node.place))
            node.place = (node.place + 1) & PLACE_MASK;
        r->nodes[r->nnodes] = node;
    }
    return NULL;
}

struct relay_node *relay_node_of(const struct ctx *x)
{
    struct relay *r = relay_of(x);
    size_t i = 0;

    while (r->nodes[i].queue != x->queue)
        i++;
    return &r->nodes[i];
}

int64_t relay_node_no(const struct relay *r, const struct relay_node *node)
{
    return node - r->nodes + 1;
}

err_t relay_epoch(struct ctx *x, const struct relay_node *node, int64_t *ret)
{
    const struct relay *r = relay_of(x);
    uint64_t memory;

    TRY(queue_epoch(x, node->queue, &memory));
    if (r->nnodes > 1)
        memory = (memory & (UINT64_MAX >> 16)) | (uint64_t)node->place << PLACE_SHIFT;
    *ret = (int64_t)memory;
    return NULL;
}

struct text_array relay_places_beside(const struct ctx *x, const struct relay_node *node)
{
    const struct relay *r = relay_of(x);
    struct text_array places = {.v = ARENA_ARRAY(x->arena, QUEUE_NODES_MAX, const char *)};

    for (size_t i = 0; i < r->nnodes; i++)
        if (&r->nodes[i] != node)
            places.v[places.n++] = arena_printf(x->arena, "%" PRId64, r->nodes[i].place);
    return places;
}

static bool usable(const struct relay_node *node, int64_t now_us)
{
    return queue_ready(node->queue) && node->epoch != 0 && node->avoid_until_us <= now_us;
}

void relay_avoid(struct ctx *x, struct relay_node *node, err_t why)
{
    const struct relay *r = relay_of(x);

    if (r->nnodes == 1)
        return;
    node->avoid_until_us = clock_mono_us() + AVOID_US;
    log_line(LOG_WARN, x, "relay.node", LOG_INT("node", relay_node_no(r, node)), LOG_TEXT("code", why->code),
             LOG_TEXT("cause", why->cause ? why->cause : why->detail));
}

/* Its epoch, if nobody has asked yet. */
static err_t meet(struct ctx *x, struct relay_node *node)
{
    err_t e;

    if (!queue_ready(node->queue) || node->epoch != 0 || node->avoid_until_us > clock_mono_us())
        return NULL;
    e = relay_epoch(x, node, &node->epoch);
    if (!e || e->kind == ERR_CANCELLED || relay_of(x)->nnodes == 1)
        return e;
    relay_avoid(x, node, e);
    return NULL;
}

err_t relay_targets(struct ctx *x, struct relay_target *ret, size_t *ret_n)
{
    struct relay *r = relay_of(x);
    int64_t now_us;

    *ret_n = 0;
    for (size_t i = 0; i < r->nnodes; i++)
        TRY(meet(x, &r->nodes[i]));
    now_us = clock_mono_us();
    for (size_t i = 0; i < r->nnodes; i++)
        for (size_t k = 0; k < r->nnodes && *ret_n <= i; k++) {
            struct relay_node *node = &r->nodes[(i + k) % r->nnodes];

            if (usable(node, now_us))
                ret[(*ret_n)++] = (struct relay_target){.node = node, .epoch = node->epoch};
        }
    return NULL;
}
