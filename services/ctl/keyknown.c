/* keyknown.c - see keyknown.h */
#include "ctl/keyknown.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/keyset.h"
#include "ctl/scripts.h"
#include "io/db_script.h"

static bool in_file(struct arena *a, const struct key_file *f, const char *id)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(key_id(a, &f->lines[i]), id))
            return true;
    return false;
}

err_t known_all_there(struct arena *a, const struct admin *ad, const struct key_file *f)
{
    const char *before = arena_printf(a, "%s ", f->cls);
    struct text_array rows;

    TRY(db_script_run(ad->db, "keys_known.sql", embed_keys_known_sql, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const char *id = rows.v[i] + strlen(before);

        if (str_starts(rows.v[i], before) && !in_file(a, f, id))
            return err_new(
                a, ERR_CONFLICT, "keys.lost",
                "the database is sealed with key %s, which field-%s.key does not have; put its line "
                "back first, or, if there is no copy of it anywhere, keys retire --lost",
                id, f->cls);
    }
    return NULL;
}

err_t known_add(struct arena *a, const struct admin *ad, const char *cls, const char *id)
{
    return admin_run(a, ad, "keys_learn.sql", embed_keys_learn_sql,
                     (const char *const[]){"class", cls, "id", id, NULL}, NULL);
}

err_t known_forget(struct arena *a, const struct admin *ad, const char *cls, const char *id)
{
    return admin_run(a, ad, "keys_forget.sql", embed_keys_forget_sql,
                     (const char *const[]){"class", cls, "id", id, NULL}, NULL);
}

err_t known_has(struct arena *a, const struct admin *ad, const char *cls, const char *id, bool *ret)
{
    const char *wanted = arena_printf(a, "%s %s", cls, id);
    struct text_array rows;

    *ret = false;
    TRY(db_script_run(ad->db, "keys_known.sql", embed_keys_known_sql, &rows));
    for (size_t i = 0; i < rows.n; i++)
        *ret = *ret || str_eq(rows.v[i], wanted);
    return NULL;
}
