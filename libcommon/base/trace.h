/*
 * trace.h - spans of what was done, kept until somebody takes them to a collector (app/trace_export.h).
 *
 * Without trace_open nothing is kept, and every trace is marked as sampled, as ever. Memory is bounded: a
 * span that finds no room is dropped and counted. A span has no personal data: names are those of operations,
 * jobs and statements, attributes are codes, numbers and hosts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define TRACEPARENT_BYTES 56 /* of W3C Trace Context, with the NUL: "00-<trace>-<span>-<flags>" */
#define TRACE_ATTRIBUTES 4

enum trace_kind {
    TRACE_INTERNAL = 1,
    TRACE_SERVER,
    TRACE_CLIENT,
    TRACE_PRODUCER,
    TRACE_CONSUMER
}; /* OTLP's */

struct trace_attribute {
    const char *name; /* a literal; NULL: none */
    const char *text; /* NULL: the number is taken */
    int64_t number;
};

/* What ends now. */
struct trace_span {
    const char *traceparent; /* its own */
    const char *parent; /* a traceparent, or the 16 digits of a span; "" or NULL: the trace begins with it */
    enum trace_kind kind;
    const char *name;
    int64_t took_us;
    const char *error; /* a code; NULL: all went well */
    struct trace_attribute attributes[TRACE_ATTRIBUTES];
};

/* service and version are literals, or live as long. share: of 100 traces that begin here so many are
 * sampled. room: spans at once. */
void trace_open(const char *service, const char *version, unsigned share, size_t room);
void trace_close(void);

/* A trace of one's own, not yet judged (trace_sample) where spans are kept. */
void trace_new(char out[TRACEPARENT_BYTES]);
/* Judges a trace that begins here: its flag is set or cleared. */
void trace_sample(char traceparent[TRACEPARENT_BYTES]);
/* Spans of this trace are kept. */
bool trace_sampled(const char *traceparent);
/* A new span of the same trace; what is no traceparent is copied. */
void trace_child(const char *traceparent, char out[TRACEPARENT_BYTES]);

/* Keeps a copy, if the trace is sampled. Never waits. */
void trace_span(const struct trace_span *s);
size_t trace_kept(void);
/* Writes the oldest spans, at most max, as one ExportTraceServiceRequest in JSON, and forgets them. How many;
 * 0: nothing is written. */
size_t trace_take(struct buf *out, size_t max);

struct trace_counts {
    uint64_t kept, dropped; /* dropped: no room, or the collector did not take them */
    uint64_t sent;
};
/* What became of spans that were taken. */
void trace_taken(size_t n, bool sent);
struct trace_counts trace_counts(void);
