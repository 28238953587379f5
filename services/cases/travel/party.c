/* party.c - what the travel service asks for: who is to travel, and whether they still wish to. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/cases/facts.h"
#include "cases/cases/queries.h"
#include "cases/persons/persons.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "cases/travel/internal.h"
#include "cases/travel/queries.h"
#include "cases/travel/rules.h"

/* {kind, country, number, expiresOn, holderName}; null while no number is known. */
static err_t document_write(struct ctx *x, struct buf *out, const struct party_member *m)
{
    const char *number;
    char day[11];

    if (!m->identifier_id.set) {
        buf_puts(out, "null");
        return NULL;
    }
    TRY(identifier_number(x, m->identifier_id.v, m->number_sealed, &number));
    buf_printf(out, "{\"kind\":\"%s\",\"country\":", m->document_kind);
    json_write_text(out, m->document_country);
    buf_puts(out, ",\"number\":");
    json_write_text(out, number);
    buf_puts(out, ",\"expiresOn\":");
    if (m->expires_on.set)
        date_format(m->expires_on.v, day);
    json_write_text(out, m->expires_on.set ? day : NULL);
    buf_puts(out, ",\"holderName\":null}");
    return NULL;
}

static void texts_write(struct buf *out, const char *name, const struct text_array *texts)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        json_write_text(out, texts->v[i]);
    }
    buf_putc(out, ']');
}

static err_t member_write(struct ctx *x, struct buf *out, const struct party_member *m, bool alone)
{
    buf_printf(out, "{\"personId\":\"%s\",\"given\":", uuid_text(x->arena, m->person_id));
    json_write_text(out, m->given);
    buf_puts(out, ",\"family\":");
    json_write_text(out, m->family);
    buf_printf(out, ",\"birthDate\":%s,\"sex\":", m->birth ? m->birth : "null");
    json_write_text(out, m->sex);
    texts_write(out, "nationalities", &m->nationalities);
    texts_write(out, "needs", &m->needs);
    buf_puts(out, ",\"document\":");
    TRY(document_write(x, out, m));
    buf_printf(out, ",\"unaccompaniedMinor\":%s}", alone ? "true" : "false");
    return NULL;
}

static void head_write(struct ctx *x, struct buf *out, struct uuid id, const struct party_head *h,
                       const struct pack *pack)
{
    const json_t *fitness = pack_guard_params(pack, "medical.fitToTravel");
    char earliest[11], latest[11];

    date_format(h->earliest, earliest);
    date_format(h->latest, latest);
    buf_printf(out,
               "{\"requestId\":\"%s\",\"refKind\":\"case\",\"refId\":\"%s\",\"reference\":\"%s\","
               "\"programme\":\"%s\"",
               uuid_text(x->arena, id), uuid_text(x->arena, h->case_id), h->reference, h->programme);
    buf_printf(out,
               ",\"purpose\":\"%s\",\"origin\":%s,\"destination\":%s,\"earliest\":\"%s\",\"latest\":\"%s\"",
               pack->travel.purpose, h->origin, h->destination, earliest, latest);
    buf_printf(out, ",\"fitness\":%s", fitness ? json_text(x->arena, fitness) : "null");
    buf_printf(out, ",\"readers\":{\"programme\":\"%s\",\"confidentiality\":\"%s\"", h->programme,
               h->confidentiality);
    texts_write(out, "offices", &h->offices);
    texts_write(out, "team", &h->team);
    buf_puts(out, "},\"passengers\":[");
}

static struct fact_person *births_of(struct arena *a, const struct party_member *rows, size_t n)
{
    struct fact_person *v = ARENA_ARRAY(a, n + 1, struct fact_person);

    for (size_t i = 0; i < n; i++)
        v[i] = (struct fact_person){.birth_known = rows[i].birth_first.set,
                                    .birth_first = rows[i].birth_first.v,
                                    .birth_last = rows[i].birth_last.v};
    return v;
}

/* getTravelParty: GET /travel-parties/{travelRequestId}. The numbers are committed to the trail before the
 * answer. */
err_t get_travel_party(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct uuid id = request_path_uuid(rq, "travelRequestId");
    const struct pack *pack;
    struct fact_person *births;
    struct party_member *rows;
    struct party_head head;
    struct buf *out;
    struct tx *tx;
    size_t n;

    TRY(db_begin_read(x, &tx));
    q_party_members_later(tx, id, &rows, &n);
    TRY(q_party_head(tx, id, &head));
    pack = packs_version(state->packs, head.programme, head.programme_version);
    if (!pack || !pack->travel.purpose)
        return err_internal(x->arena, ERR_BUG, "pack.missing", "no travel in the pack %s %d", head.programme,
                            head.programme_version);
    births = births_of(x->arena, rows, n);
    out = reply_begin(rs, 200);
    head_write(x, out, id, &head, pack);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        TRY(member_write(x, out, &rows[i], rules_travel_alone(&births[i], births, n, head.earliest)));
        audit_read(tx, "person", rows[i].person_id, rows[i].identifier_id.set ? "identifiers" : "");
    }
    buf_puts(out, "]}");
    audit_read(tx, "travelRequest", id, "party");
    return NULL;
}

/* What is in force of the case; found is false when there is none. */
static err_t wishes_read(struct ctx *x, struct tx *tx, struct uuid case_id, bool *ret_found, bool *ret_closed,
                         struct case_facts *ret)
{
    struct facts_rows *rows = facts_later(x, tx, case_id);
    struct case_locked c;
    err_t e = q_case_state(tx, case_id, &c);

    *ret_found = e == NULL;
    if (e && e->kind == ERR_MISSING)
        return NULL;
    TRY(e);
    *ret_closed = c.closed_at.set;
    return facts_make(x, rows, &c, ret);
}

/* checkTravel: POST /travel-checks */
err_t check_travel(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *ids = json_object_get(request_body(rq), "personIds"), *text;
    struct uuid case_id = json_member_uuid(request_body(rq), "refId").v, id;
    struct case_facts facts = {0};
    bool found, closed = false;
    struct buf *out;
    struct tx *tx;
    size_t i;

    TRY(db_begin_read(x, &tx));
    TRY(wishes_read(x, tx, case_id, &found, &closed, &facts));
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"refId\":\"%s\",\"ended\":%s,\"persons\":[", uuid_text(x->arena, case_id),
               !found || rules_travel_ended(&facts, closed) ? "true" : "false");
    json_array_foreach(ids, i, text)
    {
        const struct fact_person *p = NULL;

        if (uuid_parse(json_string_value(text), &id))
            p = rules_traveller(&facts, id);
        buf_printf(out, "%s{\"personId\":\"%s\",\"declared\":%s}", i ? "," : "", uuid_text(x->arena, id),
                   p && fact_wishes(&facts, p) ? "true" : "false");
    }
    buf_puts(out, "]}");
    audit_read(tx, "case", case_id, "declarations");
    return NULL;
}
