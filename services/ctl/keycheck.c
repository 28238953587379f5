/* keycheck.c - keys status, check, rewrap: what keys there are, what they are needed for, and what
 * wraps them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/keyring.h"
#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/keyset.h"
#include "ctl/names.h"
#include "ctl/places.h"
#include "ctl/reseal.h"
#include "ctl/scripts.h"

/* ---- status ---- */

static err_t show_file(struct keyset *k, struct key_file *f, void *arg)
{
    size_t index = key_file_index(f);

    (void)arg;
    for (size_t i = 0; i < f->n; i++) {
        const struct key_line *l = &f->lines[i];

        printf("%s\t%s\t%s\t%s\t%s\n", f->cls, key_id(k->c->arena, l),
               i == 0   ? "seals"
               : l->old ? "old"
                        : "opens (rotation under way)",
               i == index     ? "index"
               : l->index_old ? "index before"
                              : "-",
               l->kek[0] ? l->kek : "in clear");
    }
    return NULL;
}

static err_t status(struct ctl *c)
{
    struct keyset k;

    TRY(keyset_open(c, &k));
    printf("class\tkey\tuse\tindex\twrapped by\n");
    return keyset_each(&k, show_file, NULL);
}

const struct command ctl_keys_status = {
    .words = "keys status",
    .about = "Lists the field keys of a service by their ids: what each does, and what wraps it.",
    .options = {KEYSET_OPTIONS},
    .run = status,
};

/* ---- check ---- */

struct checking {
    struct ctl *c;
    struct keyset keys;
    struct service_names names;
    struct admin admin;
    int64_t lacking; /* values whose key is not there */
};

static bool has_key(struct checking *k, const char *cls, const char *id)
{
    struct key_file f;
    bool found = false;

    if (keyset_read(&k->keys, cls, &f) != NULL)
        return false;
    for (size_t i = 0; i < f.n; i++)
        found = found || str_eq(key_id(k->c->arena, &f.lines[i]), id);
    key_file_done(&f);
    return found;
}

static err_t count_place(struct checking *k, const struct place *p)
{
    struct text_array rows;

    TRY(admin_run(k->c->arena, &k->admin, "keys_count.sql", embed_keys_count_sql,
                  (const char *const[]){"table", p->table, "column", p->column, "cls", p->cls, NULL}, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        char *rest = arena_strdup(k->c->arena, rows.v[i]);
        const char *cls = strsep(&rest, " "), *id = strsep(&rest, " ");
        bool there = has_key(k, cls, id);
        int64_t n;

        if (!str_to_i64(rest, 0, INT64_MAX, &n))
            return err_new(k->c->arena, ERR_BUG, "keys.row", "a count of %s is not understood", p->table);
        printf("%s.%s\t%s\t%s\t%s\t%s\n", p->table, p->column, cls, id, rest,
               there ? "opens" : "LOST: no such key");
        k->lacking += there ? 0 : n;
    }
    return NULL;
}

/* What the programs ask for when they start, also where no value has it yet. */
static err_t count_known(struct checking *k)
{
    struct text_array rows;

    TRY(admin_run(k->c->arena, &k->admin, "keys_known.sql", embed_keys_known_sql, NULL, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        char *rest = arena_strdup(k->c->arena, rows.v[i]);
        const char *cls = strsep(&rest, " ");

        if (has_key(k, cls, rest))
            continue;
        printf("programs\t%s\t%s\t-\tLOST: no program starts without it\n", cls, rest);
        k->lacking++;
    }
    return NULL;
}

/* A sealed column that this program does not know would be forgotten by a rotation. */
static err_t check_columns(struct checking *k)
{
    struct text_array columns;

    TRY(admin_run(k->c->arena, &k->admin, "keys_columns.sql", embed_keys_columns_sql, NULL, &columns));
    for (size_t i = 0; i < columns.n; i++) {
        const struct place *p = places;

        while (p->service != NULL &&
               !(str_eq(p->service, k->names.service) &&
                 str_eq(arena_printf(k->c->arena, "%s.%s", p->table, p->column), columns.v[i])))
            p++;
        if (p->service == NULL)
            return err_new(k->c->arena, ERR_BUG, "keys.column",
                           "%s is a sealed column that wayfare-ctl does not know", columns.v[i]);
    }
    return NULL;
}

static err_t open_file(struct keyset *k, struct key_file *f, void *arg)
{
    struct reseal *r = arg;

    (void)k;
    r->cls = arena_strdup(r->c->arena, f->cls);
    r->id = "00000000";
    return reseal_pass(r);
}

static err_t open_all(struct checking *k)
{
    struct reseal r = {
        .c = k->c, .service = k->names.service, .database = k->names.database, .all = true, .batch = 500};

    TRY(keyring_open(k->c->arena, k->keys.folder, k->keys.kek, &r.keyring));
    TRY(keyset_each(&k->keys, open_file, &r));
    printf("%" PRId64 " values open, %" PRId64 " do not\n", r.done, r.locked);
    if (r.locked > 0)
        return err_new(k->c->arena, ERR_CONFLICT, "keys.locked", "%" PRId64 " values do not open", r.locked);
    return NULL;
}

static err_t check(struct ctl *c)
{
    struct checking k = {.c = c};

    TRY(names_of(c->arena, ctl_option(c, "service"), &k.names));
    TRY(keyset_open(c, &k.keys));
    TRY(admin_open(c, c->arena, k.names.service, k.names.database, &k.admin));
    TRY(check_columns(&k));
    printf("place\tclass\tkey\tvalues\tstate\n");
    for (const struct place *p = places; p->service != NULL; p++)
        if (str_eq(p->service, k.names.service))
            TRY(count_place(&k, p));
    TRY(count_known(&k));
    if (k.lacking > 0)
        return err_new(
            c->arena, ERR_CONFLICT, "keys.lost",
            "%" PRId64 " values cannot be opened: their keys are not in %s. Reads of them are refused with "
            "field.locked, all else works. If a copy of the key file exists (a backup --with-keys, another "
            "host), add its lines behind the first line here: they open within a second. Without a copy "
            "these values are lost for good and have to be asked for anew (deploy/runbooks/key-lost.md)",
            k.lacking, k.keys.folder);
    return ctl_flag(c, "open") ? open_all(&k) : NULL;
}

const struct command ctl_keys_check = {
    .words = "keys check",
    .about = "Counts the sealed values by key, and says which of them no key opens.",
    .options = {KEYSET_OPTIONS,
                ADMIN_OPTIONS,
                {"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"open", NULL, NULL, "open each value, not only count them", false, false}},
    .run = check,
};

/* ---- rewrap ---- */

static err_t rewrap_file(struct keyset *k, struct key_file *f, void *arg)
{
    struct keyset write = *k;

    write.w = *(const struct wrapping_keys *)arg;
    TRY(keyset_write(&write, f));
    printf("field-%s.key: %zu keys wrapped by %s\n", f->cls, f->n, write.w.ids[0]);
    return NULL;
}

/* Both are known while it runs: begun again after a crash, it finds some files done. */
static err_t rewrap(struct ctl *c)
{
    const char *path = ctl_option(c, "new-kek");
    struct wrapping_keys fresh;
    struct keyset k;

    TRY(keyset_open(c, &k));
    if (str_starts(path, arena_printf(c->arena, "%s/", k.folder)))
        return err_new(c->arena, ERR_DENIED, "keys.beside",
                       "%s: the key that wraps does not lie beside the wrapped", path);
    TRY(file_random(c->arena, path));
    TRY(wrapping_keys_read(c->arena, path, &fresh));
    for (size_t i = 0; i < fresh.n && k.w.n < KEK_MAX; i++) {
        memcpy(k.w.keys[k.w.n], fresh.keys[i], KEY_BYTES);
        memcpy(k.w.ids[k.w.n++], fresh.ids[i], sizeof(fresh.ids[i]));
    }
    TRY(keyset_each(&k, rewrap_file, &fresh));
    printf("start the programs with WAYFARE_KEK=%s from now on\n", path);
    return NULL;
}

const struct command ctl_keys_rewrap = {
    .words = "keys rewrap",
    .about = "Wraps the field keys of a service by another key; what they have sealed stays as it is.",
    .options = {KEYSET_OPTIONS,
                {"new-kek", "FILE", NULL,
                 "file of the new wrapping key, made if it is not there; keep it elsewhere", true, false}},
    .run = rewrap,
};
