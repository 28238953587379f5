/* inbox_internal.h - what inbox.c (process, streams) and inbox_event.c (one event, PostgreSQL) share. */
#pragma once

#include "app/events.h"
#include "app/inbox.h"
#include "io/queue.h"

/* A consumer process; ctx reaches it by program_of(x)->inbox. */
struct inbox {
    const struct inbox_worker *worker;
    const struct program *program;
    const char *group, *stream, *consumer;
    struct text_array types;      /* that it has handlers for */
    struct inbox_source *sources; /* producers heard of since the start */
    struct metric *done, *failed, *open, *oldest, *unread, *held;
};

/* How far a producer says that all is confirmed. */
struct inbox_source {
    struct inbox_source *next;
    const char *name;
    int64_t below;
};

/* An event as it came, by the stream or from its row. */
struct inbox_message {
    struct inbox_event e;
    const char *data_text;
    int64_t position, seq, below;
    const char *on_dead, *trace;
    bool repeated; /* may have been tried before: by a worker that died, or published again */
};

struct inbox *inbox_of(const struct ctx *x);

/* Reads a stream's body; ERR_INVALID if it is not one of the relay's. */
MUST_CHECK err_t inbox_parse(struct arena *a, const struct queue_message *from, struct inbox_message *ret);
/* Takes one in: when it returns without error the event is in the inbox, its effect there or still to come,
 * and may be acknowledged. */
AWAITS MUST_CHECK err_t inbox_take_in(struct ctx *x, struct inbox_message *m);

/* Works that live from PostgreSQL. */
err_t inbox_retry_once(struct ctx *x, size_t *ret_done);
err_t inbox_release_once(struct ctx *x, size_t *ret_done);
err_t inbox_revive_once(struct ctx *x, size_t *ret_done);
err_t inbox_prune_once(struct ctx *x, size_t *ret_done);
