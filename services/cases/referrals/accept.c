/* accept.c - accepting: from what was handed over to persons and a case of ours, and to what the sender sees
 * of it. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/cases.h"
#include "cases/consents/consents.h"
#include "cases/persons/persons.h"
#include "cases/programmes/pack.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"
#include "cases/shares/rules.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"

/* The person of ours that a person handed over is taken to be, if the acceptance says so. */
static err_t known_person(struct ctx *x, struct tx *tx, const json_t *known, size_t position, bool *ret_known,
                          struct uuid *ret_id)
{
    struct fault_list faults = {0};
    struct referral_known row;
    const json_t *item;
    bool found;
    size_t i;

    *ret_known = false;
    json_array_foreach(known, i, item)
    {
        if (json_member_i64(item, "position", -1) != (int64_t)position)
            continue;
        *ret_known = uuid_parse(json_member_text(item, "personId"), ret_id);
        TRY(q_referral_known(tx, *ret_id, &found, &row));
        if (!found)
            fault_add(x->arena, &faults,
                      (struct fault){.at = arena_printf(x->arena, "/known/%zu/personId", i),
                                     .code = "person.unknown",
                                     .detail = "There is no such person."});
        else if (row.restricted)
            return err_new(x->arena, ERR_CONFLICT, "person.restricted",
                           "Processing of this person's data is restricted.");
        break;
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The acceptance is not valid.");
}

/* Makes, or takes, every person of the handover; ids in its order. */
static err_t persons_make(struct ctx *x, struct tx *tx, const json_t *persons, const json_t *known,
                          struct uuid *ids)
{
    const json_t *item;
    bool is_known;
    size_t i;

    json_array_foreach(persons, i, item)
    {
        TRY(known_person(x, tx, known, i, &is_known, &ids[i]));
        if (!is_known)
            TRY(person_create(x, tx, json_object_get(item, "person"),
                              arena_printf(x->arena, "/handover/persons/%zu/person", i), &ids[i]));
    }
    return NULL;
}

/* [{personId, relation, dependant}] of those who are not the principal. */
static json_t *members_of(struct ctx *x, const json_t *persons, const struct uuid *ids,
                          struct uuid *ret_principal)
{
    json_t *members = arena_own_json(x->arena, json_array());
    const json_t *item;
    size_t i;

    json_array_foreach(persons, i, item)
    {
        const char *relation = json_member_text(item, "relation");

        if (str_eq(json_member_text(item, "role"), "principal"))
            *ret_principal = ids[i];
        else
            json_array_append_new(members, json_pack("{s:s,s:s,s:b}", "personId", uuid_text(x->arena, ids[i]),
                                                     "relation", relation ? relation : "other", "dependant",
                                                     json_member_bool(item, "dependant", false)));
    }
    return members;
}

static err_t open_case(struct ctx *x, struct tx *tx, const struct referral_row *row, const json_t *handover,
                       const json_t *body, const struct uuid *ids, struct uuid *ret_id)
{
    const char *caseworker = json_member_text(body, "caseworker");
    struct case_opening opening = {
        .programme = row->programme,
        .external_refs =
            arena_own_json(x->arena, json_pack("[{s:s,s:s}]", "organisation", row->from_organisation, "value",
                                               row->external_ref)),
        .offices = json_object_get(body, "offices"),
        .caseworker = caseworker        ? caseworker
                      : x->who->is_user ? x->who->subject
                                        : NULL,
        .confidentiality = json_member_text(body, "confidentiality"),
        .country_of_return = json_member_text(handover, "countryOfReturn"),
        .referral_id = OPT_UUID(row->id),
    };
    json_t *members = members_of(x, json_object_get(handover, "persons"), ids, &opening.principal_id);

    opening.members = json_array_size(members) > 0 ? members : NULL;
    return case_open(x, tx, &opening, ret_id);
}

struct share_terms_input {
    struct text_array fields;
    const char *level, *legal_basis, *regime, *document;
    struct opt_date until;
};
static const struct json_field share_terms_fields[] = {
    JSON_FIELD(struct share_terms_input, fields, "fields", JSON_TEXTS),
    JSON_FIELD(struct share_terms_input, level, "level", JSON_TEXT),
    JSON_FIELD(struct share_terms_input, legal_basis, "legalBasis", JSON_TEXT),
    JSON_FIELD(struct share_terms_input, regime, "regime", JSON_TEXT),
    JSON_FIELD(struct share_terms_input, document, "document", JSON_TEXT),
    JSON_FIELD(struct share_terms_input, until, "until", JSON_OPT_DATE),
};
static const struct json_shape share_terms_shape = JSON_SHAPE(struct share_terms_input, share_terms_fields);

static err_t sender_share(struct ctx *x, struct tx *tx, const struct referral_row *row, const json_t *body,
                          struct uuid case_id)
{
    const struct packs *packs = PROGRAM_STATE(x, struct cases_state)->packs;
    struct share_terms_input in = {.fields = packs_newest(packs, row->programme)->sender_fields,
                                   .level = "view",
                                   .legal_basis = "publicTask",
                                   .regime = "GDPR"};
    const json_t *share = json_object_get(body, "share");
    struct fault_list faults = {0};
    struct uuid share_id;

    if (share)
        TRY(json_read(x->arena, share, &share_terms_shape, &in));
    rules_share_terms(x->arena,
                      &(struct share_terms){.owner = x->who->organisation,
                                            .to_organisation = row->from_organisation,
                                            .legal_basis = in.legal_basis,
                                            .until_on = in.until},
                      date_today_nl(x->now_us), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The share is not valid."));
    return share_grant(x, tx,
                       &(struct share_new){.case_id = case_id,
                                           .to_organisation = row->from_organisation,
                                           .fields = in.fields,
                                           .level = in.level,
                                           .until_on = in.until,
                                           .legal_basis = in.legal_basis,
                                           .regime = in.regime,
                                           .document = in.document,
                                           .referral_id = OPT_UUID(row->id)},
                       &share_id);
}

err_t referral_accept(struct ctx *x, struct tx *tx, const struct referral_row *row, const json_t *body,
                      struct uuid *ret_case_id)
{
    const json_t *persons, *item;
    struct uuid *ids, case_id;
    json_t *handover;
    size_t i;

    TRY(referral_handover(x, row, &handover));
    persons = json_object_get(handover, "persons");
    ids = ARENA_ARRAY(x->arena, json_array_size(persons), struct uuid);
    TRY(persons_make(x, tx, persons, json_object_get(body, "known"), ids));
    TRY(open_case(x, tx, row, handover, body, ids, &case_id));

    json_array_foreach(persons, i, item) consent_add_handover(x, tx, json_object_get(item, "consent"), ids[i],
                                                              case_id, row->id, row->from_organisation);
    q_referral_role_add(tx, &(struct q_referral_role_add_in){.id = uuid_new(x->now_us),
                                                             .case_id = case_id,
                                                             .organisation = row->from_organisation,
                                                             .from_on = date_today_nl(x->now_us),
                                                             .now = x->now_us});
    q_referral_accept(tx, &(struct q_referral_accept_in){
                              .id = row->id, .case_id = case_id, .by = x->who->subject, .now = x->now_us});
    timeline_add(tx, case_id, "referral.accepted",
                 arena_printf(x->arena, "{\"referralId\":\"%s\",\"organisation\":\"%s\"}",
                              uuid_text(x->arena, row->id), row->from_organisation),
                 "");
    referral_tell(x, tx, row, "cases.referral.accepted", case_id);
    audit_write(tx, "referral", row->id, "accept", NULL);
    TRY(sender_share(x, tx, row, body, case_id));
    *ret_case_id = case_id;
    return NULL;
}

/* acceptReferral: POST /referrals/{referralId}/accept */
err_t accept_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct referral_row row;
    struct uuid case_id;
    struct tx *tx;

    TRY(referral_take(x, rq, "accept", &tx, &row));
    TRY(referral_accept(x, tx, &row, request_body(rq), &case_id));
    return referral_reply(x, tx, row.id, 200, rs);
}
