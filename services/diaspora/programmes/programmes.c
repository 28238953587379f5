/* programmes.c - see programmes.h. */
#include "diaspora/programmes/programmes.h"

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "diaspora/programmes/queries.h"
#include "diaspora/programmes/rules.h"
#include "diaspora/state.h"

static const struct programme *find_mine(struct ctx *x, const char *code)
{
    if (!principal_has(x->who, arena_printf(x->arena, "programme:%s", code)))
        return NULL;
    return programmes_find(diaspora_state(x)->programmes, code);
}

static void unknown(struct arena *a, struct fault_list *faults, const char *pointer)
{
    fault_add(a, faults,
              (struct fault){
                  .at = pointer, .code = "programme.unknown", .detail = "You work in no such programme."});
}

err_t programme_mine(struct ctx *x, const char *code, const char *pointer, const struct programme **ret)
{
    const struct programme *p = find_mine(x, code);
    struct fault_list faults = {0};

    if (!p)
        unknown(x->arena, &faults, pointer);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The programme is not known."));
    *ret = p;
    return NULL;
}

err_t programmes_mine(struct ctx *x, const struct text_array *codes, const char *pointer)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < codes->n; i++) {
        if (!find_mine(x, codes->v[i]))
            unknown(x->arena, &faults, arena_printf(x->arena, "%s/%zu", pointer, i));
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "A programme is not known.");
}

err_t programme_place(struct ctx *x, struct tx *tx, const struct programme *p, const char *country,
                      const char *sector, int32_t day, struct fault_list *faults)
{
    struct closure_period *periods;
    struct place_closure *closures;
    size_t n;

    TRY(q_closure_periods(tx, p->code, country, &periods, &n));
    closures = ARENA_ARRAY(x->arena, n + 1, struct place_closure);
    for (size_t i = 0; i < n; i++)
        closures[i] = (struct place_closure){.from = periods[i].from_on, .until = periods[i].until_on};
    rules_place(x->arena,
                &(struct place){.programme = p,
                                .country = country,
                                .sector = sector,
                                .day = day,
                                .closures = closures,
                                .nclosures = n},
                faults);
    return NULL;
}

bool programme_among(const struct text_array *codes, const char *code)
{
    for (size_t i = 0; i < codes->n; i++) {
        if (str_eq(codes->v[i], code))
            return true;
    }
    return false;
}

err_t programmes_change_mine(struct ctx *x, const struct text_array *before, const struct text_array *after,
                             const char *pointer)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < after->n; i++) {
        if (!programme_among(before, after->v[i]) && !find_mine(x, after->v[i]))
            unknown(x->arena, &faults, arena_printf(x->arena, "%s/%zu", pointer, i));
    }
    for (size_t i = 0; i < before->n; i++) {
        if (!programme_among(after, before->v[i]) && !find_mine(x, before->v[i]))
            unknown(x->arena, &faults, pointer);
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "A programme is not known.");
}
