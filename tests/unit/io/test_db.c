/* test_db.c - statements, transactions and errors, against a real PostgreSQL. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_fixture.h"
#include "queries.h"
#include "unit.h"

/* ---- values ---- */

static void same_text(const char *a, const char *b)
{
    ck_assert_pstr_eq(a, b);
}

static void echo(struct job *j, const struct q_echo_in *in, struct echo_row *out)
{
    struct tx *tx;

    memset(out, 0xa5, sizeof *out); /* whatever was there before */
    OK(db_read(&j->x, &tx));
    OK(q_echo(tx, in, out));
}

static void echo_values(struct job *j)
{
    const char *texts[] = {"a", "", "ሰላም"};
    const struct uuid uuids[] = {id_of(1), id_of(2)};
    const uint8_t blob[] = {0, 1, 0xff, 0};
    struct echo_row r;
    struct q_echo_in in = {
        .b = true,
        .bn = OPT_BOOL(false),
        .i2 = -32768,
        .i2n = OPT_I32(32767),
        .i4 = INT32_MIN,
        .i4n = OPT_I32(INT32_MAX),
        .i8 = INT64_MIN,
        .i8n = OPT_I64(INT64_MAX),
        .f = -0.1,
        .fn = {true, DBL_MAX},
        .s = "مرحبا",
        .sn = "",
        .u = id_of(7),
        .un = OPT_UUID(id_of(8)),
        .ts = 1,
        .tsn = OPT_I64(-62135596800000000),
        .d = 0,
        .dn = OPT_DATE(-719162),
        .j = "{\"a\": [1, null]}",
        .jn = "null",
        .by = {blob, sizeof blob},
        .byn = {blob, 0},
        .ta = {texts, 3},
        .tan = {texts, 0},
        .ua = {uuids, 2},
        .uan = {uuids, 0},
    };

    echo(j, &in, &r);
    ck_assert(r.b && r.bn.set && !r.bn.v);
    ck_assert_int_eq(r.i2, -32768);
    ck_assert_int_eq(r.i2n.v, 32767);
    ck_assert_int_eq(r.i4, INT32_MIN);
    ck_assert_int_eq(r.i4n.v, INT32_MAX);
    ck_assert(r.i8 == INT64_MIN && r.i8n.set && r.i8n.v == INT64_MAX);
    ck_assert(r.f == -0.1 && r.fn.set && r.fn.v == DBL_MAX);
    same_text(r.s, "مرحبا");
    same_text(r.sn, "");
    ck_assert(uuid_eq(r.u, id_of(7)) && r.un.set && uuid_eq(r.un.v, id_of(8)));
    ck_assert(r.ts == 1 && r.tsn.set && r.tsn.v == -62135596800000000);
    ck_assert(r.d == 0 && r.dn.set && r.dn.v == -719162);
    same_text(r.j, "{\"a\": [1, null]}");
    same_text(r.jn, "null");
    ck_assert_uint_eq(r.by.n, sizeof blob);
    ck_assert_mem_eq(r.by.p, blob, sizeof blob);
    ck_assert(r.byn.p && r.byn.n == 0);
    ck_assert_uint_eq(r.ta.n, 3);
    same_text(r.ta.v[2], "ሰላም");
    ck_assert(r.tan.v && r.tan.n == 0);
    ck_assert_uint_eq(r.ua.n, 2);
    ck_assert(uuid_eq(r.ua.v[1], id_of(2)));
    ck_assert(r.uan.v && r.uan.n == 0);
}

START_TEST(every_type_comes_back_as_it_went)
{
    in_job("iom", echo_values);
}
END_TEST

static void echo_nulls(struct job *j)
{
    struct q_echo_in in = {.s = "", .j = "1"};
    struct echo_row r;

    echo(j, &in, &r);
    ck_assert(!r.bn.set && !r.i2n.set && !r.i4n.set && !r.i8n.set && !r.fn.set && !r.un.set && !r.tsn.set &&
              !r.dn.set);
    ck_assert_ptr_null(r.sn);
    ck_assert_ptr_null(r.jn);
    ck_assert_ptr_null(r.byn.p);
    ck_assert_ptr_null(r.tan.v);
    ck_assert_ptr_null(r.uan.v);
    ck_assert(r.by.p && r.by.n == 0);
    ck_assert(r.ta.v && r.ta.n == 0);
}

START_TEST(nulls_are_not_set_and_not_null_stays_empty)
{
    in_job("iom", echo_nulls);
}
END_TEST

static void instants(struct job *j)
{
    struct instants_row r;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    OK(q_instants(tx, &r));
    ck_assert(r.a == INT64_C(1795464000000001));
    ck_assert(r.b == 0);
    ck_assert_int_eq(r.c, 20780);
    ck_assert_int_eq(r.d, INT32_MAX);
    same_text(r.e, "2026-01-01");
}

START_TEST(instants_and_dates_count_from_1970)
{
    in_job("iom", instants);
}
END_TEST

static void null_parameter(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = NULL});
    FAILS(tx_sync(tx), ERR_BUG, "db.parameter");
    FAILS(tx_commit(&j->x), ERR_BUG, "db.parameter");
}

static void odd_results(struct job *j)
{
    struct shape_row r;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    FAILS(q_null_text(tx, &r), ERR_BUG, "db.result");
    FAILS(q_wrong_type(tx, &r), ERR_BUG, "db.result");
    FAILS(q_two(tx, &r), ERR_BUG, "db.result");
    FAILS(q_absent(tx, &(struct count_row){0}), ERR_BUG, "db.error");
    err_t e = q_absent(tx, &(struct count_row){0});
    ck_assert_msg(strstr(e->cause, "t.absent") != NULL, "%s", e->cause);
}

START_TEST(what_does_not_fit_its_declaration_is_a_bug)
{
    in_job("iom", null_parameter);
    in_job("iom", odd_results);
}
END_TEST

/* ---- reading and writing ---- */

static void add(struct tx *tx, int n, const char *note)
{
    char title[32];

    snprintf(title, sizeof title, "item %d", n);
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(n), .title = title, .rank = n, .note = note});
}

static void add_ten(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    ck_assert(tx_writes(tx) && !tx_shared(tx) && tx_ctx(tx) == &j->x);
    for (int i = 0; i < 10; i++)
        add(tx, i + (strcmp(j->who.organisation, "iom") == 0 ? 0 : 100), i % 2 ? "odd" : NULL);
    OK(tx_commit(&j->x));
    ck_assert_ptr_null(j->x.tx);
}

static void read_all_kinds(struct job *j)
{
    struct item_row one, maybe, none = {.rank = 77}, *many;
    bool found = false, found_none = true;
    size_t n = 0;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    ck_assert(!tx_writes(tx) && tx_shared(tx));
    q_item_get_later(tx, id_of(3), &one);
    q_item_find_later(tx, id_of(4), &found, &maybe);
    q_item_find_later(tx, id_of(99), &found_none, &none);
    OK(q_item_all(tx, &many, &n));
    same_text(one.title, "item 3");
    same_text(one.note, "odd");
    ck_assert(found && maybe.rank == 4 && !maybe.note);
    ck_assert(!found_none && none.rank == 77);
    ck_assert_uint_eq(n, 10);
    for (int i = 0; i < 10; i++)
        ck_assert(many[i].rank == i && uuid_eq(many[i].id, id_of(i)));
    FAILS(q_item_get(tx, id_of(99), &one), ERR_MISSING, "row.missing");
    OK(q_item_get(tx, id_of(5), &one)); /* that is no reason to stop */
    ck_assert_int_eq(one.rank, 5);
    OK(tx_commit(&j->x));
}

START_TEST(later_calls_go_in_one_round_trip)
{
    struct db_stats before, after;

    in_job("iom", add_ten);
    db_stats(db, &before);
    in_job("iom", read_all_kinds);
    db_stats(db, &after);
    ck_assert_uint_eq(after.round_trips - before.round_trips, 3);
}
END_TEST

static void decide_and_write(struct job *j)
{
    struct item_row row;
    struct tx *tx, *again;

    OK(db_begin(&j->x, &tx));
    OK(q_item_lock(tx, id_of(3), &row));
    OK(db_begin(&j->x, &again));
    ck_assert_ptr_eq(tx, again);
    OK(db_read(&j->x, &again));
    ck_assert_ptr_eq(tx, again);
    q_item_rank(tx, row.id, row.rank + 100);
    add(tx, 50, NULL);
    OK(tx_commit(&j->x));
}

START_TEST(read_decide_write_takes_two_round_trips)
{
    struct db_stats before, after;

    in_job("iom", add_ten);
    db_stats(db, &before);
    in_job("iom", decide_and_write);
    db_stats(db, &after);
    ck_assert_uint_eq(after.round_trips - before.round_trips, 2);
    ck_assert_str_eq(sql("SELECT rank FROM t.items WHERE title = 'item 3'"), "103");
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "11");
    ck_assert_uint_eq(after.own.busy, 0);
}
END_TEST

static void write_and_give_up(struct job *j)
{
    struct tx *tx;
    struct item_row row;

    OK(db_begin(&j->x, &tx));
    add(tx, 60, NULL);
    OK(q_item_get(tx, id_of(60), &row));
    tx_rollback(&j->x);
    tx_rollback(&j->x);
    OK(tx_commit(&j->x)); /* nothing is open: nothing to do */

    OK(db_begin(&j->x, &tx)); /* and never used */
}

START_TEST(what_is_rolled_back_is_not_there)
{
    in_job("iom", write_and_give_up);
    in_job("iom", write_and_give_up);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "0");
}
END_TEST

/* ---- exactly 1 ---- */

static void update_none(struct tx *tx)
{
    q_item_rank(tx, id_of(99), 1);
}

static void update_many(struct tx *tx)
{
    q_item_rank_above(tx, 2);
}

static void delete_none(struct tx *tx)
{
    q_item_remove(tx, id_of(99));
}

static void copy_none(struct tx *tx)
{
    q_item_copy(tx, id_of(99), id_of(98));
}

static void (*const not_one[])(struct tx *) = {update_none, update_many, delete_none, copy_none};
static int tried;

static void write_not_one(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    add(tx, 70, NULL);
    not_one[tried](tx);
    add(tx, 71, NULL);
    FAILS(tx_commit(&j->x), ERR_CONFLICT, "row.changed");

    OK(db_begin(&j->x, &tx));
    not_one[tried](tx);
    FAILS(tx_sync(tx), ERR_CONFLICT, "row.changed");
    FAILS(tx_sync(tx), ERR_CONFLICT, "row.changed"); /* stays so */
}

START_TEST(a_write_that_touches_not_one_row_aborts_the_commit)
{
    in_job("iom", add_ten);
    tried = _i;
    in_job("iom", write_not_one);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "10");
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items WHERE note = 'touched'"), "0");
}
END_TEST

static void write_one_each(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    q_item_rank(tx, id_of(1), 500);
    q_item_rank_above(tx, 499);
    q_item_copy(tx, id_of(2), id_of(80));
    q_item_remove(tx, id_of(3));
    OK(tx_commit(&j->x));
}

START_TEST(a_write_that_touches_one_row_goes_through)
{
    in_job("iom", add_ten);
    in_job("iom", write_one_each);
    ck_assert_str_eq(sql("SELECT string_agg(title || coalesce(note, ''), ',' ORDER BY id) FROM t.items"
                         " WHERE rank IN (500, 2, 3)"),
                     "item 1touched,item 2,item 2 copy");
}
END_TEST

static void read_one_and_commit(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    add(tx, 90, NULL);
    q_item_get_later(tx, id_of(99), &row);
    FAILS(tx_commit(&j->x), ERR_MISSING, "row.missing");
}

START_TEST(a_missing_row_stops_the_commit_too)
{
    in_job("iom", read_one_and_commit);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "0");
}
END_TEST

/* ---- errors ---- */

static const struct {
    const char *state, *message;
    enum err_kind kind;
    const char *code;
} states[] = {
    {"40001", "x", ERR_UNAVAILABLE, "db.again"},
    {"40P01", "x", ERR_UNAVAILABLE, "db.again"},
    {"55P03", "x", ERR_UNAVAILABLE, "db.again"},
    {"57014", "x", ERR_UNAVAILABLE, "db.timeout"},
    {"53100", "x", ERR_UNAVAILABLE, "db.full"},
    {"57P01", "x", ERR_UNAVAILABLE, "db.away"},
    {"08006", "x", ERR_UNAVAILABLE, "db.away"},
    {"53300", "x", ERR_UNAVAILABLE, "db.away"},
    {"25006", "x", ERR_UNAVAILABLE, "db.away"},
    {"22003", "secret 1234", ERR_INVALID, "db.value"},
    {"23502", "x", ERR_BUG, "db.integrity"},
    {"42501", "permission denied", ERR_BUG, "db.error"},
    {"42703", "x", ERR_BUG, "db.error"},
    {"0A000", "x", ERR_BUG, "db.error"},
    {"WF001", "case.closed", ERR_CONFLICT, "case.closed"},
};
static int state;

static void fail_both_ways(struct job *j)
{
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    q_fail(tx, states[state].state, states[state].message);
    err_t e = tx_sync(tx);
    FAILS(e, states[state].kind, states[state].code);
    ck_assert(!strstr(e->cause, "secret"));
    tx_rollback(&j->x);
    OK(db_begin(&j->x, &tx));
    q_fail(tx, states[state].state, states[state].message);
    FAILS(tx_commit(&j->x), states[state].kind, states[state].code);
}

START_TEST(a_sqlstate_becomes_a_kind)
{
    state = _i;
    in_job("iom", fail_both_ways);
}
END_TEST

static void break_constraints(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    add(tx, 1, "unique");
    add(tx, 1, NULL);
    FAILS(tx_commit(&j->x), ERR_CONFLICT, "unique.items_pkey");

    OK(db_begin(&j->x, &tx));
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = "same", .note = "unique"});
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(2), .title = "same", .note = "unique"});
    err_t e = tx_sync(tx);
    FAILS(e, ERR_CONFLICT, "unique.one_title");
    ck_assert(!strstr(e->cause, "same"));
    tx_rollback(&j->x);

    OK(db_begin(&j->x, &tx));
    q_item_add(tx, &(struct q_item_add_in){.id = id_of(1), .title = "big", .rank = 1000});
    FAILS(tx_commit(&j->x), ERR_INVALID, "check.rank_small");

    OK(db_begin(&j->x, &tx));
    q_item_note(tx, id_of(99), "refers to nothing, and says so at COMMIT");
    FAILS(tx_commit(&j->x), ERR_INVALID, "reference.note_item");

    OK(db_begin(&j->x, &tx));
    q_item_add_for(tx, id_of(1), "coa");
    FAILS(tx_commit(&j->x), ERR_DENIED, "db.rowSecurity");
}

START_TEST(constraints_are_named)
{
    in_job("iom", break_constraints);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "0");
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes"), "0");
}
END_TEST

static void fail_after_reads(struct job *j)
{
    struct item_row row = {.rank = 7};
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    q_fail(tx, "WF002", "first.fault");
    q_item_get_later(tx, id_of(1), &row);
    q_fail(tx, "WF003", "second.fault");
    FAILS(tx_sync(tx), ERR_CONFLICT, "first.fault");
    ck_assert_int_eq(row.rank, 7);
    FAILS(q_item_get(tx, id_of(1), &row), ERR_CONFLICT, "first.fault");
    FAILS(tx_commit(&j->x), ERR_CONFLICT, "first.fault");
    ck_assert_ptr_null(j->x.tx);
    OK(db_begin(&j->x, &tx)); /* the connection is clean again */
    OK(q_item_get(tx, id_of(1), &row));
    ck_assert_int_eq(row.rank, 1);
}

START_TEST(the_first_deferred_error_counts)
{
    in_job("iom", add_ten);
    in_job("iom", fail_after_reads);
}
END_TEST

static void own_statement_on_shared(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    FAILS(q_item_lock(tx, id_of(1), &row), ERR_BUG, "db.lane");
    FAILS(tx_commit(&j->x), ERR_BUG, "db.lane");
    OK(db_read(&j->x, &tx));
    tx_fail(tx, &(struct err){.kind = ERR_LIMIT, .code = "x.limit", .detail = ""});
    FAILS(tx_sync(tx), ERR_LIMIT, "x.limit");
}

START_TEST(only_point_statements_go_on_a_shared_connection)
{
    in_job("iom", own_statement_on_shared);
}
END_TEST

/* ---- context ---- */

static void see_context(struct job *j)
{
    struct context_row r;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    OK(q_context(tx, &r));
    same_text(r.org, j->who.organisation ? j->who.organisation : "");
    same_text(r.sub, "someone");
    same_text(r.scope, "cases:read office:nl");
    same_text(r.durable, "off");
    tx_rollback(&j->x);
    OK(db_begin_read(&j->x, &tx));
    ck_assert(!tx_writes(tx) && !tx_shared(tx));
    OK(q_context(tx, &r));
    same_text(r.org, j->who.organisation ? j->who.organisation : "");
    OK(q_context(tx, &r)); /* in each of its segments */
    same_text(r.org, j->who.organisation ? j->who.organisation : "");
    OK(db_begin(&j->x, &tx)); /* the read has ended */
    ck_assert(tx_writes(tx));
    OK(q_context(tx, &r));
    same_text(r.durable, "on");
    OK(tx_commit(&j->x));
    OK(db_begin(&j->x, &tx));
    OK(q_context(tx, &r));
    same_text(r.org, j->who.organisation ? j->who.organisation : "");
    same_text(r.durable, "on");
}

START_TEST(each_transaction_carries_its_own_context)
{
    in_job("iom", see_context);
    in_job(NULL, see_context);
}
END_TEST

static void see_only_own(struct job *j)
{
    struct item_row *rows;
    size_t n = 0;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    OK(q_item_all(tx, &rows, &n));
    ck_assert_uint_eq(n, j->who.organisation ? 10 : 0);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(rows[i].org, j->who.organisation);
}

START_TEST(rows_of_others_are_not_seen)
{
    in_job("iom", add_ten);
    in_job("coa", add_ten);
    in_job("iom", see_only_own);
    in_job(NULL, see_only_own);
    in_job("coa", see_only_own);
}
END_TEST

/* ---- savepoints ---- */

static void use_savepoints(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    add(tx, 1, NULL);
    OK(tx_savepoint(tx));
    add(tx, 2, NULL);
    q_fail(tx, "WF001", "effect.failed");
    FAILS(tx_sync(tx), ERR_CONFLICT, "effect.failed");
    OK(tx_savepoint_end(tx, false));
    OK(q_item_get(tx, id_of(1), &row));
    FAILS(q_item_get(tx, id_of(2), &row), ERR_MISSING, "row.missing");

    OK(tx_savepoint(tx)); /* undone before anything was sent */
    add(tx, 3, NULL);
    OK(tx_savepoint_end(tx, false));

    OK(tx_savepoint(tx)); /* undone though all was well */
    add(tx, 4, NULL);
    OK(q_item_get(tx, id_of(4), &row));
    OK(tx_savepoint_end(tx, false));

    OK(tx_savepoint(tx));
    add(tx, 5, NULL);
    OK(tx_savepoint_end(tx, true));

    OK(tx_savepoint(tx)); /* what is queued at the end fails it */
    add(tx, 5, NULL);
    FAILS(tx_savepoint_end(tx, true), ERR_CONFLICT, "unique.items_pkey");
    OK(tx_savepoint_end(tx, false));
    OK(tx_commit(&j->x));
}

START_TEST(a_savepoint_undoes_a_piece_of_work)
{
    in_job("iom", use_savepoints);
    ck_assert_str_eq(sql("SELECT string_agg(title, ',' ORDER BY id) FROM t.items"), "item 1,item 5");
}
END_TEST

static void fail_before_savepoint(struct job *j)
{
    struct tx *tx;

    OK(db_begin(&j->x, &tx));
    q_fail(tx, "WF001", "too.early");
    OK(tx_savepoint(tx));
    add(tx, 2, NULL);
    FAILS(tx_sync(tx), ERR_CONFLICT, "too.early");
    FAILS(tx_savepoint_end(tx, false), ERR_CONFLICT, "too.early");
    FAILS(tx_commit(&j->x), ERR_CONFLICT, "too.early");
}

START_TEST(a_failure_before_the_savepoint_cannot_be_undone)
{
    in_job("iom", fail_before_savepoint);
    ck_assert_str_eq(sql("SELECT count(*) FROM t.items"), "0");
}
END_TEST

/* ---- posting ---- */

static void post_notes(struct job *j)
{
    struct item_row row;
    struct tx *tx;

    OK(db_read(&j->x, &tx));
    OK(q_item_get(tx, id_of(1), &row));
    q_item_note(tx, id_of(1), "from a shared connection");
    OK(tx_commit(&j->x));
    ck_assert_ptr_null(j->x.tx);
    OK(db_begin_read(&j->x, &tx));
    q_item_note(tx, id_of(1), "from a read that asked nothing");
    OK(tx_commit(&j->x));
    OK(db_begin_read(&j->x, &tx));
    OK(q_item_get(tx, id_of(1), &row));
    q_item_note(tx, id_of(2), "from a connection of its own");
    OK(q_item_get(tx, id_of(2), &row)); /* held back until the end */
    OK(tx_commit(&j->x));
    OK(db_begin_read(&j->x, &tx));
    q_item_note(tx, id_of(99), "fails, and is logged");
    OK(tx_commit(&j->x));
    OK(db_read(&j->x, &tx));
    q_item_note(tx, id_of(3), "of a read that failed");
    q_fail(tx, "WF001", "x");
    FAILS(tx_commit(&j->x), ERR_CONFLICT, "x");
    ck_assert_ptr_null(j->x.tx);
    OK(db_read(&j->x, &tx));
    q_item_note(tx, id_of(3), "of a read that ended ill");
    tx_rollback(&j->x);
    OK(tx_commit(&j->x));
}

static void count_notes(struct job *j)
{
    struct count_row r;
    struct tx *tx;

    for (int i = 0; i < 4; i++) { /* all connections are usable again */
        OK(db_begin_read(&j->x, &tx));
        OK(q_note_count(tx, &r));
        ck_assert_int_eq(r.n, 3);
        OK(tx_commit(&j->x));
    }
}

START_TEST(posted_statements_need_nobody_who_waits)
{
    struct db_stats stats;

    in_job("iom", add_ten);
    in_job("iom", post_notes);
    for (int i = 0; i < 2000 && strcmp(sql("SELECT count(*) FROM t.notes"), "3") != 0; i++)
        OK(co_sleep(5000));
    ck_assert_str_eq(sql("SELECT count(*) FROM t.notes"), "3");
    OK(co_sleep(20000));
    in_job("iom", count_notes);
    db_stats(db, &stats);
    ck_assert_uint_eq(stats.own.busy, 0);
    ck_assert_uint_ge(stats.own.connections, 1);
    ck_assert_uint_ge(stats.shared.connections, 1);
    ck_assert_uint_eq(stats.reconnects, 0);
}
END_TEST

/* ---- outside coroutines ---- */

START_TEST(a_command_line_program_waits_in_place)
{
    struct job j = {0};

    job_begin(&j, "iom");
    add_ten(&j);
    read_all_kinds(&j);
    decide_and_write(&j);
    job_end(&j);
}
END_TEST

static void set_up_blocking(void)
{
    setenv("CO_MODE", "blocking", 1);
    db_set_up();
}

static void tear_down_blocking(void)
{
    db_tear_down();
    unsetenv("CO_MODE");
}

static TCase *test_case(Suite *s, const char *name, void (*begin)(void), void (*end)(void))
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, begin, end);
    suite_add_tcase(s, c);
    return c;
}

Suite *unit_suite(void)
{
    Suite *s = suite_create("db");
    TCase *c = test_case(s, "values", db_set_up, db_tear_down);

    tcase_add_test(c, every_type_comes_back_as_it_went);
    tcase_add_test(c, nulls_are_not_set_and_not_null_stays_empty);
    tcase_add_test(c, instants_and_dates_count_from_1970);
    tcase_add_test(c, what_does_not_fit_its_declaration_is_a_bug);
    c = test_case(s, "transactions", db_set_up, db_tear_down);
    tcase_add_test(c, later_calls_go_in_one_round_trip);
    tcase_add_test(c, read_decide_write_takes_two_round_trips);
    tcase_add_test(c, what_is_rolled_back_is_not_there);
    tcase_add_loop_test(c, a_write_that_touches_not_one_row_aborts_the_commit, 0, (int)LENGTH(not_one));
    tcase_add_test(c, a_write_that_touches_one_row_goes_through);
    tcase_add_test(c, a_missing_row_stops_the_commit_too);
    c = test_case(s, "errors", db_set_up, db_tear_down);
    tcase_add_loop_test(c, a_sqlstate_becomes_a_kind, 0, (int)LENGTH(states));
    tcase_add_test(c, constraints_are_named);
    tcase_add_test(c, the_first_deferred_error_counts);
    tcase_add_test(c, only_point_statements_go_on_a_shared_connection);
    c = test_case(s, "context", db_set_up, db_tear_down);
    tcase_add_test(c, each_transaction_carries_its_own_context);
    tcase_add_test(c, rows_of_others_are_not_seen);
    c = test_case(s, "tx_savepoint", db_set_up, db_tear_down);
    tcase_add_test(c, a_savepoint_undoes_a_piece_of_work);
    tcase_add_test(c, a_failure_before_the_savepoint_cannot_be_undone);
    c = test_case(s, "tx_commit", db_set_up, db_tear_down);
    tcase_add_test(c, posted_statements_need_nobody_who_waits);
    c = test_case(s, "outside", db_set_up, db_tear_down);
    tcase_add_test(c, a_command_line_program_waits_in_place);
    c = test_case(s, "blocking", set_up_blocking, tear_down_blocking);
    tcase_add_test(c, a_command_line_program_waits_in_place);
    return s;
}
