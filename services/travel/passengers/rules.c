/* rules.c - decisions on passengers; see rules.h. */
#include "travel/passengers/rules.h"

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/movements/rules.h"

static const struct json_field birth_fields[] = {
    JSON_FIELD(struct passenger_birth, value, "value", JSON_TEXT),
    JSON_FIELD(struct passenger_birth, estimated, "estimated", JSON_BOOL),
};
static const struct json_shape birth_shape = JSON_SHAPE(struct passenger_birth, birth_fields);

static const struct json_field document_fields[] = {
    JSON_FIELD(struct passenger_document, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct passenger_document, country, "country", JSON_TEXT),
    JSON_FIELD(struct passenger_document, number, "number", JSON_TEXT),
    JSON_FIELD(struct passenger_document, holder_name, "holderName", JSON_TEXT),
    JSON_FIELD(struct passenger_document, expires_on, "expiresOn", JSON_OPT_DATE),
};
static const struct json_shape document_shape = JSON_SHAPE(struct passenger_document, document_fields);

static const struct json_field data_fields[] = {
    JSON_FIELD(struct passenger_data, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct passenger_data, given, "given", JSON_TEXT),
    JSON_FIELD(struct passenger_data, family, "family", JSON_TEXT),
    JSON_FIELD(struct passenger_data, sex, "sex", JSON_TEXT),
    JSON_SUB(struct passenger_data, birth, "birthDate", JSON_STRUCT, &birth_shape),
    JSON_FIELD(struct passenger_data, nationalities, "nationalities", JSON_TEXTS),
    JSON_FIELD(struct passenger_data, needs, "needs", JSON_TEXTS),
    JSON_SUB(struct passenger_data, document, "document", JSON_STRUCT, &document_shape),
    JSON_FIELD(struct passenger_data, unaccompanied_minor, "unaccompaniedMinor", JSON_BOOL),
};
const struct json_shape passenger_data_shape = JSON_SHAPE(struct passenger_data, data_fields);

static void invalid(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                    const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

static void check_birth(struct arena *a, const struct passenger_data *p, int32_t today, int32_t departs_on,
                        struct fault_list *faults)
{
    struct date_partial days;

    if (!p->birth.value)
        return;
    if (!date_parse_partial(p->birth.value, &days)) {
        invalid(a, faults, "/birthDate/value", "birthDate.invalid", "There is no such date.");
        return;
    }
    if (days.first > today)
        invalid(a, faults, "/birthDate/value", "birthDate.future", "It is still to come.");
    if (p->unaccompanied_minor && date_age_youngest(days, departs_on) >= 18)
        invalid(a, faults, "/unaccompaniedMinor", "minor.adult",
                "On the day of departure the person is of age.");
}

err_t rules_passenger(struct arena *a, const struct passenger_data *p, int32_t today, int32_t departs_on)
{
    const struct passenger_document *d = &p->document;
    struct fault_list faults = {0};

    if (!*p->given && !*p->family)
        invalid(a, &faults, "/family", "name.empty", "A name has at least one part.");
    check_birth(a, p, today, departs_on, &faults);
    for (size_t i = 0; i < p->nationalities.n; i++) {
        if (!codes_nationality(p->nationalities.v[i]))
            invalid(a, &faults, arena_printf(a, "/nationalities/%zu", i), "nationality.unknown",
                    "No such nationality.");
    }
    if (!d->kind && (d->country || d->number || d->expires_on.set || d->holder_name))
        invalid(a, &faults, "/document/kind", "document.incomplete", "A document has a kind.");
    if (d->country && !codes_country(d->country))
        invalid(a, &faults, "/document/country", "country.unknown", "No such country.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The passenger is not valid.");
}

void rules_birth_days(const struct passenger_birth *birth, struct opt_date *ret_first,
                      struct opt_date *ret_last)
{
    struct date_partial days;

    *ret_first = *ret_last = (struct opt_date){0};
    if (birth->value && date_parse_partial(birth->value, &days)) {
        *ret_first = OPT_DATE(days.first);
        *ret_last = OPT_DATE(days.last);
    }
}

/* ---- what changed since it was frozen ---- */

static bool same_texts(const struct text_array *a, const struct text_array *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!str_eq(a->v[i], b->v[i]))
            return false;
    }
    return true;
}

static bool same_day(struct opt_date a, struct opt_date b)
{
    return a.set == b.set && (!a.set || a.v == b.v);
}

struct text_array rules_passenger_diff(struct arena *a, const struct passenger_data *was,
                                       const struct passenger_data *is)
{
    const struct passenger_document *d = &was->document, *e = &is->document;
    const struct {
        const char *name;
        bool same;
    } members[] = {
        {"given", str_eq(was->given, is->given)},
        {"family", str_eq(was->family, is->family)},
        {"birthDate", str_eq(was->birth.value, is->birth.value) &&
                          (!is->birth.value || was->birth.estimated == is->birth.estimated)},
        {"sex", str_eq(was->sex, is->sex)},
        {"nationalities", same_texts(&was->nationalities, &is->nationalities)},
        {"document", str_eq(d->kind, e->kind) && str_eq(d->country, e->country) &&
                         str_eq(d->number, e->number) && str_eq(d->holder_name, e->holder_name) &&
                         same_day(d->expires_on, e->expires_on)},
        {"needs", same_texts(&was->needs, &is->needs)},
        {"unaccompaniedMinor", was->unaccompanied_minor == is->unaccompanied_minor},
    };
    struct text_array names = {.v = ARENA_ARRAY(a, LENGTH(members), const char *)};

    for (size_t i = 0; i < LENGTH(members); i++) {
        if (!members[i].same)
            names.v[names.n++] = members[i].name;
    }
    return names;
}

/* ---- observations ---- */

static bool left_behind(const char *outcome)
{
    return str_eq(outcome, "noShow") || str_eq(outcome, "deniedBoarding");
}

struct outcome_effect rules_outcome(const char *before, const char *outcome, const char *movement_status)
{
    static const struct {
        const char *outcome;
        struct outcome_effect effect;
    } effects[] = {
        {"noShow", {"noShow", "medium", "travel.passenger.noShow"}},
        {"deniedBoarding", {"deniedBoarding", "high", "travel.passenger.deniedBoarding"}},
        {"refusedEntry", {"refusedEntry", "high", "travel.passenger.refusedEntry"}},
        {"returned", {"returned", "high", NULL}},
    };

    struct outcome_effect boarded = {.severity = "high"};

    for (size_t i = 0; i < LENGTH(effects); i++) {
        if (str_eq(effects[i].outcome, outcome))
            return effects[i].effect;
    }
    if (left_behind(before))
        boarded.event = "travel.passenger.boarded";
    /* boarded: it stands, whatever the plan said */
    if (!str_eq(movement_status, "clearedToBoard") &&
        (rules_movement_planned(movement_status) || str_eq(movement_status, "cancelled")))
        boarded.incident = "notCleared";
    return boarded;
}
