/* test_db_segment.c - reads that come in one turn of the loop: one segment, and nobody suffers from another.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db_fixture.h"
#include "queries.h"
#include "unit.h"

enum { READERS = 12 };

static struct job jobs[2 * READERS];
static struct moment_row moments[2 * READERS];
/* Of their errors, "" none: the jobs' memory is gone when they are looked at. */
static char codes[2 * READERS][32];

static void start(int n, const char *organisation, void (*fn)(struct job *j))
{
    jobs[n] = (struct job){.n = n};
    job_start(&jobs[n], organisation, fn);
}

static void keep_code(struct job *j, err_t e)
{
    snprintf(codes[j->n], sizeof codes[0], "%s", e ? e->code : "");
}

static void ask_moment(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    keep_code(j, q_moment(tx, &moments[j->n]));
    moments[j->n].org =
        !codes[j->n][0] && strcmp(moments[j->n].org, j->who.organisation) == 0 ? "own" : "another's";
}

/* What it takes to prepare is not to be counted. */
static void set_up(void)
{
    db_set_up();
    start(0, "iom", ask_moment);
    run_all();
    ck_assert_str_eq(codes[0], "");
}

static uint64_t statements(void)
{
    struct db_stats s;

    db_stats(db, &s);
    return s.statements;
}

START_TEST(one_reader_needs_one_context)
{
    uint64_t before = statements();

    for (int i = 0; i < READERS; i++)
        start(i, "iom", ask_moment);
    run_all();
    for (int i = 0; i < READERS; i++) {
        ck_assert_str_eq(codes[i], "");
        ck_assert_str_eq(moments[i].org, "own");
        ck_assert_int_eq(moments[i].at, moments[0].at); /* one transaction */
    }
    ck_assert_uint_eq(statements() - before, READERS + 1);
    start(0, "iom", ask_moment); /* the next turn has none left */
    run_all();
    ck_assert_int_ne(moments[0].at, moments[1].at);
    ck_assert_uint_eq(statements() - before, READERS + 3);
}
END_TEST

START_TEST(each_reader_has_his_own)
{
    static const char *const organisations[] = {"iom", "iom", "coa", "iom", "coa", "coa"};
    uint64_t before = statements();

    for (int i = 0; i < READERS; i++)
        start(i, organisations[i % 6], ask_moment);
    run_all();
    for (int i = 0; i < READERS; i++) {
        ck_assert_str_eq(codes[i], "");
        ck_assert_str_eq(moments[i].org, "own");
    }
    ck_assert_uint_eq(statements() - before, READERS + 8); /* of twelve the reader changes eight times */
}
END_TEST

START_TEST(a_segment_has_an_end)
{
    int transactions = 1;

    for (int i = 0; i < 2 * READERS; i++)
        start(i, "iom", ask_moment);
    run_all();
    for (int i = 1; i < 2 * READERS; i++) {
        ck_assert_str_eq(codes[i], "");
        transactions += moments[i].at != moments[i - 1].at;
    }
    ck_assert_int_eq(transactions, 2);
}
END_TEST

static void read_and_fail(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    q_fail(tx, "WF002", "first.fault");
    keep_code(j, tx_sync(tx));
    OK(q_moment(tx, &moments[j->n])); /* a failure is that of its own round only */
}

START_TEST(who_fails_takes_nobody_along)
{
    start(0, "iom", read_and_fail); /* prepares it */
    run_all();
    for (int i = 0; i < READERS; i++)
        start(i, i % 2 ? "coa" : "iom", i == 2 || i == 7 ? read_and_fail : ask_moment);
    run_all();
    for (int i = 0; i < READERS; i++) {
        if (i == 2 || i == 7) {
            ck_assert_str_eq(codes[i], "first.fault");
            continue;
        }
        ck_assert_str_eq(codes[i], "");
        ck_assert_str_eq(moments[i].org, "own");
    }
    ck_assert_int_eq(moments[0].at, moments[1].at); /* in front of it: as if nothing was */
}
END_TEST

static void go_away(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    co_deadline(clock_mono_us() + 1);
    keep_code(j, q_moment(tx, &moments[j->n]));
}

START_TEST(who_gives_up_leaves_the_others_alone)
{
    for (int i = 0; i < READERS; i++)
        start(i, "iom", i % 3 == 0 ? go_away : ask_moment);
    run_all();
    for (int i = 0; i < READERS; i++) {
        if (i % 3 != 0)
            ck_assert_str_eq(codes[i], "");
        else if (codes[i][0])
            ck_assert_str_eq(codes[i], "co.deadline");
    }
}
END_TEST

/* ---- lists ---- */

static void set_up_lists(void)
{
    struct db_options o = db_defaults();

    db_set_up();
    o.lists = 1;
    o.list_timeout_us = 100 * 1000;
    db_open_with(o);
}

static void ask_slowly(struct job *j)
{
    struct bool_row slow;
    struct tx *tx;

    j->x.lists = true;
    OK(db_begin_read(&j->x, &tx));
    ck_assert(tx_shared(tx));
    keep_code(j, q_slow(tx, j->n ? 0.2 : 0.01, &slow));
    j->s = tx_shared(tx) ? "shared" : "own";
}

START_TEST(a_list_that_was_slow_goes_alone)
{
    start(0, "iom", ask_slowly);
    run_all();
    ck_assert_str_eq(codes[0], "");
    ck_assert_str_eq(jobs[0].s, "shared");
    start(1, "iom", ask_slowly);
    run_all();
    ck_assert_str_eq(codes[1], "db.timeout");
    ck_assert_str_eq(jobs[1].s, "shared"); /* so that who asked tries again, alone */
    start(1, "iom", ask_slowly);
    start(2, "iom", ask_slowly);
    run_all();
    ck_assert_str_eq(codes[1], "");
    ck_assert_str_eq(codes[2], "");
    ck_assert_str_eq(jobs[1].s, "own");
}
END_TEST

/* What is neither a list nor a read by key does not go beside others, whoever asks for it. */
static void ask_own(struct job *j)
{
    struct prepared_row r;
    struct tx *tx;

    j->x.lists = true;
    OK(db_begin_read(&j->x, &tx));
    OK(q_prepared(tx, &r));
    ck_assert(!tx_shared(tx));
}

START_TEST(what_is_no_list_goes_alone)
{
    in_job("iom", ask_own);
}
END_TEST

static void ask_alone(struct job *j)
{
    struct tx *tx;

    j->x.lists = j->x.alone = true;
    OK(db_begin_read(&j->x, &tx));
    ck_assert(!tx_shared(tx));
    tx_rollback(&j->x);
    j->x.alone = false;
    OK(db_begin_read(&j->x, &tx));
    OK(q_moment(tx, &moments[0]));
    OK(db_begin(&j->x, &tx)); /* what comes behind a list's pages may write */
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = "x", .rank = 1});
    OK(tx_commit(&j->x));
}

START_TEST(or_where_it_is_told_to)
{
    in_job("iom", ask_alone);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "1");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("db segments");
    TCase *reads = tcase_create("reads"), *lists = tcase_create("lists");

    tcase_add_checked_fixture(reads, set_up, db_tear_down);
    tcase_add_test(reads, one_reader_needs_one_context);
    tcase_add_test(reads, each_reader_has_his_own);
    tcase_add_test(reads, a_segment_has_an_end);
    tcase_add_test(reads, who_fails_takes_nobody_along);
    tcase_add_test(reads, who_gives_up_leaves_the_others_alone);
    suite_add_tcase(s, reads);
    tcase_add_checked_fixture(lists, set_up_lists, db_tear_down);
    tcase_add_test(lists, a_list_that_was_slow_goes_alone);
    tcase_add_test(lists, what_is_no_list_goes_alone);
    tcase_add_test(lists, or_where_it_is_told_to);
    suite_add_tcase(s, lists);
    return s;
}
