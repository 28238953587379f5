/*
 * inbox.h - consuming events: every effect once.
 *
 * A service's worker.c is a table of handlers handed to inbox_worker_main. For each event: one transaction
 * with the inbox row and the effect; a failing effect is rolled back to the savepoint and retried from
 * PostgreSQL with backoff, dead after attempts.
 */
#pragma once

#include <jansson.h>

#include "app/worker_main.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event {
    struct uuid id;
    const char *type;
    const char *source; /* "cases" */
    struct uuid subject;
    struct uuid key;
    const char *organisation;
    int64_t time_us;
    const json_t *data; /* conforms to the schema in events.yaml */
};

/* Runs with x->tx open (db_begin gives the same) and x->who acting for the event's organisation. Never
 * commits. */
typedef err_t inbox_fn(struct ctx *x, const struct inbox_event *e);

struct inbox_handler {
    const char *type; /* event type */
    inbox_fn *fn;
};

struct inbox_worker {
    const char *name; /* "cases-worker" */
    const char *about;
    const char *service; /* "cases": group name and database */
    const struct inbox_handler
        *handlers; /* ended by {NULL, NULL}; must be exactly what events.yaml says the group consumes */
    const struct work *works; /* further work in the same process; may be NULL */
    size_t nworks;
    unsigned needs;                          /* further program_needs */
    const struct program_settings *settings; /* its own configuration; NULL none */
    err_t (*start)(struct program *p);
};
int inbox_worker_main(int argc, char **argv, const struct inbox_worker *w);
