/*
 * audit.c - the audit trail of any service's database, as its worker role: is the chain whole, and what does
 * the processing log (Logboek Dataverwerkingen) get of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/audit_lines.h"
#include "ctl/commands.h"
#include "ctl/queries.h"
#include "ctl/session.h"

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
    struct ctl_audit_dropped *dropped;
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
    TRY(q_ctl_audit_dropped(tx, &dropped, &n));
    for (size_t i = 0; i < n; i++)
        printf(
            "%s was dropped on %s by %s: %" PRId64 " rows up to seal %" PRId64 ":%s%s\n", dropped[i].part,
            instant(c, dropped[i].dropped_at), dropped[i].dropped_by, dropped[i].rows, dropped[i].seal,
            dropped[i].hash,
            dropped[i].uncovered > 0
                ? arena_printf(c->arena, "; %" PRId64 " rows that stayed were under it", dropped[i].uncovered)
                : "");
    TRY(q_ctl_audit_head(tx, &head));
    if (head.from > 1)
        printf("computed anew from seal %" PRId64 " on; of those before it, how each follows on the other\n",
               head.from);
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

static err_t print(void *arg, const char *text, size_t n)
{
    struct ctl *c = arg;

    if (fwrite(text, 1, n, stdout) != n)
        return err_new(c->arena, ERR_UNAVAILABLE, "ctl.output", "the output cannot be written");
    return NULL;
}

static err_t export_run(struct ctl *c)
{
    int64_t from_us, to_us, lines;
    const char *key;
    struct ctx *x;
    struct tx *tx;

    TRY(time_option(c, "from", &from_us));
    TRY(time_option(c, "to", &to_us));
    TRY(audit_lines_key(c, ctl_option(c, "pseudonym-key"), &key));
    TRY(session_open(c, &x, &tx));
    TRY(audit_lines(x, tx, from_us, to_us, key, print, c, &lines));
    if (fflush(stdout) != 0)
        return err_new(c->arena, ERR_UNAVAILABLE, "ctl.output", "the output cannot be written");
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
