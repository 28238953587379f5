/* test_uuid.c */
#include "base/uuid.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "unit.h"

START_TEST(new_has_version_variant_and_time)
{
    int64_t now = 1774742400123456;
    struct uuid u = uuid_new(now);
    uint64_t ms = 0;

    for (int i = 0; i < 6; i++)
        ms = ms << 8 | u.b[i];
    ck_assert_uint_eq(ms, (uint64_t)now / 1000);
    ck_assert_uint_eq(u.b[6] >> 4, 7);
    ck_assert_uint_eq(u.b[8] >> 6, 2);
}
END_TEST

START_TEST(new_rises_within_a_process)
{
    struct uuid last = uuid_new(1774742400000000);

    for (int i = 0; i < 20000; i++) {
        /* the same instant, a later one, and one from before */
        struct uuid u = uuid_new(1774742400000000 + (i % 3 - 1) * 700);

        ck_assert_int_lt(memcmp(last.b, u.b, 16), 0);
        ck_assert_uint_eq(u.b[6] >> 4, 7);
        ck_assert_uint_eq(u.b[8] >> 6, 2);
        last = u;
    }
}
END_TEST

static void write_uuid(void *arg)
{
    char text[37];

    uuid_format(uuid_new(*(const int64_t *)arg), text);
    if (write(STDOUT_FILENO, text, 36) != 36)
        _exit(1);
}

START_TEST(a_child_process_takes_other_random_bytes)
{
    char one[64], two[64];
    int64_t now = 1874742400000000;

    uuid_new(1);
    ck_assert_int_eq(unit_child(write_uuid, &now, one, sizeof(one)), 0);
    ck_assert_int_eq(unit_child(write_uuid, &now, two, sizeof(two)), 0);
    ck_assert_uint_eq(strlen(one), 36);
    ck_assert_int_eq(strncmp(one, two, 18), 0);
    ck_assert_str_ne(one, two);
}
END_TEST

START_TEST(nil_is_nil)
{
    struct uuid nil = {0}, u = uuid_new(0);

    ck_assert(uuid_is_nil(nil));
    ck_assert(!uuid_is_nil(u));
    ck_assert(uuid_eq(u, u));
    ck_assert(!uuid_eq(u, nil));
}
END_TEST

static const struct {
    const char *text;
    const char *canonical; /* NULL: refused */
} texts[] = {
    {"0190f3b0-0000-7000-8000-00000000000a", "0190f3b0-0000-7000-8000-00000000000a"},
    {"0190F3B0-0000-7000-8000-00000000000A", "0190f3b0-0000-7000-8000-00000000000a"},
    {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
    {"ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    {"", NULL},
    {"0", NULL},
    {"0190f3b0-0000-7000-8000-00000000000", NULL},
    {"0190f3b0-0000-7000-8000-00000000000aa", NULL},
    {"0190f3b0-0000-7000-8000-00000000000g", NULL},
    {"0190f3b000007000800000000000000a", NULL},
    {"{0190f3b0-0000-7000-8000-00000000000a}", NULL},
    {"urn:uuid:0190f3b0-0000-7000-8000-00000000000a", NULL},
    {"0190f3b0_0000-7000-8000-00000000000a", NULL},
    {" 0190f3b0-0000-7000-8000-00000000000a", NULL},
    {"0190f3b0-0000-7000-8000-00000000000a ", NULL},
    {"0190f3b-00000-7000-8000-00000000000a", NULL},
};

START_TEST(parse_takes_the_canonical_form_only)
{
    struct uuid u = {.b = {1}};

    /* an exact copy, so that a byte read too far is found */
    ck_assert_int_eq(uuid_parse(arena_strdup(unit_arena, texts[_i].text), &u), texts[_i].canonical != NULL);
    if (texts[_i].canonical != NULL)
        ck_assert_str_eq(uuid_text(unit_arena, u), texts[_i].canonical);
    else
        ck_assert_uint_eq(u.b[0], 1); /* left as it was */
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("uuid");

    UNIT_CASE(s, "uuid_new", new_has_version_variant_and_time, new_rises_within_a_process,
              a_child_process_takes_other_random_bytes, nil_is_nil);
    UNIT_TABLE(s, "uuid_parse", texts, parse_takes_the_canonical_form_only);
    return s;
}
