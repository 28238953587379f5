/*
 * keeper.c - a consumer for tests. The event's mode says how its effect goes until its thing is in the table
 * allowed: gated fails after its row was inserted, broken breaks the transaction, cut loses its connection,
 * crash ends the process.
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "app/audit.h"
#include "app/inbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "queries.h"

ERR_DEFINE(err_gated, ERR_CONFLICT, "keeper.gated", "Not allowed yet.");

static err_t keep(struct ctx *x, const struct inbox_event *e)
{
    const char *mode = json_member_text(e->data, "mode");
    int32_t n = (int32_t)json_member_i64(e->data, "n", 0);
    struct allowed allowed;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_allowed(tx, e->subject, &allowed));
    q_effect_add(tx, e->subject, e->key, n);
    audit_write(tx, "thing", e->subject, "create", "[\"n\"]");
    if (allowed.yes || str_eq(mode, "ok"))
        return NULL;
    if (str_eq(mode, "crash")) {
        TRY(tx_sync(tx));
        kill(getpid(), SIGKILL);
    }
    if (str_eq(mode, "broken"))
        q_effect_broken(tx, e->subject); /* row-level security refuses it */
    if (str_eq(mode, "cut"))
        tx_rollback(x);
    return str_eq(mode, "broken") ? NULL : err_gated;
}

static err_t keep_due(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_effect_add(tx, e->subject, e->key, 0);
    return NULL;
}

/* Reads a list of things in a transaction for reading, and one of them on the shared lane. */
static err_t look(struct ctx *x, size_t *ret_done)
{
    struct effect_row *rows;
    struct ctx list = *x;
    struct tx *tx;
    size_t n;

    worker_act_for(x, "coa");
    list.who = x->who;
    TRY(db_begin_read(&list, &tx));
    TRY(q_effect_list(tx, &rows, &n));
    audit_rows(tx, "thing", rows, n, sizeof(*rows), offsetof(struct effect_row, thing));
    TRY(tx_commit(&list));
    if (n == 0)
        return NULL;
    TRY(db_read(x, &tx));
    TRY(q_effect_one(tx, rows[0].thing, &rows[0]));
    audit_read(tx, "thing", rows[0].thing, "");
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct inbox_handler handlers[] = {{"maker.thing.made", keep},
                                                    {"maker.thing.passed", keep},
                                                    {"maker.due.later", keep_due},
                                                    {NULL, NULL}};
    static const struct work works[] = {{.name = "look", .run_once = look, .tick_us = 300 * 1000}};
    static const struct inbox_worker worker = {.name = "keeper-worker",
                                               .about = "keeps what comes of events",
                                               .service = "keeper",
                                               .handlers = handlers,
                                               .works = works,
                                               .nworks = LENGTH(works)};

    return inbox_worker_main(argc, argv, &worker);
}
