/*
 * trace_export.h - takes the spans of base/trace.h to a collector: OTLP over HTTP, JSON.
 *
 * Once a second, in batches, by a coroutine of its own: nobody waits for it. What a collector that is dead,
 * slow or refuses does not take is dropped and counted, and it rests, doubling to a minute; meanwhile the
 * ring fills, and what finds no room is dropped too.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct program;

struct trace_conf {
    const char *url; /* WAYFARE_OTLP_URL: "" none */
    int64_t share;   /* WAYFARE_TRACE_SHARE */
};

/* service: the program's name among the traces. Begins, if there is a URL; ends with the loop's drain, which
 * waits at most 5 s for a batch under way, a second for a last one. */
MUST_CHECK err_t trace_export_open(struct program *p, const struct trace_conf *conf, const char *service);
