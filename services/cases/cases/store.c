/* store.c - opening a case, and showing it. */
#include "cases/cases/store.h"

#include "app/audit.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "cases/cases/cases.h"
#include "cases/documents/documents.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"

const struct err case_closed_value = {
    .kind = ERR_CONFLICT,
    .code = "case.closed",
    .detail = "The case is closed.",
};

/* ---- opening ---- */

static struct text_array texts_of(struct arena *a, const json_t *array)
{
    struct text_array out = {.v = ARENA_ARRAY(a, json_array_size(array) + 1, const char *)};
    const json_t *item;
    size_t i;

    json_array_foreach(array, i, item) out.v[out.n++] = json_string_value(item);
    return out;
}

/* The offices asked for, or that of the Netherlands; the opener must belong to one, else nobody would see
 * what was opened. */
static err_t offices_of(struct ctx *x, const json_t *asked, struct text_array *ret)
{
    struct text_array offices = texts_of(x->arena, asked);

    if (offices.n == 0)
        offices.v[offices.n++] = "nl";
    for (size_t i = 0; i < offices.n; i++) {
        if (principal_has(x->who, arena_printf(x->arena, "office:%s", offices.v[i]))) {
            *ret = offices;
            return NULL;
        }
    }
    return err_new(x->arena, ERR_INVALID, "office.unknown", "You belong to none of the case's offices.");
}

static err_t check_opening(struct ctx *x, const struct case_opening *in, const struct pack **ret_pack)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    const struct pack *pack = packs_newest(state->packs, in->programme);
    struct fault_list faults = {0};

    if (!pack || !principal_has(x->who, arena_printf(x->arena, "programme:%s", in->programme)))
        return err_new(x->arena, ERR_INVALID, "programme.unknown",
                       "There is no such programme that you work for.");
    if (in->country_of_return && !codes_country(in->country_of_return))
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/countryOfReturn", .code = "country.unknown", .detail = "Not a country."});
    if (in->country_of_origin && !codes_country(in->country_of_origin))
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/countryOfOrigin", .code = "country.unknown", .detail = "Not a country."});
    external_refs_check(x->arena, in->external_refs, "/externalRefs", &faults);
    *ret_pack = pack;
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The case is not valid.");
}

void case_person_join(struct ctx *x, struct tx *tx, const struct pack *pack, struct uuid case_id,
                      struct uuid person_id, const char *role, const char *relation, bool dependant)
{
    q_case_person_add(tx, &(struct q_case_person_add_in){
                              .id = uuid_new(x->now_us),
                              .case_id = case_id,
                              .person_id = person_id,
                              .role = role,
                              .relation = relation,
                              .dependant = dependant,
                              .now = x->now_us,
                          });
    for (size_t i = 0; i < pack->ndocuments; i++) {
        if (pack->documents[i].each_traveller)
            document_require(x, tx, case_id, OPT_UUID(person_id), pack->documents[i].kind,
                             pack->documents[i].code);
    }
}

err_t person_of(struct ctx *x, struct tx *tx, const json_t *id, const json_t *person, const char *pointer,
                struct uuid *ret)
{
    struct person_exists exists;
    err_t e;

    if (!id)
        return person_create(x, tx, person, pointer, ret);
    if (!uuid_parse(json_string_value(id), ret))
        return err_new(x->arena, ERR_INVALID, "person.unknown", "There is no such person.");
    e = q_person_exists(tx, *ret, &exists);
    if (e && e->kind == ERR_MISSING)
        return err_new(x->arena, ERR_INVALID, "person.unknown", "There is no such person.");
    TRY(e);
    return exists.restricted_at.set ? &person_restricted_value : NULL;
}

static err_t add_members(struct ctx *x, struct tx *tx, const struct pack *pack, struct uuid case_id,
                         struct uuid principal_id, const json_t *members)
{
    struct uuid *ids = ARENA_ARRAY(x->arena, json_array_size(members) + 1, struct uuid);
    const json_t *member;
    struct uuid person_id;
    size_t i, n = 0;

    ids[n++] = principal_id;

    json_array_foreach(members, i, member)
    {
        TRY(person_of(x, tx, json_object_get(member, "personId"), json_object_get(member, "person"),
                      arena_printf(x->arena, "/members/%zu/person", i), &person_id));
        for (size_t k = 0; k < n; k++) {
            if (uuid_eq(ids[k], person_id))
                return err_new(x->arena, ERR_INVALID, "case.member", "A person stands twice.");
        }
        ids[n++] = person_id;
        case_person_join(x, tx, pack, case_id, person_id, "member", json_member_text(member, "relation"),
                         json_member_bool(member, "dependant", false));
    }
    return NULL;
}

/* The team of a case that is not open to the whole office: who opens it and its caseworker. */
static struct text_array add_team(struct ctx *x, struct tx *tx, const struct q_case_insert_in *row)
{
    struct text_array team = {.v = ARENA_ARRAY(x->arena, 2, const char *)};

    if (str_eq(row->confidentiality, "normal"))
        return team;
    team.v[team.n++] = x->who->subject;
    if (row->caseworker)
        team.v[team.n++] = row->caseworker;
    q_case_team_add(tx, row->id, team, x->who->subject, x->now_us);
    return team;
}

static void tell_opened(struct ctx *x, struct tx *tx, struct uuid id, const struct pack *pack)
{
    timeline_add(tx, id, "case.opened", arena_printf(x->arena, "{\"programme\":\"%s\"}", pack->programme),
                 "");
    audit_write(tx, "case", id, "create", NULL);
}

err_t case_open(struct ctx *x, struct tx *tx, const struct case_opening *in, struct uuid *ret_id)
{
    struct q_case_insert_in row = {
        .id = uuid_new(x->now_us),
        .year = date_civil(date_today_nl(x->now_us)).year,
        .programme = in->programme,
        .confidentiality = in->confidentiality ? in->confidentiality : "normal",
        .caseworker = in->caseworker,
        .principal_id = in->principal_id,
        .country_of_return = in->country_of_return,
        .country_of_origin = in->country_of_origin,
        .planned_departure_on = in->planned_departure_on,
        .referral_id = in->referral_id,
        .now = x->now_us,
    };
    struct case_readers readers = {.programme = in->programme, .confidentiality = row.confidentiality};
    const struct pack *pack;

    TRY(check_opening(x, in, &pack));
    TRY(offices_of(x, in->offices, &row.offices));
    row.prefix = pack->prefix;
    row.programme_version = pack->version;
    row.status = pack->initial;
    row.retention_class = pack->retention;
    q_case_insert(tx, &row);
    readers.offices = row.offices;
    readers.team = add_team(x, tx, &row);
    case_readers_tell(x, tx, "cases.case.opened", row.id, &readers);
    case_person_join(x, tx, pack, row.id, in->principal_id, "principal", NULL, false);
    TRY(add_members(x, tx, pack, row.id, in->principal_id, in->members));
    for (size_t i = 0; i < pack->ndocuments; i++) {
        if (!pack->documents[i].each_traveller)
            document_require(x, tx, row.id, (struct opt_uuid){0}, pack->documents[i].kind,
                             pack->documents[i].code);
    }
    TRY(external_refs_add(x, tx, "case", row.id, in->external_refs));
    tell_opened(x, tx, row.id, pack);
    TRY(deadlines_enter(x, tx, pack, row.id, pack->initial));
    *ret_id = row.id;
    return NULL;
}

/* ---- showing ---- */

err_t case_complete(struct ctx *x, struct case_row *row)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    const struct pack *pack = packs_version(state->packs, row->programme, row->programme_version);
    const struct pack_status *status = pack ? pack_status(pack, row->status) : NULL;
    bool open = !row->closed_at.set, writes = principal_has(x->who, "cases:write");

    if (!status)
        return err_internal(x->arena, ERR_BUG, "pack.missing", "no pack %s version %d with status %s",
                            row->programme, row->programme_version, row->status);
    row->status_labels = json_text(x->arena, json_object_get(status->labels, "staff"));
    row->client_status = json_text(x->arena, json_object_get(status->labels, "client"));
    action_add(x->arena, &row->allowed_actions, open && writes, "update");
    action_add(x->arena, &row->allowed_actions, open && writes, "addMember");
    action_add(x->arena, &row->allowed_actions, open && writes, "transition");
    action_add(x->arena, &row->allowed_actions, open && principal_has(x->who, "overrides:request"),
               "requestOverride");
    return NULL;
}

err_t case_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct case_row row;

    TRY(q_case_get(tx, id, &row));
    TRY(case_complete(x, &row));
    audit_read(tx, "case", id, "");
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/cases/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &case_row_json, &row);
}

err_t case_lock_open(struct tx *tx, const struct request *rq, struct uuid id, struct case_locked *ret)
{
    TRY(q_case_lock(tx, id, ret));
    TRY(etag_match(rq, ret->version));
    return ret->closed_at.set ? &case_closed_value : NULL;
}
