/* test_db_standby.c - lists while there is no standby that may answer: the primary does, as if none was
 * named. With a real one: tests/faults/case_lists.py. */
#include <string.h>

#include "db_fixture.h"
#include "queries.h"
#include "unit.h"

static struct db_stats stats(void)
{
    struct db_stats s;

    db_stats(db, &s);
    return s;
}

static void standby_is(const char *conninfo)
{
    struct db_options o = db_defaults();

    o.standby = conninfo;
    o.standbys = 2;
    db_open_with(o);
}

/* Reads, writes, and reads what was written. */
static void lists_and_writes(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    j->x.lists = true;
    OK(db_begin_read(&j->x, &tx));
    FAILS(q_item_get(tx, id_of(1), &row), ERR_MISSING, "row.missing");
    OK(db_begin(&j->x, &tx));
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = "x", .rank = 1});
    OK(tx_commit(&j->x));
    OK(db_begin_read(&j->x, &tx));
    OK(q_item_get(tx, id_of(1), &row));
    ck_assert_str_eq(row.title, "x");
    OK(tx_commit(&j->x));
}

static void finds_it(struct job *j)
{
    while (stats().standby.connections == 0)
        OK(co_sleep(1000));
}

START_TEST(a_server_that_follows_nobody_is_not_taken)
{
    standby_is("user=tester");
    in_job("iom", finds_it);
    in_job("iom", lists_and_writes);
    ck_assert_uint_eq(stats().standby_taken, 0);
    ck_assert_uint_eq(stats().standby_behind, 2);
    ck_assert_uint_eq(stats().standby.busy, 0);
}
END_TEST

START_TEST(a_standby_that_is_away_is_not_waited_for)
{
    standby_is("host=/nowhere user=tester");
    in_job("iom", lists_and_writes);
    ck_assert_uint_eq(stats().standby_taken + stats().standby_behind + stats().standby_failed, 0);
}
END_TEST

static void reads_one(struct job *j)
{
    struct tx *tx;

    OK(db_begin_read(&j->x, &tx)); /* of one: no list */
    OK(tx_commit(&j->x));
}

START_TEST(only_lists_ask_for_it)
{
    standby_is("user=tester");
    in_job("iom", finds_it);
    in_job("iom", reads_one);
    ck_assert_uint_eq(stats().standby_behind, 0);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("db standby");
    TCase *c = tcase_create("none that may answer");

    tcase_add_checked_fixture(c, db_set_up, db_tear_down);
    tcase_add_test(c, a_server_that_follows_nobody_is_not_taken);
    tcase_add_test(c, a_standby_that_is_away_is_not_waited_for);
    tcase_add_test(c, only_lists_ask_for_it);
    suite_add_tcase(s, c);
    return s;
}
