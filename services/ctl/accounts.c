/* accounts.c - see accounts.h */
#include "ctl/accounts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/install.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/options.h"
#include "ctl/queries.h"

err_t roles_open(struct ctl *c, struct roles **ret)
{
    const char *file = ctl_option(c, "roles-file"), *data = getenv("WAYFARE_DATA");

    if (data == NULL || *data == '\0')
        data = INSTALL_DATA "/services/identity";
    if (file == NULL)
        file = arena_printf(c->arena, "%s/data/roles.json", data);
    return roles_load(c->arena, file, ret);
}

err_t grant_read(struct ctl *c, struct tx *tx, bool is_user, struct grant *ret)
{
    struct grant g = {.organisation = ctl_option(c, "organisation"),
                      .is_user = is_user,
                      .may_give_all = true,
                      .roles = ctl_options(c, "role"),
                      .scopes = ctl_options(c, "scope"),
                      .programmes = ctl_options(c, "programme"),
                      .offices = ctl_options(c, "office")};
    struct ctl_office_unknown *unknown;
    struct ctl_organisation owner;
    struct roles *roles;
    bool found;
    size_t n;

    TRY(roles_open(c, &roles));
    TRY(roles_check(c->arena, roles, &g));
    TRY(q_ctl_organisation(tx, g.organisation, &found, &owner));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no organisation '%s'", g.organisation);
    if (!str_eq(owner.status, "active"))
        return err_new(c->arena, ERR_CONFLICT, "ctl.disabled", "'%s' is disabled", g.organisation);
    TRY(q_ctl_offices_unknown(tx, g.organisation, g.offices, &unknown, &n));
    if (n > 0)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "%s has no office '%s'", g.organisation,
                       unknown[0].code);
    *ret = g;
    return NULL;
}

err_t account_revoke(struct ctx *x, struct tx *tx, const char *organisation, const char *kind,
                     const char *value, const char *reason)
{
    struct ctl_revocation_order order;

    TRY(q_ctl_revocation_order(tx, &order));
    q_ctl_revocation_add(tx, &(struct q_ctl_revocation_add_in){.id = uuid_new(x->now_us),
                                                               .organisation = organisation,
                                                               .kind = kind,
                                                               .value = value,
                                                               .reason = reason,
                                                               .now = x->now_us});
    return NULL;
}
