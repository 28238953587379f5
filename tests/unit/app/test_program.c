/* test_program.c - the settings that programs share, and the pokes between them. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/poke.h"
#include "app/program.h"
#include "app/program_conf.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/install.h"
#include "base/log.h"
#include "io/loop.h"
#include "unit.h"

#define COMMON "--db=dbname=x", "--documents=/d", "--run=/r"

static err_t load(unsigned needs, const struct program_settings *own, const char **args, struct program *p)
{
    char *argv[20] = {arena_strdup(unit_arena, "test")};
    struct trace_conf traces;
    int argc = 1;

    log_init("test", LOG_ERROR);
    for (; args[argc - 1]; argc++)
        argv[argc] = arena_strdup(unit_arena, args[argc - 1]);
    *p = (struct program){.name = "test", .service = "thing", .arena = unit_arena};
    return program_conf_load(p, "a test", needs, own, argc, argv, &traces);
}

START_TEST(the_mode_is_production_unless_said)
{
    struct program p;

    ck_assert_ptr_null(load(0, NULL, (const char *[]){COMMON, NULL}, &p));
    ck_assert(p.production);
    ck_assert_str_eq(p.conf.run, "/r");
    ck_assert_ptr_null(load(0, NULL, (const char *[]){COMMON, "--mode=development", NULL}, &p));
    ck_assert(!p.production);
    ck_assert_str_eq(load(0, NULL, (const char *[]){COMMON, "--mode=test", NULL}, &p)->code, "conf.mode");
}
END_TEST

START_TEST(what_is_for_development_is_refused_in_production)
{
    struct program p;

    ck_assert_str_eq(load(0, NULL, (const char *[]){COMMON, "--clock-offset-s=60", NULL}, &p)->code,
                     "conf.developmentOnly");
    ck_assert_str_eq(load(0, NULL, (const char *[]){COMMON, "--outcall-allow=localhost:1", NULL}, &p)->code,
                     "conf.developmentOnly");
    ck_assert_ptr_null(load(
        0, NULL,
        (const char *[]){COMMON, "--mode=development", "--clock-offset-s=60", "--outcall-allow=a:1", NULL},
        &p));
    ck_assert_int_eq(p.conf.clock_offset_s, 60);
}
END_TEST

START_TEST(a_program_reads_only_what_it_needs)
{
    struct program p;

    ck_assert_ptr_nonnull(load(PROGRAM_QUEUE, NULL, (const char *[]){COMMON, NULL}, &p));
    ck_assert_ptr_nonnull(load(PROGRAM_KEYS, NULL, (const char *[]){COMMON, NULL}, &p));
    ck_assert_ptr_nonnull(load(PROGRAM_ANY, NULL, (const char *[]){COMMON, NULL}, &p));
    ck_assert_ptr_nonnull(load(0, NULL, (const char *[]){COMMON, "--redis=unix:/x", NULL}, &p));
    ck_assert_ptr_null(load(PROGRAM_QUEUE, NULL, (const char *[]){COMMON, "--redis=unix:/x", NULL}, &p));
    ck_assert_str_eq(p.conf.redis, "unix:/x");
}
END_TEST

START_TEST(a_program_finds_its_data_where_they_are_installed)
{
    const char *none[] = {"--db=d", NULL};
    struct program p;

    ck_assert_ptr_null(load(0, NULL, none, &p));
    ck_assert_str_eq(p.conf.documents, INSTALL_DATA "/documents");
    ck_assert_str_eq(p.conf.run, INSTALL_RUN);
    ck_assert_ptr_null(load(PROGRAM_DATA, NULL, none, &p));
    ck_assert_str_eq(p.conf.data, INSTALL_DATA "/services/thing");
    ck_assert_ptr_null(load(PROGRAM_DATA, NULL, (const char *[]){"--db=d", "--data=/other", NULL}, &p));
    ck_assert_str_eq(p.conf.data, "/other");
}
END_TEST

struct own {
    const char *server;
    int64_t rate;
};

START_TEST(a_program_has_settings_of_its_own_behind_the_common_ones)
{
    static const struct conf_entry table[] = {
        {"WAYFARE_SERVER", CONF_TEXT, offsetof(struct own, server), NULL, "a server"},
        {"WAYFARE_RATE", CONF_INT, offsetof(struct own, rate), "10", "a rate"}};
    struct program_settings settings = {.table = table, .n = LENGTH(table), .size = sizeof(struct own)};
    const struct own *own;
    struct program p;

    ck_assert_ptr_nonnull(load(0, &settings, (const char *[]){COMMON, NULL}, &p));
    ck_assert_ptr_null(load(0, &settings, (const char *[]){COMMON, "--server=smtp://x", NULL}, &p));
    own = p.settings;
    ck_assert_str_eq(own->server, "smtp://x");
    ck_assert_int_eq(own->rate, 10);
    ck_assert_str_eq(p.conf.documents, "/d");
}
END_TEST

/* ---- pokes ---- */

static int poked;

static void count(void *arg)
{
    poked++;
}

static void turn(struct program *p, int64_t us)
{
    int64_t end = clock_mono_us() + us;

    while (clock_mono_us() < end)
        event_base_loop(loop_base(p->loop), EVLOOP_NONBLOCK);
}

START_TEST(many_pokes_at_once_become_two)
{
    char folder[] = "/tmp/wf-poke-XXXXXX";
    struct program p = {.name = "cases", .service = "cases", .arena = unit_arena};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    p.conf.run = folder;
    ck_assert_ptr_null(loop_new(&p.loop));
    ck_assert_ptr_null(pokes_open(&p, &p.pokes));
    worker_poke(&p, "relay-cases"); /* nobody there: harmless */
    turn(&p, 5000);
    ck_assert_ptr_null(pokes_listen(&p, "relay-cases", count, NULL));
    poked = 0;
    int64_t begun = clock_mono_us(), took;

    for (int i = 0; i < 100; i++)
        worker_poke(&p, "relay-cases");
    took = clock_mono_us() - begun;
    for (int i = 0; i < 1000 && poked == 0; i++)
        turn(&p, 1000);
    ck_assert_int_ge(poked, 1);
    turn(&p, 10000);
    /* The first at once, one for all the others when its time has come: every two milliseconds. */
    ck_assert_int_le(poked, 2 + took / 2000);
    pokes_close(p.pokes);
    loop_free(p.loop);
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_an_error)
{
    char folder[200] = "/tmp/";
    struct program p = {.name = "cases", .service = "cases", .arena = unit_arena};

    memset(folder + 5, 'x', 150);
    p.conf.run = folder;
    ck_assert_ptr_null(loop_new(&p.loop));
    ck_assert_ptr_null(pokes_open(&p, &p.pokes));
    worker_poke(&p, "relay-cases");
    ck_assert_ptr_nonnull(pokes_listen(&p, "relay-cases", count, NULL));
    pokes_close(p.pokes);
    loop_free(p.loop);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("program");

    UNIT_CASE(s, "program_conf_load", a_program_finds_its_data_where_they_are_installed,
              the_mode_is_production_unless_said, what_is_for_development_is_refused_in_production,
              a_program_reads_only_what_it_needs, a_program_has_settings_of_its_own_behind_the_common_ones);
    UNIT_CASE(s, "worker_poke", many_pokes_at_once_become_two, a_path_too_long_for_a_socket_is_an_error);
    return s;
}
