/* database.c - making a service's roles and database, as the superuser. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/names.h"
#include "ctl/scripts.h"
#include "io/db_script.h"

/* The password's file is made if it is not there; the server only ever sees the verifier. */
static err_t make_role(struct ctl *c, struct db_script *db, const char *secrets, const char *role,
                       const char *inherit)
{
    const char *file = arena_printf(c->arena, "%s/%s", secrets, role), *password, *verifier, *script;

    TRY(file_random(c->arena, file));
    TRY(conf_secret(c->arena, file, &password));
    TRY(db_script_scram(db, role, password, &verifier));
    TRY(text_fill(c->arena, "role.sql", embed_role_sql,
                  (const char *const[]){"role", role, "inherit", inherit, "verifier", verifier, NULL},
                  &script));
    return db_script_run(db, "role.sql", script, NULL);
}

static err_t make_database(struct ctl *c, struct db_script *db, const struct service_names *n, bool *ret_made)
{
    const char *script;
    struct text_array there;

    TRY(names_fill(c->arena, "database_exists.sql", embed_database_exists_sql, n, &script));
    TRY(db_script_run(db, "database_exists.sql", script, &there));
    *ret_made = there.n == 0;
    if (*ret_made) {
        TRY(names_fill(c->arena, "database_create.sql", embed_database_create_sql, n, &script));
        TRY(db_script_run(db, "database_create.sql", script, NULL));
    }
    TRY(names_fill(c->arena, "database_grants.sql", embed_database_grants_sql, n, &script));
    return db_script_run(db, "database_grants.sql", script, NULL);
}

static err_t run(struct ctl *c)
{
    const char *secrets = ctl_option(c, "secrets"), *password = NULL;
    struct service_names n;
    struct db_script *db;
    bool made;

    TRY(names_of(c->arena, ctl_option(c, "service"), &n));
    if (ctl_option(c, "db-password-file") != NULL)
        TRY(conf_secret(c->arena, ctl_option(c, "db-password-file"), &password));
    TRY(folder_make(c->arena, secrets, 0700));
    TRY(db_script_open(c->arena, ctl_option(c, "db"), password, &db));

    /* The owner inherits: it must be able to use the rights of pg_database_owner on the schema public. */
    TRY(make_role(c, db, secrets, n.owner, "INHERIT"));
    TRY(make_role(c, db, secrets, n.role, "NOINHERIT"));
    TRY(make_role(c, db, secrets, n.worker, "NOINHERIT"));
    TRY(make_database(c, db, &n, &made));
    printf("%s %s\n", n.database, made ? "made" : "was there");
    return NULL;
}

const struct command ctl_database_create = {
    .words = "database create",
    .about = "Makes the database and roles of a service; may be repeated.",
    .options = {{"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"db", "CONNINFO", NULL, "connection as a superuser", true, false},
                {"db-password-file", "FILE", NULL, "file with the superuser's password", false, false},
                {"secrets", "DIR", NULL,
                 "folder of the roles' passwords, one file each, named by the role; missing ones are made",
                 true, false}},
    .run = run,
};
