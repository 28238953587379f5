/* test_store.c - objects in a folder: whole or not there, whatever the disk says; and the thread that waits.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "io/aside.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/store.h"
#include "unit.h"

static struct loop *l;
static struct aside *a;
static struct store *s;
static struct ctx x;
static char *folder;

static void set_up(void)
{
    unit_set_up();
    folder = mkdtemp(arena_strdup(unit_arena, "/tmp/wf-store-XXXXXX"));
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 10));
    ck_assert_ptr_null(aside_open(l, &a));
    ck_assert_ptr_null(store_open(&(struct store_options){.place = folder, .aside = a}, &s));
    x = (struct ctx){.arena = unit_arena};
}

static void tear_down(void)
{
    store_close(s);
    aside_close(a);
    co_shutdown();
    loop_free(l);
    if (system(arena_printf(unit_arena, "rm -rf %s", folder)) != 0)
        abort();
    unit_tear_down();
}

static struct bytes text(const char *p)
{
    return (struct bytes){.p = (const uint8_t *)p, .n = strlen(p)};
}

static const char *path_of(struct uuid object, const char *end)
{
    const char *name = uuid_text(unit_arena, object);

    return arena_printf(unit_arena, "%s/%.2s/%s%s", folder, name, name, end);
}

static const char *code(err_t e)
{
    return e ? e->code : "";
}

/* What is at the object, "" if nothing of n bytes. */
static const char *content(struct uuid object, size_t n)
{
    struct bytes b;

    return store_get(&x, s, object, n, &b) ? "" : arena_strndup(unit_arena, (const char *)b.p, b.n);
}

START_TEST(what_is_put_is_there_until_it_is_removed)
{
    struct uuid one = store_name(), two = store_name();
    struct bytes b;

    ck_assert(!uuid_eq(one, two));
    ck_assert_ptr_null(store_check(&x, s));
    ck_assert_ptr_null(store_put(&x, s, one, text("first")));
    ck_assert_ptr_null(store_put(&x, s, two, text("second")));
    ck_assert_str_eq(content(one, 5), "first");
    ck_assert_str_eq(content(two, 6), "second");
    ck_assert_ptr_null(store_remove(&x, s, one));
    ck_assert_str_eq(code(store_get(&x, s, one, 5, &b)), "store.missing");
    ck_assert_ptr_null(store_remove(&x, s, one));
    ck_assert_str_eq(content(two, 6), "second");
}
END_TEST

START_TEST(nobody_else_can_read_it)
{
    struct uuid one = store_name();
    struct stat st;

    ck_assert_ptr_null(store_put(&x, s, one, text("first")));
    ck_assert_int_eq(stat(path_of(one, ""), &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_ne(access(path_of(one, ".part"), F_OK), 0);
}
END_TEST

START_TEST(another_length_is_not_what_was_put)
{
    struct uuid one = store_name();
    struct bytes b;

    ck_assert_ptr_null(store_put(&x, s, one, text("first")));
    ck_assert_str_eq(code(store_get(&x, s, one, 6, &b)), "store.missing");
    ck_assert_str_eq(code(store_get(&x, s, one, 4, &b)), "store.missing");
}
END_TEST

/* A file may not grow further: the disk says no in the middle of the writing. */
START_TEST(a_full_disk_leaves_nothing_behind)
{
    struct uuid one = store_name(), two = store_name();
    char *much = arena_alloc(unit_arena, 100000);
    struct rlimit before;

    ck_assert_ptr_null(store_put(&x, s, one, text("first")));
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){50000, before.rlim_max}), 0);
    ck_assert_str_eq(code(store_put(&x, s, two, (struct bytes){(uint8_t *)much, 100000})), "store.full");
    ck_assert_int_ne(access(path_of(two, ""), F_OK), 0);
    ck_assert_int_ne(access(path_of(two, ".part"), F_OK), 0);
    ck_assert_str_eq(content(one, 5), "first");
    ck_assert_ptr_null(store_put(&x, s, two, text("less")));
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_str_eq(content(two, 4), "less");
}
END_TEST

START_TEST(what_a_killed_program_left_is_removed)
{
    struct uuid one = store_name();
    FILE *f;

    ck_assert_ptr_null(store_put(&x, s, one, text("first")));
    ck_assert_int_eq(rename(path_of(one, ""), path_of(one, ".part")), 0);
    ck_assert_str_eq(content(one, 5), "");
    ck_assert_ptr_null(store_remove(&x, s, one));
    ck_assert_int_ne(access(path_of(one, ".part"), F_OK), 0);
    f = fopen(path_of(one, ".part"), "w");
    fputs("half of", f);
    fclose(f);
    ck_assert_ptr_null(store_put(&x, s, one, text("it")));
    ck_assert_str_eq(content(one, 2), "it");
}
END_TEST

/* As the database would sort them; what is no object of ours is passed over. */
START_TEST(a_shelf_tells_what_lies_on_it)
{
    struct uuid names[] = {store_name(), store_name(), store_name()};
    struct store_entry *v;
    size_t n;

    for (size_t i = 0; i < 3; i++) {
        names[i].b[0] = 0x0a;
        names[i].b[1] = (uint8_t)(9 - i);
        ck_assert_ptr_null(store_put(&x, s, names[i], text("four")));
    }
    ck_assert_int_eq(rename(path_of(names[1], ""), path_of(names[1], ".part")), 0);
    fclose(fopen(arena_printf(unit_arena, "%s/0a/notes.txt", folder), "w"));
    fclose(fopen(arena_printf(unit_arena, "%s.old", path_of(names[0], "")), "w"));
    ck_assert_ptr_null(store_list(&x, s, 0x0a, &v, &n));
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(uuid_eq(v[i].object, names[2 - i]));
        ck_assert_int_eq(v[i].bytes, 4);
        ck_assert_int_eq(v[i].part, i == 1);
    }
    ck_assert_ptr_null(store_list(&x, s, 0x0b, &v, &n));
    ck_assert_uint_eq(n, 0);
}
END_TEST

/* Whatever a bucket is called stands in signed URLs. */
START_TEST(a_bucket_that_cannot_be_called_is_refused)
{
    static const struct {
        const char *place, *endpoint, *region, *id, *secret, *code;
    } cases[] = {
        {"s3://wayfare", "https://s3.example", "eu-west-1", "id", "secret", ""},
        {"s3://wayfare/a/b", "http://127.0.0.1:9000", "eu-west-1", "id", "secret", ""},
        {"s3://", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3:///contents", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3://wayfare//contents", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3://wayfare/../other", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3://Wayfare", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3://wayfare/a b", "https://s3.example", "eu-west-1", "id", "secret", "store.place"},
        {"s3://wayfare", "", "eu-west-1", "id", "secret", "store.endpoint"},
        {"s3://wayfare", NULL, "eu-west-1", "id", "secret", "store.endpoint"},
        {"s3://wayfare", "ftp://s3.example", "eu-west-1", "id", "secret", "store.endpoint"},
        {"s3://wayfare", "https://s3.example/path", "eu-west-1", "id", "secret", "store.endpoint"},
        {"s3://wayfare", "https://user@s3.example", "eu-west-1", "id", "secret", "store.endpoint"},
        {"s3://wayfare", "https://s3.example", "eu:west", "id", "secret", "store.endpoint"},
        {"s3://wayfare", "https://s3.example", "eu-west-1", "", "secret", "store.endpoint"},
        {"s3://wayfare", "https://s3.example", "eu-west-1", "id", NULL, "store.endpoint"},
    };
    struct store *bucket = NULL;
    err_t e = store_open(&(struct store_options){.place = cases[_i].place,
                                                 .aside = a,
                                                 .endpoint = cases[_i].endpoint,
                                                 .region = cases[_i].region,
                                                 .id = cases[_i].id,
                                                 .secret = cases[_i].secret},
                         &bucket);

    ck_assert_str_eq(code(e), cases[_i].code);
    store_close(bucket);
}
END_TEST
#define BUCKETS 16

START_TEST(a_store_that_is_away_says_so)
{
    struct store *nowhere, *file;
    struct store_entry *v;
    struct bytes b;
    size_t n;

    ck_assert_str_eq(code(store_open(&(struct store_options){.place = "contents"}, &nowhere)), "store.place");
    ck_assert_ptr_null(store_open(&(struct store_options){.place = "/nowhere/at/all", .aside = a}, &nowhere));
    ck_assert_str_eq(code(store_check(&x, nowhere)), "store.away");
    ck_assert_str_eq(code(store_put(&x, nowhere, store_name(), text("x"))), "store.away");
    ck_assert_str_eq(code(store_get(&x, nowhere, store_name(), 1, &b)), "store.missing");
    ck_assert_str_eq(code(store_list(&x, nowhere, 0, &v, &n)), "store.away");
    ck_assert_ptr_null(store_open(&(struct store_options){.place = "/dev/null", .aside = a}, &file));
    ck_assert_str_eq(code(store_check(&x, file)), "store.away");
    ck_assert_str_eq(code(store_put(&x, file, store_name(), text("x"))), "store.away");
    store_close(nowhere);
    store_close(file);
}
END_TEST

/* ---- the thread ---- */

static int gate[2], begun[2];
static int order[3], ordered;

static void waits(void *arg)
{
    char c;

    order[ordered++] = *(int *)arg;
    if (write(begun[1], "", 1) != 1 || read(gate[0], &c, 1) != 1)
        abort();
}

static void notes(void *arg)
{
    order[ordered++] = *(int *)arg;
}

struct run {
    int number;
    void (*fn)(void *arg);
    int64_t deadline_us;
    err_t error;
    bool ended;
};

static void run(void *arg)
{
    struct run *r = arg;
    struct ctx own = {.arena = unit_arena, .deadline_us = r->deadline_us};

    co_deadline(r->deadline_us);
    r->error = aside_run(&own, a, r->fn, &r->number);
    r->ended = true;
}

static void wait_for(bool *done)
{
    while (!*done)
        ck_assert_ptr_null(co_sleep(1000));
}

/* The first has begun and is waited for beyond its deadline; the second has not, and is never done. */
START_TEST(what_has_begun_is_ended)
{
    struct run first = {1, waits, clock_mono_us() + 1000000, NULL, false}, /* a busy thread begins late */
        second = {2, notes, clock_mono_us() + 20000, NULL, false}, third = {3, notes, 0, NULL, false};
    char c;

    ck_assert_int_eq(pipe(gate), 0);
    ck_assert_int_eq(pipe(begun), 0);
    ck_assert_ptr_null(co_start("first", run, &first));
    ck_assert_int_eq(read(begun[0], &c, 1), 1);
    ck_assert_ptr_null(co_start("second", run, &second));
    ck_assert_ptr_null(co_start("third", run, &third));
    wait_for(&second.ended);
    ck_assert_str_eq(code(second.error), "co.deadline");
    while (clock_mono_us() < first.deadline_us + 20000)
        ck_assert_ptr_null(co_sleep(1000));
    ck_assert(!first.ended && !third.ended);
    ck_assert_int_eq(write(gate[1], "", 1), 1);
    wait_for(&first.ended);
    wait_for(&third.ended);
    ck_assert_ptr_null(first.error);
    ck_assert_ptr_null(third.error);
    ck_assert_int_eq(ordered, 2);
    ck_assert(order[0] == 1 && order[1] == 3);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, set_up, tear_down);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(c, tests[i]);
    suite_add_tcase(suite, c);
}

Suite *unit_suite(void)
{
    Suite *suite = suite_create("store");
    const TTest *const store[] = {what_is_put_is_there_until_it_is_removed,
                                  nobody_else_can_read_it,
                                  another_length_is_not_what_was_put,
                                  a_full_disk_leaves_nothing_behind,
                                  what_a_killed_program_left_is_removed,
                                  a_shelf_tells_what_lies_on_it,
                                  a_store_that_is_away_says_so};
    const TTest *const aside[] = {what_has_begun_is_ended};

    TCase *buckets = tcase_create("bucket");

    tcase_add_checked_fixture(buckets, set_up, tear_down);
    tcase_add_loop_test(buckets, a_bucket_that_cannot_be_called_is_refused, 0, BUCKETS);
    suite_add_tcase(suite, buckets);
    add(suite, "folder", store, sizeof(store) / sizeof(*store));
    add(suite, "aside_run", aside, 1);
    return suite;
}
