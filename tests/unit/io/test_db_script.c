/* test_db_script.c - verifiers of roles' passwords, as the server takes and keeps them; waiting for one that
 * starts. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/db_script.h"
#include "unit.h"

static struct db_script *db;

static void set_up(void)
{
    ck_assert_msg(getenv("PGHOST") != NULL, "run by tests/with-postgres");
    unit_set_up();
    ck_assert_ptr_null(db_script_open(unit_arena, "", NULL, &db));
}

static void tear_down(void)
{
    unit_tear_down();
}

static const char *run(const char *script)
{
    struct text_array rows;

    ck_assert_ptr_null(db_script_run(db, "test.sql", script, &rows));
    return rows.n > 0 ? rows.v[0] : NULL;
}

/* A role with this password; what the server keeps of it. */
static const char *kept(const char *password)
{
    const char *verifier;

    ck_assert_ptr_null(db_script_scram(db, "wf_reader", password, &verifier));
    run("DROP ROLE IF EXISTS wf_reader");
    run(arena_printf(unit_arena, "CREATE ROLE wf_reader LOGIN PASSWORD '%s'", verifier));
    ck_assert_str_eq(run("SELECT rolpassword FROM pg_authid WHERE rolname = 'wf_reader'"), verifier);
    return verifier;
}

static const struct {
    const char *password, *begins;
} passwords[] = {
    {"00112233445566778899aabbccddeeff", "SCRAM-SHA-256$1:"},
    {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "SCRAM-SHA-256$1:"},
    {"00112233445566778899aabbccddeef", "SCRAM-SHA-256$4096:"},  /* a digit too few */
    {"00112233445566778899aabbccddeefg", "SCRAM-SHA-256$4096:"}, /* no digit */
    {"correct horse battery staple, a long sentence", "SCRAM-SHA-256$4096:"},
};

START_TEST(only_a_random_password_is_kept_with_one_iteration)
{
    const char *verifier = kept(passwords[_i].password);

    ck_assert_msg(str_starts(verifier, passwords[_i].begins), "%s: %s", passwords[_i].password, verifier);
}
END_TEST

/* The server asks for passwords of this role alone; with-postgres trusts all others. */
static void ask_for_password(void)
{
    run("CREATE TEMP TABLE hba (n serial, line text);"
        "INSERT INTO hba (line) VALUES ('local all wf_reader scram-sha-256');"
        "INSERT INTO hba (line) SELECT * FROM regexp_split_to_table(pg_read_file('pg_hba.conf'), '\\n')");
    run("COPY (SELECT line FROM hba ORDER BY n) TO PROGRAM 'cat > pg_hba.conf'");
    run("SELECT pg_reload_conf()");
}

enum outcome { REFUSED, TRUSTED, LET_IN };

static enum outcome outcome_of(const char *password)
{
    const char *const keys[] = {"user", "password", NULL}, *const values[] = {"wf_reader", password, NULL};
    PGconn *pg = PQconnectdbParams(keys, values, 0);
    enum outcome o = PQstatus(pg) != CONNECTION_OK  ? REFUSED
                     : PQconnectionUsedPassword(pg) ? LET_IN
                                                    : TRUSTED;

    PQfinish(pg);
    return o;
}

START_TEST(the_server_lets_in_who_knows_it)
{
    const char *password = passwords[_i].password;

    kept(password);
    ask_for_password();
    while (outcome_of(password) == TRUSTED) /* until the server has read its configuration again */
        run("SELECT pg_sleep(0.01)");
    ck_assert_int_eq(outcome_of(password), LET_IN);
    ck_assert_int_eq(outcome_of(arena_printf(unit_arena, "%s0", password)), REFUSED);
}
END_TEST

START_TEST(who_takes_connections_is_not_waited_for)
{
    db_script_await("");
    db_script_await("user=nobody password=wrong");
    db_script_await("is no=conninfo at all");
}
END_TEST

/* Where a server will be once it is told so. */
START_TEST(who_does_not_yet_is_waited_for)
{
    char folder[] = "/tmp/wf-await-XXXXXX", said[200] = "";
    const char *from = NULL, *to = NULL, *where;
    int pipe_of[2], status;
    pid_t child;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    where = arena_printf(unit_arena, "host=%s port=%s", folder, getenv("PGPORT") ?: "5432");
    from = arena_printf(unit_arena, "%s/.s.PGSQL.%s", getenv("PGHOST"), getenv("PGPORT") ?: "5432");
    to = arena_printf(unit_arena, "%s/.s.PGSQL.%s", folder, getenv("PGPORT") ?: "5432");
    ck_assert_int_eq(pipe(pipe_of), 0);
    child = fork();
    if (child == 0) {
        dup2(pipe_of[1], STDERR_FILENO);
        db_script_await(where);
        _exit(7);
    }
    close(pipe_of[1]);
    ck_assert_int_gt(read(pipe_of[0], said, sizeof(said) - 1), 0);
    ck_assert_str_eq(said, "waiting for PostgreSQL: nothing answers\n");
    ck_assert_int_eq(waitpid(child, &status, WNOHANG), 0);
    ck_assert_int_eq(symlink(from, to), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    close(pipe_of[0]);
    unlink(to);
    rmdir(folder);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("db script");
    TCase *c = tcase_create("db_script_scram"), *await = tcase_create("db_script_await");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, only_a_random_password_is_kept_with_one_iteration, 0, (int)LENGTH(passwords));
    tcase_add_loop_test(c, the_server_lets_in_who_knows_it, 1, 3);
    suite_add_tcase(s, c);
    tcase_add_checked_fixture(await, set_up, tear_down);
    tcase_add_test(await, who_takes_connections_is_not_waited_for);
    tcase_add_test(await, who_does_not_yet_is_waited_for);
    suite_add_tcase(s, await);
    return s;
}
