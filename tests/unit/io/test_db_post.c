/* test_db_post.c - what reads post at their end: gathered while a segment of them is under way. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db_fixture.h"
#include "queries.h"
#include "unit.h"

enum { READERS = 20 };

static struct job jobs[READERS];
static int read_done, post_done;
static bool held; /* the shared connection waits for the lock, and so would who reads on it */
static PGconn *locker;

static void locker_says(const char *text)
{
    PGresult *r = PQexec(locker, text);

    ck_assert_msg(PQresultStatus(r) == PGRES_COMMAND_OK, "%s", PQerrorMessage(locker));
    PQclear(r);
}

/* Until release() no note can be inserted. */
static void lock_notes(void)
{
    locker = PQconnectdb("options='-c client_min_messages=warning'");
    locker_says("BEGIN");
    locker_says("LOCK TABLE t.notes IN ACCESS EXCLUSIVE MODE");
}

static void release(void)
{
    locker_says("COMMIT");
    PQfinish(locker);
}

static void add_items(struct job *j)
{
    struct tx *tx;
    char title[16];

    OK(db_begin(&j->x, &tx));
    for (int i = 0; i < READERS; i++) {
        snprintf(title, sizeof title, "%d", i);
        q_item_add(tx, &(struct q_item_add_in){.id = id_of(j->n + i), .title = title, .rank = 1});
    }
    OK(tx_commit(&j->x));
}

static void set_up(void)
{
    struct db_options o = db_defaults();

    db_set_up();
    o.point_timeout_us = 20 * 1000 * 1000; /* the lock is held for as long as the test takes */
    db_open_with(o);
    read_done = post_done = 0;
    held = false;
    in_job("iom", add_items);
}

static void read_and_post(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    OK(j->n % 2 && !held ? db_read(&j->x, &tx) : db_begin_read(&j->x, &tx));
    j->e = q_item_get(tx, id_of(j->n), &row);
    q_item_note(tx, id_of(j->n), j->who.organisation);
    read_done++;
    OK(tx_commit(&j->x));
    post_done++;
}

static void start(int n, const char *organisation, void (*fn)(struct job *j))
{
    jobs[n] = (struct job){.n = n};
    job_start(&jobs[n], organisation, fn);
}

static void wait_until(const int *count, int n)
{
    for (int i = 0; i < 5000 && *count < n; i++)
        OK(co_sleep(1000));
    ck_assert_int_ge(*count, n);
}

/* What is sent need not be there yet. */
static void wait_for_answer(const char *question, const char *answer)
{
    for (int i = 0; i < 2000 && strcmp(sql(question), answer) != 0; i++)
        OK(co_sleep(1000));
    ck_assert_str_eq(sql(question), answer);
}

static void wait_for_notes(const char *n)
{
    wait_for_answer("SELECT count(*) FROM t.notes", n);
}

START_TEST(what_comes_while_one_is_under_way_goes_together)
{
    lock_notes();
    start(0, "iom", read_and_post);
    wait_until(&post_done, 1); /* sent: it does not wait for its answer */
    held = true;
    for (int i = 1; i < READERS; i++)
        start(i, "iom", read_and_post);
    wait_until(&read_done, READERS);
    ck_assert_int_eq(post_done, 1);
    release();
    run_all();
    ck_assert_int_eq(post_done, READERS);
    wait_for_notes("20");
    ck_assert_str_eq(sql("SELECT count(DISTINCT xmin::text) FROM t.notes"), "2");
}
END_TEST

START_TEST(each_is_recorded_under_its_own_organisation)
{
    lock_notes();
    for (int i = 0; i < READERS; i++)
        start(i, i % 3 == 0 ? "coa" : "iom", read_and_post);
    wait_until(&read_done, READERS);
    release();
    run_all();
    wait_for_notes("20");
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes WHERE org = note"), "20");
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes WHERE org = 'coa'"), "7");
}
END_TEST

START_TEST(rows_of_one_organisation_go_in_few_statements)
{
    struct db_stats before, after;

    lock_notes();
    for (int i = 0; i < READERS; i++)
        start(i, i % 3 == 0 ? "coa" : "iom", read_and_post);
    wait_until(&read_done, READERS);
    db_stats(db, &before);
    release();
    run_all();
    wait_for_notes("20");
    db_stats(db, &after);
    /* All but the first, such as six of one and thirteen of the other: 4 + 2 and 8 + 4 + 1, and contexts. */
    ck_assert_int_le(after.statements - before.statements, READERS / 2 + 2);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes WHERE org = note"), "20");
    ck_assert_str_eq(sql("SELECT count(DISTINCT item_id) FROM t.notes"), "20");
}
END_TEST

static void post_durable(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    q_item_note_durable(tx, id_of(j->n), j->who.organisation);
    read_done++;
    j->e = tx_commit(&j->x);
    post_done++;
}

START_TEST(a_durable_one_is_waited_for)
{
    lock_notes();
    start(0, "iom", post_durable);
    start(1, "iom", post_durable);
    wait_until(&read_done, 2);
    OK(co_sleep(20000));
    ck_assert_int_eq(post_done, 0);
    release();
    run_all();
    OK(jobs[0].e);
    OK(jobs[1].e);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes"), "2");
}
END_TEST

START_TEST(a_durable_one_that_fails_is_no_success)
{
    jobs[0] = (struct job){.n = 4000};
    job_start(&jobs[0], "iom", post_durable);
    run_all();
    FAILS(jobs[0].e, ERR_UNAVAILABLE, "db.again");
    start(1, "iom", post_durable); /* and the connection is as good as new */
    run_all();
    OK(jobs[1].e);
}
END_TEST

#define WAITING " pg_stat_activity WHERE usename = 'tester' AND wait_event_type = 'Lock'"

START_TEST(a_connection_that_is_lost_loses_none_that_waits)
{
    lock_notes();
    start(0, "iom", post_durable);
    wait_until(&read_done, 1);
    held = true;
    for (int i = 1; i < READERS; i++)
        start(i, "iom", read_and_post);
    wait_until(&read_done, READERS);
    wait_for_answer("SELECT count(*) FROM" WAITING, "1");
    sql("SELECT pg_terminate_backend(pid) FROM" WAITING);
    wait_until(&post_done, 2); /* the first of those that waited is on its way by another */
    release();
    run_all();
    ck_assert(jobs[0].e && jobs[0].e->kind == ERR_UNAVAILABLE);
    wait_for_notes("19");
}
END_TEST

static void give_up(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    q_item_note(tx, id_of(j->n), j->who.organisation);
    read_done++;
    co_deadline(clock_mono_us() + 10000);
    j->e = tx_commit(&j->x);
    post_done++;
}

START_TEST(who_has_no_time_to_wait_leaves_the_others_alone)
{
    lock_notes();
    start(0, "iom", read_and_post);
    wait_until(&post_done, 1);
    held = true;
    start(1, "iom", give_up);
    start(2, "iom", read_and_post);
    wait_until(&read_done, 3);
    wait_until(&post_done, 2);
    FAILS(jobs[1].e, ERR_CANCELLED, "co.deadline");
    release();
    run_all();
    wait_for_notes("2");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("db post");
    TCase *c = tcase_create("gathered");

    tcase_add_checked_fixture(c, set_up, db_tear_down);
    tcase_add_test(c, what_comes_while_one_is_under_way_goes_together);
    tcase_add_test(c, each_is_recorded_under_its_own_organisation);
    tcase_add_test(c, rows_of_one_organisation_go_in_few_statements);
    tcase_add_test(c, a_durable_one_is_waited_for);
    tcase_add_test(c, a_durable_one_that_fails_is_no_success);
    tcase_add_test(c, a_connection_that_is_lost_loses_none_that_waits);
    tcase_add_test(c, who_has_no_time_to_wait_leaves_the_others_alone);
    suite_add_tcase(s, c);
    return s;
}
