/* rewind.c - see rewind.h */
#include "ctl/rewind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/files.h"
#include "ctl/manifest.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "ctl/scripts.h"
#include "ctl/tool.h"
#include "io/db_script.h"

#define RECOVERY_S "600"

struct rewind {
    struct ctl *c;
    struct arena *arena;
    const char *folder, *scratch, *log;
    const char *data; /* the copy of the cluster that the scratch server works on */
    const char *time;
};

static err_t as_owner(struct rewind *r, const char *const *argv)
{
    return tool_run_as_owner(r->arena, r->scratch, argv);
}

/* Single quotes of a setting are doubled; a folder of another form is not worth the trouble. */
static err_t plain_path(struct ctl *c, const char *option, const char **ret)
{
    const char *path = ctl_option(c, option);
    char *full;

    if (path == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--to-time needs --%s", option);
    full = realpath(path, NULL);
    if (full == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.file", "%s: there is no such folder", path);
    *ret = arena_strdup(c->arena, full);
    free(full);
    for (const char *p = *ret; *p != '\0'; p++)
        if (*p == '\'' || *p == '"' || *p == '\\' || *p == '%' || *p == '\n')
            return err_new(c->arena, ERR_INVALID, "ctl.usage",
                           "--%s: no quotes, backslashes or %% in the path", option);
    return NULL;
}

/* Ends the scratch server; if it does not run, that is as good. */
static void halt(struct rewind *r)
{
    err_t e = as_owner(r, (const char *const[]){"pg_ctl", "stop", "--mode=immediate",
                                                arena_printf(r->arena, "--pgdata=%s", r->data), NULL});

    (void)e;
}

/* The copy is verified by PostgreSQL's own manifest, then copied: the backup stays as it is. */
static err_t copy(struct rewind *r)
{
    const char *base = arena_printf(r->arena, "%s/base", r->folder);

    if (!file_exists(arena_printf(r->arena, "%s/backup_manifest", base)))
        return err_new(r->arena, ERR_CONFLICT, "restore.noCluster",
                       "%s holds no copy of the cluster: it was made without backup --cluster", r->folder);
    TRY(tool_run(r->arena, (const char *const[]){"pg_verifybackup", "--no-parse-wal", "--quiet", base, NULL},
                 NULL));
    if (file_exists(arena_printf(r->arena, "%s/postmaster.pid", r->data)))
        halt(r); /* of a run that was killed */
    TRY(tool_run(r->arena, (const char *const[]){"rm", "-rf", r->data, NULL}, NULL));
    TRY(tool_run(r->arena, (const char *const[]){"cp", "-a", base, r->data, NULL}, NULL));
    if (getuid() == 0)
        TRY(tool_run(r->arena,
                     (const char *const[]){
                         "chown", "-R", arena_printf(r->arena, "--reference=%s", r->scratch), r->data, NULL},
                     NULL));
    return tool_run(r->arena, (const char *const[]){"chmod", "700", r->data, NULL}, NULL);
}

/* A server of its own on a socket of its own, which archives nothing and serves nobody else. */
static err_t configure(struct rewind *r)
{
    /* +00: the names of zones, and Z is one, are not known yet when the server reads this. */
    const char *time = arena_printf(r->arena, "%.*s+00", (int)strlen(r->time) - 1, r->time);
    const char *conf = arena_printf(
        r->arena,
        "listen_addresses = ''\nunix_socket_directories = '%s'\nunix_socket_permissions = 0777\n"
        "archive_mode = off\nrestore_command = 'cp \"%s/%%f\" \"%%p\"'\nrecovery_target_time = '%s'\n"
        "recovery_target_action = 'promote'\nmax_connections = 200\nautovacuum = off\nfsync = off\n"
        "hba_file = '%s/rewind_hba.conf'\n",
        r->scratch, r->log, time, r->data);

    /* Who may enter the folder of the socket is who runs this, and the server's own user. */
    TRY(file_write(r->arena, arena_printf(r->arena, "%s/rewind_hba.conf", r->data), "local all all trust\n",
                   0644));
    TRY(file_write(r->arena, arena_printf(r->arena, "%s/rewind.conf", r->data), conf, 0644));
    if (!file_exists(arena_printf(r->arena, "%s/postgresql.conf", r->data))) /* Debian keeps it elsewhere */
        TRY(file_write(r->arena, arena_printf(r->arena, "%s/postgresql.conf", r->data), "", 0644));
    TRY(tool_run(r->arena,
                 (const char *const[]){"sh", "-c",
                                       "printf \"include = 'rewind.conf'\\n\" >\"$0/postgresql.auto.conf\"",
                                       r->data, NULL},
                 NULL));
    TRY(file_write(r->arena, arena_printf(r->arena, "%s/recovery.signal", r->data), "", 0644));
    return tool_run(r->arena, (const char *const[]){"chmod", "700", r->scratch, NULL}, NULL);
}

/* What its server said last; "" if that cannot be read. */
static const char *last_words(struct rewind *r, const char *log)
{
    const char *text, *fatal = NULL;

    if (file_read(r->arena, log, &text) != NULL)
        return "";
    for (const char *at = text; (at = strstr(at, "FATAL:")) != NULL; at++)
        fatal = at;
    return fatal != NULL ? arena_strndup(r->arena, fatal, strcspn(fatal, "\n")) : "";
}

static err_t start(struct rewind *r)
{
    const char *log = arena_printf(r->arena, "%s/rewind.log", r->scratch);
    err_t e;

    unlink(log);
    e = as_owner(r, (const char *const[]){"pg_ctl", "start", "--wait", "--timeout=" RECOVERY_S,
                                          arena_printf(r->arena, "--pgdata=%s", r->data),
                                          arena_printf(r->arena, "--log=%s", log), NULL});
    if (e == NULL)
        return NULL;
    return err_new(
        r->arena, ERR_CONFLICT, "restore.time",
        "the log does not reach %s, or does not follow on the copy of the cluster: its server ended with "
        "\"%s\" (all of it in %s)",
        r->time, last_words(r, log), log);
}

static void stop(struct rewind *r)
{
    err_t e;

    halt(r);
    e = tool_run(r->arena, (const char *const[]){"rm", "-rf", r->data, NULL}, NULL);
    if (e != NULL)
        fprintf(stderr, "wayfare-ctl: %s was not taken away: %s\n", r->data, e->detail);
}

/* How far the transactions of what was replayed had come: what takes it in has to come after. */
static err_t reached(struct rewind *r, const char *service, const char *conninfo, int64_t *ret)
{
    struct arena *a = arena_new();
    struct text_array rows;
    struct db_script *db;
    err_t e = db_script_open(a, conninfo, NULL, &db);

    if (e == NULL)
        e = db_script_run(db, "rewind_reached.sql", embed_rewind_reached_sql, &rows);
    if (e != NULL)
        e = err_new(r->arena, e->kind, e->code, "%s", e->detail);
    else if (!str_to_i64(rows.v[0], 0, INT64_MAX, ret))
        e = err_new(r->arena, ERR_BUG, "restore.reached",
                    "the scratch server's answer about %s is not understood", service);
    arena_free(a);
    return e;
}

static err_t dump_and_restore(struct rewind *r, const struct backup *b, const char *service,
                              restore_fn restore_part)
{
    const char *dump = arena_printf(r->arena, "%s/%s.dump", r->scratch, service), *from;
    const struct backup_part *of;
    struct backup_part part;
    struct service_names n;
    err_t e;

    TRY(names_of(r->arena, service, &n));
    TRY(backup_part_of(r->arena, b, service, &of));
    part = *of;
    part.at = r->time;
    from = arena_printf(r->arena, "host='%s' user=postgres dbname=%s", r->scratch, n.database);
    TRY(reached(r, service, from, &part.xid));
    TRY(tool_run(r->arena,
                 (const char *const[]){"pg_dump", "--format=custom", "--no-password",
                                       arena_printf(r->arena, "--file=%s", dump),
                                       arena_printf(r->arena, "--dbname=%s", from), NULL},
                 NULL));
    e = restore_part(r->c, &part, dump);
    unlink(dump);
    return e;
}

err_t rewind_restore(struct ctl *c, const struct backup *b, struct text_array services, const char *time,
                     restore_fn restore_part)
{
    struct rewind r = {.c = c, .arena = c->arena, .folder = b->folder};
    char *normal = arena_alloc(c->arena, 32);
    int64_t us, copied;
    err_t e;

    if (!date_parse_instant(time, &us) || !date_parse_instant(b->parts[0].at, &copied))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--to-time: '%s' is not a moment (RFC 3339)",
                       time);
    if (us < copied)
        return err_new(c->arena, ERR_CONFLICT, "restore.time",
                       "%s lies before the backup of %s; take an earlier backup", time, b->parts[0].at);
    date_format_instant(us, normal);
    r.time = normal;
    TRY(plain_path(c, "log", &r.log));
    TRY(plain_path(c, "scratch", &r.scratch));
    r.data = arena_printf(c->arena, "%s/rewind", r.scratch);
    TRY(copy(&r));
    TRY(configure(&r));
    e = start(&r);
    for (size_t i = 0; e == NULL && i < services.n; i++)
        e = dump_and_restore(&r, b, services.v[i], restore_part);
    stop(&r);
    TRY(e);
    printf("Closed to its programs until: wayfare-ctl reconcile --apply\n");
    return NULL;
}
