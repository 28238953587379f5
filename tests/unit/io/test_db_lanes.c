/* test_db_lanes.c - many at once, cancelling, deadlines, lost connections, a server that is away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db_fixture.h"
#include "queries.h"
#include "unit.h"

static void script(const char *name)
{
    char path[256];
    const char *folder = getenv("WAYFARE_TEST_PG");

    ck_assert_ptr_nonnull(folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(system(path), 0);
}

static void deadline_in(int64_t us)
{
    co_deadline(clock_mono_us() + us);
}

static int32_t pid_of(struct job *j, bool own)
{
    struct pid_row r;
    struct tx *tx;

    if (own)
        OK(db_begin(&j->x, &tx));
    else
        OK(db_read(&j->x, &tx));
    OK(q_pid(tx, &r));
    OK(tx_commit(&j->x));
    return r.pid;
}

/* Both lanes work. */
static void check_both(struct job *j)
{
    ck_assert_int_gt(pid_of(j, false), 0);
    ck_assert_int_gt(pid_of(j, true), 0);
}

static const char *end_backend(int32_t pid)
{
    char text[64];

    snprintf(text, sizeof text, "SELECT pg_terminate_backend(%d)", pid);
    return sql(text);
}

static struct db_stats stats(void)
{
    struct db_stats s;

    db_stats(db, &s);
    return s;
}

static uint64_t connections(void)
{
    return stats().shared.connections + stats().own.connections;
}

static uint64_t waiters(void)
{
    return stats().shared.waiters + stats().own.waiters;
}

/* Ends the sessions that are at work on it, as soon as there is one; unless *stage has gone on meanwhile. */
static void end_active(const char *what, const int *stage, int now)
{
    char text[256];

    snprintf(
        text, sizeof text,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'tester' AND state = "
        "'active' AND %s",
        what);
    for (int i = 0; i < 1000 && (!stage || *stage == now) && strcmp(sql(text), "0") == 0; i++)
        OK(co_sleep(5000));
}

/* Until no session has this number, and whoever it was of has heard of it. */
static void wait_ended(int32_t pid)
{
    char text[96];

    snprintf(text, sizeof text, "SELECT count(*) FROM pg_stat_activity WHERE pid = %d", pid);
    for (int i = 0; i < 1000 && strcmp(sql(text), "0") != 0; i++)
        OK(co_sleep(5000));
    OK(co_sleep(20 * 1000));
}

/* No connection stays busy; a rollback that the server has still to answer is waited for. */
static void all_given_back(void)
{
    int64_t until = clock_mono_us() + 5 * 1000 * 1000;

    while (stats().own.busy > 0 && clock_mono_us() < until)
        OK(co_sleep(1000));
    ck_assert_uint_eq(stats().own.busy, 0);
}

/* ---- many at once ---- */

static const char *const organisations[] = {"iom", "coa", "uaf", "rc"};
static int ended_well, ended_ill;

static void check_context(struct job *j, struct tx *tx)
{
    struct context_row c;
    struct item_row *rows;
    size_t n = 0;

    q_context_later(tx, &c);
    err_t e = q_item_all(tx, &rows, &n);
    if (e) {
        FAILS(e, ERR_CANCELLED, "co.deadline");
        return;
    }
    ck_assert_str_eq(c.org, j->who.organisation);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(rows[i].org, j->who.organisation);
}

static void read_something(struct job *j, unsigned kind)
{
    struct bool_row slow;
    struct tx *tx;
    err_t e = NULL;

    OK(db_read(&j->x, &tx));
    if (kind == 0) {
        q_fail(tx, "WF001", "made.up");
        FAILS(tx_sync(tx), ERR_CONFLICT, "made.up");
    } else if (kind == 1) {
        deadline_in(1000); /* and leaves a tombstone */
        e = q_slow(tx, 0.005, &slow);
        if (e)
            FAILS(e, ERR_CANCELLED, "co.deadline");
        tx_rollback(&j->x);
        deadline_in(10 * 1000 * 1000);
        OK(db_read(&j->x, &tx));
    } else if (kind == 2) {
        struct item_row row;
        FAILS(q_item_get(tx, id_of(4000), &row), ERR_MISSING, "row.missing");
    }
    check_context(j, tx);
    if (kind == 3) {
        q_fail(tx, "WF001", "posted");
        FAILS(tx_commit(&j->x), ERR_CONFLICT, "posted");
    }
    tx_rollback(&j->x);
}

static void write_something(struct job *j, unsigned kind, int id)
{
    char title[32];
    struct tx *tx;
    err_t e = db_begin(&j->x, &tx);

    OK(e);
    snprintf(title, sizeof title, "%d", id);
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(id), .title = title, .rank = 1});
    check_context(j, tx);
    if (kind == 0) {
        q_item_remove(tx, id_of(4000));
        FAILS(tx_commit(&j->x), ERR_CONFLICT, "row.changed");
        ended_ill++;
    } else if (kind == 1) {
        tx_rollback(&j->x);
        ended_ill++;
    } else {
        OK(tx_commit(&j->x));
        ended_well++;
    }
}

static void many_things(struct job *j)
{
    unsigned seed = (unsigned)j->n;

    for (int i = 0; i < 8; i++) {
        if (rand_r(&seed) % 3 == 0)
            write_something(j, (unsigned)rand_r(&seed) % 4, j->n * 8 + i);
        else
            read_something(j, (unsigned)rand_r(&seed) % 6);
    }
}

START_TEST(two_hundred_at_once_see_only_their_own)
{
    static struct job jobs[200];
    struct db_options o = db_defaults();
    char count[16];

    o.shared = 2;
    db_open_with(o);
    ended_well = ended_ill = 0;
    for (int i = 0; i < 200; i++) {
        jobs[i] = (struct job){.n = i};
        job_start(&jobs[i], organisations[i % 4], many_things);
    }
    run_all();
    ck_assert_int_gt(ended_well, 100);
    ck_assert_int_gt(ended_ill, 50);
    snprintf(count, sizeof count, "%d", ended_well);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), count);
    ck_assert_str_eq(sql("SELECT count(DISTINCT org) FROM t.items"), "4");
    all_given_back();
    ck_assert_uint_eq(waiters(), 0);
    ck_assert_uint_eq(stats().reconnects, 0);
    ck_assert_uint_eq(connections(), 5);
}
END_TEST

/* ---- cancelling and deadlines ---- */

static void gives_up(struct job *j)
{
    struct bool_row slow = {.done = true};
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    deadline_in(30 * 1000);
    FAILS(q_slow(tx, 0.6, &slow), ERR_CANCELLED, "co.deadline");
    ck_assert(slow.done);
    FAILS(tx_sync(tx), ERR_CANCELLED, "co.deadline");
}

static void comes_behind(struct job *j)
{
    int64_t begun = clock_mono_us();

    ck_assert_int_gt(pid_of(j, false), 0);
    ck_assert_int_ge(clock_mono_us() - begun, 100 * 1000);
    j->n = 1;
}

START_TEST(a_cancelled_read_leaves_its_neighbours_alone)
{
    struct job first = {0}, second = {0};

    in_job("iom", check_both);
    job_start(&first, "iom", gives_up);
    job_start(&second, "coa", comes_behind);
    run_all();
    ck_assert_int_eq(second.n, 1);
    ck_assert_uint_eq(stats().reconnects, 0);
}
END_TEST

static void too_slow(struct job *j)
{
    struct bool_row slow;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    FAILS(q_slow(tx, 5, &slow), ERR_UNAVAILABLE, "db.timeout");
    tx_rollback(&j->x);
    OK(db_begin(&j->x, &tx));
    FAILS(q_slow(tx, 5, &slow), ERR_UNAVAILABLE, "db.timeout");
}

START_TEST(each_lane_has_its_statement_timeout)
{
    struct db_options o = db_defaults();
    int64_t begun;

    o.point_timeout_us = 50 * 1000;
    o.own_timeout_us = 100 * 1000;
    db_open_with(o);
    begun = clock_mono_us();
    in_job("iom", too_slow);
    ck_assert_int_lt(clock_mono_us() - begun, 4000 * 1000); /* each would take five seconds */
}
END_TEST

static void past_its_deadline(struct job *j)
{
    struct bool_row slow;
    struct item_row row;
    struct tx *tx;
    int32_t before = pid_of(j, true);

    OK(db_begin(&j->x, &tx));
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = "x", .rank = 1});
    OK(q_item_get(tx, id_of(1), &row));
    deadline_in(30 * 1000);
    FAILS(q_slow(tx, 3, &slow), ERR_CANCELLED, "co.deadline");
    FAILS(q_item_get(tx, id_of(1), &row), ERR_CANCELLED, "co.deadline");
    FAILS(tx_commit(&j->x), ERR_CANCELLED, "co.deadline");
    deadline_in(10 * 1000 * 1000);
    ck_assert_int_ne(pid_of(j, true), before); /* its connection was closed */
    OK(db_read(&j->x, &tx));
    FAILS(q_item_get(tx, id_of(1), &row), ERR_MISSING, "row.missing");
}

START_TEST(a_transaction_past_its_deadline_closes_its_connection)
{
    struct db_options o = db_defaults();

    o.pool = 1;
    db_open_with(o);
    in_job("iom", past_its_deadline);
    all_given_back();
}
END_TEST

static char order[64];

static void takes_the_connection(struct job *j)
{
    struct pid_row r;
    struct tx *tx;

    if (j->s)
        deadline_in(20 * 1000);
    err_t e = db_begin(&j->x, &tx);
    if (j->s) {
        FAILS(e, ERR_CANCELLED, "co.deadline");
        return;
    }
    OK(e);
    snprintf(order + strlen(order), sizeof order - strlen(order), "%d", j->n);
    OK(q_pid(tx, &r));
    OK(co_sleep(20 * 1000));
    OK(tx_commit(&j->x));
}

START_TEST(waiters_are_served_in_their_order_or_at_their_deadline)
{
    struct job jobs[6] = {0};
    struct db_options o = db_defaults();

    o.pool = 1;
    db_open_with(o);
    order[0] = '\0';
    for (int i = 0; i < 6; i++) {
        jobs[i].n = i;
        jobs[i].s = i == 3 ? "gives up" : NULL;
        job_start(&jobs[i], "iom", takes_the_connection);
    }
    run_all();
    ck_assert_str_eq(order, "01245");
    ck_assert_uint_eq(connections(), 2);
    ck_assert_uint_eq(waiters(), 0);
}
END_TEST

START_TEST(the_pool_grows_as_needed)
{
    struct job jobs[10] = {0};

    in_job("iom", check_both);
    ck_assert_uint_eq(connections(), 2); /* one of each lane */
    order[0] = '\0';
    for (int i = 0; i < 10; i++)
        job_start(&jobs[i], "iom", takes_the_connection);
    run_all();
    ck_assert_uint_eq(strlen(order), 10);
    for (int i = 0; i < 2000 && connections() < 4; i++) /* the last may be on its way yet */
        OK(co_sleep(5000));
    ck_assert_uint_eq(connections(), 4); /* and no more than asked for */
}
END_TEST

static void commits_slowly(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    q_slow_commit(tx, j->n / 1000.0);
    deadline_in(150 * 1000);
    j->e = tx_commit(&j->x);
}

static void make_slow_commits(void)
{
    sql("CREATE TABLE t.slow (seconds float8); GRANT INSERT ON t.slow TO tester;"
        "CREATE FUNCTION t.nap() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(NEW.seconds); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON t.slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " EXECUTE FUNCTION t.nap()");
}

START_TEST(a_commit_under_way_is_waited_for_past_the_deadline)
{
    struct job j = {.n = 600};

    make_slow_commits();
    job_start(&j, "iom", commits_slowly);
    run_all();
    ck_assert_ptr_null(j.e);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.slow"), "1");
}
END_TEST

START_TEST(a_commit_that_nobody_saw_end_is_unknown)
{
    struct job late = {.n = 4000}, cut = {.n = 2000};

    make_slow_commits();
    job_start(&late, "iom", commits_slowly);
    run_all();
    FAILS(late.e, ERR_UNAVAILABLE, "db.outcomeUnknown");

    job_start(&cut, "iom", commits_slowly);
    end_active("query = 'COMMIT'", NULL, 0);
    run_all();
    FAILS(cut.e, ERR_UNAVAILABLE, "db.outcomeUnknown");
}
END_TEST

/* ---- lost connections ---- */

static void survives_lost_connections(struct job *j)
{
    struct item_row row;
    struct bool_row slow;
    struct pid_row r;
    struct tx *tx;
    int32_t shared = pid_of(j, false), own = pid_of(j, true);

    end_backend(shared);
    end_backend(own);
    wait_ended(shared);
    wait_ended(own);
    OK(co_sleep(200 * 1000)); /* noticed while idle, and connected again */
    ck_assert_int_ne(pid_of(j, false), shared);
    ck_assert_int_ne(pid_of(j, true), own);

    OK(db_begin(&j->x, &tx)); /* between two rounds */
    FAILS(q_item_get(tx, id_of(1), &row), ERR_MISSING, "row.missing");
    OK(q_pid(tx, &r));
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tester'");
    wait_ended(r.pid);
    q_item_remove(tx, id_of(1));
    FAILS(tx_commit(&j->x), ERR_UNAVAILABLE, "db.away");

    OK(db_read(&j->x, &tx)); /* it waits for the new connection */
    FAILS(q_item_get(tx, id_of(1), &row), ERR_MISSING, "row.missing");
    j->n = 1;
    OK(q_slow(tx, 0.3, &slow)); /* reads are repeated */
    tx_rollback(&j->x);
    OK(db_begin(&j->x, &tx));
    j->n = 2;
    OK(q_slow(tx, 0.3, &slow)); /* a first round is repeated, a second is not */
    j->n = 3;
    FAILS(q_slow(tx, 3, &slow), ERR_UNAVAILABLE, "db.away");
    tx_rollback(&j->x);
    ck_assert_int_gt(pid_of(j, true), 0);
    j->n = 4;
}

START_TEST(lost_connections_come_back_by_themselves)
{
    struct job j = {0};
    struct db_options o = db_defaults();

    o.pool = 1;
    db_open_with(o);
    job_start(&j, "iom", survives_lost_connections);
    for (int stage = 1; stage <= 3; stage++) {
        while (j.n < stage)
            OK(co_sleep(5000));
        end_active("query LIKE '%pg_sleep%'", &j.n, stage);
    }
    run_all();
    ck_assert_int_eq(j.n, 4);
    ck_assert(db_ready(db));
    ck_assert_uint_ge(stats().reconnects, 3);
}
END_TEST

static void finds_it_away(struct job *j)
{
    struct pid_row r;
    struct tx *tx;
    int64_t begun = clock_mono_us();

    OK(db_read(&j->x, &tx));
    FAILS(q_pid(tx, &r), ERR_UNAVAILABLE, "db.away");
    tx_rollback(&j->x);
    err_t e = db_begin(&j->x, &tx);
    if (!e) /* nobody has noticed yet that this connection is dead */
        e = q_pid(tx, &r);
    FAILS(e, ERR_UNAVAILABLE, "db.away");
    j->n = (int)(clock_mono_us() - begun);
}

START_TEST(a_server_that_is_away_fails_quickly_and_is_found_again)
{
    struct job j[20] = {0};
    int most;

    in_job("iom", check_both);
    script("stop");
    for (int i = 0; i < 10; i++)
        job_start(&j[i], "iom", finds_it_away);
    run_all();
    for (int i = 0; i < 10; i++)
        ck_assert_int_le(j[i].n, 4000 * 1000);
    ck_assert(!db_ready(db));
    most = 1000 * 1000;
    for (int turn = 0; turn < 10 && most > 100 * 1000; turn++) { /* a busy machine's pause is not in each */
        most = 0;
        for (int i = 10; i < 20; i++)
            job_start(&j[i], "iom", finds_it_away);
        run_all();
        for (int i = 10; i < 20; i++)
            most = j[i].n > most ? j[i].n : most;
    }
    ck_assert_int_le(most, 100 * 1000); /* who comes later does not wait at all */
    script("start");
    for (int i = 0; i < 1500 && !db_ready(db); i++)
        OK(co_sleep(10 * 1000));
    ck_assert(db_ready(db));
    in_job("iom", check_both);
}
END_TEST

START_TEST(it_may_be_away_when_the_process_starts)
{
    script("stop");
    db_open_away(db_defaults());
    ck_assert(!db_ready(db));
    OK(co_sleep(100 * 1000));
    script("start");
    for (int i = 0; i < 1500 && !db_ready(db); i++)
        OK(co_sleep(10 * 1000));
    in_job("iom", check_both);
}
END_TEST

START_TEST(a_short_restart_is_waited_out)
{
    in_job("iom", check_both);
    script("restart");
    in_job("iom",
           check_both); /* the first to notice that the connections are dead: it repeats what it sent */
}
END_TEST

/* ---- prepared statements ---- */

static void read_shape(struct job *j)
{
    struct shape_row r;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    OK(q_shape(tx, &r));
    ck_assert_str_eq(r.a, "first");
    tx_rollback(&j->x);
    OK(db_begin(&j->x, &tx));
    OK(q_shape(tx, &r));
    ck_assert_str_eq(r.a, "first");
    OK(tx_commit(&j->x));
}

START_TEST(a_changed_table_is_prepared_for_again)
{
    for (int i = 0; i < 3; i++) {
        in_job("iom", read_shape);
        sql(i % 2 ? "ALTER TABLE t.shape ALTER a TYPE text" : "ALTER TABLE t.shape ALTER a TYPE varchar(20)");
    }
    in_job("iom", read_shape);
    ck_assert_uint_ge(stats().errors, 6);
}
END_TEST

static void forget(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    q_forget(tx);
    OK(tx_commit(&j->x));
    read_shape(j);
}

START_TEST(forgotten_statements_are_prepared_again)
{
    in_job("iom", forget);
}
END_TEST

static void read_new(struct job *j)
{
    struct count_row r;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    err_t e = q_new(tx, &r);
    if (j->n)
        OK(e);
    else
        FAILS(e, ERR_BUG, "db.error");
}

START_TEST(a_statement_that_cannot_be_prepared_harms_no_other)
{
    struct job bad[5] = {0}, good[5] = {0}, late = {.n = 1};

    for (int i = 0; i < 5; i++) {
        job_start(&bad[i], "iom", read_new);
        job_start(&good[i], "iom", read_shape);
    }
    run_all();
    sql("CREATE TABLE t.made_later (); GRANT SELECT ON t.made_later TO tester");
    job_start(&late, "iom", read_new);
    run_all();
}
END_TEST

/* ---- the end ---- */

static void is_cut_off(struct job *j)
{
    struct bool_row slow;
    struct tx *tx;

    if (j->n % 2) {
        OK(db_read(&j->x, &tx));
        j->e = q_slow(tx, 3, &slow);
    } else {
        j->e = db_begin(&j->x, &tx);
        if (!j->e)
            j->e = q_slow(tx, 3, &slow);
    }
}

START_TEST(cancelled_by_the_drain_all_let_go)
{
    struct job j[10] = {0};

    in_job("iom", check_both);
    for (int i = 0; i < 10; i++) {
        j[i].n = i;
        job_start(&j[i], "iom", is_cut_off);
    }
    OK(co_sleep(50 * 1000));
    co_cancel_all();
    run_all();
    for (int i = 0; i < 10; i++)
        FAILS(j[i].e, ERR_CANCELLED, "co.cancelled");
    all_given_back();
    ck_assert_uint_eq(waiters(), 0);
}
END_TEST

Suite *unit_suite(void)
{
    const struct {
        const char *name;
        const TTest *tests[8];
    } cases[] = {
        {"many", {two_hundred_at_once_see_only_their_own}},
        {"cancel",
         {a_cancelled_read_leaves_its_neighbours_alone, each_lane_has_its_statement_timeout,
          a_transaction_past_its_deadline_closes_its_connection,
          waiters_are_served_in_their_order_or_at_their_deadline, the_pool_grows_as_needed,
          a_commit_under_way_is_waited_for_past_the_deadline, a_commit_that_nobody_saw_end_is_unknown}},
        {"lost",
         {lost_connections_come_back_by_themselves, a_server_that_is_away_fails_quickly_and_is_found_again,
          it_may_be_away_when_the_process_starts, a_short_restart_is_waited_out}},
        {"prepared",
         {a_changed_table_is_prepared_for_again, forgotten_statements_are_prepared_again,
          a_statement_that_cannot_be_prepared_harms_no_other}},
        {"drain", {cancelled_by_the_drain_all_let_go}},
    };
    Suite *s = suite_create("db lanes");

    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *c = tcase_create(cases[i].name);

        tcase_add_checked_fixture(c, db_set_up, db_tear_down);
        for (size_t t = 0; t < 8 && cases[i].tests[t]; t++)
            tcase_add_test(c, cases[i].tests[t]);
        suite_add_tcase(s, c);
    }
    return s;
}
