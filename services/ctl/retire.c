/* retire.c - keys retire: a former key that nothing needs is taken away; one that is lost for good is given
 * up. */
#include <stdio.h>
#include <string.h>

#include "app/keyfile.h"
#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/keyknown.h"
#include "ctl/keyset.h"
#include "ctl/names.h"
#include "ctl/places.h"
#include "ctl/scripts.h"

struct retiring {
    struct ctl *c;
    struct service_names names;
    struct admin admin;
    struct key_file file;
    const char *id;
    size_t at; /* its line; file.n: none */
};

static err_t still_needed(struct retiring *r)
{
    const char *line = arena_printf(r->c->arena, "%s %s ", r->file.cls, r->id);

    for (const struct place *p = places; p->service != NULL; p++) {
        struct text_array rows;

        if (!str_eq(p->service, r->names.service))
            continue;
        TRY(admin_run(r->c->arena, &r->admin, "keys_count.sql", embed_keys_count_sql,
                      (const char *const[]){"table", p->table, "column", p->column, "cls", p->cls, NULL},
                      &rows));
        for (size_t i = 0; i < rows.n; i++)
            if (str_starts(rows.v[i], line))
                return err_new(r->c->arena, ERR_CONFLICT, "keys.needed",
                               "%s.%s still has values that only this key opens: keys rotate first", p->table,
                               p->column);
    }
    return NULL;
}

/* The programs start again without it; its values stay, and open when a copy of it is found after all. */
static err_t give_up(struct retiring *r)
{
    bool known;

    if (r->at < r->file.n)
        return err_new(r->c->arena, ERR_CONFLICT, "keys.there",
                       "key %s is not lost: it is in field-%s.key; nothing was changed", r->id, r->file.cls);
    TRY(known_has(r->c->arena, &r->admin, r->file.cls, r->id, &known));
    if (!known)
        return err_new(r->c->arena, ERR_MISSING, "keys.missing",
                       "the database does not ask for key %s of class %s", r->id, r->file.cls);
    TRY(known_forget(r->c->arena, &r->admin, r->file.cls, r->id));
    printf("key %s is given up: programs start without it, and refuse what it has sealed with field.locked; "
           "nothing was deleted\n",
           r->id);
    return NULL;
}

/* The database first: cut off in between, the line is still there and the command can be given again. */
static err_t take_away(struct retiring *r, struct keyset *k)
{
    struct key_file *f = &r->file;
    bool index;

    if (r->at == f->n)
        return err_new(r->c->arena, ERR_MISSING, "keys.missing", "there is no key %s of class %s", r->id,
                       f->cls);
    index = r->at == key_file_index(f);
    if (!f->lines[r->at].old || index)
        return err_new(r->c->arena, ERR_CONFLICT, "keys.needed", "key %s is in use: it %s", r->id,
                       r->at == 0 ? "seals"
                       : index    ? "makes the blind index"
                                  : "opens values, a rotation is under way");
    TRY(still_needed(r));
    TRY(known_forget(r->c->arena, &r->admin, f->cls, r->id));
    memmove(&f->lines[r->at], &f->lines[r->at + 1], (f->n - r->at - 1) * sizeof(f->lines[0]));
    f->n--;
    TRY(keyset_write(k, f));
    printf("key %s is gone; backups of before the rotation do not open without it\n", r->id);
    return NULL;
}

static err_t retire(struct ctl *c)
{
    struct retiring r = {.c = c, .id = c->argument};
    struct keyset k;
    err_t e;

    TRY(names_of(c->arena, ctl_option(c, "service"), &r.names));
    TRY(keyset_open(c, &k));
    TRY(admin_open(c, c->arena, r.names.service, r.names.database, &r.admin));
    TRY(keyset_read(&k, ctl_option(c, "class"), &r.file));
    while (r.at < r.file.n && !str_eq(key_id(c->arena, &r.file.lines[r.at]), r.id))
        r.at++;
    e = ctl_flag(c, "lost") ? give_up(&r) : take_away(&r, &k);
    key_file_done(&r.file);
    return e;
}

const struct command ctl_keys_retire = {
    .words = "keys retire",
    .argument = "KEY",
    .about =
        "Takes away a former key that nothing is sealed with any more; older backups then need a copy of "
        "it.",
    .options =
        {KEYSET_OPTIONS,
         ADMIN_OPTIONS,
         {"service", "NAME", NULL, "identity, cases, travel, …", true, false},
         {"class", "CLASS", NULL, "document, health, protection or webhook", true, false},
         {"lost", NULL, NULL,
          "there is no copy of the key anywhere: let the programs start without it; nothing is deleted",
          false, false}},
    .run = retire,
};
