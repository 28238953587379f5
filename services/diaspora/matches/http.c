/* http.c - matches: candidates with their reasons, and what a human decided (api-spec/diaspora/matches.yaml).
 */
#include <stdlib.h>
#include <string.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/assignments/travel_rules.h"
#include "diaspora/experts/experts.h"
#include "diaspora/matches/queries.h"
#include "diaspora/matches/rules.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/state.h"
#include "diaspora/tors/tors.h"
#include "web/page.h"

static const struct json_field filter_fields[] = {
    JSON_FIELD(struct match_filter, code, "code", JSON_TEXT),
    JSON_FIELD(struct match_filter, passed, "passed", JSON_BOOL),
    JSON_FIELD(struct match_filter, detail, "detail", JSON_TEXT),
};
static const struct json_shape filter_shape = JSON_SHAPE(struct match_filter, filter_fields);
static const struct json_field reason_fields[] = {
    JSON_FIELD(struct match_reason, code, "code", JSON_TEXT),
    JSON_FIELD(struct match_reason, weight, "weight", JSON_I32),
    JSON_FIELD(struct match_reason, points, "points", JSON_I32),
    JSON_FIELD(struct match_reason, detail, "detail", JSON_TEXT),
};
static const struct json_shape reason_shape = JSON_SHAPE(struct match_reason, reason_fields);

struct candidate {
    struct uuid expert_id;
    struct match m;
};

static err_t parse(struct ctx *x, const char *text, json_t **ret)
{
    return json_parse(x->arena, text, strlen(text), 8, ret);
}

static err_t wish_of(struct ctx *x, const struct tor_version *v, struct match_wish *ret)
{
    json_t *competences, *languages;

    TRY(parse(x, v->competences, &competences));
    TRY(parse(x, v->languages, &languages));
    *ret = (struct match_wish){.competences = competences,
                               .languages = languages,
                               .starts_on = v->starts_on,
                               .ends_on = v->ends_on,
                               .travels = !programme_among(&v->kinds, "online")};
    return NULL;
}

/* May the expert go there and come back, by the rules that assignments go by. Unsealed only where the work
 * must be done there; that leaves its row in the trail. */
static err_t may_stay(struct ctx *x, struct tx *tx, const struct tor_version *v,
                      const struct match_candidate *c, bool *ret)
{
    const struct travel_rules *rules =
        travel_rules_on(&diaspora_state(x)->travel_rules, date_today_nl(x->now_us));
    struct expert_residence r;
    struct fact_traveller t;

    audit_read(tx, "expert", c->id, "residence");
    TRY(expert_residence_unseal(x, c->id, c->sealed, c->verified, &r));
    t = (struct fact_traveller){.verified = r.verified,
                                .nationalities = r.nationalities,
                                .permit = r.permit,
                                .basis = r.basis,
                                .valid_until = r.valid_until,
                                .paper = r.travel_document};
    *ret = r.recorded && travel_judge(rules, &t, v->country, v->ends_on) == TRAVEL_OPEN;
    return NULL;
}

static err_t judge(struct ctx *x, struct tx *tx, const struct tor_version *v, const struct match_wish *wish,
                   const struct match_candidate *c, struct candidate *ret)
{
    json_t *competences, *languages, *windows;
    struct match_expert e = {0};

    TRY(parse(x, c->competences, &competences));
    TRY(parse(x, c->languages, &languages));
    TRY(parse(x, c->windows, &windows));
    if (wish->travels)
        TRY(may_stay(x, tx, v, c, &e.may_stay));
    e.competences = competences;
    e.languages = languages;
    e.windows = windows;
    ret->expert_id = c->id;
    rules_match(x->arena, diaspora_state(x)->weights, wish, &e, &ret->m);
    return NULL;
}

static int by_fit(const void *one, const void *other)
{
    const struct candidate *p = one, *q = other;
    int order = rules_match_order(&p->m, &q->m);

    return order ? order : memcmp(&p->expert_id, &q->expert_id, sizeof(p->expert_id));
}

static void write_candidate(struct ctx *x, struct buf *out, const struct candidate *c)
{
    buf_printf(out, "{\"expertId\":\"%s\",\"passed\":%s,\"score\":%d,\"hardFilters\":",
               uuid_text(x->arena, c->expert_id), c->m.passed ? "true" : "false", c->m.score);
    json_write_array(out, &filter_shape, c->m.filters, MATCH_FILTERS);
    buf_puts(out, ",\"reasons\":");
    json_write_array(out, &reason_shape, c->m.reasons, MATCH_CRITERIA);
    buf_putc(out, '}');
}

static struct text_array uris_of(struct ctx *x, const json_t *competences)
{
    struct text_array uris = {.v = ARENA_ARRAY(x->arena, json_array_size(competences) + 1, const char *)};
    const json_t *item;
    size_t i;

    json_array_foreach(competences, i, item) uris.v[uris.n++] = json_member_text(item, "uri");
    return uris;
}

/* matchTor: POST /tors/{torId}/_match */
static err_t match_tor(struct ctx *x, const struct request *rq, struct response *rs)
{
    size_t limit = (size_t)json_member_i64(request_body(rq), "limit", 20), n;
    struct uuid tor_id = request_path_uuid(rq, "torId");
    struct match_candidate *rows;
    struct candidate *all;
    struct match_wish wish;
    struct tor_version v;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(tor_version_read(tx, tor_id, &v));
    TRY(wish_of(x, &v, &wish));
    TRY(q_match_candidates(tx, v.programme, uris_of(x, wish.competences), &rows, &n));
    all = ARENA_ARRAY(x->arena, n + 1, struct candidate);
    for (size_t i = 0; i < n; i++)
        TRY(judge(x, tx, &v, &wish, &rows[i], &all[i]));
    qsort(all, n, sizeof(*all), by_fit);
    n = n > limit ? limit : n;
    audit_rows(tx, "expert", all, n, sizeof *all, offsetof(struct candidate, expert_id));
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"torId\":\"%s\",\"torVersion\":%d,\"weightsVersion\":%d,\"candidates\":[",
               uuid_text(x->arena, tor_id), v.number, diaspora_state(x)->weights->version);
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i ? "," : "");
        write_candidate(x, out, &all[i]);
    }
    buf_puts(out, "]}");
    return NULL;
}

/* listMatches: GET /tors/{torId}/matches */
static err_t list_matches(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid tor_id = request_path_uuid(rq, "torId");
    struct tor_version v;
    struct match_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_match_list_page, &page));
    struct q_match_list_in in = {.tor_id = tor_id,
                                 .expert_id = request_query_uuid(rq, "expertId"),
                                 .decision = request_query(rq, "decision")};
    TRY(db_begin_read(x, &tx));
    TRY(tor_version_read(tx, tor_id, &v));
    TRY(q_match_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "match", rows, n, sizeof *rows, offsetof(struct match_row, id));
    return reply_page(x, rq, rs, &q_match_list_page, &page, &match_row_json, rows, n);
}

static const char *array_text(struct ctx *x, const struct json_shape *shape, const void *v, size_t n)
{
    struct buf out;

    buf_init(&out, x->arena, 512);
    json_write_array(&out, shape, v, n);
    return buf_text(&out);
}

/* createMatch: POST /tors/{torId}/matches. Judged anew: what is kept is what held when it was decided. */
static err_t create_match(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid tor_id = request_path_uuid(rq, "torId"), id = uuid_new(x->now_us);
    struct uuid expert_id = json_member_uuid(request_body(rq), "expertId").v;
    struct fault_list faults = {0};
    struct match_candidate row;
    struct candidate c;
    struct match_wish wish;
    struct tor_version v;
    struct match_row shown;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(tor_version_read(tx, tor_id, &v));
    TRY(expert_check(x, tx, expert_id, v.programme, "/expertId", &faults));
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The decision is not valid."));
    TRY(wish_of(x, &v, &wish));
    TRY(q_match_candidate(tx, expert_id, &row));
    TRY(judge(x, tx, &v, &wish, &row, &c));
    q_match_add(
        tx, &(struct q_match_add_in){.id = id,
                                     .programme = v.programme,
                                     .tor_id = tor_id,
                                     .tor_version = v.number,
                                     .expert_id = expert_id,
                                     .weights = diaspora_state(x)->weights->version,
                                     .score = c.m.score,
                                     .hard_filters = array_text(x, &filter_shape, c.m.filters, MATCH_FILTERS),
                                     .reasons = array_text(x, &reason_shape, c.m.reasons, MATCH_CRITERIA),
                                     .decision = json_member_text(request_body(rq), "decision"),
                                     .reason = json_member_text(request_body(rq), "reason"),
                                     .by = x->who->subject,
                                     .now = x->now_us});
    audit_write(tx, "match", id, "create", NULL);
    reply_location(x, rs, "/tors/%s/matches", uuid_text(x->arena, tor_id));
    TRY(q_match_get(tx, id, &shown));
    return reply_row(rs, 201, &match_row_json, &shown);
}

const struct handler matches_handlers[] = {
    {"matchTor", match_tor},
    {"listMatches", list_matches},
    {"createMatch", create_match},
    {NULL, NULL},
};
