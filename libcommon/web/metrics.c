/* metrics.c - see metrics.h. One registry for the process: it measures the process, like the log. */
#include "web/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

enum metric_kind { COUNTER, GAUGE, HISTOGRAM };

#define SERIES_MAX 2000
#define SLOTS 64 /* of the table of label values in each metric */

static const double bounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                0.1,    0.25,  0.5,    1,     2.5,  5,     10};

/* One label value of a metric. */
struct series {
    struct series *next;      /* in its slot */
    struct series *next_made; /* in order of appearance */
    char *label_value;        /* "" without a label */
    double value;             /* counter, gauge; histogram: sum of seconds */
    uint64_t count;
    uint64_t buckets[LENGTH(bounds)]; /* histogram: not yet summed up */
};

struct metric {
    struct metric *next;
    const char *name, *help, *label;
    enum metric_kind kind;
    struct series *slots[SLOTS];
    struct series *first, **last;
};

struct scrape_hook {
    struct scrape_hook *next;
    void (*fn)(void *arg);
    void *arg;
};

static struct {
    struct metric *first, **last;
    struct scrape_hook *hooks;
    size_t nseries;
} registry = {.last = &registry.first};

static void *allocate(size_t bytes)
{
    void *p = calloc(1, bytes);

    if (!p)
        abort();
    return p;
}

static struct metric *metric_new(enum metric_kind kind, const char *name, const char *help, const char *label)
{
    for (struct metric *m = registry.first; m; m = m->next) {
        if (strcmp(m->name, name) == 0) {
            assert(m->kind == kind && str_eq(m->label, label));
            return m;
        }
    }
    struct metric *m = allocate(sizeof(*m));

    m->kind = kind;
    m->name = name;
    m->help = help;
    m->label = label;
    m->last = &m->first;
    *registry.last = m;
    registry.last = &m->next;
    return m;
}

struct metric *metric_counter(const char *name, const char *help, const char *label)
{
    return metric_new(COUNTER, name, help, label);
}

struct metric *metric_gauge(const char *name, const char *help, const char *label)
{
    return metric_new(GAUGE, name, help, label);
}

struct metric *metric_histogram(const char *name, const char *help, const char *label)
{
    return metric_new(HISTOGRAM, name, help, label);
}

static unsigned slot_of(const char *s)
{
    uint32_t h = 2166136261u;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h % SLOTS;
}

/* NULL when the process has too many series: the value is dropped, the program goes on. */
static struct series *series_of(struct metric *m, const char *label_value)
{
    const char *v = label_value && m->label ? label_value : "";
    unsigned slot = slot_of(v);

    for (struct series *s = m->slots[slot]; s; s = s->next) {
        if (strcmp(s->label_value, v) == 0)
            return s;
    }
    if (registry.nseries >= SERIES_MAX)
        return NULL;
    struct series *s = allocate(sizeof(*s));

    registry.nseries++;
    s->label_value = strdup(v);
    if (!s->label_value)
        abort();
    s->next = m->slots[slot];
    m->slots[slot] = s;
    *m->last = s;
    m->last = &s->next_made;
    return s;
}

void metric_add(struct metric *m, const char *label_value, double v)
{
    struct series *s = series_of(m, label_value);

    if (s)
        s->value += v;
}

void metric_set(struct metric *m, const char *label_value, double v)
{
    struct series *s = series_of(m, label_value);

    if (s)
        s->value = v;
}

void metric_reset(struct metric *m)
{
    for (struct series *s = m->first; s; s = s->next_made)
        s->value = 0;
}

void metric_observe_us(struct metric *m, const char *label_value, int64_t us)
{
    struct series *s = series_of(m, label_value);
    double seconds = (double)us / 1e6;

    if (!s)
        return;
    s->value += seconds;
    s->count++;
    for (size_t i = 0; i < LENGTH(bounds); i++) {
        if (seconds <= bounds[i]) {
            s->buckets[i]++;
            break;
        }
    }
}

void metrics_on_scrape(void (*fn)(void *arg), void *arg)
{
    struct scrape_hook *h = allocate(sizeof(*h));

    h->fn = fn;
    h->arg = arg;
    h->next = registry.hooks;
    registry.hooks = h;
}

/* A label value in the text format: backslash, quote and line feed are escaped. */
static void label_write(struct buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '\\' || *s == '"')
            buf_putc(out, '\\');
        if (*s == '\n')
            buf_puts(out, "\\n");
        else
            buf_putc(out, *s);
    }
}

/* name{label="value",le="…"} */
static void name_write(struct buf *out, const struct metric *m, const struct series *s, const char *suffix,
                       const char *le)
{
    buf_puts(out, m->name);
    buf_puts(out, suffix);
    if (m->label || le)
        buf_putc(out, '{');
    if (m->label) {
        buf_printf(out, "%s=\"", m->label);
        label_write(out, s->label_value);
        buf_putc(out, '"');
    }
    if (le)
        buf_printf(out, "%sle=\"%s\"", m->label ? "," : "", le);
    if (m->label || le)
        buf_putc(out, '}');
    buf_putc(out, ' ');
}

static void histogram_write(struct buf *out, const struct metric *m, const struct series *s)
{
    uint64_t sum = 0;
    char le[32];

    for (size_t i = 0; i < LENGTH(bounds); i++) {
        sum += s->buckets[i];
        snprintf(le, sizeof(le), "%g", bounds[i]);
        name_write(out, m, s, "_bucket", le);
        buf_printf(out, "%" PRIu64 "\n", sum);
    }
    name_write(out, m, s, "_bucket", "+Inf");
    buf_printf(out, "%" PRIu64 "\n", s->count);
    name_write(out, m, s, "_sum", NULL);
    buf_printf(out, "%.6f\n", s->value);
    name_write(out, m, s, "_count", NULL);
    buf_printf(out, "%" PRIu64 "\n", s->count);
}

void metrics_write(struct buf *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};

    for (struct scrape_hook *h = registry.hooks; h; h = h->next)
        h->fn(h->arg);
    for (struct metric *m = registry.first; m; m = m->next) {
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, kinds[m->kind]);
        for (struct series *s = m->first; s; s = s->next_made) {
            if (m->kind == HISTOGRAM) {
                histogram_write(out, m, s);
            } else {
                name_write(out, m, s, "", NULL);
                buf_printf(out, "%.17g\n", s->value);
            }
        }
    }
}
