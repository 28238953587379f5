/*
 * health.h - /health/live, /health/ready and /metrics of a process, on a socket of their own.
 *
 * Live: the loop turns. Ready: every part says so; else 503 with the parts that do not. No personal data, no
 * token.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct buf;
struct health;
struct loop;

/* listen: "unix:/path" or "tcp:host:port"; "" opens nothing and *ret is NULL. */
MUST_CHECK err_t health_open(struct loop *l, const char *listen, struct health **ret);
/* NULL is fine, in both. */
void health_close(struct health *h);
/* Asks the process that listens there, and waits, at most 3 s for each piece. True if it answers 200 to path
 * ("/health/ready", "/metrics"): the answer, head and body, is in out. */
bool health_get(const char *listen, const char *path, struct buf *out);
/* The same, of which only the status counts. */
bool health_ask(const char *listen, const char *path);
/* A part that must be ready. name lives as long as h. */
void health_part(struct health *h, const char *name, bool (*ready)(void *arg), void *arg);
/* The same of parts that stand in for each other: one of all those must be ready. */
void health_part_spare(struct health *h, const char *name, bool (*ready)(void *arg), void *arg);
