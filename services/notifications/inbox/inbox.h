/* inbox.h - the staff inbox: items, and the pokes that wake its live streams. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct program;
struct tx;

struct inbox_new {
    const char *user_id, *topic, *subject, *body;
    struct opt_uuid case_id;
    struct uuid message_id; /* one item per message, however often it is tried */
};
/* Queued with the transaction. */
void inbox_add(struct ctx *x, struct tx *tx, const struct inbox_new *in);
/* After the commit: wakes the streams, in whatever process they are. Lost when Redis is away: streams also
 * poll. */
void inbox_poke(const struct program *p);
/* The service's process: hears the pokes. */
void inbox_listen(struct program *p);
