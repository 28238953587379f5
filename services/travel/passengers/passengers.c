/* passengers.c - see passengers.h. */
#include "travel/passengers/passengers.h"

#include "app/audit.h"
#include "app/corrections.h"
#include "app/keyring.h"
#include "app/program.h"
#include "travel/passengers/queries.h"
#include "travel/passengers/rules.h"

#define PLACE "passengers.document_number"

err_t passenger_number(struct ctx *x, struct uuid id, struct bytes sealed, const char **ret)
{
    *ret = NULL;
    if (!sealed.p)
        return NULL;
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, id,
                          sealed, ret);
}

static err_t seal(struct ctx *x, struct uuid id, const char *number, struct bytes *ret)
{
    *ret = (struct bytes){0};
    if (!number)
        return NULL;
    return keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, id, number,
                        ret);
}

err_t passenger_add(struct ctx *x, struct tx *tx, struct uuid movement_id, struct opt_uuid ref_id,
                    const struct passenger_data *p, struct uuid *ret_id)
{
    struct q_passenger_add_in in = {
        .id = uuid_new(x->now_us),
        .movement_id = movement_id,
        .ref_id = ref_id,
        .person_id = p->person_id,
        .given = p->given,
        .family = p->family,
        .birth_date = p->birth.value,
        .birth_estimated = p->birth.estimated,
        .sex = p->sex,
        .nationalities = p->nationalities,
        .document_kind = p->document.kind,
        .document_country = p->document.country,
        .document_expires_on = p->document.expires_on,
        .document_holder_name = p->document.holder_name,
        .needs = p->needs,
        .unaccompanied_minor = p->unaccompanied_minor,
        .now = x->now_us,
    };

    TRY(seal(x, in.id, p->document.number, &in.document_number));
    rules_birth_days(&p->birth, &in.birth_first, &in.birth_last);
    q_passenger_add(tx, &in);
    audit_write(tx, "passenger", in.id, "create", NULL);
    *ret_id = in.id;
    return NULL;
}

/* As one is asked about: no birth date and no document are null. */
static err_t data_view(struct ctx *x, const struct passenger_data *p, json_t **ret)
{
    TRY(correction_view(x, &passenger_data_shape, p, ret));
    if (!p->birth.value)
        json_object_set_new(*ret, "birthDate", json_null());
    if (!p->document.kind)
        json_object_set_new(*ret, "document", json_null());
    return NULL;
}

static err_t data_keep(struct ctx *x, struct tx *tx, const struct passenger_locked *before,
                       const struct passenger_data *p, const char *reason)
{
    const struct correction c = {
        .subject = before->person_id, .kind = "passenger", .object = before->id, .reason = reason};
    struct passenger_data former;
    json_t *was, *is;

    TRY(passenger_data_of(x, before, &former));
    TRY(data_view(x, &former, &was));
    TRY(data_view(x, p, &is));
    return corrections_keep(x, tx, &c, was, was, is);
}

err_t passenger_save(struct ctx *x, struct tx *tx, const struct passenger_locked *before,
                     const struct passenger_data *p, const char *reason)
{
    struct q_passenger_save_in in = {
        .id = before->id,
        .given = p->given,
        .family = p->family,
        .birth_date = p->birth.value,
        .birth_estimated = p->birth.estimated,
        .sex = p->sex,
        .nationalities = p->nationalities,
        .document_kind = p->document.kind,
        .document_country = p->document.country,
        .document_expires_on = p->document.expires_on,
        .document_holder_name = p->document.holder_name,
        .needs = p->needs,
        .unaccompanied_minor = p->unaccompanied_minor,
        .now = x->now_us,
    };

    TRY(data_keep(x, tx, before, p, reason));
    TRY(seal(x, before->id, p->document.number, &in.document_number));
    rules_birth_days(&p->birth, &in.birth_first, &in.birth_last);
    q_passenger_save(tx, &in);
    return NULL;
}

err_t passenger_data_of(struct ctx *x, const struct passenger_locked *row, struct passenger_data *ret)
{
    struct passenger_data p = {
        .person_id = row->person_id,
        .given = row->given,
        .family = row->family,
        .sex = row->sex,
        .birth = {.value = row->birth_date, .estimated = row->birth_estimated},
        .nationalities = row->nationalities,
        .needs = row->needs,
        .document = {.kind = row->document_kind,
                     .country = row->document_country,
                     .expires_on = row->document_expires_on,
                     .holder_name = row->document_holder_name},
        .unaccompanied_minor = row->unaccompanied_minor,
    };

    TRY(passenger_number(x, row->id, row->document_number, &p.document.number));
    *ret = p;
    return NULL;
}
