/*
 * outbox.h - events, written in the transaction that they tell of (architecture.md, Jobs).
 *
 * api-spec/events.yaml names every event with its schema, source and consumers; one delivery row per consumer
 * group is written beside the event. The relay publishes, the consumer's inbox takes each once.
 */
#pragma once

#include "base/ctx.h"
#include "base/err.h"

struct tx;

struct event {
    const char
        *type; /* "cases.case.statusChanged"; must be in events.yaml with this service as source (assert) */
    struct uuid subject;      /* the resource, opaque */
    struct uuid key;          /* order is kept per key: the aggregate (case id); nil: the subject */
    const char *organisation; /* whose it is; NULL: the transaction's */
    const char *data;         /* JSON object text; ids and codes, no personal data */
};

/* Queued with the transaction. Sequence numbers are given per (group, key) in the order of the row locks. */
void outbox_add(struct tx *tx, const struct event *e);

/* Something due later (reminder, deadline, expiry): at due_us the scheduler adds event type
 * `<service>.due.<kind>` for this service itself (or whoever events.yaml names). The same kind and key again
 * moves it; due_cancel takes it away. */
void due_set(struct tx *tx, const char *kind, struct uuid key, int64_t due_us, const char *data);
void due_cancel(struct tx *tx, const char *kind, struct uuid key);
