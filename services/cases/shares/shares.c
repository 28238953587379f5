/* shares.c - see shares.h: granting and ending. */
#include "cases/shares/shares.h"
#include "cases/persons/persons.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/shares/internal.h"
#include "cases/shares/queries.h"
#include "cases/shares/rules.h"
#include "cases/timeline/timeline.h"

ERR_DEFINE(err_exists, ERR_CONFLICT, "share.exists", "The case is shared with this organisation already.");

static const char *share_story(struct arena *a, struct uuid id, const char *to_organisation)
{
    return arena_printf(a, "{\"shareId\":\"%s\",\"organisation\":\"%s\"}", uuid_text(a, id), to_organisation);
}

err_t share_case_unknown(struct arena *a)
{
    struct fault_list faults = {0};

    fault_add(a, &faults,
              (struct fault){.at = "/caseId", .code = "case.unknown", .detail = "There is no such case."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The share is not valid.");
}

void share_schedule(struct ctx *x, struct tx *tx, struct uuid id, struct opt_date until_on)
{
    int64_t due_us;

    if (!until_on.set)
        due_cancel(tx, "shareExpiry", id);
    else if (date_zone_instant("Europe/Amsterdam", until_on.v + 1, 0, &due_us))
        due_set(tx, "shareExpiry", id, due_us,
                arena_printf(x->arena, "{\"shareId\":\"%s\"}", uuid_text(x->arena, id)));
}

err_t share_grant(struct ctx *x, struct tx *tx, const struct share_new *in, struct uuid *ret_id)
{
    struct uuid id = uuid_new(x->now_us);
    struct share_case held;
    struct share_added added;
    bool case_found, found;

    q_share_case_hold_later(tx, in->case_id, &case_found, &held);
    TRY(tx_sync(tx));
    if (!case_found)
        return share_case_unknown(x->arena);
    TRY(persons_unrestricted(tx, in->case_id));
    TRY(q_share_add(tx,
                    &(struct q_share_add_in){.id = id,
                                             .to_org = in->to_organisation,
                                             .case_id = in->case_id,
                                             .fields = in->fields,
                                             .level = in->level,
                                             .until_on = in->until_on,
                                             .legal_basis = in->legal_basis,
                                             .regime = in->regime,
                                             .document = in->document,
                                             .consent_id = in->consent_id,
                                             .referral_id = in->referral_id,
                                             .by = x->who->subject,
                                             .now = x->now_us},
                    &found, &added));
    if (!found)
        return err_exists;
    if (in->until_on.set)
        share_schedule(x, tx, id, in->until_on);
    audit_write(tx, "share", id, "create", NULL);
    timeline_add(tx, in->case_id, "share.granted", share_story(x->arena, id, in->to_organisation), "");
    TRY(views_sync(x, tx, in->case_id, &id));
    *ret_id = id;
    return NULL;
}

void share_end(struct ctx *x, struct tx *tx, const struct share_ending *s, const char *status,
               const char *reason, int32_t delete_by)
{
    /* In this order: by a share that has ended its recipient sees no view that it could give up. */
    q_view_clear(
        tx, &(struct q_view_clear_in){.org = s->to_organisation, .case_id = s->case_id, .now = x->now_us});
    q_share_end(
        tx, &(struct q_share_end_in){
                .id = s->id, .status = status, .reason = reason, .delete_by = delete_by, .now = x->now_us});
    share_tell(x, tx,
               &(struct share_told){.event = "cases.share.recalled",
                                    .change = "recalled",
                                    .share_id = s->id,
                                    .case_id = s->case_id,
                                    .owner = s->owner_organisation,
                                    .to_organisation = s->to_organisation,
                                    .refs = s->refs,
                                    .delete_by = OPT_DATE(delete_by)});
    audit_write(tx, "share", s->id, status, NULL);
    if (!str_eq(s->owner_organisation, x->who->organisation))
        return;
    due_cancel(tx, "shareExpiry", s->id);
    timeline_add(tx, s->case_id, "share.ended", share_story(x->arena, s->id, s->to_organisation), "");
}

err_t shares_end_for_consent(struct ctx *x, struct tx *tx, struct uuid consent_id, const char *reason,
                             size_t *ret_ended)
{
    bool expired = str_eq(reason, "consentExpired");
    struct share_ending *shares;
    size_t n;

    TRY(q_shares_of_consent(tx, consent_id, &shares, &n));
    for (size_t i = 0; i < n; i++)
        share_end(x, tx, &shares[i], expired ? "expired" : "recalled", reason,
                  date_today_nl(x->now_us) + SHARE_DELETE_DAYS);
    *ret_ended = n;
    return NULL;
}

err_t share_give_up(struct ctx *x, struct tx *tx, struct uuid referral_id)
{
    struct share_ending s;
    bool found;

    TRY(q_share_of_referral(tx, referral_id, &found, &s));
    if (found)
        share_end(x, tx, &s, "recalled", "referralRevoked", date_today_nl(x->now_us) + SHARE_DELETE_DAYS);
    return NULL;
}

err_t shares_expire(struct ctx *x, const struct inbox_event *e)
{
    struct share_ending s;
    struct uuid id;
    struct tx *tx;
    bool found;

    if (!uuid_parse(json_string_value(json_object_get(e->data, "shareId")), &id))
        return err_internal(x->arena, ERR_BUG, "event.data", "shareId is no uuid");
    TRY(db_begin(x, &tx));
    TRY(q_share_due(tx, id, date_today_nl(x->now_us), &found, &s));
    if (found)
        share_end(x, tx, &s, "expired", "untilReached", date_today_nl(x->now_us) + SHARE_DELETE_DAYS);
    return NULL;
}
