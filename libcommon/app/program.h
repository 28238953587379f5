/*
 * program.h - a running program of the house and its parts: configuration, log, loop, database, queue, keys,
 * calls.
 *
 * service_main and worker_main open it with what they need and close it after the drain. Handlers and jobs
 * reach it by program_of(x).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"

struct arena;
struct aside;
struct auth;
struct ctx;
struct db;
struct events;
struct http;
struct inbox;
struct keyring;
struct limits;
struct loop;
struct outcall;
struct peers;
struct program_pokes;
struct queue;
struct store;

#define PROGRAM_COROUTINES_MAX 2000 /* requests and jobs at once */

/* What every program has in common. --help shows of these what the program uses. */
struct common_conf {
    const char *mode;    /* WAYFARE_MODE: production or development */
    const char *service; /* WAYFARE_SERVICE: programs that serve any service's database (relay, scheduler) */
    const char *db;      /* WAYFARE_DB: libpq conninfo */
    const char *db_read; /* WAYFARE_DB_READ: of standbys; "" none */
    const char *db_password;       /* WAYFARE_DB_PASSWORD_FILE; "" none */
    const char *redis;             /* WAYFARE_REDIS: see queue_nodes_read (io/queue.h) */
    const char *redis_password;    /* WAYFARE_REDIS_PASSWORD_FILE; "" none */
    const char *sentinel_password; /* WAYFARE_SENTINEL_PASSWORD_FILE; "" none */
    const char *documents; /* WAYFARE_DOCUMENTS: folder of the bundled OpenAPI documents and events.json */
    const char *contents;  /* WAYFARE_CONTENTS: where the contents of documents are, io/store.h */
    const char *s3_endpoint, *s3_region; /* WAYFARE_S3_ENDPOINT, _REGION: of a bucket */
    const char *s3_id, *s3_secret;       /* WAYFARE_S3_ID_FILE, _SECRET_FILE; "" none */
    const char *data;    /* WAYFARE_DATA: folder of this service's data (programmes, templates, …) */
    const char *listen;  /* WAYFARE_LISTEN: services only */
    const char *metrics; /* WAYFARE_METRICS: unix:/path or tcp:host:port of /metrics and /health; "" none */
    const char *certificates; /* WAYFARE_CERTIFICATES: files whose end /metrics tells, colon-separated */
    const char *issuers;      /* WAYFARE_ISSUERS: folders of issuer profiles, colon-separated */
    const char *audience;     /* WAYFARE_AUDIENCE: aud of our tokens */
    const char *keys;         /* WAYFARE_KEYS: folder of this service's secrets: edge.key, field-<class>.key,
                                 internal.pem … */
    const char *peers;        /* WAYFARE_PEERS: see peer_place (app/peers.h) */
    const char *peer_tls;     /* WAYFARE_PEER_TLS: folder of what https to peers needs; "" none */
    const char *kek;   /* WAYFARE_KEK: file of the key that wraps the field keys; "" they are in clear */
    const char *run;   /* WAYFARE_RUN: folder of the peers' sockets: <service>.sock, relay-<service>.poke */
    const char *allow; /* WAYFARE_OUTCALL_ALLOW: host:port list that outgoing calls may reach privately;
                          development only */
    const char
        *nameserver;     /* WAYFARE_NAMESERVER: address[:port] for outgoing calls; "" those of resolv.conf */
    const char *ca_file; /* WAYFARE_CA_FILE: private certificate authority for outgoing calls; "" none */
    const char *cors;    /* WAYFARE_CORS_ORIGINS */
    int64_t rate, burst, daily; /* WAYFARE_RATE, _BURST, _DAILY: services: the usual limits of requests */
    const char *log_level;      /* WAYFARE_LOG_LEVEL: debug, info, warn, error */
    int64_t clock_offset_s;     /* WAYFARE_CLOCK_OFFSET_S: development only */
    int64_t republish_ms; /* WAYFARE_REPUBLISH_MS: relay: unconfirmed for so long: publish again; doubles to
                             an hour */
    int64_t keep_days; /* WAYFARE_KEEP_SENT_DAYS: relay: so long are confirmed events kept, for reconcile */
    int64_t claim_ms;  /* WAYFARE_CLAIM_MS: consumers: held by another for so long: abandoned */
    int64_t retry_ms; /* WAYFARE_RETRY_MS: consumers: first pause after a failed effect; doubles to an hour */
    int64_t attempts; /* WAYFARE_ATTEMPTS: consumers: so many failures and the job is dead */
};

/* What a program needs, or'ed. */
enum program_needs {
    PROGRAM_SERVICE =
        1, /* listens and verifies tokens: listen, issuers, audience, cors are required or shown */
    PROGRAM_QUEUE = 2,    /* p->queue */
    PROGRAM_ANY = 4,      /* works on any service's database: WAYFARE_SERVICE is required */
    PROGRAM_CONSUMER = 8, /* settings of an inbox */
    PROGRAM_RELAY = 16,   /* settings of the relay */
    PROGRAM_KEYS = 32,    /* WAYFARE_KEYS is required: p->keyring, p->peers */
    PROGRAM_DATA = 64,    /* WAYFARE_DATA is required */
    PROGRAM_STORE = 128,  /* p->store, p->aside */
};

/* A program's own settings, after the common ones. */
struct program_settings {
    const struct conf_entry *table; /* offsets in a struct of size bytes, which p->settings then points to */
    size_t n;
    size_t size;
};

/* A running program's parts; ctx->app points to it. */
struct program {
    const char *name;    /* "cases", "relay" */
    const char *service; /* whose database and events: "cases" */
    struct common_conf conf;
    bool production;
    struct arena *arena; /* lives as long as the process */
    struct loop *loop;
    struct db *db;
    struct queue *queue;   /* the first Redis, or the only one; NULL unless asked for */
    struct queue **queues; /* all that share the streams, if it works on streams; else the first */
    size_t nqueues;
    bool queue_needed; /* not ready without them */
    struct outcall *outcall;
    struct keyring *keyring; /* field encryption and blind index, app/keyring.h */
    struct peers *peers;     /* internal calls, app/peers.h */
    struct aside *aside;     /* a thread for what would hold up the loop, io/aside.h */
    struct store *store;     /* contents outside the database, io/store.h */
    struct events *events;   /* the catalogue, app/outbox.h */
    struct program_pokes *pokes;
    struct inbox *inbox;   /* consumers */
    struct leases *leases; /* claimed rows at work, app/leases.h; NULL: it claims none */
    struct auth *auth;     /* services */
    struct limits *limits; /* services: of requests, web/quota.h */
    struct http *http;     /* services */
    void *settings;        /* the program's own, see program_settings; NULL none */
    void *state;           /* what start made */
    const void *own;       /* of a main that is built on worker_main */
};

/*
 * Reads the configuration, then opens log, clock, loop, coroutines, database, queue, outgoing calls, events,
 * keys and peers, in this order. service NULL: WAYFARE_SERVICE says it. Nothing waits: database and Redis
 * connect in the background. After an error program_close is called by the caller too. own may be NULL.
 */
MUST_CHECK err_t program_open(struct program *p, const char *name, const char *about, const char *service,
                              unsigned needs, const struct program_settings *own, int argc, char **argv);
/* After the loop has ended. Closes in the opposite order. */
void program_close(struct program *p);

/* The program of a request or a job. */
struct program *program_of(const struct ctx *x);
#define PROGRAM_STATE(x, type) ((type *)program_of(x)->state)
#define PROGRAM_SETTINGS(x, type) ((const type *)program_of(x)->settings)

/* "<WAYFARE_RUN>/<name>" and the like, in the program's arena. */
const char *program_path(const struct program *p, const char *folder, const char *name);

/* Sends a datagram to WAYFARE_RUN/<name>.poke, to wake a worker; never blocks, loss is harmless, at most one
 * in 2 ms (a later one is sent when they have passed). Where nobody listens there, through Redis, if the
 * program has it. */
void worker_poke(const struct program *p, const char *name);
/* After a commit: wakes this service's relay if events were added, and the worker that x->wakes names. */
void program_committed(const struct ctx *x);
