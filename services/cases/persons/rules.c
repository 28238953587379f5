/* rules.c - what a schema cannot say about persons. Pure. */
#include "cases/persons/rules.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/number.h"
#include "base/str.h"
#include "cases/persons/persons.h"

static void fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = at, .code = code, .detail = detail});
}

/* ---- shapes of numbers ---- */

/* Copies letters and digits only; false when more than cap - 1. */
static bool squeeze(const char *value, char *out, size_t cap)
{
    size_t n = 0;

    for (; *value; value++) {
        if (!isalnum((unsigned char)*value))
            continue;
        if (n + 1 >= cap)
            return false;
        out[n++] = *value;
    }
    out[n] = '\0';
    return true;
}

static bool all_digits(const char *s)
{
    return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

bool rules_is_bsn(const char *value)
{
    char d[16];
    size_t n;
    int sum = 0, weight;

    if (!squeeze(value, d, sizeof(d)) || !all_digits(d))
        return false;
    n = strlen(d);
    if (n != 8 && n != 9)
        return false;
    weight = (int)n;
    for (size_t i = 0; i + 1 < n; i++, weight--)
        sum += (d[i] - '0') * weight;
    sum -= d[n - 1] - '0';
    return sum % 11 == 0 && strspn(d, "0") != n;
}

/* Travel documents: one to three letters and six to eight digits; the Dutch form is two letters, six of
 * either, a digit. Upper case only, since partners' own keys are often lower-case hexadecimal. */
static bool is_document_number(const char *s)
{
    size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), n = strlen(s);

    if (letters >= 1 && letters <= 3 && n - letters >= 6 && n - letters <= 8 && all_digits(s + letters))
        return true;
    return n == 9 && letters >= 2 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 9 &&
           isdigit((unsigned char)s[8]) && strcspn(s, "0123456789") < 8;
}

static bool part_is_personal(const char *part)
{
    char s[72];

    if (!squeeze(part, s, sizeof(s)))
        return false;
    if (all_digits(s) && strlen(s) == 10) /* V-number of the aliens administration */
        return true;
    if ((s[0] == 'V' || s[0] == 'v') && all_digits(s + 1) && strlen(s + 1) == 10)
        return true;
    return rules_is_bsn(s) || is_document_number(s);
}

bool rules_is_personal(const char *value)
{
    char copy[72], *rest = copy, *part;

    if (strlen(value) >= sizeof(copy))
        return false;
    memcpy(copy, value, strlen(value) + 1);
    if (part_is_personal(copy))
        return true;
    while ((part = strsep(&rest, ":/_")) != NULL) {
        if (part_is_personal(part))
            return true;
    }
    return false;
}

const char *rules_number_key(struct arena *a, const char *number)
{
    return number_key(a, number);
}

void external_refs_check(struct arena *a, const json_t *refs, const char *pointer, struct fault_list *faults)
{
    const json_t *ref, *other;
    size_t i, k;

    json_array_foreach(refs, i, ref)
    {
        const char *value = json_member_text(ref, "value");

        if (value && rules_is_personal(value))
            fault(a, faults, arena_printf(a, "%s/%zu/value", pointer, i), "externalRef.personal",
                  "Shaped like a document number, a V-number or a BSN; use an opaque key of your own.");
        json_array_foreach(refs, k, other)
        {
            if (k < i && json_equal(ref, other)) {
                fault(a, faults, arena_printf(a, "%s/%zu", pointer, i), "externalRef.repeated",
                      "Stands twice.");
                break;
            }
        }
    }
}

/* ---- members of a person ---- */

static void check_names(struct arena *a, const json_t *names, const char *pointer, struct fault_list *faults)
{
    const json_t *name;
    size_t i, on_document = 0;

    json_array_foreach(names, i, name)
    {
        const char *script = json_member_text(name, "script");

        if (script && !codes_script(script))
            fault(a, faults, arena_printf(a, "%s/names/%zu/script", pointer, i), "script.unknown",
                  "Not a script of ISO 15924.");
        on_document += str_eq(json_member_text(name, "kind"), "asOnDocument");
    }
    if (on_document > 1)
        fault(a, faults, arena_printf(a, "%s/names", pointer), "names.asOnDocument",
              "One name at most is the one on the document.");
}

static void check_birth(struct arena *a, const json_t *birth, const char *pointer, int32_t today,
                        struct fault_list *faults)
{
    struct date_partial days;
    const char *value = json_member_text(birth, "value"),
               *at = arena_printf(a, "%s/birthDate/value", pointer);

    if (!value)
        return;
    if (!date_parse_partial(value, &days))
        fault(a, faults, at, "date.missing", "There is no such date.");
    else if (days.first > today)
        fault(a, faults, at, "date.future", "Lies in the future.");
    else if (days.last < today - 130 * 366)
        fault(a, faults, at, "date.past", "Lies more than 130 years back.");
}

static void check_languages(struct arena *a, const json_t *languages, const char *pointer,
                            struct fault_list *faults)
{
    const json_t *item, *other;
    size_t i, k, preferred = 0;

    json_array_foreach(languages, i, item)
    {
        const char *tag = json_member_text(item, "language"), *script = json_member_text(item, "script");

        if (tag && !codes_language(tag))
            fault(a, faults, arena_printf(a, "%s/languages/%zu/language", pointer, i), "language.unknown",
                  "Not a language of ISO 639.");
        if (script && !codes_script(script))
            fault(a, faults, arena_printf(a, "%s/languages/%zu/script", pointer, i), "script.unknown",
                  "Not a script of ISO 15924.");
        json_array_foreach(languages, k, other)
        {
            if (k < i && str_eq(tag, json_member_text(other, "language")))
                fault(a, faults, arena_printf(a, "%s/languages/%zu/language", pointer, i),
                      "language.repeated", "Stands twice.");
        }
        preferred += json_member_bool(item, "preferred", false);
    }
    if (preferred > 1)
        fault(a, faults, arena_printf(a, "%s/languages", pointer), "language.preferred",
              "One language at most is the preferred one.");
}

/* 9 digits of a foreign passport pass the eleven-test one time in eleven, so it is asked only of what may be
 * Dutch. */
static bool identifier_is_personal(const json_t *identifier)
{
    const char *country = json_member_text(identifier, "country"),
               *number = json_member_text(identifier, "number");

    if (country && !str_eq(country, "NL"))
        return false;
    return number && rules_is_bsn(number);
}

static void check_identifiers(struct arena *a, const json_t *identifiers, const char *pointer,
                              struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    json_array_foreach(identifiers, i, item)
    {
        const char *country = json_member_text(item, "country"), *kind = json_member_text(item, "kind");
        const char *number = json_member_text(item, "number");
        int32_t issued, expires;

        if (identifier_is_personal(item))
            fault(a, faults, arena_printf(a, "%s/identifiers/%zu/number", pointer, i), "identifier.personal",
                  "Shaped like a BSN, which is not kept.");
        else if (str_eq(kind, "vNumber") && number && (strlen(number) != 10 || !all_digits(number)))
            fault(a, faults, arena_printf(a, "%s/identifiers/%zu/number", pointer, i), "identifier.vNumber",
                  "A V-number has ten digits.");
        if (country && !codes_country(country))
            fault(a, faults, arena_printf(a, "%s/identifiers/%zu/country", pointer, i), "country.unknown",
                  "Not a country of ISO 3166-1.");
        if (json_member_text(item, "issuedOn") && json_member_text(item, "expiresOn") &&
            date_parse(json_member_text(item, "issuedOn"), &issued) &&
            date_parse(json_member_text(item, "expiresOn"), &expires) && expires < issued)
            fault(a, faults, arena_printf(a, "%s/identifiers/%zu/expiresOn", pointer, i), "dates.order",
                  "Ends before it begins.");
    }
}

static bool e164(const char *s)
{
    size_t n = strlen(s);

    return s[0] == '+' && s[1] >= '1' && s[1] <= '9' && n >= 8 && n <= 16 && all_digits(s + 1);
}

static bool email(const char *s)
{
    const char *at = strrchr(s, '@');
    size_t local = at ? (size_t)(at - s) : 0;

    return at && local >= 1 && local <= 64 && strchr(at + 1, '.') && at[1] != '.' &&
           s[strlen(s) - 1] != '.' && !strstr(s, "..") && strcspn(s, " \t\r\n<>\"(),;:\\") == strlen(s) &&
           memchr(s, '@', local) == NULL;
}

void rules_contact_point(struct arena *a, const json_t *point, const char *kind, const char *pointer,
                         struct fault_list *faults)
{
    const char *value = json_member_text(point, "value"), *zone = json_member_text(point, "zone");
    const json_t *hours = json_object_get(point, "safeHours");
    const char *at = arena_printf(a, "%s/value", pointer);

    if (value && str_eq(kind, "email") && !email(value))
        fault(a, faults, at, "contactPoint.email", "Not an e-mail address.");
    if (value && (str_eq(kind, "mobile") || str_eq(kind, "phone")) && !e164(value))
        fault(a, faults, at, "contactPoint.phone", "Not a telephone number in E.164, as +31201234567.");
    if (zone && !date_zone_ok(zone))
        fault(a, faults, arena_printf(a, "%s/zone", pointer), "zone.unknown", "Not a time zone.");
    if (json_is_object(hours) && str_eq(json_member_text(hours, "from"), json_member_text(hours, "until")))
        fault(a, faults, arena_printf(a, "%s/safeHours", pointer), "safeHours.empty", "Begins when it ends.");
}

static void check_contact_points(struct arena *a, const json_t *points, const char *pointer,
                                 struct fault_list *faults)
{
    const json_t *point;
    size_t i, preferred = 0;

    json_array_foreach(points, i, point)
    {
        rules_contact_point(a, point, json_member_text(point, "kind"),
                            arena_printf(a, "%s/contactPoints/%zu", pointer, i), faults);
        preferred += json_member_bool(point, "preferred", false);
    }
    if (preferred > 1)
        fault(a, faults, arena_printf(a, "%s/contactPoints", pointer), "contactPoint.preferred",
              "One contact point at most is the preferred one.");
}

void rules_person(struct arena *a, const json_t *body, const char *pointer, int32_t today,
                  struct fault_list *faults)
{
    const json_t *code;
    const char *deceased = json_member_text(body, "deceasedOn");
    size_t i;
    int32_t day;

    check_names(a, json_object_get(body, "names"), pointer, faults);
    check_birth(a, json_object_get(body, "birthDate"), pointer, today, faults);
    json_array_foreach(json_object_get(body, "nationalities"), i, code)
    {
        if (!codes_nationality(json_string_value(code)))
            fault(a, faults, arena_printf(a, "%s/nationalities/%zu", pointer, i), "nationality.unknown",
                  "Neither a country of ISO 3166-1 nor XK, XXA, XXB, XXC, XXX.");
    }
    check_languages(a, json_object_get(body, "languages"), pointer, faults);
    check_identifiers(a, json_object_get(body, "identifiers"), pointer, faults);
    check_contact_points(a, json_object_get(body, "contactPoints"), pointer, faults);
    external_refs_check(a, json_object_get(body, "externalRefs"), arena_printf(a, "%s/externalRefs", pointer),
                        faults);
    if (deceased && date_parse(deceased, &day) && day > today)
        fault(a, faults, arena_printf(a, "%s/deceasedOn", pointer), "date.future", "Lies in the future.");
}

void rules_residence_status(struct arena *a, const json_t *body, struct fault_list *faults)
{
    const char *country = json_member_text(body, "country"),
               *number = json_member_text(body, "documentNumber");

    if (country && !codes_country(country))
        fault(a, faults, "/country", "country.unknown", "Not a country of ISO 3166-1.");
    if (number && rules_is_bsn(number))
        fault(a, faults, "/documentNumber", "identifier.personal", "Shaped like a BSN, which is not kept.");
}
