/* trace.c - see trace.h. One ring for the process: it tells of the process, like the log. */
#include "base/trace.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

#define NAME_BYTES 64
#define TEXT_BYTES 64
#define TRACE_AT 3
#define SPAN_AT 36
#define FLAGS_AT 53

struct kept_attribute {
    const char *name;
    int64_t number;
    char text[TEXT_BYTES]; /* "": the number is taken */
    bool is_text;
};

struct kept {
    char trace[33], span[17], parent[17]; /* hexadecimal; parent "" none */
    char name[NAME_BYTES], error[NAME_BYTES];
    enum trace_kind kind;
    int64_t end_us, took_us;
    struct kept_attribute attributes[TRACE_ATTRIBUTES];
};

static struct {
    const char *service, *version;
    unsigned share;
    struct kept *v; /* NULL: nothing is kept */
    size_t room, first, n;
    struct trace_counts counts;
} ring;

void trace_open(const char *service, const char *version, unsigned share, size_t room)
{
    trace_close();
    ring.service = service;
    ring.version = version;
    ring.share = share;
    ring.room = room;
    ring.v = calloc(room, sizeof(*ring.v));
    if (!ring.v)
        abort();
}

void trace_close(void)
{
    free(ring.v);
    memset(&ring, 0, sizeof(ring));
}

/* ---- identifiers ---- */

static bool is_traceparent(const char *s)
{
    return s && strnlen(s, TRACEPARENT_BYTES) == TRACEPARENT_BYTES - 1;
}

/* Not all zero, which would be none. */
static void random_hex(char *out, size_t bytes)
{
    uint8_t id[16];

    if (RAND_bytes(id, (int)bytes) != 1)
        memset(id, 1, bytes);
    id[0] |= 1;
    str_hex(out, id, bytes);
}

void trace_new(char out[TRACEPARENT_BYTES])
{
    char trace[33], span[17];

    random_hex(trace, 16);
    random_hex(span, 8);
    snprintf(out, TRACEPARENT_BYTES, "00-%s-%s-%s", trace, span, ring.v ? "00" : "01");
}

/* By the end of the trace's identifier, which is random. */
void trace_sample(char traceparent[TRACEPARENT_BYTES])
{
    char digits[5];
    bool wanted;

    if (!ring.v || !is_traceparent(traceparent))
        return;
    memcpy(digits, traceparent + SPAN_AT - 5, 4);
    digits[4] = '\0';
    wanted = strtoul(digits, NULL, 16) * 100 < (unsigned long)ring.share * 65536;
    memcpy(traceparent + FLAGS_AT, wanted ? "01" : "00", 2);
}

bool trace_sampled(const char *traceparent)
{
    return ring.v && is_traceparent(traceparent) && strchr("13579bdf", traceparent[FLAGS_AT + 1]) != NULL;
}

void trace_child(const char *traceparent, char out[TRACEPARENT_BYTES])
{
    char span[17];

    snprintf(out, TRACEPARENT_BYTES, "%s", traceparent);
    if (!is_traceparent(traceparent))
        return;
    random_hex(span, 8);
    memcpy(out + SPAN_AT, span, 16);
}

/* ---- the ring ---- */

static void keep_attributes(struct kept *k, const struct trace_span *s)
{
    for (size_t i = 0; i < TRACE_ATTRIBUTES; i++) {
        const struct trace_attribute *a = &s->attributes[i];

        k->attributes[i] = (struct kept_attribute){.name = a->name, .number = a->number, .is_text = a->text};
        if (a->text)
            snprintf(k->attributes[i].text, TEXT_BYTES, "%s", a->text);
    }
}

void trace_span(const struct trace_span *s)
{
    struct kept *k;

    if (!trace_sampled(s->traceparent))
        return;
    if (ring.n == ring.room) {
        ring.counts.dropped++;
        return;
    }
    k = &ring.v[(ring.first + ring.n++) % ring.room];
    ring.counts.kept++;
    *k = (struct kept){.kind = s->kind, .end_us = clock_now_us(), .took_us = s->took_us};
    memcpy(k->trace, s->traceparent + TRACE_AT, 32);
    memcpy(k->span, s->traceparent + SPAN_AT, 16);
    if (is_traceparent(s->parent))
        memcpy(k->parent, s->parent + SPAN_AT, 16);
    else if (s->parent && strlen(s->parent) == 16)
        memcpy(k->parent, s->parent, 16);
    snprintf(k->name, NAME_BYTES, "%s", s->name);
    snprintf(k->error, NAME_BYTES, "%s", s->error ? s->error : "");
    keep_attributes(k, s);
}

size_t trace_kept(void)
{
    return ring.n;
}

void trace_taken(size_t n, bool sent)
{
    if (sent)
        ring.counts.sent += n;
    else
        ring.counts.dropped += n;
}

struct trace_counts trace_counts(void)
{
    return ring.counts;
}

/* ---- OTLP: JSON of opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest ---- */

/* Cut in the middle of a letter, a text would not be JSON. */
static void write_text(struct buf *out, const char *s)
{
    size_t n = strlen(s);

    while (n > 0 && !str_utf8_ok(s, n))
        n--;
    json_write_text_n(out, s, n);
}

static void write_attribute(struct buf *out, const char *name, const char *text, int64_t number)
{
    buf_puts(out, "{\"key\":");
    write_text(out, name);
    if (text) {
        buf_puts(out, ",\"value\":{\"stringValue\":");
        write_text(out, text);
        buf_puts(out, "}}");
    } else { /* int64 is a text in protobuf's JSON */
        buf_printf(out, ",\"value\":{\"intValue\":\"%" PRId64 "\"}}", number);
    }
}

static void write_span(struct buf *out, const struct kept *k)
{
    bool first = true;

    buf_printf(out, "{\"traceId\":\"%s\",\"spanId\":\"%s\",", k->trace, k->span);
    if (k->parent[0])
        buf_printf(out, "\"parentSpanId\":\"%s\",", k->parent);
    buf_puts(out, "\"name\":");
    write_text(out, k->name);
    buf_printf(out,
               ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64 "000\",\"endTimeUnixNano\":\"%" PRId64
               "000\",\"attributes\":[",
               (int)k->kind, k->end_us - k->took_us, k->end_us);
    for (size_t i = 0; i < TRACE_ATTRIBUTES; i++) {
        const struct kept_attribute *a = &k->attributes[i];

        if (!a->name)
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        write_attribute(out, a->name, a->is_text ? a->text : NULL, a->number);
    }
    buf_puts(out, "],\"status\":{");
    if (k->error[0]) {
        buf_puts(out, "\"code\":2,\"message\":");
        write_text(out, k->error);
    }
    buf_puts(out, "}}");
}

size_t trace_take(struct buf *out, size_t max)
{
    size_t n = ring.n < max ? ring.n : max;

    if (n == 0)
        return 0;
    buf_puts(out, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
    write_attribute(out, "service.name", ring.service, 0);
    buf_putc(out, ',');
    write_attribute(out, "service.version", ring.version, 0);
    buf_puts(out, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"wayfare\"},\"spans\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        write_span(out, &ring.v[(ring.first + i) % ring.room]);
    }
    buf_puts(out, "]}]}]}");
    ring.first = (ring.first + n) % ring.room;
    ring.n -= n;
    return n;
}
