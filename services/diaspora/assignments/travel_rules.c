/* travel_rules.c - whether an expert may travel; see travel_rules.h. */
#include "diaspora/assignments/travel_rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

static bool among(const struct text_array *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->v[i], word))
            return true;
    return false;
}

err_t travel_rules_make(struct arena *a, const json_t *documents, struct travel_rules_set *ret)
{
    size_t n = json_array_size(documents);
    struct travel_rules *v = ARENA_ARRAY(a, n + 1, struct travel_rules);

    for (size_t i = 0; i < n; i++) {
        const json_t *d = json_array_get(documents, i);
        struct opt_date from = json_member_date(d, "from");

        v[i] = (struct travel_rules){
            .from = from.v,
            .free = json_member_texts(a, d, "freeNationalities"),
            .permits = json_member_texts(a, d, "permits"),
            .asylum = json_member_texts(a, d, "asylum"),
            .asylum_papers = json_member_texts(a, d, "asylumDocuments"),
            .days_after_return = (int32_t)json_member_i64(d, "daysAfterReturn", -1),
        };
        if (!from.set || v[i].free.n == 0 || v[i].permits.n == 0 || v[i].asylum.n == 0 ||
            v[i].days_after_return < 0)
            return err_internal(a, ERR_BUG, "data.invalid",
                                "travel rules number %zu lack from, a list or daysAfterReturn", i);
        if (i > 0 && v[i].from <= v[i - 1].from)
            return err_internal(a, ERR_BUG, "data.invalid",
                                "travel rules number %zu are not newer than those before", i);
    }
    if (n == 0)
        return err_internal(a, ERR_BUG, "data.invalid", "there are no travel rules");
    *ret = (struct travel_rules_set){.v = v, .n = n};
    return NULL;
}

const struct travel_rules *travel_rules_on(const struct travel_rules_set *s, int32_t day)
{
    size_t at = 0;

    while (at + 1 < s->n && s->v[at + 1].from <= day)
        at++;
    return &s->v[at];
}

enum travel_verdict travel_judge(const struct travel_rules *r, const struct fact_traveller *t,
                                 const char *country, int32_t return_on)
{
    /* Protection counts whether somebody has verified it or not, and also when its paper has run out. */
    bool protected =
        among(&r->asylum, t->permit) || among(&r->asylum, t->basis) || among(&r->asylum_papers, t->paper);

    if (protected && among(&t->nationalities, country))
        return TRAVEL_PROTECTED;
    if (!t->verified)
        return protected ? TRAVEL_PROTECTED : TRAVEL_UNKNOWN;
    for (size_t i = 0; i < t->nationalities.n; i++)
        if (among(&r->free, t->nationalities.v[i]))
            return TRAVEL_OPEN;
    if (!among(&r->permits, t->permit))
        return protected ? TRAVEL_PROTECTED : TRAVEL_UNKNOWN;
    if (t->valid_until.set && t->valid_until.v < return_on + r->days_after_return)
        return TRAVEL_TOO_SHORT;
    return TRAVEL_OPEN;
}
