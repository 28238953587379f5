/* store.c - storing, locking and showing referrals. */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/changes/changes.h"
#include "cases/programmes/pack.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"
#include "cases/state.h"

#define PLACE "referrals.handover"

ERR_DEFINE(err_taken, ERR_CONFLICT, "externalRef.taken",
           "The organisation has used this external reference for another referral.");

err_t referral_taken(void)
{
    return err_taken;
}

void referral_judge(struct ctx *x, const json_t *body, struct fault_list *faults)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct referral_facts facts = {
        .from_organisation = x->who->organisation,
        .programme_known = packs_newest(state->packs, json_member_text(body, "programme")) != NULL,
        .today = date_today_nl(x->now_us),
        .now_us = x->now_us,
    };

    rules_referral_input(x->arena, body, &facts, faults);
}

err_t referral_seal(struct ctx *x, struct uuid id, const char *handover, struct bytes *ret)
{
    return keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, id,
                        handover, ret);
}

err_t referral_unseal(struct ctx *x, const struct referral_row *row, const char **ret_handover)
{
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", row->from_organisation, PLACE,
                          row->id, row->handover_, ret_handover);
}

err_t referral_handover(struct ctx *x, const struct referral_row *row, json_t **ret)
{
    const char *text;

    TRY(referral_unseal(x, row, &text));
    return json_parse(x->arena, text, strlen(text), 32, ret);
}

err_t referral_store_later(struct ctx *x, struct tx *tx, const json_t *body, struct referral_stored **ret)
{
    struct referral_stored *s = ARENA_NEW(x->arena, struct referral_stored);
    struct referral_new *row = ARENA_NEW(x->arena, struct referral_new);
    const char *urgency = json_member_text(body, "urgency");
    struct bytes sealed;

    s->id = uuid_new(x->now_us);
    s->handover = referral_handover_bytes(x->arena, x->who->organisation, body);
    TRY(referral_seal(x, s->id, s->handover, &sealed));
    q_referral_add_later(
        tx,
        &(struct q_referral_add_in){.id = s->id,
                                    .to_org = json_member_text(body, "toOrganisation"),
                                    .external_ref = json_member_text(body, "externalRef"),
                                    .programme = json_member_text(body, "programme"),
                                    .urgency = urgency ? urgency : "normal",
                                    .persons = (int32_t)json_array_size(json_object_get(body, "persons")),
                                    .handover = sealed,
                                    .now = x->now_us},
        &s->found, row);
    *ret = s;
    return NULL;
}

void referral_created(struct ctx *x, struct tx *tx, const json_t *body, struct uuid id)
{
    const char *to = json_member_text(body, "toOrganisation");

    outbox_add(tx, &(struct event){.type = "cases.referral.created",
                                   .subject = id,
                                   .organisation = to,
                                   .data = arena_printf(x->arena,
                                                        "{\"referralId\":\"%s\",\"fromOrganisation\":\"%s\","
                                                        "\"toOrganisation\":\"%s\"}",
                                                        uuid_text(x->arena, id), x->who->organisation, to)});
    audit_write(tx, "referral", id, "create", NULL);
}

struct referral_reader referral_reader_of(struct ctx *x, const char *from_organisation,
                                          const char *to_organisation)
{
    return (struct referral_reader){.sender = str_eq(from_organisation, x->who->organisation),
                                    .addressee = str_eq(to_organisation, x->who->organisation),
                                    .creates = principal_has(x->who, "referrals:create"),
                                    .decides = principal_has(x->who, "referrals:decide")};
}

err_t referral_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct referral_reader reader;
    struct referral_row row;

    TRY(q_referral_get(tx, id, &row));
    TRY(referral_unseal(x, &row, &row.handover));
    reader = referral_reader_of(x, row.from_organisation, row.to_organisation);
    row.allowed_actions = rules_referral_actions(x->arena, row.status, &reader);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/referrals/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &referral_row_json, &row);
}

err_t referral_take(struct ctx *x, const struct request *rq, const char *action, struct tx **ret_tx,
                    struct referral_row *ret)
{
    struct referral_reader reader;

    TRY(db_begin(x, ret_tx));
    TRY(q_referral_lock(*ret_tx, request_path_uuid(rq, "referralId"), ret));
    TRY(etag_match(rq, ret->version_));
    reader = referral_reader_of(x, ret->from_organisation, ret->to_organisation);
    return rules_referral_step(ret->status, action, &reader, NULL);
}

void referral_tell(struct ctx *x, struct tx *tx, const struct referral_row *row, const char *event,
                   struct uuid case_id)
{
    const char *id = uuid_text(x->arena, row->id);
    const char *of_case = uuid_is_nil(case_id)
                              ? ""
                              : arena_printf(x->arena, "\"caseId\":\"%s\",", uuid_text(x->arena, case_id));

    change_add(x, tx,
               &(struct change_new){.viewer = row->from_organisation,
                                    .owner = row->to_organisation,
                                    .kind = "referral",
                                    .subject = row->id,
                                    .external_ref = row->external_ref,
                                    .change = "changed"});
    outbox_add(tx, &(struct event){
                       .type = event,
                       .subject = row->id,
                       .data = arena_printf(x->arena, "{\"referralId\":\"%s\",%s\"fromOrganisation\":\"%s\"}",
                                            id, of_case, row->from_organisation)});
}
