/* rules.c - decisions on experts; see rules.h. */
#include "diaspora/experts/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

static void wrong(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

static void check_birth(struct arena *a, const json_t *birth, int32_t today, struct fault_list *faults)
{
    const char *value = json_member_text(birth, "value");
    struct date_partial days;

    if (!value)
        return;
    if (!date_parse_partial(value, &days))
        wrong(a, faults, "/birthDate/value", "date.missing", "There is no such date.");
    else if (days.first > today)
        wrong(a, faults, "/birthDate/value", "birth.future", "The birth date lies ahead.");
}

static void check_languages(struct arena *a, const json_t *languages, const char *pointer,
                            struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    json_array_foreach(languages, i, item)
    {
        const char *language = json_member_text(item, "language");
        const char *at = arena_printf(a, "%s/languages/%zu/language", pointer, i);

        if (!codes_language(language))
            wrong(a, faults, at, "language.unknown", "There is no such language.");
        for (size_t k = 0; k < i; k++) {
            if (str_eq(language, json_member_text(json_array_get(languages, k), "language")))
                wrong(a, faults, at, "language.twice", "The language stands there already.");
        }
    }
}

static bool is_number(const char *value)
{
    size_t n = strlen(value);

    return value[0] == '+' && n >= 8 && n <= 16 && strspn(value + 1, "0123456789") == n - 1 &&
           value[1] != '0';
}

static bool contact_ok(const char *kind, const char *value)
{
    const char *at = strchr(value, '@');

    if (str_eq(kind, "email"))
        return at && at != value && at[1] && !strchr(at + 1, '@') && !strpbrk(value, " \t\r\n,;<>");
    return is_number(value); /* mobile, phone */
}

static void check_contacts(struct arena *a, const json_t *points, const char *pointer,
                           struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    json_array_foreach(points, i, item)
    {
        const char *zone = json_member_text(item, "zone");
        const json_t *hours = json_object_get(item, "safeHours");

        if (!contact_ok(json_member_text(item, "kind"), json_member_text(item, "value")))
            wrong(a, faults, arena_printf(a, "%s/contactPoints/%zu/value", pointer, i), "contact.value",
                  "This is no address or number of its kind.");
        if (zone && !date_zone_ok(zone))
            wrong(a, faults, arena_printf(a, "%s/contactPoints/%zu/zone", pointer, i), "zone.unknown",
                  "Not a time zone.");
        if (json_is_object(hours) &&
            str_eq(json_member_text(hours, "from"), json_member_text(hours, "until")))
            wrong(a, faults, arena_printf(a, "%s/contactPoints/%zu/safeHours", pointer, i), "safeHours.empty",
                  "Begins when it ends.");
    }
}

void rules_reach(struct arena *a, const json_t *body, const char *pointer, struct fault_list *faults)
{
    check_languages(a, json_object_get(body, "languages"), pointer, faults);
    check_contacts(a, json_object_get(body, "contactPoints"), pointer, faults);
}

static void check_names(struct arena *a, const json_t *names, struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(names))
        return;
    json_array_foreach(names, i, item)
    {
        if (str_eq(json_member_text(item, "kind"), "asOnDocument"))
            return;
    }
    wrong(a, faults, "/names", "names.document", "One name is that on the document.");
}

void rules_expert(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults)
{
    const char *country = json_member_text(body, "residenceCountry");

    check_names(a, json_object_get(body, "names"), faults);
    check_birth(a, json_object_get(body, "birthDate"), today, faults);
    rules_reach(a, body, "", faults);
    if (country && !codes_country(country))
        wrong(a, faults, "/residenceCountry", "country.unknown", "There is no such country.");
}

static bool among(const struct text_array *list, const char *code)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->v[i], code))
            return true;
    }
    return false;
}

void rules_residence(struct arena *a, const json_t *body, struct fault_list *faults)
{
    struct text_array nationalities = json_member_texts(a, body, "nationalities");
    const char *permit = json_member_text(body, "permit"), *basis = json_member_text(body, "basis");
    bool is_permit = str_eq(permit, "regularPermit") || str_eq(permit, "asylumPermit");

    for (size_t i = 0; i < nationalities.n; i++) {
        if (!codes_nationality(nationalities.v[i]))
            wrong(a, faults, arena_printf(a, "/nationalities/%zu", i), "nationality.unknown",
                  "There is no such nationality.");
    }
    if (!codes_country(json_member_text(body, "country")))
        wrong(a, faults, "/country", "country.unknown", "There is no such country.");
    if (str_eq(permit, "dutch") && !among(&nationalities, "NL"))
        wrong(a, faults, "/nationalities", "residence.dutch", "A Dutch person has Dutch nationality.");
    if (is_permit != (basis != NULL) ||
        (is_permit && str_eq(permit, "asylumPermit") != str_eq(basis, "asylum")))
        wrong(a, faults, "/basis", "residence.basis", "The basis does not fit the permit.");
}

int rules_evidence_level(const char *evidence)
{
    static const char *const levels[] = {"declared", "documented", "tested", "confirmed"};

    for (int i = 0; i < (int)LENGTH(levels); i++) {
        if (str_eq(evidence, levels[i]))
            return i;
    }
    return 0;
}

void rules_evidence(struct arena *a, const char *evidence, const char *source, const char *pointer,
                    struct fault_list *faults)
{
    if (rules_evidence_level(evidence) > 0 && !source)
        wrong(a, faults, pointer, "evidence.source", "Say what the evidence is.");
}
