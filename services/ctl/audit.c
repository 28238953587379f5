/*
 * audit.c - the audit trail of any service's database, as its worker role: is the chain whole, and what does
 * the processing log (Logboek Dataverwerkingen) get of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/commands.h"
#include "ctl/queries.h"
#include "ctl/session.h"
#include "web/auth_secret.h"

#define WINDOW 10000 /* transactions at once */

static const char *instant(struct ctl *c, int64_t us)
{
    char *text = arena_alloc(c->arena, 32);

    date_format_instant(us, text);
    return text;
}

/* ---- verify ---- */

/* A head as the relay's log has it, NO:HASH: the chain must still hold that seal. */
static err_t head_check(struct ctl *c, struct tx *tx, const char *head, bool *ret_broken)
{
    const char *colon = strchr(head, ':');
    struct ctl_audit_seal seal;
    int64_t no;
    bool found;

    if (colon == NULL || strlen(colon + 1) != 64 ||
        !str_to_i64(arena_strndup(c->arena, head, (size_t)(colon - head)), 1, INT64_MAX, &no))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--head is NUMBER:HASH, as the log says them");
    TRY(q_ctl_audit_seal(tx, no, &found, &seal));
    if (found && str_eq(seal.hash, colon + 1))
        return NULL;
    printf("seal %" PRId64 " %s\n", no, found ? "is another than the log knows" : "is gone");
    *ret_broken = true;
    return NULL;
}

static err_t verify(struct ctl *c)
{
    struct text_array heads = ctl_options(c, "head");
    struct ctl_audit_broken *seals;
    struct ctl_audit_head head;
    bool broken = false;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_audit_broken(tx, &seals, &n));
    for (size_t i = 0; i < n; i++)
        printf("seal %" PRId64 " of %s is not true: %" PRId64 " rows were sealed, %" PRId64 " are there\n",
               seals[i].no, instant(c, seals[i].sealed_at), seals[i].rows, seals[i].present);
    broken = n > 0;
    for (size_t i = 0; i < heads.n; i++)
        TRY(head_check(c, tx, heads.v[i], &broken));
    TRY(q_ctl_audit_head(tx, &head));
    printf("%" PRId64 " seals over %" PRId64 " rows, %" PRId64 " rows not sealed yet\nhead %" PRId64 ":%s\n",
           head.seals, head.rows, head.unsealed, head.last, head.hash);
    TRY(session_commit(x));
    return broken ? err_new(c->arena, ERR_CONFLICT, "ctl.audit", "the audit trail has been changed") : NULL;
}

const struct command ctl_audit_verify = {
    .words = "audit verify",
    .about = "Computes the chain of the audit trail anew; exit status 1 if a row or a seal was changed, "
             "taken away or put in.",
    .options = {{"head", "NO:HASH", NULL,
                 "a head that the relay has logged (audit.sealed); it must still be there", false, true},
                SESSION_OPTIONS},
    .run = verify,
};

/* ---- export ---- */

static err_t time_option(struct ctl *c, const char *name, int64_t *ret_us)
{
    const char *text = ctl_option(c, name);

    if (date_parse_instant(text, ret_us))
        return NULL;
    return err_new(c->arena, ERR_INVALID, "ctl.usage", "--%s is an instant, as 2026-03-17T00:00:00Z", name);
}

static void member(struct buf *out, const char *name, const char *value)
{
    if (out->p[out->n - 1] != '{')
        buf_putc(out, ',');
    json_write_text(out, name);
    buf_putc(out, ':');
    json_write_text(out, value);
}

/* The parts of traceparent, or "" each. */
static void trace_members(struct arena *a, struct buf *out, const char *trace)
{
    bool whole = strlen(trace) == 55;

    member(out, "trace_id", whole ? arena_strndup(a, trace + 3, 32) : "");
    member(out, "span_id", whole ? arena_strndup(a, trace + 36, 16) : "");
}

/* One line: who did what to one subject, whose identifier is a keyed hash. */
static void line(struct ctl *c, const struct ctl_audit_row *row, struct uuid subject, const char *key,
                 struct buf *out)
{
    struct bytes hash = secret_hash(c->arena, key, uuid_text(c->arena, subject));
    char hex[65];

    str_hex(hex, hash.p, 32);
    buf_putc(out, '{');
    trace_members(c->arena, out, row->trace);
    member(out, "name", row->operation);
    member(out, "start_time", instant(c, row->at));
    member(out, "status", "Ok");
    buf_puts(out, ",\"attributes\":{");
    member(out, "dpl.core.processing_activity_id",
           arena_printf(c->arena, "urn:wayfare:activity:%s", row->purpose));
    member(out, "dpl.core.data_subject_id", hex);
    member(out, "dpl.core.data_subject_id_type", row->kind);
    member(out, "wayfare.action", row->action);
    member(out, "wayfare.fields", row->fields);
    member(out, "wayfare.organisation", row->org);
    member(out, "wayfare.client", row->client);
    member(out, "wayfare.actor", row->actor);
    member(out, "wayfare.request_id", row->request_id);
    buf_puts(out, "}}\n");
}

static err_t export_rows(struct ctl *c, const struct ctl_audit_row *rows, size_t n, const char *key,
                         int64_t *lines)
{
    struct arena *whole = c->arena;

    for (size_t i = 0; i < n; i++) {
        struct buf out;

        c->arena = arena_new(); /* a window may have many thousand rows */
        buf_init(&out, c->arena, 1024);
        if (rows[i].object.set)
            line(c, &rows[i], rows[i].object.v, key, &out);
        for (size_t k = 0; k < rows[i].objects.n; k++)
            line(c, &rows[i], rows[i].objects.v[k], key, &out);
        *lines += (rows[i].object.set ? 1 : 0) + (int64_t)rows[i].objects.n;
        fputs(buf_text(&out), stdout);
        arena_free(c->arena);
        c->arena = whole;
    }
    if (fflush(stdout) != 0)
        return err_new(c->arena, ERR_UNAVAILABLE, "ctl.output", "the output cannot be written");
    return NULL;
}

static err_t export_run(struct ctl *c)
{
    struct ctl_audit_span span;
    struct ctl_audit_row *rows;
    int64_t from_us, to_us, lines = 0;
    const char *key;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(time_option(c, "from", &from_us));
    TRY(time_option(c, "to", &to_us));
    TRY(conf_secret(c->arena, ctl_option(c, "pseudonym-key"), &key));
    if (strlen(key) < 32)
        return err_new(c->arena, ERR_INVALID, "ctl.key", "the pseudonym key has fewer than 32 characters");
    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_audit_span(tx, from_us, to_us, &span));
    for (int64_t at = span.first; at <= span.last; at += WINDOW) {
        TRY(q_ctl_audit_page(tx, at, at + WINDOW, from_us, to_us, &rows, &n));
        TRY(export_rows(c, rows, n, key, &lines));
    }
    TRY(session_commit(x));
    fprintf(stderr, "%" PRId64 " lines\n", lines);
    return NULL;
}

const struct command ctl_audit_export = {
    .words = "audit export",
    .about =
        "Writes the processing log: JSON lines, one for each subject and action, subjects pseudonymised.",
    .options = {{"from", "INSTANT", NULL, "what happened then and later", true, false},
                {"to", "INSTANT", NULL, "and before then", true, false},
                {"pseudonym-key", "FILE", NULL,
                 "secret of the pseudonyms, at least 32 characters; the same key gives the same", true,
                 false},
                SESSION_OPTIONS},
    .run = export_run,
};
