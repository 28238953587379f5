/* test_events.c - the catalogue: what its file may say, and which data fit an event. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/events.h"
#include "base/arena.h"
#include "base/json.h"
#include "unit.h"

#define CATALOGUE                                                                                            \
    "{\"version\":1,\"events\":{"                                                                            \
    "\"a.all\":{\"source\":\"a\",\"consumers\":[\"c\",\"b\"],\"onDead\":\"hold\",\"data\":{"                 \
    "\"id\":\"uuid\",\"to\":\"code\",\"say\":\"text\",\"at\":\"instant\",\"on\":\"date\",\"n\":\"int\","     \
    "\"yes\":\"bool\",\"zone\":\"zone\",\"maybe\":\"uuid?\",\"who\":\"texts?\"}},"                           \
    "\"a.none\":{\"source\":\"a\",\"consumers\":[],\"onDead\":\"skip\",\"data\":{}}}}"

static err_t catalogue(const char *text, struct events **ret)
{
    char *path = arena_strdup(unit_arena, "/tmp/wf-events-XXXXXX");
    int fd = mkstemp(path);
    err_t e;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    e = events_open(unit_arena, path, ret);
    unlink(path);
    return e;
}

static struct events *events(void)
{
    struct events *ev;

    ck_assert_ptr_null(catalogue(CATALOGUE, &ev));
    return ev;
}

START_TEST(an_event_is_found_with_its_groups_in_order)
{
    const struct event_type *t = events_find(events(), "a.all");

    ck_assert_str_eq(t->source, "a");
    ck_assert_str_eq(t->on_dead, "hold");
    ck_assert_uint_eq(t->groups.n, 2);
    ck_assert_str_eq(t->groups.v[0], "b");
    ck_assert_str_eq(t->groups.v[1], "c");
    ck_assert(event_type_goes_to(t, "c"));
    ck_assert(!event_type_goes_to(t, "a"));
    ck_assert_ptr_null(events_find(events(), "a.other"));
    ck_assert_ptr_nonnull(events_at(events(), 1));
    ck_assert_ptr_null(events_at(events(), 2));
}
END_TEST

static const char *const bad_catalogues[] = {
    "",
    "{\"events\":{\"x\":{\"consumers\":[],\"onDead\":\"hold\",\"data\":{}}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[],\"onDead\":\"wait\",\"data\":{}}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[],\"onDead\":\"hold\"}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[],\"onDead\":\"hold\",\"data\":{\"m\":\"money\"}}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[],\"onDead\":\"hold\",\"data\":{\"m\":1}}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[\"b\",\"b\"],\"onDead\":\"hold\",\"data\":{}}}}",
    "{\"events\":{\"x\":{\"source\":\"a\",\"consumers\":[1],\"onDead\":\"hold\",\"data\":{}}}}",
};

START_TEST(a_catalogue_that_is_not_understood_is_refused)
{
    struct events *ev;
    err_t e = catalogue(bad_catalogues[_i], &ev);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "events.file");
}
END_TEST

#define ID "\"id\":\"0193c5d8-3b00-7000-8000-000000000001\""
#define REST                                                                                                 \
    "\"to\":\"travelReady\",\"say\":\"a b\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-03-01\",\"n\":3,"  \
    "\"yes\":false,\"zone\":\"Europe/Amsterdam\""

static const struct {
    const char *data;
    bool fits;
} data[] = {
    {"{" ID "," REST "}", true},
    {"{" ID "," REST ",\"maybe\":null}", true},
    {"{" ID "," REST ",\"maybe\":\"0193c5d8-3b00-7000-8000-000000000002\"}", true},
    {"{" ID "," REST ",\"maybe\":\"x\"}", false},
    {"{" ID "," REST ",\"who\":[]}", true},
    {"{" ID "," REST ",\"who\":[\"nl\",\"so\"]}", true},
    {"{" ID "," REST ",\"who\":[\"nl\",1]}", false},
    {"{" ID "," REST ",\"who\":\"nl\"}", false},
    {"{" ID "," REST ",\"name\":\"Amina\"}", false},
    {"{" REST "}", false},
    {"{\"id\":null," REST "}", false},
    {"{\"id\":\"1\"," REST "}", false},
    {"[]", false},
    {"{}", false},
    {"{" ID
     ",\"to\":\"two words\",\"say\":\"\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-03-01\",\"n\":3,"
     "\"yes\":false,\"zone\":\"UTC\"}",
     false},
    {"{" ID ",\"to\":\"x\",\"say\":\"\",\"at\":\"yesterday\",\"on\":\"2026-03-01\",\"n\":3,\"yes\":false,"
     "\"zone\":\"UTC\"}",
     false},
    {"{" ID ",\"to\":\"x\",\"say\":\"\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-02-30\",\"n\":3,"
     "\"yes\":false,\"zone\":\"UTC\"}",
     false},
    {"{" ID ",\"to\":\"x\",\"say\":\"\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-02-28\",\"n\":\"3\","
     "\"yes\":false,\"zone\":\"UTC\"}",
     false},
    {"{" ID ",\"to\":\"x\",\"say\":\"\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-02-28\",\"n\":3,"
     "\"yes\":0,\"zone\":\"UTC\"}",
     false},
    {"{" ID ",\"to\":\"x\",\"say\":\"\",\"at\":\"2026-03-01T10:00:00Z\",\"on\":\"2026-02-28\",\"n\":3,"
     "\"yes\":true,\"zone\":\"Mars\"}",
     false},
};

START_TEST(data_fit_their_event_or_the_member_is_named)
{
    const struct event_type *t = events_find(events(), "a.all");
    json_t *j;
    err_t e;

    ck_assert_ptr_null(json_parse(unit_arena, data[_i].data, strlen(data[_i].data), 4, &j));
    e = event_check(unit_arena, t, j);
    ck_assert_msg((e == NULL) == data[_i].fits, "%s: %s", data[_i].data, e ? e->cause : "fits");
    if (e)
        ck_assert_str_eq(e->code, "event.data");
    if (e && strstr(data[_i].data, "Amina"))
        ck_assert_ptr_null(strstr(e->cause, "Amina"));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("events");

    UNIT_CASE(s, "events_find", an_event_is_found_with_its_groups_in_order);
    UNIT_TABLE(s, "events_open", bad_catalogues, a_catalogue_that_is_not_understood_is_refused);
    UNIT_TABLE(s, "event_check", data, data_fit_their_event_or_the_member_is_named);
    return s;
}
