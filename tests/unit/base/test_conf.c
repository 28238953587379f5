/* test_conf.c */
#include "base/conf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "unit.h"

struct settings {
    const char *db;
    int64_t port;
    bool tls;
    const char *password;
};

static const struct conf_entry table[] = {
    {"WAYFARE_DB", CONF_TEXT, offsetof(struct settings, db), NULL, "database"},
    {"WAYFARE_HTTP_PORT", CONF_INT, offsetof(struct settings, port), "80", "port"},
    {"WAYFARE_TLS", CONF_BOOL, offsetof(struct settings, tls), "false", "whether TLS is used"},
    {"WAYFARE_DB_PASSWORD_FILE", CONF_SECRET, offsetof(struct settings, password), "", "password"},
};

static struct settings s;

static err_t load(int argc, const char *const *argv)
{
    memset(&s, 0, sizeof(s));
    return conf_load(unit_arena, "wayfare-test", "Tests.", table, 4, argc, (char **)(uintptr_t)argv, &s);
}
#define LOAD(...)                                                                                            \
    load((int)(sizeof((const char *[]){"test", ##__VA_ARGS__}) / sizeof(char *)),                            \
         (const char *[]){"test", ##__VA_ARGS__})

static void clear_environment(void)
{
    unsetenv("WAYFARE_DB");
    unsetenv("WAYFARE_HTTP_PORT");
    unsetenv("WAYFARE_TLS");
    unsetenv("WAYFARE_DB_PASSWORD_FILE");
    unsetenv("WAYFARE_CONFIG");
}

/* A file with this content and mode; removed when the arena ends. */
static void remove_file(void *path)
{
    unlink(path);
}

static char *file(const char *content, size_t n, mode_t mode)
{
    char *path = arena_strdup(unit_arena, "/tmp/test-conf-XXXXXX");
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, n), (ssize_t)n);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
    arena_own(unit_arena, path, remove_file);
    return path;
}

START_TEST(fallbacks_fill_what_nobody_sets)
{
    clear_environment();
    ck_assert_ptr_null(LOAD("--db=x"));
    ck_assert_str_eq(s.db, "x");
    ck_assert_int_eq(s.port, 80);
    ck_assert(!s.tls);
    ck_assert_str_eq(s.password, "");
}
END_TEST

START_TEST(option_beats_environment_beats_file)
{
    const char *text = "# comment\n\n db = from file \nhttp-port=1\ntls=true\n";

    clear_environment();
    setenv("WAYFARE_CONFIG", file(text, strlen(text), 0644), 1);
    ck_assert_ptr_null(LOAD());
    ck_assert_str_eq(s.db, "from file");
    ck_assert_int_eq(s.port, 1);
    ck_assert(s.tls);
    setenv("WAYFARE_HTTP_PORT", "2", 1);
    setenv("WAYFARE_DB", "from=environment", 1);
    ck_assert_ptr_null(LOAD("--http-port=3"));
    ck_assert_str_eq(s.db, "from=environment");
    ck_assert_int_eq(s.port, 3);
    ck_assert_ptr_null(LOAD("--db="));
    ck_assert_str_eq(s.db, "");
}
END_TEST

START_TEST(all_faults_are_reported_at_once)
{
    err_t e;

    clear_environment();
    setenv("WAYFARE_TLS", "yes", 1);
    setenv("WAYFARE_DB_PASSWORD_FILE", "/nonexistent/secret", 1);
    setenv("WAYFARE_CONFIG", file("nonsense\nwho=1\n", 15, 0644), 1);
    e = LOAD("--http-port=80x", "--what=1", "word", "--tls");
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    ck_assert_str_eq(e->code, "conf.invalid");
    ck_assert_ptr_nonnull(strstr(e->cause, "WAYFARE_DB is required"));
    ck_assert_ptr_nonnull(strstr(e->cause, "WAYFARE_HTTP_PORT is not an integer"));
    ck_assert_ptr_nonnull(strstr(e->cause, "WAYFARE_TLS is neither"));
    ck_assert_ptr_nonnull(strstr(e->cause, "/nonexistent/secret cannot be opened"));
    ck_assert_ptr_nonnull(strstr(e->cause, "--what is not an option"));
    ck_assert_ptr_nonnull(strstr(e->cause, "word is not of the form"));
    ck_assert_ptr_nonnull(strstr(e->cause, "--tls is not of the form"));
    ck_assert_ptr_nonnull(strstr(e->cause, "line 1 is not key=value"));
    ck_assert_ptr_nonnull(strstr(e->cause, "line 2 names no setting"));
}
END_TEST

START_TEST(a_missing_file_is_a_fault)
{
    err_t e;

    clear_environment();
    setenv("WAYFARE_CONFIG", "/nonexistent/conf", 1);
    e = LOAD("--db=x");
    ck_assert_ptr_nonnull(e);
    ck_assert_ptr_nonnull(strstr(e->cause, "/nonexistent/conf cannot be opened"));
    setenv("WAYFARE_CONFIG", "", 1);
    ck_assert_ptr_null(LOAD("--db=x"));
}
END_TEST

START_TEST(a_secret_is_read_from_its_file)
{
    clear_environment();
    setenv("WAYFARE_DB_PASSWORD_FILE", file("swordfish\n", 10, 0600), 1);
    ck_assert_ptr_null(LOAD("--db=x"));
    ck_assert_str_eq(s.password, "swordfish");
}
END_TEST

static const struct {
    const char *content;
    size_t n;
    mode_t mode;
    const char *secret; /* NULL: refused */
} secrets[] = {
    {"abc", 3, 0600, "abc"},       {"abc\n", 4, 0400, "abc"},
    {"abc\n\n", 5, 0600, "abc\n"}, /* only the last line feed */
    {" abc ", 5, 0600, " abc "},   {"", 0, 0600, NULL},
    {"\n", 1, 0600, NULL},         {"a\0c", 3, 0600, NULL},
    {"abc", 3, 0640, NULL},        {"abc", 3, 0604, NULL},
    {"abc", 3, 0660, NULL},        {"abc", 3, 0602, NULL},
};

START_TEST(a_secret_file_is_private_and_not_empty)
{
    const char *text = NULL;
    err_t e = conf_secret(unit_arena, file(secrets[_i].content, secrets[_i].n, secrets[_i].mode), &text);

    if (secrets[_i].secret != NULL) {
        ck_assert_ptr_null(e);
        ck_assert_str_eq(text, secrets[_i].secret);
        return;
    }
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "conf.secret");
    ck_assert_ptr_null(text);
}
END_TEST

START_TEST(a_secret_that_root_hands_over_may_be_of_our_group)
{
    const char *text = NULL, *path = file("abc", 3, 0440), *wide = file("abc", 3, 0444);
    err_t e = NULL, others = NULL;

    if (geteuid() != 0 || chown(path, 0, 65534) != 0 || setegid(65534) != 0 || seteuid(65534) != 0)
        return; /* only root can hand over */
    e = conf_secret(unit_arena, path, &text);
    others = conf_secret(unit_arena, wide, &text);
    ck_assert_int_eq(seteuid(0) | setegid(0), 0);
    ck_assert_ptr_null(e);
    ck_assert_ptr_nonnull(others);
}
END_TEST

START_TEST(a_secret_file_is_bounded_and_ordinary)
{
    const char *text = NULL;
    char *big = arena_alloc(unit_arena, 65537);

    memset(big, 'x', 65537);
    ck_assert_ptr_null(conf_secret(unit_arena, file(big, 65536, 0600), &text));
    ck_assert_ptr_nonnull(conf_secret(unit_arena, file(big, 65537, 0600), &text));
    ck_assert_ptr_nonnull(conf_secret(unit_arena, "/tmp", &text));
    ck_assert_ptr_nonnull(conf_secret(unit_arena, "/dev/zero", &text));
    ck_assert_ptr_nonnull(conf_secret(unit_arena, "/nonexistent", &text));
}
END_TEST

static void help(void *arg)
{
    err_t e = LOAD("--db=x", "--help");

    ck_assert_ptr_nonnull(e); /* not reached */
}

static void version(void *arg)
{
    err_t e = LOAD("--version");

    ck_assert_ptr_nonnull(e); /* not reached */
}

START_TEST(help_prints_the_table)
{
    char out[4096];

    clear_environment();
    ck_assert_int_eq(unit_child(help, NULL, out, sizeof(out)), 0);
    ck_assert_ptr_nonnull(strstr(out, "wayfare-test: Tests."));
    ck_assert_ptr_nonnull(strstr(out, "--db=…  WAYFARE_DB\n      database [required]\n"));
    ck_assert_ptr_nonnull(strstr(out, "--http-port=…  WAYFARE_HTTP_PORT\n      port [80]\n"));
    ck_assert_ptr_nonnull(strstr(out, "password (file)\n"));
}
END_TEST

START_TEST(version_prints_the_version)
{
    char out[256];

    clear_environment();
    ck_assert_int_eq(unit_child(version, NULL, out, sizeof(out)), 0);
    ck_assert_str_eq(out, "wayfare-test " WAYFARE_VERSION "\n");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *suite = suite_create("conf");

    UNIT_CASE(suite, "conf_load", fallbacks_fill_what_nobody_sets, option_beats_environment_beats_file,
              all_faults_are_reported_at_once, a_missing_file_is_a_fault, a_secret_is_read_from_its_file,
              help_prints_the_table, version_prints_the_version);
    UNIT_TABLE(suite, "conf_secret", secrets, a_secret_file_is_private_and_not_empty);
    UNIT_CASE(suite, "conf_secret", a_secret_file_is_bounded_and_ordinary,
              a_secret_that_root_hands_over_may_be_of_our_group);
    return suite;
}
