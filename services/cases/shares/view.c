/* view.c - partner views: made from the case by those who change it, read by partners as they are stored. */
#include "app/audit.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/changes/changes.h"
#include "cases/programmes/pack.h"
#include "cases/shares/internal.h"
#include "cases/shares/queries.h"
#include "cases/shares/rules.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "web/page.h"

static err_t facts_of(struct ctx *x, struct uuid case_id, const struct view_case *c, struct view_facts *ret)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    const struct pack *pack = packs_version(state->packs, c->programme, c->programme_version);
    const struct pack_status *status = pack ? pack_status(pack, c->status) : NULL;

    if (!status)
        return err_internal(x->arena, ERR_BUG, "pack.missing", "no pack %s %d with status %s", c->programme,
                            c->programme_version, c->status);
    *ret = (struct view_facts){.case_id = case_id,
                               .reference = c->reference,
                               .told = pack_partner_status(pack, c->status, c->result),
                               .label = pack_status_label(status, "partner", "en"),
                               .planned_departure_on = c->planned_departure_on};
    return NULL;
}

void share_tell(struct ctx *x, struct tx *tx, const struct share_told *t)
{
    const char *id = uuid_text(x->arena, t->share_id), *case_id = uuid_text(x->arena, t->case_id);
    char day[11] = "";

    change_add(x, tx,
               &(struct change_new){.viewer = t->to_organisation,
                                    .owner = t->owner,
                                    .kind = "case",
                                    .subject = t->case_id,
                                    .external_ref = t->refs.n > 0 ? t->refs.v[0] : NULL,
                                    .change = t->change,
                                    .delete_by = t->delete_by});
    if (t->delete_by.set)
        date_format(t->delete_by.v, day);
    outbox_add(tx, &(struct event){
                       .type = t->event,
                       .subject = t->share_id,
                       .key = t->case_id,
                       .organisation = t->owner,
                       .data = arena_printf(
                           x->arena, "{\"shareId\":\"%s\",\"caseId\":\"%s\",\"toOrganisation\":\"%s\"%s%s%s}",
                           id, case_id, t->to_organisation, t->delete_by.set ? ",\"deleteBy\":\"" : "", day,
                           t->delete_by.set ? "\"" : "")});
}

/* Stores what differs in one round trip, then tells those whose bytes moved. */
static err_t views_store(struct ctx *x, struct tx *tx, const struct view_facts *facts,
                         const struct view_share *shares, size_t n, const struct uuid *granted)
{
    struct view_stored *stored = ARENA_ARRAY(x->arena, n, struct view_stored);
    bool *changed = ARENA_ARRAY(x->arena, n, bool);
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        const char *body = shares_view_bytes(x->arena, facts, &shares[i].fields, &shares[i].refs);

        if (str_eq(body, shares[i].body))
            continue;
        any = true;
        q_view_store_later(tx,
                           &(struct q_view_store_in){.org = shares[i].to_organisation,
                                                     .case_id = facts->case_id,
                                                     .share_id = shares[i].id,
                                                     .body = body,
                                                     .now = x->now_us},
                           &changed[i], &stored[i]);
    }
    if (!any)
        return NULL;
    TRY(tx_sync(tx));
    for (size_t i = 0; i < n; i++) {
        bool is_new = granted && uuid_eq(*granted, shares[i].id);

        if (changed[i])
            share_tell(x, tx,
                       &(struct share_told){.event = is_new ? "cases.share.granted" : "cases.share.changed",
                                            .change = is_new ? "granted" : "changed",
                                            .share_id = shares[i].id,
                                            .case_id = facts->case_id,
                                            .owner = x->who->organisation,
                                            .to_organisation = shares[i].to_organisation,
                                            .refs = shares[i].refs});
    }
    return NULL;
}

err_t views_sync(struct ctx *x, struct tx *tx, struct uuid case_id, const struct uuid *granted)
{
    struct view_case c;
    struct view_share *shares;
    struct view_facts facts;
    bool found;
    size_t n;

    q_view_case_later(tx, case_id, &found, &c);
    TRY(q_view_shares(tx, case_id, &shares, &n));
    if (!found || n == 0)
        return NULL;
    if (c.closed)
        q_shares_closed(tx, case_id);
    TRY(facts_of(x, case_id, &c, &facts));
    return views_store(x, tx, &facts, shares, n, granted);
}

err_t view_preview(struct ctx *x, struct tx *tx, struct uuid case_id, const char *to_organisation,
                   const struct text_array *fields, const char **ret_bytes)
{
    struct view_case c;
    struct view_facts facts;
    struct view_refs keys;
    bool found;

    q_view_case_later(tx, case_id, &found, &c);
    TRY(q_view_refs(tx, case_id, to_organisation, &keys));
    if (!found)
        return share_case_unknown(x->arena);
    TRY(facts_of(x, case_id, &c, &facts));
    *ret_bytes = shares_view_bytes(x->arena, &facts, fields, &keys.refs);
    return NULL;
}

err_t partner_view_refresh(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    return views_sync(x, tx, case_id, NULL);
}

err_t partner_view_reply(struct ctx *x, struct uuid case_id, struct response *rs)
{
    struct partner_view view;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "sharedCase", case_id, "");
    TRY(q_view_get(tx, case_id, &view));
    reply_etag_text(rs, arena_printf(x->arena, "p%d", view.version));
    return reply_json_text(rs, 200, view.body);
}

/* listSharedCases: GET /shared-cases */
err_t list_shared_cases(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct shared_case *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_view_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_view_list(tx, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        rows[i].view = rows[i].body_;
    audit_rows(tx, "sharedCase", rows, n, sizeof *rows, offsetof(struct shared_case, id));
    return reply_page(x, rq, rs, &q_view_list_page, &page, &shared_case_json, rows, n);
}
