/* test_metrics.c - the text that Prometheus reads. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/metrics.h"

static const char *scrape(void)
{
    struct buf out;

    buf_init(&out, unit_arena, 64);
    metrics_write(&out);
    return buf_text(&out);
}

static void has(const char *text, const char *line)
{
    ck_assert_msg(strstr(text, line) != NULL, "«%s» is not in:\n%s", line, text);
}

START_TEST(counter_adds_per_label)
{
    struct metric *m = metric_counter("things_total", "Things.", "kind");

    metric_add(m, "a", 1);
    metric_add(m, "a", 2);
    metric_add(m, "b\"\\\n", 1);
    has(scrape(), "# HELP things_total Things.\n# TYPE things_total counter\nthings_total{kind=\"a\"} 3\n"
                  "things_total{kind=\"b\\\"\\\\\\n\"} 1\n");
}
END_TEST

START_TEST(gauge_is_set_before_the_scrape)
{
    ck_assert_ptr_eq(metric_gauge("level", "Level.", NULL), metric_gauge("level", "Level.", NULL));
    metric_set(metric_gauge("level", "Level.", NULL), NULL, 2.5);
    has(scrape(), "\nlevel 2.5\n");
}
END_TEST

START_TEST(gauge_is_counted_anew)
{
    struct metric *m = metric_gauge("waiting", "Waiting.", "place");

    metric_set(m, "a", 3);
    metric_set(m, "b", 4);
    metric_reset(m);
    metric_set(m, "b", 1);
    has(scrape(), "waiting{place=\"a\"} 0\nwaiting{place=\"b\"} 1\n");
}
END_TEST

START_TEST(histogram_sums_up)
{
    struct metric *m = metric_histogram("took_seconds", "Took.", "operation");
    const char *t;

    metric_observe_us(m, "x", 400);
    metric_observe_us(m, "x", 2000);
    metric_observe_us(m, "x", 20000000);
    t = scrape();
    has(t, "took_seconds_bucket{operation=\"x\",le=\"0.0005\"} 1\n");
    has(t, "took_seconds_bucket{operation=\"x\",le=\"0.0025\"} 2\n");
    has(t, "took_seconds_bucket{operation=\"x\",le=\"10\"} 2\n");
    has(t, "took_seconds_bucket{operation=\"x\",le=\"+Inf\"} 3\n");
    has(t, "took_seconds_sum{operation=\"x\"} 20.002400\n");
    has(t, "took_seconds_count{operation=\"x\"} 3\n");
}
END_TEST

START_TEST(series_are_bounded)
{
    struct metric *m = metric_counter("many_total", "Many.", "n");
    size_t lines = 0;
    char name[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        metric_add(m, name, 1);
    }
    for (const char *at = scrape(); (at = strstr(at, "many_total{")) != NULL; at++)
        lines++;
    ck_assert_uint_le(lines, 2000); /* other tests of this process may have some */
    ck_assert_uint_ge(lines, 1990);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("metrics");

    UNIT_CASE(s, "metrics_write", counter_adds_per_label, gauge_is_set_before_the_scrape,
              gauge_is_counted_anew, histogram_sums_up, series_are_bounded);
    return s;
}
