/* db_fixture.h - a database with rows of two organisations under row-level security, for the tests of io/db.
 */
#pragma once

#include <check.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"

extern struct loop *l;
extern struct db *db;

/* Plain SQL by psql's library, as the server's superuser; what it returns (first column of the first row) is
 * copied. */
const char *sql(const char *text);

/* Makes schema t, role tester and the rows; loop, coroutines and the database as tester. */
void db_set_up(void);
void db_tear_down(void);
/* Closes db and opens it with other options; waits until each lane works. */
void db_open_with(struct db_options o);
void db_open_away(struct db_options o); /* does not wait */
struct db_options db_defaults(void);

/* A request's ctx in an arena of its own. */
struct job {
    struct ctx x;
    struct principal who;
    void (*fn)(struct job *j);
    int n;         /* the test's */
    err_t e;       /* the test's */
    const char *s; /* the test's */
};
void job_begin(struct job *j, const char *organisation);
void job_end(struct job *j); /* rolls back */
/* Runs fn in a coroutine with a ctx of the organisation; job_end follows. */
void job_start(struct job *j, const char *organisation, void (*fn)(struct job *j));
/* Polls until no coroutine is left. */
void run_all(void);
/* Runs fn in a coroutine and waits for its end. */
void in_job(const char *organisation, void (*fn)(struct job *j));

/* 0…: the same id each time. */
struct uuid id_of(int n);

#define OK(expr)                                                                                             \
    do {                                                                                                     \
        err_t ok_err_ = (expr);                                                                              \
        ck_assert_msg(!ok_err_, "%s: %s %s (%s)", #expr, ok_err_->code, ok_err_->detail,                     \
                      ok_err_->cause ? ok_err_->cause : "");                                                 \
    } while (0)
#define FAILS(expr, kind_, code_)                                                                            \
    do {                                                                                                     \
        err_t fails_err_ = (expr);                                                                           \
        ck_assert_msg(fails_err_ != NULL, "%s: no error", #expr);                                            \
        ck_assert_msg(fails_err_->kind == (kind_) && strcmp(fails_err_->code, (code_)) == 0,                 \
                      "%s: %s %s (%s)", #expr, err_kind_name(fails_err_->kind), fails_err_->code,            \
                      fails_err_->cause ? fails_err_->cause : "");                                           \
    } while (0)
