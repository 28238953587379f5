/* residence.c - nationalities and the basis of residence: sealed as a whole, with a scope of their own. The
 * expert's row does not move with them. */
#include <string.h>

#include "app/audit.h"
#include "app/corrections.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/experts/experts.h"
#include "diaspora/experts/internal.h"
#include "diaspora/state.h"

#define PLACE "expert_residences.sealed"

struct residence_shown {
    struct uuid expert_id;
    struct text_array nationalities;
    const char *country, *permit, *basis, *travel_document, *verified_by;
    struct opt_date valid_until;
    struct opt_i64 verified_at;
    int32_t version;
};
static const struct json_field shown_fields[] = {
    JSON_FIELD(struct residence_shown, expert_id, "expertId", JSON_UUID),
    JSON_FIELD(struct residence_shown, nationalities, "nationalities", JSON_TEXTS),
    JSON_FIELD(struct residence_shown, country, "country", JSON_TEXT),
    JSON_FIELD(struct residence_shown, permit, "permit", JSON_TEXT),
    JSON_FIELD(struct residence_shown, basis, "basis", JSON_TEXT),
    JSON_FIELD(struct residence_shown, travel_document, "travelDocument", JSON_TEXT),
    JSON_FIELD(struct residence_shown, valid_until, "validUntil", JSON_OPT_DATE),
    JSON_FIELD(struct residence_shown, verified_by, "verifiedBy", JSON_TEXT),
    JSON_FIELD(struct residence_shown, verified_at, "verifiedAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct residence_shown, version, "version", JSON_I32),
};
static const struct json_shape shown_shape = JSON_SHAPE(struct residence_shown, shown_fields);

/* Version 0: nothing is recorded. */
static err_t unseal(struct ctx *x, struct uuid expert_id, bool found, const struct residence_sealed *row,
                    struct residence_shown *ret)
{
    const char *plain;
    json_t *j;

    *ret = (struct residence_shown){.expert_id = expert_id};
    if (!found)
        return NULL;
    TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, expert_id,
                       row->sealed, &plain));
    TRY(json_parse(x->arena, plain, strlen(plain), 8, &j));
    TRY(json_read(x->arena, j, &shown_shape, ret));
    ret->expert_id = expert_id;
    ret->verified_by = row->verified_by;
    ret->verified_at = row->verified_at;
    ret->version = row->version;
    return NULL;
}

err_t expert_residence_unseal(struct ctx *x, struct uuid expert_id, struct bytes sealed, bool verified,
                              struct expert_residence *ret)
{
    struct residence_sealed row = {.sealed = sealed};
    struct residence_shown r;

    TRY(unseal(x, expert_id, sealed.p != NULL, &row, &r));
    *ret = (struct expert_residence){.recorded = sealed.p != NULL,
                                     .verified = verified,
                                     .nationalities = r.nationalities,
                                     .country = r.country,
                                     .permit = r.permit,
                                     .basis = r.basis,
                                     .travel_document = r.travel_document,
                                     .valid_until = r.valid_until};
    return NULL;
}

static err_t reply_residence(struct ctx *x, struct tx *tx, struct uuid expert_id, struct response *rs)
{
    struct residence_sealed row;
    struct residence_shown shown;
    bool found;

    TRY(q_residence_get(tx, expert_id, &found, &row));
    TRY(unseal(x, expert_id, found, &row, &shown));
    reply_etag(rs, shown.version);
    return reply_row(rs, 200, &shown_shape, &shown);
}

/* getExpertResidence: GET /experts/{expertId}/residence */
err_t get_expert_residence(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "expertId");
    struct expert_seen seen;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_expert_seen(tx, id, &seen));
    audit_read(tx, "expert", id, "residence");
    return reply_residence(x, tx, id, rs);
}

/* What is sealed: the members of the record and nothing of the request beside them. */
static err_t seal(struct ctx *x, struct uuid expert_id, const json_t *body, struct bytes *ret)
{
    json_t *plain = arena_own_json(x->arena, json_deep_copy(body));

    json_object_del(plain, "verified");
    json_object_del(plain, "reason");
    return keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, expert_id,
                        json_text(x->arena, plain), ret);
}

/* What was recorded, of which nothing that is said anew is left out: it is put as a whole. */
static err_t residence_keep(struct ctx *x, struct tx *tx, struct uuid id,
                            const struct residence_sealed *before, const json_t *body)
{
    static const char *const beside[] = {"expertId", "verifiedBy", "verifiedAt", "version"};
    const struct correction c = {
        .subject = id, .kind = "expertResidence", .object = id, .reason = json_member_text(body, "reason")};
    struct residence_shown shown;
    json_t *was;

    TRY(unseal(x, id, true, before, &shown));
    TRY(correction_view(x, &shown_shape, &shown, &was));
    for (size_t i = 0; i < LENGTH(beside); i++)
        json_object_del(was, beside[i]);
    return corrections_keep(x, tx, &c, was, was, body);
}

static void residence_write(struct ctx *x, struct tx *tx, struct uuid id, bool found, struct bytes sealed,
                            bool verified)
{
    const char *by = verified ? x->who->subject : NULL;
    struct opt_i64 at = {.set = verified, .v = x->now_us};

    if (found)
        q_residence_save(
            tx,
            &(struct q_residence_save_in){
                .expert_id = id, .sealed = sealed, .verified_by = by, .verified_at = at, .now = x->now_us});
    else
        q_residence_add(
            tx,
            &(struct q_residence_add_in){
                .expert_id = id, .sealed = sealed, .verified_by = by, .verified_at = at, .now = x->now_us});
}

/* putExpertResidence: PUT /experts/{expertId}/residence */
err_t put_expert_residence(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    bool verified = json_member_bool(body, "verified", false), found;
    struct uuid id = request_path_uuid(rq, "expertId");
    struct fault_list faults = {0};
    struct residence_sealed before;
    struct expert_seen seen;
    struct bytes sealed;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_expert_seen(tx, id, &seen));
    TRY(q_residence_lock(tx, id, &found, &before));
    TRY(etag_match(rq, found ? before.version : 0));
    TRY(expert_unrestricted(tx, id));
    rules_residence(x->arena, body, &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The residence is not valid."));
    TRY(seal(x, id, body, &sealed));
    if (found)
        TRY(residence_keep(x, tx, id, &before, body));
    residence_write(x, tx, id, found, sealed, verified);
    audit_write(tx, "expert", id, "update", "[\"residence\"]");
    return reply_residence(x, tx, id, rs);
}
