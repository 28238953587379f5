/* common.c - see common.h */
#include "identity/common.h"

#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "identity/offices/queries.h"
#include "identity/organisations/queries.h"
#include "identity/state.h"
#include "web/auth_roles.h"

ERR_DEFINE(err_foreign, ERR_DENIED, "organisation.foreign", "This is another organisation's matter.");
ERR_DEFINE(err_organisation_disabled, ERR_CONFLICT, "organisation.disabled", "The organisation is disabled.");
ERR_DEFINE(err_status, ERR_CONFLICT, "account.status", "It has this status already.");

static const struct fault organisation_unknown = {.in = FAULT_POINTER,
                                                  .at = "/organisation",
                                                  .code = "organisation.unknown",
                                                  .detail = "There is no such organisation."};

err_t organisation_target(struct ctx *x, struct tx *tx, const struct request *rq, const char **ret)
{
    const char *organisation = json_member_text(request_body(rq), "organisation");
    struct organisation_status row;
    bool found;

    if (organisation == NULL)
        organisation = x->who->organisation;
    if (!str_eq(organisation, x->who->organisation) && !principal_has(x->who, "organisations:all"))
        return err_foreign;
    TRY(q_organisation_status(tx, organisation, &found, &row));
    if (!found)
        return err_faults(x->arena, ERR_INVALID, "request.invalid", "The organisation is not known.",
                          &organisation_unknown, 1);
    if (!str_eq(row.status, "active"))
        return err_organisation_disabled;
    *ret = organisation;
    return NULL;
}

err_t grant_check(struct ctx *x, struct tx *tx, struct grant *g, struct text_array held)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    struct office_unknown *unknown;
    struct fault_list faults = {0};
    size_t n;
    err_t e;

    g->may_give_all = principal_has(x->who, "organisations:all");
    TRY(q_offices_unknown(tx, g->organisation, g->offices, held, &unknown, &n));
    e = roles_check(x->arena, state->roles, g);
    for (size_t i = 0; e != NULL && i < e->nfaults; i++)
        fault_add(x->arena, &faults, e->faults[i]);
    for (size_t i = 0; i < n; i++)
        fault_add(x->arena, &faults,
                  (struct fault){.in = FAULT_POINTER,
                                 .at = arena_printf(x->arena, "/offices/%d", (int)unknown[i].position),
                                 .code = "office.unknown",
                                 .detail = "The organisation has no such office."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "Roles, scopes or offices cannot be given.");
}

err_t status_change(const char *before, const char *after)
{
    return str_eq(before, after) ? err_status : NULL;
}
