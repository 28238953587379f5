/* backup.c - backup: each service's database by pg_dump, of one snapshot that the manifest tells of; the
 * whole cluster by pg_basebackup, for a restore to any moment; wrapped keys when asked for. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/keyfile.h"
#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/contents.h"
#include "ctl/files.h"
#include "ctl/manifest.h"
#include "ctl/names.h"
#include "ctl/scripts.h"
#include "ctl/texts.h"
#include "ctl/tool.h"
#include "io/db_script.h"

#define BASE "base"

/* "snapshot at xid cluster version", as backup_snapshot.sql writes it. */
static err_t read_snapshot(struct arena *a, const char *line, struct backup_part *ret,
                           const char **ret_snapshot)
{
    char *rest = arena_strdup(a, line);
    const char *words[5];

    for (size_t i = 0; i < LENGTH(words); i++)
        words[i] = strsep(&rest, " ");
    if (words[4] == NULL || !str_to_i64(words[2], 0, INT64_MAX, &ret->xid) ||
        !str_to_i64(words[4], 0, INT64_MAX, &ret->version))
        return err_new(a, ERR_BUG, "backup.snapshot", "the server's snapshot is not understood");
    *ret_snapshot = words[0];
    ret->at = words[1];
    ret->cluster = words[3];
    return NULL;
}

static err_t dump(struct ctl *c, struct backup *b, const char *service, struct content_rows *ret_contents)
{
    struct backup_part *p = &b->parts[b->n];
    struct service_names n;
    struct text_array rows;
    const char *snapshot;
    struct admin ad;

    TRY(names_of(c->arena, service, &n));
    TRY(admin_open(c, c->arena, service, n.database, &ad));
    TRY(db_script_run(ad.db, "backup", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL));
    TRY(db_script_run(ad.db, "backup_snapshot.sql", embed_backup_snapshot_sql, &rows));
    TRY(read_snapshot(c->arena, rows.v[0], p, &snapshot));
    p->service = service;
    p->file = arena_printf(c->arena, "%s.dump", service);
    TRY(tool_run(c->arena,
                 (const char *const[]){"pg_dump", "--format=custom", "--no-password",
                                       arena_printf(c->arena, "--snapshot=%s", snapshot),
                                       arena_printf(c->arena, "--file=%s/%s", b->folder, p->file),
                                       arena_printf(c->arena, "--dbname=%s", ad.conninfo), NULL},
                 ad.password));
    if (ret_contents != NULL)
        TRY(contents_rows(c->arena, &ad, ret_contents));
    TRY(db_script_run(ad.db, "backup", "COMMIT", NULL));
    b->n++;
    printf("%s of %s\n", p->file, p->at);
    return NULL;
}

/* ---- keys: only what is wrapped, and never what wraps it ---- */

static err_t keep_key(struct ctl *c, const char *from, const char *name, const char *service,
                      struct backup *b)
{
    const char *text, *file = arena_printf(c->arena, "keys-%s-%s", service, name);

    TRY(file_read(c->arena, arena_printf(c->arena, "%s/%s", from, name), &text));
    if (!key_file_is_wrapped(text))
        return err_new(
            c->arena, ERR_DENIED, "backup.plainKey",
            "%s/%s holds a key in clear, which does not go beside the data that it opens; wrap it: "
            "wayfare-ctl keys rewrap --help",
            from, name);
    TRY(file_write(c->arena, arena_printf(c->arena, "%s/%s", b->folder, file), text, 0600));
    text_array_add(c->arena, &b->files, file);
    return NULL;
}

static err_t keep_keys(struct ctl *c, const char *service, struct backup *b)
{
    const char *folder;
    const struct dirent *d;
    err_t e = NULL;
    DIR *dir;

    TRY(text_fill(c->arena, "--with-keys", ctl_option(c, "with-keys"),
                  (const char *const[]){"service", service, NULL}, &folder));
    dir = opendir(folder);
    if (dir == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.file", "%s: %s", folder, strerror(errno));
    while (e == NULL && (d = readdir(dir)) != NULL)
        if (key_file_named(d->d_name))
            e = keep_key(c, folder, arena_strdup(c->arena, d->d_name), service, b);
    closedir(dir);
    return e;
}

/* ---- the cluster ---- */

static err_t copy_cluster(struct ctl *c, struct backup *b)
{
    struct admin ad;

    TRY(admin_open(c, c->arena, "cases", "postgres", &ad));
    TRY(tool_run(c->arena,
                 (const char *const[]){"pg_basebackup", "--no-password", "--checkpoint=fast",
                                       "--wal-method=stream", "--manifest-checksums=SHA256",
                                       arena_printf(c->arena, "--pgdata=%s/" BASE, b->folder),
                                       arena_printf(c->arena, "--dbname=%s", ad.conninfo), NULL},
                 ad.password));
    text_array_add(c->arena, &b->files, BASE "/backup_manifest");
    printf("%s: the cluster, from which any later moment of its archived log can be reached\n", BASE);
    return NULL;
}

static err_t run(struct ctl *c)
{
    struct backup b = {.folder = ctl_option(c, "to"), .with_keys = ctl_option(c, "with-keys") != NULL};
    struct text_array services;
    struct contents *contents;
    struct content_rows rows = {0};
    bool of_documents = false;

    TRY(admin_services(c, &services));
    TRY(contents_open(c, &contents));
    if (file_exists(arena_printf(c->arena, "%s/SHA256SUMS", b.folder)))
        return err_new(c->arena, ERR_CONFLICT, "backup.exists",
                       "%s holds a backup; each goes into a folder of its own", b.folder);
    TRY(folder_make(c->arena, b.folder, 0700));
    TRY(folder_lock(c->arena, b.folder));
    for (size_t i = 0; i < services.n; i++) {
        bool here = contents != NULL && str_eq(services.v[i], CONTENTS_SERVICE);

        TRY(dump(c, &b, services.v[i], here ? &rows : NULL));
        of_documents = of_documents || here;
    }
    if (of_documents)
        TRY(contents_keep(c, contents, rows, &b));
    if (b.with_keys)
        for (size_t i = 0; i < services.n; i++)
            TRY(keep_keys(c, services.v[i], &b));
    if (ctl_flag(c, "cluster"))
        TRY(copy_cluster(c, &b));
    TRY(backup_write(c->arena, &b));
    printf("backup in %s\nnot in it: %s\n", b.folder, backup_lacks(c->arena, &b));
    if (b.contents_lack > 0)
        return err_new(c->arena, ERR_CONFLICT, "backup.contents",
                       "the backup is whole, but %zu contents were not in the store: "
                       "deploy/runbooks/contents-lost.md",
                       b.contents_lack);
    return NULL;
}

const struct command ctl_backup = {
    .words = "backup",
    .about = "Writes the databases into a new folder, with checksums and what they are; without keys unless "
             "asked.",
    .options = {ADMIN_OPTIONS,
                {"to", "DIR", NULL, "new folder; a backup is never written over", true, false},
                {"service", "NAME", NULL, "only this service's database", false, true},
                {"cluster", NULL, NULL,
                 "also a copy of the whole cluster, for restore --to-time (its log must be archived)", false,
                 false},
                CONTENTS_OPTIONS,
                {"former", "DIR", NULL,
                 "a former backup on the same file system: contents that it has are linked, not copied",
                 false, false},
                {"with-keys", "DIR", NULL,
                 "also the field keys in this folder ({{service}} stands for the service), if they are "
                 "wrapped; never "
                 "the key that wraps them",
                 false, false}},
    .run = run,
};
