/*
 * ctx.h - what a request or a job carries: its memory, who asks, the time it counts as now, its deadline.
 *
 * Made by web/http for a request and by app/worker_main for a job; handed to every function that waits or
 * decides.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

struct arena;
struct db;
struct queue;
struct tx;

/* Who asks. Immutable; may be shared between requests (token cache), so a handler never keeps it. */
struct principal {
    const char *subject;      /* token's sub: user or client, unique within the issuer */
    const char *client_id;    /* the OAuth client; for staff the frontend's */
    const char *organisation; /* code: "iom", "coa", "uaf" */
    const char *scope;        /* space-separated scopes, also "programme:avrr" and "office:nl" */
    const char *policy_scope; /* those of them that the database's policies look at; NULL: all */
    const char *name;         /* display name of a user, NULL for machines */
    bool is_user;             /* a person signed in; false for machine clients */
    int64_t expires_us;       /* when the token ends */
    const char *token_id;     /* jti, for revocation; may be NULL */
};

/* True if the principal has the scope. */
bool principal_has(const struct principal *who, const char *scope);

/* The organisation that the stack is run for; all others are its partners. */
#define ORGANISATION_HOUSE "iom"
bool principal_of_house(const struct principal *who);

struct ctx {
    struct arena *arena;
    const struct principal *who; /* never NULL; anonymous operations and workers have one too */
    int64_t now_us;              /* business time of this request or job */
    int64_t deadline_us;         /* clock_mono_us() at which waiting ends with ERR_CANCELLED; 0 none */
    struct db *db;               /* this service's database */
    struct queue *queue;         /* the Redis of this turn, in a work that each has; NULL elsewhere */
    uint32_t round_trips;        /* to the database so far; io/db counts, the log line tells */
    bool has_events;             /* app/outbox added one: the relay is poked after the commit */
    const char *wakes;           /* a worker to poke after the commit, a literal; NULL none */
    bool lists;                  /* asks for a page of a list: a standby may answer (io/db) */
    bool alone;                  /* nothing on shared connections: there it took too long */
    struct tx *tx;               /* what db_begin or db_read opened; web/http or worker_main ends it */
    const char *operation;       /* operationId or job name; a literal or as long as the process */
    const char *purpose;         /* X-Purpose, or the operation's own; for the audit trail */
    char request_id[37];         /* uuid; answered as X-Request-Id, quoted by users */
    char traceparent[56];        /* W3C trace context of this span; "" if none */
    void *app;                   /* the service's own state (struct of its main.c), made at start */
    const void *edge;            /* web/http's or worker_main's own; others leave it alone */
};
