/* keyguard.c - see keyguard.h */
#include "app/keyguard.h"

#include "app/keyring.h"
#include "app/program.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"

#define ASK_US (5 * 1000 * 1000LL)
#define PAUSE_US (100 * 1000LL)

static bool known(const struct field_key *rows, size_t n, const struct key_ref *ref)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].cls, ref->cls) && str_eq(rows[i].key_id, ref->id))
            return true;
    return false;
}

/* Notes down the keys that the database does not know of yet. */
static void note(struct ctx *x, struct tx *tx, const struct field_key *rows, size_t n)
{
    struct key_ref *refs;
    size_t all = keyring_keys(x->arena, program_of(x)->keyring, &refs), fresh = 0;
    const char **classes = ARENA_ARRAY(x->arena, all + 1, const char *),
               **ids = ARENA_ARRAY(x->arena, all + 1, const char *);

    for (size_t i = 0; i < all; i++)
        if (!known(rows, n, &refs[i])) {
            classes[fresh] = refs[i].cls;
            ids[fresh++] = refs[i].id;
        }
    if (fresh > 0)
        q_field_keys_add(tx, (struct text_array){.v = classes, .n = fresh},
                         (struct text_array){.v = ids, .n = fresh});
}

static err_t compare(struct ctx *x)
{
    struct keyring *k = program_of(x)->keyring;
    struct field_key *rows;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(q_field_keys(tx, &rows, &n));
    for (size_t i = 0; i < n; i++)
        TRY(keyring_has(x->arena, k, rows[i].cls, rows[i].key_id));
    note(x, tx, rows, n);
    return tx_commit(x);
}

static err_t ask(struct program *p, struct arena *a)
{
    static const struct principal who = {
        .subject = "keyguard", .client_id = "", .organisation = "", .scope = "internal"};
    struct ctx x = {.arena = a,
                    .who = &who,
                    .now_us = clock_now_us(),
                    .deadline_us = clock_mono_us() + ASK_US,
                    .db = p->db,
                    .operation = "keyguard",
                    .purpose = "",
                    .app = p};
    err_t e;

    co_deadline(x.deadline_us);
    e = compare(&x);
    if (x.tx)
        tx_rollback(&x);
    co_deadline(0);
    return e;
}

err_t keyguard_check(struct program *p)
{
    while (!loop_draining(p->loop)) {
        struct arena *a = arena_new();
        err_t e = ask(p, a);
        bool later = e && (e->kind == ERR_UNAVAILABLE || e->kind == ERR_CANCELLED);

        if (e)
            e = err_internal(p->arena, e->kind, e->code, "%s", e->cause ? e->cause : e->detail);
        arena_free(a);
        if (!e)
            keyring_trust(p->keyring, true);
        if (!later)
            return e;
        TRY(co_sleep(PAUSE_US));
    }
    return NULL;
}
