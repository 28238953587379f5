/* relay.h - the relay's works and what they share. */
#pragma once

#include "app/worker_main.h"
#include "base/ctx.h"
#include "io/queue.h"

struct metric;

enum { RELAY_GROUPS = 32, RELAY_BATCH = 256 /* deliveries in a turn */ };

/* One consumer group, counted since it was last looked up. */
struct relay_flight {
    const char *group;
    int64_t published; /* and not confirmed */
};

/* One of the Redis servers. */
struct relay_node {
    struct queue *queue;
    int64_t place;          /* of its address, in its epochs; several servers only */
    int64_t epoch;          /* its memory: what place and it say together; 0: not known yet */
    int64_t avoid_until_us; /* mono; it took nothing */
};

struct relay {
    const char *ack_stream;
    const char *consumer;
    struct relay_node nodes[QUEUE_NODES_MAX];
    size_t nnodes;
    struct relay_flight flights[RELAY_GROUPS];
    size_t nflights;
    int64_t told_us; /* when the chain's head was last logged */
    struct metric *published, *confirmed, *in_flight, *backlog, *oldest, *sealed;
};

struct relay *relay_of(const struct ctx *x);
/* The group's counter. */
struct relay_flight *relay_flight(const struct ctx *x, const char *group);

MUST_CHECK err_t relay_nodes_open(const struct program *p, struct relay *r);
/* Of a work that each Redis has: its own. */
struct relay_node *relay_node_of(const struct ctx *x);
/* Which one it is, to people: from 1 on. */
int64_t relay_node_no(const struct relay *r, const struct relay_node *node);
/* Asks the node for its epoch. */
AWAITS MUST_CHECK err_t relay_epoch(struct ctx *x, const struct relay_node *node, int64_t *ret);
/* The places of all others, as text. */
struct text_array relay_places_beside(const struct ctx *x, const struct relay_node *node);

/* Where a part of the keys goes in this turn, and the epoch that the turn writes down: the node's own may be
 * another by its end. */
struct relay_target {
    struct relay_node *node;
    int64_t epoch;
};
/* As many as there are nodes, one that is away replaced by the next; 0: all are away. */
AWAITS MUST_CHECK err_t relay_targets(struct ctx *x, struct relay_target *ret, size_t *ret_n);
/* It has failed: where there are others, they have its part for some seconds. */
void relay_avoid(struct ctx *x, struct relay_node *node, err_t why);

err_t relay_publish(struct ctx *x, size_t *ret_done);
err_t relay_confirm(struct ctx *x, size_t *ret_done);
err_t relay_claim(struct ctx *x, size_t *ret_done);
err_t relay_upkeep(struct ctx *x, size_t *ret_done);
err_t relay_count(struct ctx *x, size_t *ret_done);
err_t relay_prune(struct ctx *x, size_t *ret_done);
err_t relay_seal(struct ctx *x, size_t *ret_done);
