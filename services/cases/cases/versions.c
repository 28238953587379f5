/* versions.c - moving an open case to a newer version of its programme: explicit, never by itself. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "cases/cases/store.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"

/* changeProgrammeVersion: POST /cases/{caseId}/programme-version */
err_t change_programme_version(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    int32_t version = (int32_t)json_member_i64(request_body(rq), "version", 0);
    struct uuid id = request_path_uuid(rq, "caseId");
    struct case_locked c;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(case_lock_open(tx, rq, id, &c));
    TRY(pack_rules_migrate(x->arena, packs_version(state->packs, c.programme, version), c.programme_version,
                           c.status, c.resumes_to));
    q_case_version(tx, id, version, x->now_us);
    timeline_add(tx, id, "case.versionChanged",
                 arena_printf(x->arena, "{\"from\":\"%d\",\"to\":\"%d\"}", c.programme_version, version), "");
    audit_write(tx, "case", id, "programmeVersion", "[\"programmeVersion\"]");
    TRY(partner_view_refresh(x, tx, id));
    return case_reply(x, tx, id, 200, rs);
}
