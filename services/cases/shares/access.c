/* access.c - see shares.h: who asks about a field of a case, and what of it is told. */
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/shares/queries.h"
#include "cases/shares/rules.h"
#include "cases/shares/shares.h"
#include "cases/timeline/timeline.h"

ERR_DEFINE(err_missing, ERR_MISSING, "case.missing", "There is no such case.");

err_t case_access_read(struct ctx *x, struct tx *tx, struct uuid case_id, const char *field,
                       struct case_access *ret)
{
    struct access_own own;
    struct access_shared shared;
    bool is_own, is_shared;

    q_access_own_later(tx, case_id, &is_own, &own);
    TRY(q_access_shared(tx, case_id, field, date_today_nl(x->now_us), &is_shared, &shared));
    if (!is_own && !is_shared)
        return err_missing;
    *ret = (struct case_access){.case_id = case_id, .org = is_own ? own.org : shared.org, .partner = !is_own};
    return NULL;
}

err_t case_access_write(struct ctx *x, struct tx *tx, struct uuid case_id, const char *field,
                        struct case_access *ret)
{
    struct access_own own;
    struct access_shared shared;
    bool is_own, is_shared;

    q_access_own_hold_later(tx, case_id, &is_own, &own);
    TRY(q_access_shared_hold(tx, case_id, field, date_today_nl(x->now_us), &is_shared, &shared));
    if (!is_own && !is_shared)
        return err_missing;
    TRY(rules_access_write(is_own, is_own ? NULL : shared.level, is_own ? own.closed : shared.closed));
    *ret = (struct case_access){.case_id = case_id, .org = is_own ? own.org : shared.org, .partner = !is_own};
    return NULL;
}

static const char *story(struct arena *a, const char *id, const char *organisation)
{
    return arena_printf(a, "{\"id\":\"%s\",\"organisation\":\"%s\"}", id, organisation);
}

void case_access_wrote(struct ctx *x, struct tx *tx, const struct case_access *access, const char *kind,
                       struct uuid id)
{
    const char *item = uuid_text(x->arena, id), *writer = x->who->organisation;

    if (!access->partner) {
        timeline_add(tx, access->case_id, kind, story(x->arena, item, writer), "");
        return;
    }
    outbox_add(
        tx, &(struct event){.type = "cases.partner.wrote",
                            .subject = id,
                            .key = access->case_id,
                            .organisation = access->org,
                            .data = arena_printf(x->arena,
                                                 "{\"caseId\":\"%s\",\"itemId\":\"%s\",\"kind\":\"%s\","
                                                 "\"organisation\":\"%s\"}",
                                                 uuid_text(x->arena, access->case_id), item, kind, writer)});
}

err_t partner_wrote(struct ctx *x, const struct inbox_event *e)
{
    struct uuid case_id;
    struct tx *tx;

    if (!uuid_parse(json_member_text(e->data, "caseId"), &case_id))
        return err_internal(x->arena, ERR_BUG, "event.data", "caseId is no uuid");
    TRY(db_begin(x, &tx));
    timeline_add(
        tx, case_id, json_member_text(e->data, "kind"),
        story(x->arena, json_member_text(e->data, "itemId"), json_member_text(e->data, "organisation")), "");
    return NULL;
}
