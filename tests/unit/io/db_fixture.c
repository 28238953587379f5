/* db_fixture.c - see db_fixture.h. The server is tests/with-postgres's. */
#include "db_fixture.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "unit.h"

struct loop *l;
struct db *db;

static const char schema[] =
    "DROP SCHEMA IF EXISTS t CASCADE;"
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tester') THEN"
    " CREATE ROLE tester LOGIN; GRANT pg_signal_backend TO tester; END IF; END $$;"
    "CREATE SCHEMA t; GRANT USAGE ON SCHEMA t TO tester;"
    "CREATE TABLE t.items (id uuid PRIMARY KEY, org text NOT NULL, title text NOT NULL, note text, rank int4 "
    "NOT NULL"
    " CONSTRAINT rank_small CHECK (rank < 1000));"
    "CREATE UNIQUE INDEX one_title ON t.items (org, title) WHERE note = 'unique';"
    "CREATE TABLE t.notes (n serial PRIMARY KEY, item_id uuid NOT NULL"
    " CONSTRAINT note_item REFERENCES t.items (id) DEFERRABLE INITIALLY DEFERRED, org text NOT NULL, note "
    "text);"
    "CREATE TABLE t.shape (a text); INSERT INTO t.shape VALUES ('first');"
    "ALTER TABLE t.items ENABLE ROW LEVEL SECURITY; ALTER TABLE t.notes ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY own ON t.items TO tester USING (org = nullif(current_setting('wf.org', true), ''));"
    "CREATE POLICY own ON t.notes TO tester USING (org = nullif(current_setting('wf.org', true), ''));"
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA t TO tester; GRANT USAGE ON t.notes_n_seq "
    "TO tester;"
    "REVOKE SELECT ON t.shape FROM tester; GRANT SELECT ON t.shape TO tester;"
    "CREATE FUNCTION t.fail(state text, message text) RETURNS void LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message; END $$;";

const char *sql(const char *text)
{
    static char first[256];
    PGconn *c = PQconnectdb("options='-c client_min_messages=warning'");
    PGresult *r = PQexec(c, text);
    ExecStatusType status = PQresultStatus(r);

    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s", PQerrorMessage(c));
    first[0] = '\0';
    if (status == PGRES_TUPLES_OK && PQntuples(r) > 0)
        snprintf(first, sizeof first, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    PQfinish(c);
    return first;
}

struct db_options db_defaults(void)
{
    return (struct db_options){.conninfo = "user=tester",
                               .shared = 1,
                               .pool = 3,
                               .point_timeout_us = 2 * 1000 * 1000,
                               .own_timeout_us = 5 * 1000 * 1000};
}

void db_open_away(struct db_options o)
{
    db_close(db);
    OK(db_open(l, &o, &db));
}

void db_open_with(struct db_options o)
{
    db_open_away(o);
    struct db_stats s = {0};

    for (int i = 0; i < 10000 && (!db_ready(db) || s.lists.connections < o.lists); i++) {
        OK(co_sleep(1000));
        db_stats(db, &s);
    }
    ck_assert(db_ready(db));
}

void db_set_up(void)
{
    log_init("test", getenv("WAYFARE_TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1);
    sql(schema);
    db = NULL;
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 500));
    db_open_with(db_defaults());
}

void db_tear_down(void)
{
    db_close(db);
    co_shutdown();
    loop_free(l);
}

void job_begin(struct job *j, const char *organisation)
{
    j->who = (struct principal){
        .subject = "someone", .organisation = organisation, .scope = "cases:read office:nl"};
    j->x = (struct ctx){.arena = arena_new(), .who = &j->who, .db = db, .operation = "test"};
}

void job_end(struct job *j)
{
    tx_rollback(&j->x);
    ck_assert_ptr_null(j->x.tx);
    arena_free(j->x.arena);
}

static void run_job(void *arg)
{
    struct job *j = arg;

    j->fn(j);
    job_end(j);
}

void job_start(struct job *j, const char *organisation, void (*fn)(struct job *j))
{
    job_begin(j, organisation);
    j->fn = fn;
    OK(co_start("test", run_job, j));
}

void run_all(void)
{
    int64_t until = clock_mono_us() + 15 * 1000 * 1000;

    while (co_live() > 0) {
        ck_assert_int_lt(clock_mono_us(), until);
        OK(co_sleep(1000));
    }
}

void in_job(const char *organisation, void (*fn)(struct job *j))
{
    struct job j = {0};

    job_start(&j, organisation, fn);
    run_all();
}

struct uuid id_of(int n)
{
    struct uuid u = {{0}};

    u.b[0] = 1;
    u.b[14] = (uint8_t)(n >> 8);
    u.b[15] = (uint8_t)n;
    return u;
}
