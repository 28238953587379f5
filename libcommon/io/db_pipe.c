/*
 * db_pipe.c - a connection's pipeline: a ring of slots says whose result comes next.
 *
 * libpq gives for each statement one result and then NULL, for each Sync one result without NULL; behind a
 * failed statement PGRES_PIPELINE_ABORTED up to the Sync. A cancelled request leaves its slots here with no
 * owner: they swallow what was meant for it.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/db_internal.h"

enum { IDLE_IN_TX_US = 60 * 1000 * 1000 /* for a process that hangs: its locks end some time */ };

/* All parameters and all results are binary. */
static const int all_binary[] = {[0 ... 255] = 1};

/* ---- slots ---- */

static void grow(struct conn *c)
{
    size_t size = c->size ? c->size * 2 : 64;
    struct slot *bigger = calloc(size, sizeof *bigger);

    if (!bigger)
        abort();
    for (size_t i = 0; i < c->nslots; i++)
        bigger[i] = c->slots[(c->first + i) & (c->size - 1)];
    free(c->slots);
    c->slots = bigger;
    c->size = size;
    c->first = 0;
}

static void push(struct conn *c, struct slot slot)
{
    if (c->nslots == c->size)
        grow(c);
    if (c->nslots == 0)
        c->heard_us = clock_mono_us();
    c->slots[(c->first + c->nslots++) & (c->size - 1)] = slot;
    if (slot.tx)
        slot.tx->outstanding++;
}

static void pop(struct conn *c)
{
    struct slot slot = c->slots[c->first];

    c->first = (c->first + 1) & (c->size - 1);
    c->nslots--;
    c->heard_us = clock_mono_us();
    if (slot.tx)
        tx_slot_done(slot.tx);
    else if (slot.posted && slot.kind == SLOT_SYNC)
        posts_answered(c);
}

void pipe_forget(struct conn *c, const struct tx *tx)
{
    for (size_t i = 0; i < c->nslots; i++) {
        struct slot *slot = &c->slots[(c->first + i) & (c->size - 1)];

        if (slot->tx == tx) {
            slot->tx = NULL;
            slot->p = NULL;
        }
    }
}

void pipe_fail(struct conn *c, err_t e)
{
    for (size_t i = 0; i < c->nslots; i++) {
        struct slot *slot = &c->slots[(c->first + i) & (c->size - 1)];

        if (slot->tx)
            tx_conn_lost(slot->tx, e); /* the same for its other slots: harmless */
        else if (slot->posted && slot->kind == SLOT_RUN)
            log_err(LOG_ERROR, NULL, "posted statement lost", e);
    }
    c->nslots = 0;
    posts_lost(c);
}

/* ---- prepared statements ---- */

static struct prep *prep_of(struct conn *c, uint32_t index)
{
    if (index == TEXT_UNNAMED)
        return NULL;
    if (index >= c->npreps) {
        size_t n = index + 64;

        c->preps = realloc(c->preps, n * sizeof *c->preps);
        if (!c->preps)
            abort();
        memset(c->preps + c->npreps, 0, (n - c->npreps) * sizeof *c->preps);
        c->npreps = n;
    }
    return &c->preps[index];
}

/* The name under which the connection knows it; "" if it is parsed anew each time. */
static const char *name_of(const struct text *t, const struct prep *prep, char *space, size_t bytes)
{
    if (!prep || prep->state == PREP_UNKNOWN)
        return "";
    if (!prep->again)
        return t->name;
    snprintf(space, bytes, "%s~%u", t->name, prep->again);
    return space;
}

bool pipe_can_name(struct conn *c, const struct pending *p)
{
    unsigned lists = c->nlists;

    for (; p; p = p->next) {
        if (p->text->index == TEXT_UNNAMED)
            return false;
        lists += p->text->s->list && prep_of(c, p->text->index)->state == PREP_UNKNOWN;
    }
    return lists <= DB_MAX_LISTS;
}

bool pipe_prepare(struct conn *c, struct tx *tx, struct pending *p)
{
    struct text *t = p->text;
    struct prep *prep = prep_of(c, t->index);
    char space[DB_MAX_NAME + 8];

    if (prep && prep->state != PREP_UNKNOWN)
        return true;
    if (prep && t->s->list && c->nlists >= DB_MAX_LISTS && !c->lane->shared) /* there: pipe_can_name */
        prep = NULL;
    if (!segment_end(c))
        return false;
    if (prep) {
        prep->state = PREP_IN_FLIGHT;
        c->nlists += t->s->list != NULL;
    }
    if (!PQsendPrepare(c->pg, name_of(t, prep, space, sizeof space), t->sql, t->nparams, t->types))
        return false;
    push(c, (struct slot){.kind = SLOT_PREPARE,
                          .tx = c->lane->shared ? NULL : tx,
                          .p = c->lane->shared ? NULL : p,
                          .text = prep ? t->index : TEXT_UNNAMED,
                          .said = prep ? t : NULL});
    /* On a shared connection it must not fall with a failing segment: others count on it already. */
    return !c->lane->shared || pipe_sync(c, NULL);
}

bool pipe_run(struct conn *c, struct tx *tx, struct pending *p)
{
    struct text *t = p->text;
    char space[DB_MAX_NAME + 8];
    const char *name = name_of(t, prep_of(c, t->index), space, sizeof space);

    _Static_assert(sizeof all_binary / sizeof all_binary[0] >= 131,
                   "for the most parameters that wire_encode takes");
    if (!PQsendQueryPrepared(c->pg, name, t->nparams, p->values, p->lengths, all_binary, 1))
        return false;
    push(c, (struct slot){.kind = SLOT_RUN,
                          .posted = !tx,
                          .tx = tx,
                          .p = tx ? p : NULL,
                          .text = t->index,
                          .said = tx ? NULL : t});
    c->db->stats.statements++;
    return true;
}

static bool sync(struct conn *c, struct slot slot)
{
    if (!PQpipelineSync(c->pg))
        return false;
    push(c, slot);
    return true;
}

bool pipe_sync(struct conn *c, struct tx *tx)
{
    return sync(c, (struct slot){.kind = SLOT_SYNC, .tx = tx, .text = TEXT_UNNAMED});
}

bool pipe_sync_posts(struct conn *c)
{
    return sync(c, (struct slot){.kind = SLOT_SYNC, .posted = true, .text = TEXT_UNNAMED});
}

/*
 * Settings of the session; those of a transaction come with each segment. What reads by key is planned once
 * for each connection: policies within policies take longer to plan than to run, and by default PostgreSQL
 * plans the first five runs anew. A list keeps the choice, as its plan depends on the limit.
 */
bool pipe_setup(struct conn *c)
{
    static const char sql[] =
        "SELECT set_config('statement_timeout', $1, false), set_config('synchronous_commit', $2, false),"
        " set_config('idle_in_transaction_session_timeout', $3, false),"
        " set_config('client_connection_check_interval', '2s', false),"
        " set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false),"
        " set_config('plan_cache_mode', $4, false)";
    bool shared = c->lane->shared;
    char timeout[32], idle[32];
    const char *values[] = {timeout, shared ? "off" : "on", idle,
                            c->lane == &c->db->shared ? "force_generic_plan" : "auto"};

    snprintf(timeout, sizeof timeout, "%lldms", (long long)(c->lane->timeout_us / 1000));
    snprintf(idle, sizeof idle, "%lldms", (long long)(IDLE_IN_TX_US / 1000 + c->db->own.timeout_us / 1000));
    if (!PQsendQueryParams(c->pg, sql, LENGTH(values), NULL, values, NULL, NULL, 1))
        return false;
    push(c, (struct slot){.kind = SLOT_SETUP, .text = TEXT_UNNAMED});
    return pipe_sync(c, NULL);
}

bool pipe_rollback(struct conn *c, bool sync_first)
{
    if (sync_first && !pipe_sync(c, NULL))
        return false;
    if (!PQsendQueryParams(c->pg, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1))
        return false;
    push(c, (struct slot){.kind = SLOT_RUN, .text = TEXT_UNNAMED});
    return pipe_sync(c, NULL);
}

/* ---- results ---- */

static void prepare_answered(struct conn *c, const struct slot *slot, const PGresult *r)
{
    struct prep *prep = prep_of(c, slot->text);
    struct text *t = slot->said;
    const char *state;

    if (PQresultStatus(r) == PGRES_COMMAND_OK) {
        if (prep)
            prep->state = PREP_READY;
        if (t)
            t->fault_state[0] = '\0';
        return;
    }
    if (prep) {
        prep->state = PREP_UNKNOWN;
        if (t && t->s->list)
            c->nlists--;
    }
    if (PQresultStatus(r) != PGRES_FATAL_ERROR)
        return; /* skipped behind a failure */
    state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (prep && state && strcmp(state, "42P05") == 0)
        prep->again++; /* the name is taken */
    if (t && state) {
        snprintf(t->fault_state, sizeof t->fault_state, "%s", state);
        snprintf(t->fault, sizeof t->fault, "%s", PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
    }
}

static void run_answered(struct conn *c, const struct slot *slot, const PGresult *r)
{
    struct prep *prep = prep_of(c, slot->text);

    if (PQresultStatus(r) != PGRES_FATAL_ERROR)
        return;
    c->db->stats.errors++;
    if (prep && prep->state == PREP_READY && db_error_is_stale(r)) {
        prep->state = PREP_UNKNOWN;
        prep->again++; /* the old one may be there still: another name */
    }
    c->post_failed |= slot->posted;
    if (slot->posted)
        db_error_log("posted statement failed", slot->said ? slot->said->s->name : "", r);
}

/* False if the connection is lost by it. */
static bool take_result(struct conn *c, PGresult *r)
{
    struct slot *slot = &c->slots[c->first];
    bool sync = PQresultStatus(r) == PGRES_PIPELINE_SYNC, ends;

    slot->answered = true;
    if (sync != (slot->kind == SLOT_SYNC) &&
        !(slot->kind == SLOT_SYNC && PQresultStatus(r) == PGRES_FATAL_ERROR)) {
        PQclear(r);
        conn_lost(c, "results out of step");
        return false;
    }
    if (slot->kind == SLOT_PREPARE)
        prepare_answered(c, slot, r);
    else if (slot->kind == SLOT_RUN)
        run_answered(c, slot, r);
    else if (slot->kind == SLOT_SETUP && PQresultStatus(r) != PGRES_TUPLES_OK) {
        char why[256];

        snprintf(why, sizeof why, "setting up: %s", PQresultErrorMessage(r));
        PQclear(r);
        conn_lost(c, why);
        return false;
    } else if (slot->kind == SLOT_SYNC && slot->posted && !sync) {
        c->post_failed = true; /* a constraint that is looked at in the end */
        db_error_log("posted statement failed", "", r);
    }
    /* Those whose slots are done would be woken, and take it again. */
    ends = c->lane->shared && db_error_is_fatal(r);
    if (slot->tx && !sync && !(slot->kind == SLOT_PREPARE && PQresultStatus(r) == PGRES_COMMAND_OK))
        tx_result(slot->tx, slot->p, r); /* takes r */
    else
        PQclear(r);
    if (ends)
        conn_lost(c, "ended by the server");
    else if (sync)
        pop(c);
    return !ends;
}

void pipe_results(struct conn *c)
{
    while (c->pg && c->nslots > 0 && !PQisBusy(c->pg)) {
        struct slot *slot = &c->slots[c->first];
        PGresult *r = PQgetResult(c->pg);

        if (r) {
            if (!take_result(c, r))
                return;
        } else if (!slot->answered) {
            conn_lost(c, PQerrorMessage(c->pg));
            return;
        } else if (slot->kind == SLOT_SYNC) {
            slot->answered = false; /* that was a failure at the Sync; its own result comes yet */
        } else {
            pop(c);
        }
    }
    if (!c->pg || c->nslots > 0)
        return;
    if (c->state != CONN_CLEANING)
        return;
    if (PQtransactionStatus(c->pg) == PQTRANS_IDLE)
        conn_free_for_next(c);
    else if (pipe_rollback(c, false)) /* it was skipped behind a failure */
        conn_flush(c);
    else
        conn_lost(c, PQerrorMessage(c->pg));
}
