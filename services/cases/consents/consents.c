/* consents.c - see consents.h. */
#include "cases/consents/consents.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/consents/queries.h"
#include "cases/shares/shares.h"

void consent_add_handover(struct ctx *x, struct tx *tx, const json_t *consent, struct uuid person_id,
                          struct uuid case_id, struct uuid referral_id, const char *obtained_by)
{
    const char *own = x->who->organisation;
    static const char *categories[] = {"identity", "contact", "family"};
    struct uuid id = uuid_new(x->now_us);
    int64_t given_us = x->now_us;
    bool parsed = date_parse_instant(json_member_text(consent, "givenAt"), &given_us);

    (void)parsed; /* validated when it was referred */
    q_consent_add(tx, &(struct q_consent_add_in){.id = id,
                                                 .person_id = person_id,
                                                 .case_id = OPT_UUID(case_id),
                                                 .purpose = "handover",
                                                 .recipients = {.v = &own, .n = 1},
                                                 .categories = {.v = categories, .n = LENGTH(categories)},
                                                 .notice_version = json_member_text(consent, "noticeVersion"),
                                                 .language = json_member_text(consent, "language"),
                                                 .method = json_member_text(consent, "method"),
                                                 .witness = json_member_text(consent, "witness"),
                                                 .given = json_member_text(consent, "given"),
                                                 .given_by = json_member_text(consent, "givenBy"),
                                                 .given_at = given_us,
                                                 .receipt = json_member_text(consent, "receipt"),
                                                 .obtained_by = obtained_by,
                                                 .referral_id = OPT_UUID(referral_id),
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    audit_write(tx, "consent", id, "create", NULL);
}

err_t consents_expire(struct ctx *x, const struct inbox_event *e)
{
    struct consent_expired row;
    struct uuid id;
    struct tx *tx;
    size_t ended;
    bool found;

    if (!uuid_parse(json_string_value(json_object_get(e->data, "consentId")), &id))
        return err_internal(x->arena, ERR_BUG, "event.data", "consentId is no uuid");
    TRY(db_begin(x, &tx));
    TRY(q_consent_expire(tx, id, x->now_us, &found, &row));
    if (!found)
        return NULL;
    audit_write(tx, "consent", id, "expire", NULL);
    return shares_end_for_consent(x, tx, id, "consentExpired", &ended);
}
