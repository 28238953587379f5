/*
 * reconcile.c - reconcile: after a database was put back to an earlier time, what the others sent it since
 * and what it sent before, put right from the journals of sent events; what names something that is gone,
 * told; then its programs are let in again.
 *
 * Each step may be repeated: an event that has a delivery, or is in the inbox, is not sent again.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/compare.h"
#include "ctl/contents.h"
#include "ctl/files.h"
#include "ctl/names.h"
#include "ctl/references.h"
#include "ctl/scripts.h"
#include "ctl/texts.h"
#include "io/db_script.h"

#define SIDES 8
#define TOLD_MAX 20

struct side {
    const char *service;
    struct service_names names;
    struct admin admin;
    const char *at; /* the moment that it was put back to, lately; NULL: it was not */
    bool closed;    /* and not reconciled yet */
};

struct reconcile {
    struct ctl *c;
    struct side sides[SIDES];
    size_t n;
    bool apply;
    size_t differences;
};

static err_t open_sides(struct reconcile *r)
{
    struct text_array all = names_services(), rows;

    for (size_t i = 0; i < all.n; i++) {
        struct side *s = &r->sides[r->n++];

        s->service = all.v[i];
        TRY(names_of(r->c->arena, s->service, &s->names));
        TRY(admin_open(r->c, r->c->arena, s->service, s->names.database, &s->admin));
        TRY(db_script_run(s->admin.db, "reconcile_restored.sql", embed_reconcile_restored_sql, &rows));
        if (rows.n > 0) {
            size_t n = strcspn(rows.v[0], " ");

            s->at = arena_strndup(r->c->arena, rows.v[0], n);
            s->closed = str_eq(rows.v[0] + n, " true");
            printf("%s was put back to %s%s\n", s->service, s->at, s->closed ? ", and is closed" : "");
        }
    }
    return NULL;
}

static struct side *side_of(struct reconcile *r, const char *service)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->sides[i].service, service))
            return &r->sides[i];
    return NULL;
}

static void tell(struct reconcile *r, const struct side *from, const struct side *to, const char *what,
                 struct text_array lines)
{
    if (lines.n == 0)
        return;
    printf("%s -> %s: %s: %s\n", from->service, to->service, what, counted(r->c->arena, lines));
    r->differences += lines.n;
}

static void tell_each(const char *what, struct text_array lines)
{
    for (size_t i = 0; i < lines.n && i < TOLD_MAX; i++)
        printf("  %s: %s\n", what, lines.v[i]);
    if (lines.n > TOLD_MAX)
        printf("  and %zu more\n", lines.n - TOLD_MAX);
}

static err_t filled(struct reconcile *r, const char *name, const char *script, const char *group,
                    const char *at, const char *old, const char **ret)
{
    return text_fill(r->c->arena, name, script,
                     (const char *const[]){"group", group, "source", group, "at", at, "old", old, NULL}, ret);
}

/* What the consumer had received since, and does not know of any more: sent once more. */
static err_t forgotten(struct reconcile *r, const struct side *from, const struct side *to)
{
    struct compared found;
    const char *list;

    TRY(filled(r, "reconcile_sent.sql", embed_reconcile_sent_sql, to->service, to->at, "", &list));
    TRY(compare(r->c->arena, &from->admin, list, &to->admin, "wf.inbox", "event_id", &found));
    tell(r, from, to, r->apply ? "forgotten, sent again" : "forgotten, can be sent again", found.missing);
    if (!r->apply)
        return NULL;
    return for_ids(r->c->arena, &from->admin, "reconcile_replay.sql", embed_reconcile_replay_sql, to->service,
                   found.missing);
}

/* What the producer believes is still to be sent. Beyond what an inbox remembers it cannot be told, and is
 * not sent. */
static err_t pending(struct reconcile *r, const struct side *from, const struct side *to, bool old)
{
    struct compared found;
    const char *list;

    TRY(filled(r, "reconcile_pending.sql", embed_reconcile_pending_sql, to->service, "",
               old ? "true" : "false", &list));
    TRY(compare(r->c->arena, &from->admin, list, &to->admin, "wf.inbox", "event_id", &found));
    tell(r, from, to, "received already, not sent again", found.present);
    tell(r, from, to,
         old ? "older than what the receiver remembers, not sent again" : "not received yet, will be sent",
         found.missing);
    if (old)
        tell_each("not sent", found.missing);
    if (!r->apply)
        return NULL;
    TRY(for_ids(r->c->arena, &from->admin, "reconcile_confirm.sql", embed_reconcile_confirm_sql, to->service,
                found.present));
    if (old)
        TRY(for_ids(r->c->arena, &from->admin, "reconcile_confirm.sql", embed_reconcile_confirm_sql,
                    to->service, found.missing));
    return NULL;
}

/* Effects of what the producer has forgotten: for people to decide. */
static err_t unknown(struct reconcile *r, const struct side *from, const struct side *to)
{
    struct compared found;
    const char *list;

    TRY(filled(r, "reconcile_received.sql", embed_reconcile_received_sql, from->service, from->at, "",
               &list));
    TRY(compare(r->c->arena, &to->admin, list, &from->admin, "wf.outbox", "id", &found));
    tell(r, from, to, "received and acted on, but the sender does not know of it any more", found.missing);
    tell_each("event, type, subject", found.missing);
    return NULL;
}

static err_t pair(struct reconcile *r, const struct side *from, const struct side *to)
{
    if (from->closed) {
        TRY(pending(r, from, to, false));
        TRY(pending(r, from, to, true));
        TRY(unknown(r, from, to));
    }
    return to->at != NULL ? forgotten(r, from, to) : NULL;
}

static err_t check_references(struct reconcile *r)
{
    for (const struct reference *f = references; f->from != NULL; f++) {
        struct side *from = side_of(r, f->from), *to = side_of(r, f->to);
        struct compared found;

        TRY(compare(r->c->arena, &from->admin, f->list, &to->admin, f->table, f->column, &found));
        tell(r, from, to, f->told, f->present ? found.present : found.missing);
        tell_each("id, kind, of", f->present ? found.present : found.missing);
    }
    return NULL;
}

/* What the store and the database do not agree on. */
static err_t check_contents(struct reconcile *r)
{
    struct side *s = side_of(r, CONTENTS_SERVICE);
    struct contents_compared found;
    struct contents *k;

    TRY(contents_open(r->c, &k));
    if (k == NULL) {
        printf("contents of documents were not looked at: --contents\n");
        return NULL;
    }
    TRY(contents_compare(r->c, k, &s->admin, &found));
    r->differences += found.lost.n + found.stray.n;
    if (found.lost.n > 0)
        printf("contents: %zu are not in the store; out of a backup that has them: wayfare-ctl restore "
               "--contents-only (deploy/runbooks/contents-lost.md)\n",
               found.lost.n);
    tell_each("object, document", found.lost);
    if (found.stray.n > 0)
        printf("contents: %zu objects (%lld bytes) are no document's: %s\n", found.stray.n,
               (long long)found.stray_bytes,
               r->apply
                   ? "left to the worker, which removes them when their days have passed"
                   : "--apply leaves them to the worker, which removes them when their days have passed");
    tell_each("object", found.stray);
    if (!r->apply)
        return NULL;
    return for_ids(r->c->arena, &s->admin, "contents_adopt.sql", embed_contents_adopt_sql, "", found.stray);
}

/* First the rights, then the mark: in between the next reconcile finds it still to do. */
static err_t let_in(struct reconcile *r, struct side *s)
{
    const char *grants;

    TRY(db_script_run(s->admin.db, "reconcile_again.sql", embed_reconcile_again_sql, NULL));
    if (str_eq(s->service, "notifications"))
        TRY(db_script_run(s->admin.db, "reconcile_messages.sql", embed_reconcile_messages_sql, NULL));
    TRY(names_fill(r->c->arena, "database_grants.sql", embed_database_grants_sql, &s->names, &grants));
    TRY(db_script_run(s->admin.db, "database_grants.sql", grants, NULL));
    TRY(db_script_run(s->admin.db, "reconcile_open.sql", embed_reconcile_open_sql, NULL));
    printf("%s is open: its programs can be started\n", s->service);
    return NULL;
}

static err_t run(struct ctl *c)
{
    struct reconcile r = {.c = c, .apply = ctl_flag(c, "apply")};

    TRY(open_sides(&r));
    for (size_t i = 0; i < r.n; i++)
        for (size_t k = 0; k < r.n; k++)
            if (i != k) /* what a service sends itself was put back with it */
                TRY(pair(&r, &r.sides[i], &r.sides[k]));
    TRY(check_references(&r));
    TRY(check_contents(&r));
    printf("%zu differences\n", r.differences);
    if (r.apply)
        for (size_t i = 0; i < r.n; i++)
            if (r.sides[i].closed)
                TRY(let_in(&r, &r.sides[i]));
    return NULL;
}

const struct command ctl_reconcile = {
    .words = "reconcile",
    .about = "After a restore: tells what the services do not agree on, sends again what was forgotten "
             "(--apply), and lets the programs in.",
    .options = {ADMIN_OPTIONS,
                CONTENTS_OPTIONS,
                {"apply", NULL, NULL, "put right what can be, and open the restored databases", false,
                 false}},
    .run = run,
};
