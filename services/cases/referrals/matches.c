/* matches.c - persons of ours whom a handover may concern. For the addressee alone: a sender never learns
 * whom we know. */
#include <stdlib.h>
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/persons/rules.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"

static const char *hex_of(struct arena *a, struct bytes b)
{
    char *hex = arena_alloc(a, 2 * b.n + 1);

    str_hex(hex, b.p, b.n);
    return hex;
}

/* Blind indexes of the document numbers, in hex: under our own organisation's key, as our persons' are. */
static struct text_array number_indexes(struct ctx *x, const json_t *person)
{
    const json_t *identifiers = json_object_get(person, "identifiers"), *item;
    const char **v = ARENA_ARRAY(x->arena, 2 * json_array_size(identifiers) + 1, const char *);
    struct keyring *keys = program_of(x)->keyring;
    struct text_array found = {.v = v};
    size_t i;

    json_array_foreach(identifiers, i, item)
    {
        const char *key = rules_number_key(x->arena, json_member_text(item, "number"));
        struct bytes index = keyring_blind(x->arena, keys, "document", x->who->organisation, key),
                     old = keyring_blind_old(x->arena, keys, "document", x->who->organisation, key);

        v[found.n++] = hex_of(x->arena, index);
        if (memcmp(index.p, old.p, index.n) != 0) /* the index is being made anew */
            v[found.n++] = hex_of(x->arena, old);
    }
    return found;
}

static struct text_array nationalities_of(struct ctx *x, const json_t *person)
{
    const json_t *list = json_object_get(person, "nationalities"), *item;
    const char **v = ARENA_ARRAY(x->arena, json_array_size(list) + 1, const char *);
    struct text_array found = {.v = v};
    size_t i;

    json_array_foreach(list, i, item) v[found.n++] = json_string_value(item);
    return found;
}

struct candidates {
    struct referral_candidate *v;
    size_t n;
};

static void candidates_later(struct ctx *x, struct tx *tx, const json_t *person, struct candidates *ret)
{
    const char *birth = json_member_text(json_object_get(person, "birthDate"), "value");
    struct q_referral_candidates_in in = {.names = json_text(x->arena, json_object_get(person, "names")),
                                          .numbers = number_indexes(x, person),
                                          .nationalities = nationalities_of(x, person)};
    struct date_partial days;

    if (birth && date_parse_partial(birth, &days)) {
        in.birth_first = OPT_DATE(days.first);
        in.birth_last = OPT_DATE(days.last);
    }
    q_referral_candidates_later(tx, &in, &ret->v, &ret->n);
}

/* One match as it is answered. */
struct match {
    int32_t position;
    struct uuid person_id;
    int32_t score;
    struct text_array reasons, names;
    const char *birth_date;
};
static const struct json_field match_fields[] = {
    JSON_FIELD(struct match, position, "position", JSON_I32),
    JSON_FIELD(struct match, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct match, score, "score", JSON_I32),
    JSON_FIELD(struct match, reasons, "reasons", JSON_TEXTS),
    JSON_FIELD(struct match, names, "names", JSON_TEXTS),
    JSON_FIELD(struct match, birth_date, "birthDate", JSON_TEXT),
};
static const struct json_shape match_shape = JSON_SHAPE(struct match, match_fields);

/* By position, then the likeliest first. */
static int match_compare(const void *a, const void *b)
{
    const struct match *m = a, *o = b;

    if (m->position != o->position)
        return m->position < o->position ? -1 : 1;
    return (m->score < o->score) - (m->score > o->score);
}

static struct match match_of(struct ctx *x, size_t position, const struct referral_candidate *c)
{
    struct match_facts facts = {.identifier = c->by_identifier,
                                .name = c->by_name,
                                .birth_date = c->by_birth,
                                .nationality = c->by_nationality};

    return (struct match){.position = (int32_t)position,
                          .person_id = c->person_id,
                          .score = rules_match_score(&facts),
                          .reasons = rules_match_reasons(x->arena, &facts),
                          .names = c->names,
                          .birth_date = c->birth_date};
}

/* listReferralMatches: GET /referrals/{referralId}/matches */
err_t list_referral_matches(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "referralId");
    const json_t *persons, *item;
    struct referral_reader reader;
    struct referral_row row;
    struct candidates *found;
    struct match *matches;
    json_t *handover;
    struct tx *tx;
    struct buf *b;
    size_t i, n = 0, total = 0;

    TRY(db_begin(x, &tx));
    audit_read(tx, "referral", id, "matches");
    TRY(q_referral_get(tx, id, &row));
    reader = referral_reader_of(x, row.from_organisation, row.to_organisation);
    TRY(rules_referral_matches(&reader));
    TRY(referral_handover(x, &row, &handover));

    persons = json_object_get(handover, "persons");
    found = ARENA_ARRAY(x->arena, json_array_size(persons), struct candidates);
    json_array_foreach(persons, i, item) candidates_later(x, tx, json_object_get(item, "person"), &found[i]);
    TRY(tx_sync(tx));
    for (i = 0; i < json_array_size(persons); i++)
        total += found[i].n;
    matches = ARENA_ARRAY(x->arena, total, struct match);
    for (i = 0; i < json_array_size(persons); i++) {
        for (size_t k = 0; k < found[i].n; k++)
            matches[n++] = match_of(x, i, &found[i].v[k]);
    }
    if (n > 1)
        qsort(matches, n, sizeof *matches, match_compare);
    audit_rows(tx, "person", matches, n, sizeof *matches, offsetof(struct match, person_id));
    b = reply_begin(rs, 200);
    buf_puts(b, "{\"items\":");
    json_write_array(b, &match_shape, matches, n);
    buf_putc(b, '}');
    return NULL;
}
