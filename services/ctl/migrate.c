/*
 * migrate.c - brings the schema of a service's database to the state of the source tree:
 * libcommon/app/schema, then services/<service>/schema, in the order of their names, each file in a
 * transaction of its own.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/install.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/months.h"
#include "ctl/names.h"
#include "ctl/scripts.h"
#include "io/db_script.h"

struct migration {
    struct arena *arena;
    struct db_script *db;
    struct service_names names;
    struct text_array applied; /* "cases/0001_persons 3f…": name and SHA-256 */
    size_t done;
};

/* Digits, then _what.sql */
static int is_migration(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return n > 9 && strspn(d->d_name, "0123456789") == 4 && d->d_name[4] == '_' &&
           strcmp(d->d_name + n - 4, ".sql") == 0;
}

static const char *sha256_text(struct arena *a, const char *text)
{
    char *hex = arena_alloc(a, 65);
    uint8_t hash[32];

    EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL);
    str_hex(hex, hash, sizeof(hash));
    return hex;
}

/* The SHA-256 that a file had when it was applied; NULL if it was not. */
static const char *applied_as(const struct migration *m, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < m->applied.n; i++) {
        if (str_starts(m->applied.v[i], name) && m->applied.v[i][n] == ' ')
            return m->applied.v[i] + n + 1;
    }
    return NULL;
}

static err_t apply_file(struct migration *m, const char *path, const char *name)
{
    const char *text, *hash, *before, *script, *record;

    TRY(file_read(m->arena, path, &text));
    hash = sha256_text(m->arena, text);
    before = applied_as(m, name);
    if (before != NULL && !str_eq(before, hash))
        return err_new(
            m->arena, ERR_CONFLICT, "migrate.changed",
            "%s has been applied to %s with another content; write a new file instead of changing it", path,
            m->names.database);
    if (before != NULL)
        return NULL;

    TRY(names_fill(m->arena, path, text, &m->names, &script));
    TRY(text_fill(m->arena, "migrations_record.sql", embed_migrations_record_sql,
                  (const char *const[]){"name", name, "sha256", hash, NULL}, &record));
    TRY(db_script_run_atomic(m->db, path, script, record));
    printf("%s %s\n", m->names.database, name);
    m->done++;
    return NULL;
}

/* area: "common" or the service. */
static err_t apply_folder(struct migration *m, const char *folder, const char *area)
{
    struct dirent **files;
    int n = scandir(folder, &files, is_migration, alphasort);
    err_t e = NULL;

    if (n < 0)
        return err_new(m->arena, ERR_INVALID, "migrate.folder", "%s: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *file = files[i]->d_name;
        if (e == NULL)
            e = apply_file(m, arena_printf(m->arena, "%s/%s", folder, file),
                           arena_printf(m->arena, "%s/%.*s", area, (int)strlen(file) - 4, file));
        free(files[i]);
    }
    free(files);
    return e;
}

/* It is migrated, whatever comes of this: rows of a month without a place lie in the rest, and status tells
 * of it. */
static void tables_ahead(struct migration *m)
{
    const struct admin ad = {.db = m->db};
    err_t e = months_ahead(m->arena, &ad, &m->names, MONTHS_AHEAD_TEXT);

    if (e != NULL)
        fprintf(stderr, "wayfare-ctl: %s\n", e->detail);
}

static err_t migrate(struct ctl *c, const char *service)
{
    struct migration m = {.arena = c->arena};
    const char *source = ctl_option(c, "source") ?: INSTALL_DATA, *file = ctl_option(c, "db-password-file");
    const char *conninfo, *password = NULL, *script;

    TRY(names_of(c->arena, service, &m.names));
    TRY(text_fill(c->arena, "--db", ctl_option(c, "db"), (const char *const[]){"service", service, NULL},
                  &conninfo));
    if (file != NULL && *file != '\0') {
        TRY(text_fill(c->arena, "--db-password-file", file, (const char *const[]){"service", service, NULL},
                      &file));
        TRY(conf_secret(c->arena, file, &password));
    }
    if (ctl_flag(c, "wait"))
        db_script_await(conninfo);
    TRY(db_script_open(c->arena, conninfo, password, &m.db));

    TRY(names_fill(c->arena, "migrations_begin.sql", embed_migrations_begin_sql, &m.names, &script));
    TRY(db_script_run(m.db, "migrations_begin.sql", script, NULL));
    TRY(db_script_run(m.db, "migrations_applied.sql", embed_migrations_applied_sql, &m.applied));
    TRY(apply_folder(&m, arena_printf(c->arena, "%s/libcommon/app/schema", source), "common"));
    TRY(apply_folder(&m, arena_printf(c->arena, "%s/services/%s/schema", source, service), service));
    if (m.done == 0)
        printf("%s is up to date\n", m.names.database);
    tables_ahead(&m);
    return NULL;
}

static err_t run(struct ctl *c)
{
    const char *service = ctl_option(c, "service");
    struct text_array all = names_services();

    if (!str_eq(service, "all"))
        return migrate(c, service);
    if (strstr(ctl_option(c, "db"), "{{service}}") == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.usage",
                       "--service all needs {{service}} in --db, in the place of the service's name");
    for (size_t i = 0; i < all.n; i++)
        TRY(migrate(c, all.v[i]));
    return NULL;
}

const struct command ctl_migrate = {
    .words = "migrate",
    .about = "Applies the migrations that a service's database has not had yet.",
    .options = {{"service", "NAME", NULL, "identity, cases, travel, … or all", true, false},
                {"source", "DIR", "WAYFARE_SOURCE",
                 "folder with libcommon/app/schema and services/*/schema, else " INSTALL_DATA, false, false},
                {"db", "CONNINFO", "WAYFARE_DB",
                 "connection as the owner role; {{service}} stands for the service", true, false},
                {"db-password-file", "FILE", "WAYFARE_DB_PASSWORD_FILE",
                 "file with its password; {{service}} likewise", false, false},
                {"wait", NULL, NULL, "until a server answers there; who starts with the machine may be early",
                 false, false}},
    .run = run,
};
