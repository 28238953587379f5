/* audit_lines.c - see audit_lines.h */
#include "ctl/audit_lines.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/options.h"
#include "ctl/queries.h"
#include "web/auth_secret.h"

#define WINDOW 10000 /* transactions at once */

err_t audit_lines_key(struct ctl *c, const char *file, const char **ret)
{
    TRY(conf_secret(c->arena, file, ret));
    if (strlen(*ret) < 32)
        return err_new(c->arena, ERR_INVALID, "ctl.key", "the pseudonym key has fewer than 32 characters");
    return NULL;
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
static void line(struct arena *a, const struct ctl_audit_row *row, struct uuid subject, const char *key,
                 struct buf *out)
{
    struct bytes hash = secret_hash(a, key, uuid_text(a, subject));
    char hex[65], start[32];

    date_format_instant(row->at, start);
    str_hex(hex, hash.p, 32);
    buf_putc(out, '{');
    trace_members(a, out, row->trace);
    member(out, "name", row->operation);
    member(out, "start_time", start);
    member(out, "status", "Ok");
    buf_puts(out, ",\"attributes\":{");
    member(out, "dpl.core.processing_activity_id", arena_printf(a, "urn:wayfare:activity:%s", row->purpose));
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

static err_t rows_lines(const struct ctl_audit_row *rows, size_t n, const char *key, audit_lines_fn *fn,
                        void *arg, int64_t *lines)
{
    err_t e = NULL;

    for (size_t i = 0; e == NULL && i < n; i++) {
        struct arena *a = arena_new(); /* a window may have many thousand rows */
        struct buf out;

        buf_init(&out, a, 1024);
        if (rows[i].object.set)
            line(a, &rows[i], rows[i].object.v, key, &out);
        for (size_t k = 0; k < rows[i].objects.n; k++)
            line(a, &rows[i], rows[i].objects.v[k], key, &out);
        *lines += (rows[i].object.set ? 1 : 0) + (int64_t)rows[i].objects.n;
        e = fn(arg, out.p, out.n);
        arena_free(a);
    }
    return e;
}

err_t audit_lines(struct ctx *x, struct tx *tx, int64_t from_us, int64_t to_us, const char *key,
                  audit_lines_fn *fn, void *arg, int64_t *ret_lines)
{
    struct arena *whole = x->arena;
    struct ctl_audit_span span;
    struct ctl_audit_row *rows;
    size_t n;

    *ret_lines = 0;
    TRY(q_ctl_audit_span(tx, from_us, to_us, &span));
    for (int64_t at = span.first; at <= span.last; at += WINDOW) {
        x->arena =
            arena_new(); /* a month has more rows than memory; not freed under an error that is in it */
        TRY(q_ctl_audit_page(tx, at, at + WINDOW, from_us, to_us, &rows, &n));
        TRY(rows_lines(rows, n, key, fn, arg, ret_lines));
        arena_free(x->arena);
        x->arena = whole;
    }
    return NULL;
}
