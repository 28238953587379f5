/* store.c - writing and showing a person with what belongs to it. */
#include "cases/persons/store.h"

#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"
#include "cases/persons/rules.h"
#include "cases/state.h"

const struct err person_restricted_value = {
    .kind = ERR_CONFLICT,
    .code = "person.restricted",
    .detail = "Processing of this person's data is restricted; nothing may be changed until that is lifted.",
};

#define NUMBER_PLACE "person_identifiers.number"

void names_add(struct ctx *x, struct tx *tx, struct uuid person_id, const json_t *names)
{
    const char *text = json_text(x->arena, names);

    q_person_names_add(tx, person_id, text);
    q_person_name_keys_add(tx, person_id, text);
}

static struct opt_date opt_day(const json_t *obj, const char *name)
{
    const char *text = json_member_text(obj, name);
    int32_t day;

    if (text && date_parse(text, &day))
        return OPT_DATE(day);
    return (struct opt_date){0};
}

err_t identifiers_add(struct ctx *x, struct tx *tx, struct uuid person_id, const json_t *identifiers)
{
    struct keyring *keys = program_of(x)->keyring;
    const json_t *item;
    size_t i;

    json_array_foreach(identifiers, i, item)
    {
        const char *number = json_member_text(item, "number");
        struct q_person_identifier_add_in in = {
            .id = uuid_new(x->now_us),
            .person_id = person_id,
            .position = (int32_t)i,
            .kind = json_member_text(item, "kind"),
            .number_index = keyring_blind(x->arena, keys, "document", x->who->organisation,
                                          rules_number_key(x->arena, number)),
            .country = json_member_text(item, "country"),
            .issued_on = opt_day(item, "issuedOn"),
            .expires_on = opt_day(item, "expiresOn"),
        };

        TRY(keyring_seal(x->arena, keys, "document", x->who->organisation, NUMBER_PLACE, in.id, number,
                         &in.number_sealed));
        q_person_identifier_add(tx, &in);
    }
    return NULL;
}

err_t contact_point_add(struct ctx *x, struct tx *tx, struct uuid person_id, const json_t *point,
                        struct uuid *ret_id)
{
    struct contact_point_row row = {.zone = "Europe/Amsterdam", .safe_to_contact = "{}"};

    TRY(json_read(x->arena, point, &contact_point_row_json, &row));
    *ret_id = uuid_new(x->now_us);
    q_contact_point_insert(tx, &(struct q_contact_point_insert_in){
                                   .id = *ret_id,
                                   .person_id = person_id,
                                   .kind = row.kind,
                                   .value = row.value,
                                   .preferred = row.preferred,
                                   .zone = row.zone,
                                   .safe_hours = row.safe_hours,
                                   .safe_to_contact = row.safe_to_contact,
                                   .now = x->now_us,
                               });
    return NULL;
}

/* The days that a birth date can mean; the rules have seen it. */
static void birth_days(const json_t *birth, struct opt_date *ret_first, struct opt_date *ret_last)
{
    const char *value = json_member_text(birth, "value");
    struct date_partial days;

    *ret_first = *ret_last = (struct opt_date){0};
    if (value && date_parse_partial(value, &days)) {
        *ret_first = OPT_DATE(days.first);
        *ret_last = OPT_DATE(days.last);
    }
}

err_t person_create(struct ctx *x, struct tx *tx, const json_t *person, const char *pointer,
                    struct uuid *ret_id)
{
    struct person_lock p = {.sex = "unknown", .languages = "[]"};
    struct fault_list faults = {0};
    struct uuid id = uuid_new(x->now_us), point_id;
    struct q_person_insert_in in;
    const json_t *point;
    size_t i;

    rules_person(x->arena, person, pointer, date_today_nl(x->now_us), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The person is not valid."));
    TRY(json_read(x->arena, person, &person_lock_json, &p));

    in = (struct q_person_insert_in){
        .id = id,
        .birth = p.birth_date,
        .sex = p.sex,
        .nationalities = p.nationalities,
        .languages = p.languages,
        .interpreter_needed = p.interpreter_needed,
        .now = x->now_us,
    };
    birth_days(json_object_get(person, "birthDate"), &in.birth_first, &in.birth_last);
    q_person_insert(tx, &in);
    names_add(x, tx, id, json_object_get(person, "names"));
    TRY(identifiers_add(x, tx, id, json_object_get(person, "identifiers")));
    json_array_foreach(json_object_get(person, "contactPoints"), i, point)
        TRY(contact_point_add(x, tx, id, point, &point_id));
    TRY(external_refs_add(x, tx, "person", id, json_object_get(person, "externalRefs")));
    audit_write(tx, "person", id, "create", json_member_names(x->arena, person));
    *ret_id = id;
    return NULL;
}

err_t identifier_number(struct ctx *x, struct uuid id, struct bytes sealed, const char **ret)
{
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation, NUMBER_PLACE,
                          id, sealed, ret);
}

/* Identifiers as the API shows them, numbers unsealed. */
static err_t identifiers_text(struct ctx *x, const struct person_identifier *rows, size_t n, const char **ret)
{
    struct buf out;
    const char *number;
    char day[11];

    buf_init(&out, x->arena, 128 * n + 16);
    buf_putc(&out, '[');
    for (size_t i = 0; i < n; i++) {
        TRY(identifier_number(x, rows[i].id, rows[i].number_sealed, &number));
        buf_puts(&out, i ? ",{\"kind\":" : "{\"kind\":");
        json_write_text(&out, rows[i].kind);
        buf_puts(&out, ",\"number\":");
        json_write_text(&out, number);
        if (rows[i].country)
            buf_printf(&out, ",\"country\":\"%s\"", rows[i].country);
        if (rows[i].issued_on.set) {
            date_format(rows[i].issued_on.v, day);
            buf_printf(&out, ",\"issuedOn\":\"%s\"", day);
        }
        if (rows[i].expires_on.set) {
            date_format(rows[i].expires_on.v, day);
            buf_printf(&out, ",\"expiresOn\":\"%s\"", day);
        }
        buf_putc(&out, '}');
    }
    buf_putc(&out, ']');
    *ret = buf_text(&out);
    return NULL;
}

void person_actions(struct ctx *x, struct person_row *row)
{
    bool restricted = row->restriction != NULL;

    action_add(x->arena, &row->allowed_actions, !restricted && principal_has(x->who, "persons:write"),
               "update");
    action_add(x->arena, &row->allowed_actions, !restricted && principal_has(x->who, "persons:restrict"),
               "restrict");
    action_add(x->arena, &row->allowed_actions, restricted && principal_has(x->who, "persons:restrict"),
               "liftRestriction");
}

err_t person_row_read(struct ctx *x, struct tx *tx, struct uuid id, bool numbers, struct person_row *ret,
                      size_t *ret_numbers)
{
    struct person_identifier *identifiers = NULL;

    *ret_numbers = 0;
    if (numbers)
        q_person_identifiers_later(tx, id, &identifiers, ret_numbers);
    TRY(q_person_get(tx, id, ret));
    return numbers ? identifiers_text(x, identifiers, *ret_numbers, &ret->identifiers) : NULL;
}

err_t person_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    bool numbers = principal_has(x->who, "persons.identifiers:read");
    struct person_row row;
    size_t n;

    TRY(person_row_read(x, tx, id, numbers, &row, &n));
    person_actions(x, &row);
    audit_read(tx, "person", id, numbers && n ? "contact,identifiers" : "contact");
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/persons/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &person_row_json, &row);
}

err_t persons_unrestricted(struct tx *tx, struct uuid case_id)
{
    struct persons_restricted any;

    TRY(q_persons_restricted(tx, case_id, &any));
    return any.restricted ? &person_restricted_value : NULL;
}

err_t person_changeable(struct tx *tx, struct uuid person_id)
{
    struct person_exists person;

    TRY(q_person_exists(tx, person_id, &person));
    return person.restricted_at.set ? &person_restricted_value : NULL;
}
