/*
 * restore.c - restore: a database out of a backup, beside the one in use, and then in its place, in one
 * transaction of the cluster.
 *
 * Whatever ends this program before that leaves the database in use as it was; what lies beside it is taken
 * away by the next restore. Afterwards the programs of the service cannot connect until reconcile has let
 * them in: what the others have sent and received since is to be put right first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/contents.h"
#include "ctl/files.h"
#include "ctl/manifest.h"
#include "ctl/names.h"
#include "ctl/rewind.h"
#include "ctl/scripts.h"
#include "ctl/texts.h"
#include "ctl/tool.h"
#include "io/db_script.h"

#define ADVANCE_MAX 5000000 /* some seconds */
#define GAP "1000"          /* left in sequences where it is not known how far they had come */

struct restore {
    struct ctl *c;
    struct arena *arena;
    struct backup_part part;
    const char *dump;
    struct service_names names;
    struct admin admin; /* the database "postgres" of the service's cluster */
    const char *fresh;  /* the database that is filled */
    const char *former; /* what the one in use is called afterwards; NULL: there is none */
};

static err_t script(struct restore *r, const char *name, const char *text, struct text_array *ret_rows)
{
    return admin_run(r->arena, &r->admin, name, text,
                     (const char *const[]){"database", r->names.database, "owner", r->names.owner, "service",
                                           r->names.role, "worker", r->names.worker, "new", r->fresh,
                                           "former", r->former != NULL ? r->former : "", NULL},
                     ret_rows);
}

static err_t advance(struct restore *r, int64_t cluster_xid)
{
    int64_t ahead = r->part.xid - cluster_xid;

    if (ahead <= 0)
        return NULL;
    if (ahead > ADVANCE_MAX)
        return err_new(
            r->arena, ERR_CONFLICT, "restore.young",
            "the cluster is younger than the backup by %" PRId64
            " transactions, and its ids have to come after: stop it, run pg_resetwal --epoch=%" PRId64
            " on its data folder, start it, and restore again",
            ahead, (r->part.xid >> 32) + 1);
    return admin_run(r->arena, &r->admin, "restore_advance.sql", embed_restore_advance_sql,
                     (const char *const[]){"xid", arena_printf(r->arena, "%" PRId64, r->part.xid), NULL},
                     NULL);
}

static err_t check_cluster(struct restore *r)
{
    char *rest;
    const char *cluster, *version, *lacking, *xid;
    int64_t version_number, xid_number;
    struct text_array rows;

    TRY(script(r, "restore_cluster.sql", embed_restore_cluster_sql, &rows));
    rest = arena_strdup(r->arena, rows.v[0]);
    cluster = strsep(&rest, " ");
    version = strsep(&rest, " ");
    lacking = strsep(&rest, " ");
    xid = strsep(&rest, " ");
    if (!str_to_i64(version, 0, INT64_MAX, &version_number) || !str_to_i64(xid, 0, INT64_MAX, &xid_number))
        return err_new(r->arena, ERR_BUG, "restore.cluster", "the server's answer is not understood");
    if (!str_eq(cluster, r->part.cluster) && !ctl_flag(r->c, "other-cluster"))
        return err_new(r->arena, ERR_CONFLICT, "restore.foreign",
                       "the backup is of another cluster (%s, this is %s); if that is meant: --other-cluster",
                       r->part.cluster, cluster);
    if (version_number / 10000 < r->part.version / 10000)
        return err_new(r->arena, ERR_CONFLICT, "restore.older",
                       "the server is PostgreSQL %d, older than the backup's %d",
                       (int)(version_number / 10000), (int)(r->part.version / 10000));
    if (!str_eq(lacking, "-"))
        return err_new(
            r->arena, ERR_CONFLICT, "restore.roles",
            "these roles are not there: %s; make them first: wayfare-ctl database create --service %s",
            lacking, r->names.service);
    return advance(r, xid_number);
}

/* Nobody works in it: a restore under running programs would end with their answers in the wrong past. */
static err_t check_unused(struct restore *r)
{
    struct text_array users;
    struct buf who;

    TRY(script(r, "restore_users.sql", embed_restore_users_sql, &users));
    if (users.n == 0)
        return NULL;
    buf_init(&who, r->arena, 256);
    for (size_t i = 0; i < users.n; i++)
        buf_printf(&who, "%s%s", i > 0 ? ", " : "", users.v[i]);
    return err_new(r->arena, ERR_CONFLICT, "restore.inUse",
                   "%s is in use by %s; stop the programs of %s first, the gateway may go on",
                   r->names.database, buf_text(&who), r->names.service);
}

/* What is there goes aside only when that is meant. */
static err_t check_consent(struct restore *r)
{
    struct arena *a = arena_new(); /* so that the connection is closed before the database is renamed */
    struct text_array rows;
    struct admin ad;
    err_t e = admin_open(r->c, a, r->names.service, r->names.database, &ad);

    if (e == NULL)
        e = db_script_run(ad.db, "restore_holds.sql", embed_restore_holds_sql, &rows);
    if (e != NULL)
        e = err_new(r->arena, e->kind, e->code, "%s", e->detail);
    else if (!str_eq(rows.v[0], "0") && !ctl_flag(r->c, "replace"))
        e = err_new(
            r->arena, ERR_CONFLICT, "restore.notEmpty",
            "%s holds %s tables; nothing was changed. If the backup is to take its place (it stays beside, "
            "under another name): --replace",
            r->names.database, rows.v[0]);
    arena_free(a);
    return e;
}

static const char *former_name(const struct restore *r)
{
    char stamp[32], *digits = stamp;

    date_format_instant(clock_now_us(), stamp);
    for (const char *p = stamp; *p != '\0' && *p != '.'; p++)
        if (*p >= '0' && *p <= '9')
            *digits++ = *p;
    *digits = '\0';
    return arena_printf(r->arena, "%s_before_%s", r->names.database, stamp);
}

static err_t begin(struct restore *r)
{
    struct text_array rows;

    TRY(names_of(r->arena, r->part.service, &r->names));
    r->fresh = arena_printf(r->arena, "%s_restoring", r->names.database);
    TRY(admin_open(r->c, r->arena, r->names.service, "postgres", &r->admin));
    TRY(db_script_run(r->admin.db, "restore_lock.sql", embed_restore_lock_sql, &rows));
    if (!str_eq(rows.v[0], "true"))
        return err_new(r->arena, ERR_CONFLICT, "restore.running", "another restore is under way");
    TRY(check_cluster(r));
    TRY(check_unused(r));
    TRY(script(r, "database_exists.sql", embed_database_exists_sql, &rows));
    if (rows.n > 0) {
        TRY(check_consent(r));
        r->former = former_name(r);
    }
    return NULL;
}

/* How far the sequences of the replaced database had counted, as rows of VALUES. */
static err_t sequences(struct restore *r, const char **ret)
{
    struct text_array rows = {0};
    struct admin ad;
    struct buf out;

    buf_init(&out, r->arena, 1024);
    buf_puts(&out, "('', 0)");
    if (r->former != NULL) {
        struct arena *a = arena_new(); /* so that the connection is closed before it is renamed */
        err_t e = admin_open(r->c, a, r->names.service, r->names.database, &ad);

        if (e == NULL)
            e = db_script_run(ad.db, "restore_sequences.sql", embed_restore_sequences_sql, &rows);
        for (size_t i = 0; e == NULL && i < rows.n; i++)
            buf_printf(&out, ", %s", rows.v[i]);
        if (e != NULL)
            e = err_new(r->arena, e->kind, "restore.sequences", "%s", e->detail);
        arena_free(a);
        TRY(e);
    }
    *ret = buf_text(&out);
    return NULL;
}

static err_t finish_fresh(struct restore *r)
{
    struct arena *a = arena_new();
    const char *counted;
    struct admin ad;
    err_t e = sequences(r, &counted);

    if (e == NULL)
        e = admin_open(r->c, a, r->names.service, r->fresh, &ad);
    if (e == NULL)
        e = admin_run(a, &ad, "restore_finish.sql", embed_restore_finish_sql,
                      (const char *const[]){"sequences", counted, "gap", r->former != NULL ? "0" : GAP, "at",
                                            r->part.at, NULL},
                      NULL);
    if (e != NULL)
        e = err_new(r->arena, e->kind, e->code, "%s", e->detail);
    arena_free(a);
    return e;
}

static err_t fill(struct restore *r)
{
    struct service_names fresh = r->names;
    const char *create;
    struct admin ad = r->admin;

    fresh.database = r->fresh;
    TRY(admin_run(r->arena, &r->admin, "restore_drop.sql", embed_restore_drop_sql,
                  (const char *const[]){"database", r->fresh, NULL}, NULL));
    TRY(names_fill(r->arena, "database_create.sql", embed_database_create_sql, &fresh, &create));
    TRY(db_script_run(r->admin.db, "database_create.sql", create, NULL));
    TRY(tool_run(r->arena,
                 (const char *const[]){"pg_restore", "--exit-on-error", "--no-password",
                                       arena_printf(r->arena, "--dbname=%s dbname=%s", ad.conninfo, r->fresh),
                                       r->dump, NULL},
                 ad.password));
    return finish_fresh(r);
}

static err_t swap(struct restore *r)
{
    const char *aside = "", *into; /* an empty script does nothing */

    TRY(check_unused(r));
    if (r->former != NULL)
        TRY(text_fill(r->arena, "restore_aside.sql", embed_restore_aside_sql,
                      (const char *const[]){"database", r->names.database, "former", r->former, "owner",
                                            r->names.owner, "service", r->names.role, "worker",
                                            r->names.worker, NULL},
                      &aside));
    TRY(text_fill(r->arena, "restore_swap.sql", embed_restore_swap_sql,
                  (const char *const[]){"database", r->names.database, "new", r->fresh, "owner",
                                        r->names.owner, "service", r->names.role, "worker", r->names.worker,
                                        NULL},
                  &into));
    return db_script_run_atomic(r->admin.db, "restore_swap.sql", aside, into);
}

/* Before it takes its place: what was brought back for a database that does not come is nobody's, and is
 * told by reconcile. */
static err_t bring_contents(struct ctl *c, const char *database)
{
    struct arena *a = arena_new(); /* so that the connection is closed before the database is renamed */
    struct content_rows rows;
    struct contents *k;
    struct admin ad;
    err_t e = contents_open(c, &k);

    if (e == NULL && k == NULL)
        printf("contents were not looked at: --contents; later: restore --contents-only\n");
    if (e == NULL && k != NULL)
        e = admin_open(c, a, CONTENTS_SERVICE, database, &ad);
    if (e == NULL && k != NULL)
        e = contents_rows(c->arena, &ad, &rows);
    arena_free(a);
    return e == NULL && k != NULL ? contents_bring(c, k, rows) : e;
}

/* The database is well, the store has lost something. */
static err_t contents_only(struct ctl *c)
{
    if (ctl_option(c, "contents") == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--contents-only needs --contents");
    return bring_contents(c, "wayfare_" CONTENTS_SERVICE);
}

static err_t restore_part(struct ctl *c, const struct backup_part *part, const char *dump)
{
    struct arena *a = arena_new(); /* its connections end with it, the lock with them */
    struct restore r = {.c = c, .arena = a, .part = *part, .dump = dump};
    err_t e = begin(&r);

    if (e == NULL)
        e = fill(&r);
    if (e == NULL && str_eq(part->service, CONTENTS_SERVICE))
        e = bring_contents(c, r.fresh);
    if (e == NULL)
        e = swap(&r);
    if (e == NULL)
        printf("%s is as of %s; %s%s\n", r.names.database, r.part.at,
               r.former != NULL ? "the former one is " : "there was none before",
               r.former != NULL ? r.former : "");
    else
        e = err_new(c->arena, e->kind, e->code, "%s", e->detail);
    arena_free(a);
    return e;
}

/* Of those that the backup has, unless some are named. */
static err_t chosen(struct ctl *c, const char *folder, struct text_array *ret, struct backup *b)
{
    struct text_array none = {0};

    if (ctl_options(c, "service").n > 0) {
        TRY(admin_services(c, ret));
        return backup_read(c->arena, folder, *ret, b);
    }
    TRY(backup_read(c->arena, folder, none, b));
    for (size_t i = 0; i < b->n; i++)
        text_array_add(c->arena, ret, b->parts[i].service);
    return backup_read(c->arena, folder, *ret, b);
}

static err_t run(struct ctl *c)
{
    const char *folder = ctl_option(c, "from"), *time = ctl_option(c, "to-time");
    struct text_array services = {0};
    struct backup b;

    if (ctl_flag(c, "contents-only"))
        return contents_only(c);
    TRY(chosen(c, folder, &services, &b));
    if (time != NULL)
        return rewind_restore(c, &b, services, time, restore_part);
    for (size_t i = 0; i < services.n; i++) {
        const struct backup_part *p;

        TRY(backup_part_of(c->arena, &b, services.v[i], &p));
        TRY(restore_part(c, p, arena_printf(c->arena, "%s/%s", folder, p->file)));
    }
    printf("Closed to its programs until: wayfare-ctl reconcile --apply\n");
    return NULL;
}

const struct command ctl_restore = {
    .words = "restore",
    .about = "Puts databases back to the moment of a backup, or of the archived log; the former ones are "
             "kept beside.",
    .options =
        {ADMIN_OPTIONS,
         {"from", "DIR", NULL, "folder that backup has written", true, false},
         {"service", "NAME", NULL, "only this service's database; the others stay", false, true},
         {"to-time", "TIME", NULL,
          "the moment (RFC 3339) to go back to; needs backup --cluster and the archived log", false, false},
         {"log", "DIR", NULL, "folder of the archived log (WAL), for --to-time", false, false},
         {"scratch", "DIR", NULL, "folder that the server's user may write in, for --to-time", false, false},
         CONTENTS_OPTIONS,
         {"contents-from", "DIR", NULL, "further backup that may have contents which lack in the first",
          false, true},
         {"contents-only", NULL, NULL,
          "the databases stay as they are; contents that lack in the store are brought back", false, false},
         {"replace", NULL, NULL,
          "the database that is there is to be replaced (it is kept under another name)", false, false},
         {"other-cluster", NULL, NULL, "the backup is of another cluster, and that is meant", false, false}},
    .run = run,
};
