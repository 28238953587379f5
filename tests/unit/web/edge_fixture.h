/*
 * edge_fixture.h - a small service (sample.json) behind a real edge in a process of its own, and a client
 * that writes raw bytes to its socket.
 */
#pragma once

#include <check.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "web/request.h"

struct edge {
    pid_t pid;
    char socket[64];  /* path */
    char metrics[64]; /* path */
};

struct edge_setting {
    const char *conninfo; /* NULL: a server that is not there */
    const char *cors;
    bool hsts;
    long drain_idle_ms, patience_ms;
    long files; /* RLIMIT_NOFILE of the server; 0: as it is */
};

/* Unchecked fixture: keys and a folder of issuer profiles, once for a program. */
void edge_once(void);
/* Unchecked fixture: the database too. Needs tests/with-postgres. */
void edge_once_with_database(void);
/* Folder of the issuer profile; others may put files there. */
const char *edge_folder(void);
/* For edge_setting.conninfo. */
extern const char *edge_database;

/* Starts a server; it answers when this returns. */
void edge_start(struct edge *e, const struct edge_setting *o);
/* SIGTERM, then its exit status; fails the test if sanitizers or asserts ended it. */
void edge_stop(struct edge *e);
/* The same in two halves, for what happens between. */
void edge_terminate(struct edge *e);
void edge_join(struct edge *e);

/* A token: scopes, organisation, client; user NULL: a machine. Lives in unit_arena. */
const char *edge_token(const char *scope, const char *organisation, const char *client, const char *user);
/* The same that ends in seconds. */
const char *edge_token_for(const char *scope, int seconds);

struct answer {
    int status; /* 0: the connection ended without one */
    char *head; /* status line and headers */
    char *body; /* chunks put together */
    size_t body_bytes;
    bool closed; /* the connection has ended behind it */
};

int edge_connect(const char *socket);
void edge_send(int fd, const char *p, size_t n);
/* Reads one answer; to: a request of method HEAD has none of the body that its headers tell of. */
struct answer edge_receive(int fd, bool head);
/* One request on a connection of its own. */
struct answer edge_raw(const struct edge *e, const char *text);
/* headers: lines with CR LF, may be ""; body NULL: none. */
struct answer edge_ask(const struct edge *e, const char *method, const char *target, const char *token,
                       const char *headers, const char *body);
/* The value of a header, "" if absent. In unit_arena. */
const char *edge_header(const struct answer *a, const char *name);
/* A text member of the body's JSON object, "" if absent. */
const char *edge_text(const struct answer *a, const char *name);
/* The code of the fault at index i of a problem. */
const char *edge_fault(const struct answer *a, size_t i, const char *member);

extern const struct handler sample_handlers[];
