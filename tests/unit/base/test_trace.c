/* test_trace.c - spans in the ring, and as OTLP's JSON. */
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/trace.h"

#define TRACE "0123456789abcdef0123456789abcdef"
#define PARENT "00-" TRACE "-aaaaaaaaaaaaaaaa-01"
#define OWN "00-" TRACE "-bbbbbbbbbbbbbbbb-01"
#define UNSAMPLED "00-" TRACE "-bbbbbbbbbbbbbbbb-00"

static void on(size_t room)
{
    trace_open("wayfare-test", "1.2.3", 10, room);
}

/* What is there, as parsed JSON; NULL: nothing. */
static json_t *taken(size_t max)
{
    struct buf out;
    json_t *j;

    buf_init(&out, unit_arena, 64);
    if (trace_take(&out, max) == 0)
        return NULL;
    j = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(j != NULL, "not JSON: %s", buf_text(&out));
    return j;
}

static json_t *spans_of(json_t *j)
{
    json_t *scope = json_array_get(
        json_object_get(json_array_get(json_object_get(j, "resourceSpans"), 0), "scopeSpans"), 0);

    return json_object_get(scope, "spans");
}

static const char *text(json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "";
}

static void keep(const char *traceparent, const char *name)
{
    trace_span(&(struct trace_span){.traceparent = traceparent, .kind = TRACE_INTERNAL, .name = name});
}

START_TEST(nothing_is_kept_where_nobody_takes_it)
{
    char own[TRACEPARENT_BYTES];

    trace_close();
    trace_new(own);
    ck_assert_str_eq(own + 53, "01");
    trace_sample(own);
    ck_assert_str_eq(own + 53, "01");
    ck_assert(!trace_sampled(own));
    keep(own, "x");
    ck_assert_uint_eq(trace_kept(), 0);
    ck_assert_ptr_null(taken(10));
}
END_TEST

START_TEST(span_becomes_otlp)
{
    json_t *j, *s, *a;

    on(4);
    trace_span(&(struct trace_span){
        .traceparent = OWN,
        .parent = PARENT,
        .kind = TRACE_SERVER,
        .name = "listCases \"x\"",
        .took_us = 1500,
        .error = "db.away",
        .attributes = {{"http.request.method", "GET", 0}, {"http.response.status_code", NULL, 503}}});
    j = taken(10);
    a = json_object_get(json_object_get(json_array_get(json_object_get(j, "resourceSpans"), 0), "resource"),
                        "attributes");
    ck_assert_str_eq(text(json_object_get(json_array_get(a, 0), "value"), "stringValue"), "wayfare-test");
    ck_assert_str_eq(text(json_object_get(json_array_get(a, 1), "value"), "stringValue"), "1.2.3");
    ck_assert_uint_eq(json_array_size(spans_of(j)), 1);
    s = json_array_get(spans_of(j), 0);
    ck_assert_str_eq(text(s, "traceId"), TRACE);
    ck_assert_str_eq(text(s, "spanId"), "bbbbbbbbbbbbbbbb");
    ck_assert_str_eq(text(s, "parentSpanId"), "aaaaaaaaaaaaaaaa");
    ck_assert_str_eq(text(s, "name"), "listCases \"x\"");
    ck_assert_int_eq(json_integer_value(json_object_get(s, "kind")), 2);
    ck_assert_int_eq(strtoll(text(s, "endTimeUnixNano"), NULL, 10) -
                         strtoll(text(s, "startTimeUnixNano"), NULL, 10),
                     1500000);
    a = json_object_get(s, "attributes");
    ck_assert_uint_eq(json_array_size(a), 2);
    ck_assert_str_eq(text(json_array_get(a, 0), "key"), "http.request.method");
    ck_assert_str_eq(text(json_object_get(json_array_get(a, 0), "value"), "stringValue"), "GET");
    ck_assert_str_eq(text(json_object_get(json_array_get(a, 1), "value"), "intValue"), "503");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(s, "status"), "code")), 2);
    ck_assert_str_eq(text(json_object_get(s, "status"), "message"), "db.away");
    json_decref(j);
    ck_assert_ptr_null(taken(10));
    trace_close();
}
END_TEST

START_TEST(root_has_no_parent_and_no_status)
{
    json_t *j, *s;

    on(4);
    keep(OWN, "x");
    j = taken(1);
    s = json_array_get(spans_of(j), 0);
    ck_assert_ptr_null(json_object_get(s, "parentSpanId"));
    ck_assert_uint_eq(json_object_size(json_object_get(s, "status")), 0);
    json_decref(j);
    trace_close();
}
END_TEST

START_TEST(full_ring_drops_the_newest_and_counts)
{
    json_t *j;
    char name[8];

    on(3);
    for (int round = 0; round < 5; round++) { /* the ring turns */
        for (int i = 0; i < 4; i++) {
            snprintf(name, sizeof(name), "%d", i);
            keep(OWN, name);
        }
        ck_assert_uint_eq(trace_kept(), 3);
        j = taken(2);
        ck_assert_uint_eq(json_array_size(spans_of(j)), 2);
        ck_assert_str_eq(text(json_array_get(spans_of(j), 0), "name"), "0");
        json_decref(j);
        j = taken(2);
        ck_assert_str_eq(text(json_array_get(spans_of(j), 0), "name"), "2");
        json_decref(j);
    }
    trace_taken(2, true);
    trace_taken(3, false);
    ck_assert_uint_eq(trace_counts().kept, 15);
    ck_assert_uint_eq(trace_counts().sent, 2);
    ck_assert_uint_eq(trace_counts().dropped, 5 + 3);
    trace_close();
}
END_TEST

START_TEST(long_names_are_cut_between_letters)
{
    char name[201] = "";
    json_t *j;

    for (int i = 0; i < 100; i++)
        memcpy(name + 2 * i, "é", 3);
    on(1);
    keep(OWN, name);
    j = taken(1); /* JSON takes only whole letters */
    ck_assert_uint_eq(strlen(text(json_array_get(spans_of(j), 0), "name")), 62);
    json_decref(j);
    trace_close();
}
END_TEST

START_TEST(share_of_new_traces_is_sampled)
{
    unsigned sampled = 0;
    char own[TRACEPARENT_BYTES];

    on(1);
    for (unsigned i = 0; i < 65536; i += 16) {
        snprintf(own, sizeof(own), "00-0123456789abcdef0123456789ab%04x-aaaaaaaaaaaaaaaa-01", i);
        trace_sample(own);
        sampled += trace_sampled(own);
    }
    ck_assert_uint_eq(sampled, 410); /* of 4,096 */
    keep(UNSAMPLED, "x");
    keep("", "x");
    ck_assert_uint_eq(trace_kept(), 0);
    trace_close();
}
END_TEST

START_TEST(child_is_of_the_same_trace)
{
    char own[TRACEPARENT_BYTES];

    trace_child(OWN, own);
    ck_assert_int_eq(memcmp(own, OWN, 36), 0);
    ck_assert_str_eq(own + 52, "-01");
    ck_assert_int_ne(memcmp(own + 36, OWN + 36, 16), 0);
    trace_child("", own);
    ck_assert_str_eq(own, "");
    trace_new(own);
    ck_assert_uint_eq(strlen(own), 55);
    ck_assert_uint_eq(strspn(own + 3, "0123456789abcdef"), 32);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("trace");

    UNIT_CASE(s, "ring", nothing_is_kept_where_nobody_takes_it, full_ring_drops_the_newest_and_counts,
              share_of_new_traces_is_sampled, child_is_of_the_same_trace);
    UNIT_CASE(s, "otlp", span_becomes_otlp, root_has_no_parent_and_no_status,
              long_names_are_cut_between_letters);
    return s;
}
