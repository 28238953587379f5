/* rules.c - how well an expert fits; see rules.h. */
#include "diaspora/matches/rules.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"
#include "diaspora/experts/rules.h"

#define DAYS_JUDGED 1100 /* of a longer window the first three years */

enum criterion {
    COMPETENCE_COVERAGE,
    COMPETENCE_EVIDENCE,
    AVAILABILITY_SHARE,
};
static const char *const criteria[MATCH_CRITERIA] = {
    [COMPETENCE_COVERAGE] = "competence.coverage",
    [COMPETENCE_EVIDENCE] = "competence.evidence",
    [AVAILABILITY_SHARE] = "availability.share",
};

static void wrong(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t match_weights_make(struct arena *a, const struct schema *schema, const json_t *document,
                         struct match_weights *ret)
{
    struct match_weights w = {.version = (int32_t)json_member_i64(document, "version", 0)};
    struct fault_list faults = {0};
    const json_t *item;
    int32_t sum = 0;
    size_t i, k;

    TRY(schema_check(a, schema, document));
    json_array_foreach(json_object_get(document, "weights"), i, item)
    {
        const char *at = arena_printf(a, "/weights/%zu", i);

        for (k = 0; k < MATCH_CRITERIA; k++) {
            if (str_eq(criteria[k], json_member_text(item, "criterion")))
                break;
        }
        if (k == MATCH_CRITERIA) {
            wrong(a, &faults, at, "criterion.unknown", "Nothing judges this criterion.");
            continue;
        }
        if (w.weight[k])
            wrong(a, &faults, at, "criterion.twice", "The criterion stands there already.");
        w.weight[k] = (int32_t)json_member_i64(item, "weight", 0);
        sum += w.weight[k];
    }
    if (sum != 100)
        wrong(a, &faults, "/weights", "weights.sum", "The weights are not 100 together.");
    TRY(fault_list_err(a, &faults, ERR_INVALID, "weights.invalid", "The weights are not valid."));
    *ret = w;
    return NULL;
}

/* ---- hard filters ---- */

static const json_t *of_text(const json_t *list, const char *member, const char *text)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (str_eq(json_member_text(item, member), text))
            return item;
    }
    return NULL;
}

/* CEFR levels sort as texts; one that is not said is below all. */
static bool level_holds(const json_t *wanted, const json_t *has, const char *skill)
{
    const char *least = json_member_text(wanted, skill), *level = json_member_text(has, skill);

    if (!least)
        return true;
    return level && (level[0] > least[0] || (level[0] == least[0] && level[1] >= least[1]));
}

static bool languages_hold(const struct match_wish *wish, const struct match_expert *e)
{
    static const char *const skills[] = {"listening", "reading", "speaking", "writing"};
    const json_t *wanted;
    size_t i;

    json_array_foreach(wish->languages, i, wanted)
    {
        const json_t *has = of_text(e->languages, "language", json_member_text(wanted, "language"));

        if (!has)
            return false;
        for (size_t k = 0; k < LENGTH(skills); k++) {
            if (!level_holds(wanted, has, skills[k]))
                return false;
        }
    }
    return true;
}

static bool founded(const json_t *wanted, const json_t *has)
{
    const char *least = json_member_text(wanted, "evidence");

    return has &&
           (!least || rules_evidence_level(json_member_text(has, "evidence")) >= rules_evidence_level(least));
}

static bool competences_hold(const struct match_wish *wish, const struct match_expert *e)
{
    const json_t *wanted;
    size_t i;

    json_array_foreach(wish->competences, i, wanted)
    {
        if (json_member_bool(wanted, "required", false) &&
            !founded(wanted, of_text(e->competences, "uri", json_member_text(wanted, "uri"))))
            return false;
    }
    return true;
}

static bool in_window(const struct match_expert *e, const char *kind, int32_t day)
{
    const json_t *w;
    size_t i;

    json_array_foreach(e->windows, i, w)
    {
        if (str_eq(json_member_text(w, "kind"), kind) && json_member_date(w, "startsOn").v <= day &&
            day <= json_member_date(w, "endsOn").v)
            return true;
    }
    return false;
}

struct days {
    int32_t all, said, against; /* of the wish; said to be available and free; unavailable */
};

static struct days count_days(const struct match_wish *wish, const struct match_expert *e)
{
    struct days d = {0};

    for (int32_t day = wish->starts_on; day <= wish->ends_on && d.all < DAYS_JUDGED; day++) {
        bool against = in_window(e, "unavailable", day);

        d.all++;
        d.against += against;
        d.said += !against && in_window(e, "available", day);
    }
    return d;
}

static void judge_filters(const struct match_wish *wish, const struct match_expert *e, const struct days *d,
                          struct match *m)
{
    bool languages = languages_hold(wish, e), competences = competences_hold(wish, e);
    bool possible = d->against < d->all, right = !wish->travels || e->may_stay;

    m->filters[0] = (struct match_filter){"language.required", languages,
                                          languages ? "Every required language is there at its level."
                                                    : "A required language is not there at its level."};
    m->filters[1] =
        (struct match_filter){"competence.required", competences,
                              competences ? "Every required competence is there with its evidence."
                                          : "A required competence is not there with its evidence."};
    m->filters[2] =
        (struct match_filter){"availability.possible", possible,
                              possible ? "Some of the days are free." : "None of the days is free."};
    m->filters[3] = (struct match_filter){"work.right", right,
                                          !wish->travels ? "Work from here asks for no right to stay abroad."
                                          : right        ? "A stay abroad is allowed."
                                                         : "Ask for a check of the right to stay abroad."};
    m->passed = languages && competences && possible && right;
}

/* ---- score ---- */

static void judge_competences(struct arena *a, const struct match_wish *wish, const struct match_expert *e,
                              struct match_reason *coverage, struct match_reason *evidence)
{
    int32_t wanted = 0, covered = 0, levels = 0;
    const json_t *item;
    size_t i;

    json_array_foreach(wish->competences, i, item)
    {
        const json_t *has = of_text(e->competences, "uri", json_member_text(item, "uri"));

        wanted++;
        if (has) {
            covered++;
            levels += rules_evidence_level(json_member_text(has, "evidence")) + 1;
        }
    }
    coverage->points = wanted ? 100 * covered / wanted : 0;
    coverage->detail = arena_printf(a, "%d of %d competences that are asked for.", covered, wanted);
    evidence->points = covered ? 25 * levels / covered : 0;
    evidence->detail = covered ? "How well these competences are founded: declared 25, documented 50, tested "
                                 "75, confirmed 100, on average."
                               : "None of them is there.";
}

void rules_match(struct arena *a, const struct match_weights *w, const struct match_wish *wish,
                 const struct match_expert *expert, struct match *ret)
{
    struct days d = count_days(wish, expert);
    int32_t sum = 0;

    *ret = (struct match){0};
    judge_filters(wish, expert, &d, ret);
    judge_competences(a, wish, expert, &ret->reasons[COMPETENCE_COVERAGE],
                      &ret->reasons[COMPETENCE_EVIDENCE]);
    ret->reasons[AVAILABILITY_SHARE].points = d.all ? 100 * d.said / d.all : 0;
    ret->reasons[AVAILABILITY_SHARE].detail =
        arena_printf(a, "%d of %d days are said to be available.", d.said, d.all);
    for (size_t i = 0; i < MATCH_CRITERIA; i++) {
        ret->reasons[i].code = criteria[i];
        ret->reasons[i].weight = w->weight[i];
        sum += w->weight[i] * ret->reasons[i].points;
    }
    ret->score = (sum + 50) / 100;
}

int rules_match_order(const struct match *one, const struct match *other)
{
    if (one->passed != other->passed)
        return one->passed ? -1 : 1;
    return (one->score < other->score) - (one->score > other->score);
}
