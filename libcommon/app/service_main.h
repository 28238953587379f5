/*
 * service_main.h - a service in one table: configuration, document, database, keys, edge, metrics, drain.
 */
#pragma once

#include "base/conf.h"
#include "base/err.h"
#include "web/request.h"

struct auth;
struct db;
struct http;
struct keyring;
struct loop;
struct outcall;
struct peers;
struct queue;

/* What every program has; worker_main uses the same entries. */
struct common_conf {
    const char *mode;       /* WAYFARE_MODE: production or development */
    const char *db;         /* WAYFARE_DB: libpq conninfo */
    const char *db_password; /* WAYFARE_DB_PASSWORD_FILE */
    const char *redis;      /* WAYFARE_REDIS: unix:/path or host:port */
    const char *redis_password; /* WAYFARE_REDIS_PASSWORD_FILE; "" none */
    const char *documents;  /* WAYFARE_DOCUMENTS: folder of the bundled OpenAPI documents and events.json */
    const char *data;       /* WAYFARE_DATA: folder of this service's data (programmes, templates, …) */
    const char *listen;     /* WAYFARE_LISTEN: services only */
    const char *metrics;    /* WAYFARE_METRICS: unix:/path or tcp:host:port of /metrics and /health */
    const char *issuers;    /* WAYFARE_ISSUERS: folders of issuer profiles, colon-separated */
    const char *audience;   /* WAYFARE_AUDIENCE: aud of our tokens */
    const char *keys;       /* WAYFARE_KEYS: folder of this service's secrets: edge.key, field-<class>.key, client.pem … */
    const char *run;        /* WAYFARE_RUN: folder of the peers' sockets: <service>.sock, relay-<service>.poke */
    const char *allow;      /* WAYFARE_OUTCALL_ALLOW: host:port list that outgoing calls may reach privately; development only */
    const char *ca_file;    /* WAYFARE_CA_FILE: private certificate authority for outgoing calls; "" none */
    const char *cors;       /* WAYFARE_CORS_ORIGINS */
    const char *log_level;  /* WAYFARE_LOG_LEVEL: debug, info, warn, error */
};

/* A running program's parts; handlers reach it by ctx->app, which points to the service's state below. */
struct program {
    const char *name; /* "cases" */
    struct common_conf conf;
    struct arena *arena; /* lives as long as the process */
    struct loop *loop;
    struct db *db;
    struct queue *queue; /* NULL unless asked for */
    struct outcall *outcall;
    struct keyring *keyring; /* field encryption and blind index, app/keyring.h */
    struct peers *peers;     /* internal calls, app/peers.h */
    struct auth *auth;       /* services */
    struct http *http;       /* services */
    void *state;             /* what start made */
};

struct service {
    const char *name;  /* "cases": document cases.json, database wayfare_cases */
    const char *about; /* one line for --help */
    const struct handler *const *handlers; /* tables of the areas, ended by NULL; each ended by {NULL, NULL} */
    bool uses_queue;
    /* Loads and validates this service's data before it listens. May be NULL. Sets p->state. */
    err_t (*start)(struct program *p);
};

/* Does not return before the drain is done. Exit status 0, or 1 with the reason in the log. */
int service_main(int argc, char **argv, const struct service *s);

/* The program of a request or a job. */
struct program *program_of(const struct ctx *x);
#define PROGRAM_STATE(x, type) ((type *)program_of(x)->state)
