/* lines.c - what a claim is made of: days at the table's rate, and actual costs with their receipts. */
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/claims/internal.h"
#include "diaspora/claims/queries.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"

static const struct json_field allowance_fields[] = {
    JSON_FIELD(struct allowance_line, country, "country", JSON_TEXT),
    JSON_FIELD(struct allowance_line, place, "place", JSON_TEXT),
    JSON_FIELD(struct allowance_line, from, "from", JSON_DATE),
    JSON_FIELD(struct allowance_line, until, "until", JSON_DATE),
};
static const struct json_shape allowance_shape = JSON_SHAPE(struct allowance_line, allowance_fields);

static const struct json_field cost_fields[] = {
    JSON_FIELD(struct cost_line, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct cost_line, on_day, "onDay", JSON_DATE),
    JSON_FIELD(struct cost_line, amount, "amount", JSON_I64),
    JSON_FIELD(struct cost_line, document_ref, "documentRef", JSON_TEXT),
};
static const struct json_shape cost_shape = JSON_SHAPE(struct cost_line, cost_fields);

static const char *table_version(struct ctx *x, const struct rate_tables *tables, const char *table,
                                 const struct claim_lines *l)
{
    const struct rate_table *t = l->nallowances ? rates_on(tables, table, l->allowances[0].from) : NULL;
    char day[11];

    if (!t)
        return "";
    date_format(t->from, day);
    return arena_printf(x->arena, "%s %s", table, day);
}

err_t lines_read(struct ctx *x, const struct request *rq, const struct claim_assignment *of,
                 struct claim_lines *ret)
{
    const json_t *allowances = json_object_get(request_body(rq), "allowances"),
                 *costs = json_object_get(request_body(rq), "costs");
    const struct programme *p = programmes_find(diaspora_state(x)->programmes, of->programme);
    struct claim_lines l = {.nallowances = json_array_size(allowances), .ncosts = json_array_size(costs)};
    struct allowance_terms terms = {.tables = &diaspora_state(x)->rates, .currency = of->claim_currency};

    if (!p || !of->starts_on.set || !of->ends_on.set)
        return err_internal(x->arena, ERR_BUG, "assignment.noPhases", "a cleared assignment has no days");
    l.allowances = ARENA_ARRAY(x->arena, l.nallowances + 1, struct allowance_line);
    l.costs = ARENA_ARRAY(x->arena, l.ncosts + 1, struct cost_line);
    for (size_t i = 0; i < l.nallowances; i++)
        TRY(json_read(x->arena, json_array_get(allowances, i), &allowance_shape, &l.allowances[i]));
    for (size_t i = 0; i < l.ncosts; i++) {
        TRY(json_read(x->arena, json_array_get(costs, i), &cost_shape, &l.costs[i]));
        l.actual += l.costs[i].amount;
    }
    terms.table = p->allowances;
    terms.starts_on = of->starts_on.v;
    terms.ends_on = of->ends_on.v;
    TRY(allowance_sum(x->arena, &terms, l.allowances, l.nallowances, &l.allowance));
    l.rates_version = table_version(x, terms.tables, terms.table, &l);
    *ret = l;
    return NULL;
}

void lines_insert(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid claim_id,
                  const struct claim_lines *l)
{
    for (size_t i = 0; i < l->nallowances; i++)
        q_claim_allowance_insert(tx,
                                 &(struct q_claim_allowance_insert_in){.id = uuid_new(x->now_us),
                                                                       .assignment_id = assignment_id,
                                                                       .claim_id = claim_id,
                                                                       .country = l->allowances[i].country,
                                                                       .place = l->allowances[i].place,
                                                                       .from_day = l->allowances[i].from,
                                                                       .until_day = l->allowances[i].until,
                                                                       .amount = l->allowances[i].amount});
    for (size_t i = 0; i < l->ncosts; i++)
        q_claim_cost_insert(tx, &(struct q_claim_cost_insert_in){.id = uuid_new(x->now_us),
                                                                 .assignment_id = assignment_id,
                                                                 .claim_id = claim_id,
                                                                 .kind = l->costs[i].kind,
                                                                 .on_day = l->costs[i].on_day,
                                                                 .amount = l->costs[i].amount,
                                                                 .document_ref = l->costs[i].document_ref});
}
