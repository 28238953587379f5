/*
 * rotate.c - keys rotate: a new key for a class, and everything sealed with it.
 *
 *     new first line ──► services see it within a second ──► batch after batch ──► the former lines are
 * marked old
 *
 * The file says how far it has come, so that the same command goes on after a crash: while a former line is
 * not marked, a rotation is under way. Former keys stay for the backups of then, until keys retire.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/keyfile.h"
#include "app/keyring.h"
#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/keyknown.h"
#include "ctl/keyset.h"
#include "ctl/names.h"
#include "ctl/places.h"
#include "ctl/reseal.h"

#define PASSES_MAX 20

static bool under_way(const struct key_file *f)
{
    for (size_t i = 1; i < f->n; i++)
        if (!f->lines[i].old)
            return true;
    return key_file_index_old(f) >= 0;
}

static bool has_index(const char *service, const char *cls)
{
    for (const struct place *p = places; p->service != NULL; p++)
        if (str_eq(p->service, service) && p->index != NULL && strstr(p->cls, cls) != NULL)
            return true;
    return false;
}

/* The first line makes the index from now on, the one that did is searched for too. */
static void move_index(struct key_file *f)
{
    size_t former = key_file_index(f);

    if (former == 0 || key_file_index_old(f) >= 0)
        return;
    f->lines[former].index = false;
    f->lines[former].index_old = true;
    f->lines[0].index = true;
}

/* The file first: a key that the database asks for is there. */
static err_t begin(struct ctl *c, struct keyset *k, const struct admin *ad, struct key_file *f)
{
    TRY(known_all_there(c->arena, ad, f));
    if (under_way(f)) {
        printf("goes on with key %s\n", key_id(c->arena, &f->lines[0]));
    } else {
        TRY(key_file_add(c->arena, f));
        printf("new key %s\n", key_id(c->arena, &f->lines[0]));
    }
    if (ctl_flag(c, "index"))
        move_index(f);
    TRY(keyset_write(k, f));
    return known_add(c->arena, ad, f->cls, key_id(c->arena, &f->lines[0]));
}

/* Writers may use the former key for a second; then what they left is found by the next pass. */
static err_t reseal_all(struct ctl *c, struct reseal *r)
{
    for (int i = 0; i < PASSES_MAX; i++) {
        int64_t before = r->done;

        nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 200000000}, NULL);
        r->locked = 0;
        TRY(reseal_pass(r));
        if (r->done == before)
            break;
        r->all = false; /* the index is made; what came since has it */
    }
    if (r->locked > 0)
        return err_new(
            c->arena, ERR_CONFLICT, "keys.locked",
            "%" PRId64 " values are sealed anew, %" PRId64
            " could not be opened and stay as they are; keys check says which keys lack; the rotation is "
            "not done",
            r->done, r->locked);
    return NULL;
}

/* Former keys are needed no more, but that which makes the index. */
static err_t finish(struct ctl *c, struct keyset *k, const struct admin *ad, struct key_file *f)
{
    for (size_t i = 1; i < f->n; i++)
        f->lines[i].old = true;
    for (size_t i = 0; i < f->n; i++)
        f->lines[i].index_old = false;
    TRY(keyset_write(k, f));
    for (size_t i = 1; i < f->n; i++)
        if (i != key_file_index(f))
            TRY(known_forget(c->arena, ad, f->cls, key_id(c->arena, &f->lines[i])));
    return NULL;
}

static err_t rotate(struct ctl *c)
{
    struct reseal r = {
        .c = c, .service = ctl_option(c, "service"), .cls = ctl_option(c, "class"), .write = true};
    struct service_names n;
    struct key_file f;
    struct keyset k;
    struct admin ad;

    TRY(names_of(c->arena, r.service, &n));
    TRY(keyset_open(c, &k));
    TRY(keyset_read(&k, r.cls, &f));
    if (ctl_flag(c, "index") && !has_index(r.service, r.cls))
        return err_new(
            c->arena, ERR_DENIED, "keys.index",
            "%s has no blind index of class %s whose values it keeps: such an index cannot be made anew",
            r.service, r.cls);
    if (!str_to_i64(ctl_option(c, "pause") ?: "0", 0, 60000, &r.pause_ms))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--pause: 0 to 60000 milliseconds");
    if (!str_to_i64(ctl_option(c, "batch") ?: "100", 1, 10000, &r.batch))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--batch: 1 to 10000 values");
    r.database = n.database;
    TRY(admin_open(c, c->arena, n.service, n.database, &ad)); /* before anything is written */
    TRY(begin(c, &k, &ad, &f));
    r.id = key_id(c->arena, &f.lines[0]);
    r.all = key_file_index_old(&f) >= 0;
    TRY(keyring_open(c->arena, k.folder, k.kek, &r.keyring));
    TRY(reseal_all(c, &r));
    TRY(finish(c, &k, &ad, &f));
    printf("%" PRId64 " values sealed with %s; the former keys stay for the backups of then (keys retire)\n",
           r.done, r.id);
    key_file_done(&f);
    return NULL;
}

const struct command ctl_keys_rotate = {
    .words = "keys rotate",
    .about = "A new key for a class, and all that is sealed sealed anew in batches; goes on where it was "
             "interrupted.",
    .options = {KEYSET_OPTIONS,
                ADMIN_OPTIONS,
                {"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"class", "CLASS", NULL, "document, health, protection or webhook", true, false},
                {"index", NULL, NULL, "make the blind index anew too", false, false},
                {"batch", "N", NULL, "values in one transaction, 100 if not given", false, false},
                {"pause", "MS", NULL, "pause between batches, to spare the database", false, false}},
    .run = rotate,
};
