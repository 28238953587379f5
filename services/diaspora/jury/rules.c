/* rules.c - decisions on a jury's scores; see rules.h. */
#include "diaspora/jury/rules.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

ERR_DEFINE(err_no_seat, ERR_DENIED, "juror.noSeat", "Only a juror of the venture's country scores it.");
ERR_DEFINE(err_not_sitting, ERR_CONFLICT, "jury.notSitting", "The venture is not before the jury.");
ERR_DEFINE(err_complete, ERR_CONFLICT, "scores.complete", "All scores are in; they stay as they are.");

err_t rules_score_allowed(const char *venture_status, bool has_seat, bool complete)
{
    if (!has_seat)
        return err_no_seat;
    if (complete)
        return err_complete;
    return str_eq(venture_status, "jury") ? NULL : err_not_sitting;
}

static void score_fault(struct arena *a, struct fault_list *faults, const char *criterion, const char *code,
                        const char *detail)
{
    fault_add(a, faults,
              (struct fault){.at = arena_printf(a, "/scores/%s", json_pointer_token(a, criterion)),
                             .code = code,
                             .detail = detail});
}

static bool in_form(const json_t *criteria, const char *code)
{
    const json_t *c;
    size_t i;

    json_array_foreach(criteria, i, c)
    {
        if (str_eq(json_member_text(c, "code"), code))
            return true;
    }
    return false;
}

err_t rules_score_points(struct arena *a, const json_t *form, const json_t *scores, int32_t *ret_points)
{
    const json_t *criteria = json_object_get(form, "criteria"), *c;
    struct fault_list faults = {0};
    int64_t points = 0;
    size_t i;

    json_array_foreach(criteria, i, c)
    {
        const char *code = json_member_text(c, "code");
        int64_t given = json_member_i64(scores, code, -1);

        if (!json_object_get(scores, code))
            score_fault(a, &faults, code, "score.missing", "The form asks for this criterion.");
        else if (given < json_member_i64(c, "min", 0) || given > json_member_i64(c, "max", 0))
            score_fault(a, &faults, code, "score.range", "The points lie outside what the form allows.");
        points += given * json_member_i64(c, "weight", 0);
    }
    for (void *it = json_object_iter((json_t *)(uintptr_t)scores); it;
         it = json_object_iter_next((json_t *)(uintptr_t)scores, it)) {
        if (!in_form(criteria, json_object_iter_key(it)))
            score_fault(a, &faults, json_object_iter_key(it), "score.criterion",
                        "The form has no such criterion.");
    }
    *ret_points = (int32_t)points;
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The score does not fit the form.");
}
