/* rules.c - rule sets: made of documents, found by day, judged. Pure. */
#include "cases/eligibility/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/eligibility/rules_internal.h"

/* A document that is not as it must be: the process does not start. */
static err_t wrong(struct arena *a, const char *pointer, const char *what)
{
    struct fault_list faults = {0};

    fault_add(a, &faults, (struct fault){.at = pointer, .code = "ruleSet.invalid", .detail = what});
    return fault_list_err(a, &faults, ERR_INVALID, "ruleSet.invalid",
                          arena_printf(a, "%s: %s", pointer, what));
}

static err_t day_read(struct arena *a, const json_t *obj, const char *name, const char *pointer, int32_t *ret)
{
    const char *text = json_member_text(obj, name);

    if (!text || !date_parse(text, ret))
        return wrong(a, arena_printf(a, "%s/%s", pointer, name), "must be a day, as 2017-07-01");
    return NULL;
}

static err_t list_make(struct arena *a, const json_t *document, const char *pointer,
                       struct nationality_list *ret)
{
    const json_t *rows = json_object_get(document, "rows"), *row;
    size_t i;

    ret->code = json_member_text(document, "list");
    if (!ret->code || !json_is_array(rows))
        return wrong(a, pointer, "needs list and rows");
    ret->rows = ARENA_ARRAY(a, json_array_size(rows), struct nationality_row);
    json_array_foreach(rows, i, row)
    {
        struct nationality_row *r = &ret->rows[ret->nrows++];
        const char *at = arena_printf(a, "%s/rows/%zu", pointer, i);

        r->nationality = json_member_text(row, "nationality");
        if (!r->nationality || !codes_nationality(r->nationality))
            return wrong(a, arena_printf(a, "%s/nationality", at), "is not a nationality");
        TRY(day_read(a, row, "from", at, &r->from));
        if (json_member_text(row, "until")) {
            r->until.set = true;
            TRY(day_read(a, row, "until", at, &r->until.v));
        }
    }
    return NULL;
}

static const struct nationality_list *list_find(const struct rulesets *all, const char *code)
{
    for (size_t i = 0; i < all->nlists; i++) {
        if (str_eq(all->lists[i].code, code))
            return &all->lists[i];
    }
    return NULL;
}

/* Either "pass": yes or no, or "nationality": {list, must: listed or notListed}. */
static err_t criterion_make(struct arena *a, const struct rulesets *all, const json_t *document,
                            const char *pointer, struct rule *rule)
{
    const json_t *nationality = json_object_get(document, "nationality");
    const char *must = json_member_text(nationality, "must");

    rule->pass = json_member_text(document, "pass");
    if ((rule->pass != NULL) == (nationality != NULL))
        return wrong(a, pointer, "needs pass or nationality, and not both");
    if (rule->pass && !str_eq(rule->pass, "yes") && !str_eq(rule->pass, "no"))
        return wrong(a, arena_printf(a, "%s/pass", pointer), "is yes or no");
    if (!nationality)
        return NULL;
    rule->list = list_find(all, json_member_text(nationality, "list"));
    if (!rule->list)
        return wrong(a, arena_printf(a, "%s/nationality/list", pointer), "is not a list of nationalities");
    if (!str_eq(must, "listed") && !str_eq(must, "notListed"))
        return wrong(a, arena_printf(a, "%s/nationality/must", pointer), "is listed or notListed");
    rule->must_be_listed = str_eq(must, "listed");
    return NULL;
}

static err_t rule_make(struct arena *a, const struct rulesets *all, const struct ruleset *set,
                       const json_t *document, const char *pointer, struct rule *rule)
{
    const char *stage = json_member_text(document, "stage");

    rule->code = json_member_text(document, "code");
    rule->question = json_object_get(document, "question");
    if (!rule->code)
        return wrong(a, arena_printf(a, "%s/code", pointer), "is missing");
    if (ruleset_rule(set, rule->code))
        return wrong(a, arena_printf(a, "%s/code", pointer), "stands twice");
    if (!json_member_text(rule->question, "en"))
        return wrong(a, arena_printf(a, "%s/question/en", pointer), "is missing");
    if (!str_eq(stage, "application") && !str_eq(stage, "departure"))
        return wrong(a, arena_printf(a, "%s/stage", pointer), "is application or departure");
    rule->at_application = str_eq(stage, "application");
    return criterion_make(a, all, document, pointer, rule);
}

static err_t set_make(struct arena *a, const struct rulesets *all, const json_t *document,
                      const char *pointer, struct ruleset *set)
{
    const json_t *rules = json_object_get(document, "rules"), *rule;
    size_t i;

    set->code = json_member_text(document, "ruleSet");
    set->title = json_object_get(document, "title");
    TRY(day_read(a, document, "from", pointer, &set->from));
    if (!set->code || !json_member_text(set->title, "en") || json_array_size(rules) == 0)
        return wrong(a, pointer, "needs ruleSet, title.en and rules");
    if (rulesets_version(all, set->code, set->from))
        return wrong(a, arena_printf(a, "%s/from", pointer), "this version stands twice");
    set->rules = ARENA_ARRAY(a, json_array_size(rules), struct rule);
    json_array_foreach(rules, i, rule)
    {
        TRY(rule_make(a, all, set, rule, arena_printf(a, "%s/rules/%zu", pointer, i), &set->rules[i]));
        set->nrules++;
    }
    return NULL;
}

err_t rulesets_make(struct arena *a, const json_t *sets, const json_t *lists, struct rulesets **ret)
{
    struct rulesets *all = ARENA_NEW(a, struct rulesets);
    const json_t *document;
    size_t i;

    all->lists = ARENA_ARRAY(a, json_array_size(lists) + 1, struct nationality_list);
    all->sets = ARENA_ARRAY(a, json_array_size(sets) + 1, struct ruleset);
    json_array_foreach(lists, i, document)
    {
        TRY(list_make(a, document, arena_printf(a, "/lists/%zu", i), &all->lists[i]));
        all->nlists++;
    }
    json_array_foreach(sets, i, document)
    {
        TRY(set_make(a, all, document, arena_printf(a, "/sets/%zu", i), &all->sets[i]));
        all->nsets++;
    }
    *ret = all;
    return NULL;
}

/* ---- finding ---- */

const struct ruleset *rulesets_in_force(const struct rulesets *all, const char *code, int32_t on)
{
    const struct ruleset *best = NULL;

    for (size_t i = 0; i < all->nsets; i++) {
        const struct ruleset *set = &all->sets[i];

        if (str_eq(set->code, code) && set->from <= on && (!best || set->from > best->from))
            best = set;
    }
    return best;
}

const struct ruleset *rulesets_version(const struct rulesets *all, const char *code, int32_t from)
{
    for (size_t i = 0; i < all->nsets; i++) {
        if (str_eq(all->sets[i].code, code) && all->sets[i].from == from)
            return &all->sets[i];
    }
    return NULL;
}

bool rulesets_known(const struct rulesets *all, const char *code)
{
    return rulesets_in_force(all, code, INT32_MAX) != NULL;
}

const struct rule *ruleset_rule(const struct ruleset *set, const char *code)
{
    for (size_t i = 0; i < set->nrules; i++) {
        if (str_eq(set->rules[i].code, code))
            return &set->rules[i];
    }
    return NULL;
}

/* ---- judging ---- */

static bool listed(const struct nationality_list *list, const char *nationality, int32_t on)
{
    for (size_t i = 0; i < list->nrows; i++) {
        const struct nationality_row *row = &list->rows[i];

        if (str_eq(row->nationality, nationality) && row->from <= on &&
            (!row->until.set || on <= row->until.v))
            return true;
    }
    return false;
}

static enum rule_outcome judge_nationality(const struct rule *rule, const struct applicants *who, int32_t on)
{
    bool unknown = who->incomplete || who->nationalities.n == 0;

    for (size_t i = 0; i < who->nationalities.n; i++) {
        if (str_eq(who->nationalities.v[i], "XXX"))
            unknown = true;
        else if (listed(rule->list, who->nationalities.v[i], on) != rule->must_be_listed)
            return RULE_FAIL;
    }
    return unknown ? RULE_UNKNOWN : RULE_PASS;
}

enum rule_outcome rule_judge(const struct rule *rule, const char *answer, const struct applicants *who,
                             int32_t on)
{
    if (rule->list)
        return judge_nationality(rule, who, on);
    if (!answer || str_eq(answer, "unknown"))
        return RULE_UNKNOWN;
    return str_eq(answer, rule->pass) ? RULE_PASS : RULE_FAIL;
}

enum rule_outcome rule_outcome_all(enum rule_outcome so_far, enum rule_outcome next)
{
    if (so_far == RULE_FAIL || next == RULE_FAIL)
        return RULE_FAIL;
    return so_far == RULE_UNKNOWN || next == RULE_UNKNOWN ? RULE_UNKNOWN : RULE_PASS;
}

const char *rule_outcome_text(enum rule_outcome outcome)
{
    static const char *const texts[] = {
        [RULE_UNKNOWN] = "unknown", [RULE_PASS] = "pass", [RULE_FAIL] = "fail"};

    return texts[outcome];
}
