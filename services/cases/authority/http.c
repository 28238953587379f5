/* http.c - operations on authority checks and surrendered statuses (api-spec/cases/authority.yaml): the
 * table, and what both need. */
#include "app/service_main.h"
#include "base/arena.h"
#include "cases/areas.h"
#include "cases/authority/internal.h"
#include "cases/authority/queries.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"

err_t authority_way_read(struct ctx *x, struct tx *tx, struct uuid case_id, struct authority_way *ret)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct fault_list faults = {0};
    struct authority_case c;
    const struct pack *pack;
    const struct pack_status *status;
    bool found;

    TRY(q_authority_case(tx, case_id, &found, &c));
    if (!found) {
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/caseId", .code = "case.unknown", .detail = "There is no such case."});
        return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The request is not valid.");
    }
    pack = packs_version(state->packs, c.programme, c.programme_version);
    status = pack ? pack_status(pack, c.status) : NULL;
    *ret = (struct authority_way){.phase = status ? status->phase : "", .applied = c.applied};
    return NULL;
}

const struct handler authority_handlers[] = {
    {"createAuthorityCheck", create_authority_check},
    {"listAuthorityChecks", list_authority_checks},
    {"getAuthorityCheck", get_authority_check},
    {"askAuthority", ask_authority},
    {"answerAuthorityCheck", answer_authority_check},
    {"expireAuthorityCheck", expire_authority_check},
    {"explainStatusSurrender", explain_status_surrender},
    {"listStatusSurrenders", list_status_surrenders},
    {"getStatusSurrender", get_status_surrender},
    {"signStatusSurrender", sign_status_surrender},
    {"handInStatusSurrender", hand_in_status_surrender},
    {"lapseStatusSurrender", lapse_status_surrender},
    {NULL, NULL},
};
