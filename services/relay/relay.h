/* relay.h - the relay's works and what they share. */
#pragma once

#include "app/worker_main.h"
#include "base/ctx.h"

struct metric;

#define RELAY_GROUPS 32

/* One consumer group, counted since it was last looked up. */
struct relay_flight {
    const char *group;
    int64_t published; /* and not confirmed */
};

struct relay {
    const char *ack_stream;
    const char *consumer;
    uint64_t epoch; /* Redis's memory; 0: not known yet */
    struct relay_flight flights[RELAY_GROUPS];
    size_t nflights;
    int64_t told_us; /* when the chain's head was last logged */
    struct metric *published, *confirmed, *in_flight, *backlog, *oldest, *sealed;
};

struct relay *relay_of(const struct ctx *x);
/* The group's counter. */
struct relay_flight *relay_flight(const struct ctx *x, const char *group);

err_t relay_publish(struct ctx *x, size_t *ret_done);
err_t relay_confirm(struct ctx *x, size_t *ret_done);
err_t relay_claim(struct ctx *x, size_t *ret_done);
err_t relay_upkeep(struct ctx *x, size_t *ret_done);
err_t relay_count(struct ctx *x, size_t *ret_done);
err_t relay_prune(struct ctx *x, size_t *ret_done);
err_t relay_seal(struct ctx *x, size_t *ret_done);
