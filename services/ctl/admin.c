/* admin.c - see admin.h */
#include "ctl/admin.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "ctl/files.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "io/db_script.h"

err_t admin_open(struct ctl *c, struct arena *a, const char *service, const char *database, struct admin *ret)
{
    const char *conninfo, *file = ctl_option(c, "db-password-file");

    TRY(text_fill(c->arena, "--db", ctl_option(c, "db"), (const char *const[]){"service", service, NULL},
                  &conninfo));
    *ret = (struct admin){.conninfo = arena_printf(c->arena, "%s dbname=%s", conninfo, database)};
    if (file != NULL && *file != '\0')
        TRY(conf_secret(c->arena, file, &ret->password));
    return db_script_open(a, ret->conninfo, ret->password, &ret->db);
}

err_t admin_run(struct arena *a, const struct admin *ad, const char *name, const char *script,
                const char *const *pairs, struct text_array *ret_rows)
{
    if (pairs != NULL)
        TRY(text_fill(a, name, script, pairs, &script));
    return db_script_run(ad->db, name, script, ret_rows);
}

err_t admin_services(struct ctl *c, struct text_array *ret)
{
    struct text_array asked = ctl_options(c, "service"), all = names_services();
    const char **v = ARENA_ARRAY(c->arena, all.n, const char *);
    size_t n = 0;

    for (size_t i = 0; i < asked.n; i++) {
        size_t k = 0;

        while (k < all.n && !str_eq(all.v[k], asked.v[i]))
            k++;
        if (k == all.n)
            return err_new(c->arena, ERR_INVALID, "ctl.usage", "there is no service '%s'", asked.v[i]);
    }
    for (size_t k = 0; k < all.n; k++) {
        bool wanted = asked.n == 0;

        for (size_t i = 0; i < asked.n; i++)
            wanted = wanted || str_eq(all.v[k], asked.v[i]);
        if (wanted)
            v[n++] = all.v[k];
    }
    *ret = (struct text_array){.v = v, .n = n};
    return NULL;
}
