/* rules.c - claims of an assignment; see rules.h. */
#include "diaspora/claims/rules.h"

#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

/* ---- the tables ---- */

static err_t read_rates(struct arena *a, const json_t *rates, struct rate_table *t)
{
    size_t n = json_array_size(rates);
    struct rate *v = ARENA_ARRAY(a, n + 1, struct rate);

    for (size_t i = 0; i < n; i++) {
        const json_t *r = json_array_get(rates, i);

        v[i] = (struct rate){.country = json_member_text(r, "country"),
                             .place = json_member_text(r, "place"),
                             .amount = json_member_i64(r, "amount", -1)};
        if (!v[i].country || v[i].amount < 0)
            return err_internal(a, ERR_BUG, "data.invalid", "rate %zu of %s has no country or amount", i,
                                t->table);
    }
    t->rates = v;
    t->nrates = n;
    return NULL;
}

err_t rates_make(struct arena *a, const json_t *documents, struct rate_tables *ret)
{
    size_t n = json_array_size(documents);
    struct rate_table *v = ARENA_ARRAY(a, n + 1, struct rate_table);

    for (size_t i = 0; i < n; i++) {
        const json_t *d = json_array_get(documents, i);
        struct opt_date from = json_member_date(d, "from");

        v[i] = (struct rate_table){.table = json_member_text(d, "table"),
                                   .from = from.v,
                                   .until = json_member_date(d, "until"),
                                   .currency = json_member_text(d, "currency"),
                                   .document = d};
        if (!v[i].table || !v[i].currency || !from.set || (v[i].until.set && v[i].until.v < from.v))
            return err_internal(a, ERR_BUG, "data.invalid",
                                "table of rates %zu has no table, currency or days", i);
        if (i > 0 && str_eq(v[i].table, v[i - 1].table) && v[i].from <= v[i - 1].from)
            return err_internal(a, ERR_BUG, "data.invalid",
                                "table of rates %zu is not newer than the one before", i);
        TRY(read_rates(a, json_object_get(d, "rates"), &v[i]));
    }
    *ret = (struct rate_tables){.v = v, .n = n};
    return NULL;
}

const struct rate_table *rates_on(const struct rate_tables *t, const char *table, int32_t day)
{
    const struct rate_table *found = NULL;

    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].table, table) && t->v[i].from <= day)
            found = &t->v[i];
    return found && found->until.set && found->until.v < day ? NULL : found;
}

const struct rate *rate_find(const struct rate_table *t, const char *country, const char *place)
{
    const struct rate *found = NULL;

    for (size_t i = 0; i < t->nrates; i++) {
        if (!str_eq(t->rates[i].country, country))
            continue;
        if (t->rates[i].place && place && strcasecmp(t->rates[i].place, place) == 0)
            return &t->rates[i];
        if (!t->rates[i].place)
            found = &t->rates[i];
    }
    return found;
}

/* ---- allowances ---- */

static void line_fault(struct arena *a, struct fault_list *faults, size_t i, const char *rest,
                       const char *code, const char *detail)
{
    fault_add(
        a, faults,
        (struct fault){.at = arena_printf(a, "/allowances/%zu%s", i, rest), .code = code, .detail = detail});
}

static void sum_line(struct arena *a, const struct allowance_terms *t, struct allowance_line *line, size_t i,
                     struct fault_list *faults)
{
    for (int32_t day = line->from; day <= line->until; day++) {
        const struct rate_table *in_force = rates_on(t->tables, t->table, day);
        const struct rate *rate = in_force ? rate_find(in_force, line->country, line->place) : NULL;

        if (!rate) {
            line_fault(a, faults, i, "/country", "rate.none",
                       "No daily allowance is set for a day at this place.");
            return;
        }
        if (!str_eq(in_force->currency, t->currency)) {
            line_fault(a, faults, i, "/country", "rate.currency",
                       "The allowance is in another currency than the claim.");
            return;
        }
        line->amount += rate->amount;
    }
}

err_t allowance_sum(struct arena *a, const struct allowance_terms *t, struct allowance_line *lines, size_t n,
                    int64_t *ret_total)
{
    struct fault_list faults = {0};

    *ret_total = 0;
    for (size_t i = 0; i < n; i++) {
        lines[i].amount = 0;
        if (lines[i].until < lines[i].from) {
            line_fault(a, &faults, i, "/until", "dates.order", "Ends before it begins.");
            continue;
        }
        if (lines[i].from < t->starts_on || lines[i].until > t->ends_on) {
            line_fault(a, &faults, i, "/from", "days.outside", "The days are not all within the assignment.");
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (lines[k].from <= lines[i].until && lines[i].from <= lines[k].until)
                line_fault(a, &faults, i, "/from", "days.twice", "A day stands in two lines.");
        sum_line(a, t, &lines[i], i, &faults);
        *ret_total += lines[i].amount;
    }
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The allowances cannot be claimed so.");
}

/* ---- who may do what ---- */

static const struct machine_move moves[] = {
    {"submit", {"draft", "returned"}, "submitted"},
    {"approve", {"submitted"}, "approved"},
    {"return", {"submitted"}, "returned"},
    {"pay", {"approved"}, "paid"},
};

err_t claim_move(struct arena *a, const char *action, const struct claim_act *act, const char **ret_to)
{
    const struct machine_move *move;

    TRY(machine_find(a, MACHINE(moves), act->status, action, NULL, &move));
    *ret_to = move->to;
    if (str_eq(action, "submit"))
        return NULL;
    if (!act->actor_is_user)
        return err_new(a, ERR_DENIED, "claim.users", "Only a person decides on money.");
    if (str_eq(act->actor, act->requested_by) ||
        (str_eq(action, "pay") && str_eq(act->actor, act->approved_by)))
        return err_new(a, ERR_CONFLICT, "claim.same",
                       "Who asks, who approves and who pays are three people.");
    return NULL;
}
