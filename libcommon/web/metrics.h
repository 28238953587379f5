/* metrics.h - counters, gauges and histograms in the Prometheus text format (0.0.4). Bounded: at most 2,000
 * series. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct buf;
struct metric;

/* Registered once at start; name and help are literals; label is the name of the only label or NULL. */
struct metric *metric_counter(const char *name, const char *help, const char *label);
struct metric *metric_gauge(const char *name, const char *help, const char *label);
/* Seconds; buckets 0.5 ms … 10 s. */
struct metric *metric_histogram(const char *name, const char *help, const char *label);
void metric_add(struct metric *m, const char *label_value, double v);
void metric_set(struct metric *m, const char *label_value, double v);
/* All its series to 0: before a gauge is counted anew. */
void metric_reset(struct metric *m);
void metric_observe_us(struct metric *m, const char *label_value, int64_t us);
/* Runs before each scrape, to set gauges. */
void metrics_on_scrape(void (*fn)(void *arg), void *arg);
void metrics_write(struct buf *out);
