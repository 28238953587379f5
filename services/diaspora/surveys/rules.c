/* rules.c - surveys around an assignment; see rules.h. */
#include "diaspora/surveys/rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/programmes/programme.h"

/* ---- instruments ---- */

static bool among(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (str_eq(*words, word))
            return true;
    return false;
}

static const json_t *question_find(const json_t *questions, const char *code)
{
    const json_t *q;
    size_t i;

    json_array_foreach(questions, i, q)
    {
        if (str_eq(json_member_text(q, "code"), code))
            return q;
    }
    return NULL;
}

/* NULL, or what is wrong with it. */
static const char *question_wrong(const json_t *questions, const json_t *q)
{
    static const char *const types[] = {"scale", "integer", "choice", "multi", "text", "bool", NULL};
    const char *code = json_member_text(q, "code"), *type = json_member_text(q, "type");

    if (!code || question_find(questions, code) != q)
        return "has no code of its own";
    if (!among(types, type))
        return "has an unknown type";
    if ((str_eq(type, "choice") || str_eq(type, "multi")) &&
        json_array_size(json_object_get(q, "options")) < 2)
        return "has fewer than two options";
    if ((str_eq(type, "scale") || str_eq(type, "integer")) &&
        json_member_i64(q, "min", INT64_MAX) >= json_member_i64(q, "max", INT64_MIN))
        return "has no bounds";
    return json_member_text(json_object_get(q, "text"), "en") ? NULL : "has no English wording";
}

static err_t read_instrument(struct arena *a, const json_t *d, size_t at, struct instrument *in)
{
    static const char *const roles[] = {"expert", "colleague", "host", NULL};
    const json_t *q;
    size_t i;

    *in = (struct instrument){
        .code = json_member_text(d, "code"),
        .version = (int32_t)json_member_i64(d, "version", 0),
        .role = json_member_text(d, "role"),
        .waves = json_member_texts(a, d, "waves"),
        .questions = json_object_get(d, "questions"),
        .document = d,
    };
    if (!in->code || in->version < 1 || !among(roles, in->role) || json_array_size(in->questions) == 0)
        return err_internal(a, ERR_BUG, "data.invalid",
                            "instrument %zu has no code, version, role or questions", at);
    json_array_foreach(in->questions, i, q)
    {
        const char *wrong = question_wrong(in->questions, q);

        if (wrong)
            return err_internal(a, ERR_BUG, "data.invalid", "instrument %s version %d: /questions/%zu %s",
                                in->code, in->version, i, wrong);
    }
    return NULL;
}

err_t instruments_make(struct arena *a, const json_t *documents, struct instruments *ret)
{
    size_t n = json_array_size(documents);
    struct instrument *v = ARENA_ARRAY(a, n + 1, struct instrument);

    for (size_t i = 0; i < n; i++)
        TRY(read_instrument(a, json_array_get(documents, i), i, &v[i]));
    *ret = (struct instruments){.v = v, .n = n};
    return NULL;
}

const struct instrument *instrument_for(const struct instruments *all, const char *role, const char *wave)
{
    const struct instrument *found = NULL;

    for (size_t i = 0; i < all->n; i++) {
        const struct instrument *in = &all->v[i];

        for (size_t k = 0; str_eq(in->role, role) && k < in->waves.n; k++)
            if (str_eq(in->waves.v[k], wave) && (!found || in->version > found->version))
                found = in;
    }
    return found;
}

const struct instrument *instrument_find(const struct instruments *all, const char *code, int32_t version)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].code, code) && all->v[i].version == version)
            return &all->v[i];
    return NULL;
}

/* ---- answers ---- */

struct checking {
    struct arena *a;
    struct fault_list faults;
};

static void answer_fault(struct checking *c, const char *question, const char *code, const char *detail)
{
    fault_add(c->a, &c->faults,
              (struct fault){.at = arena_printf(c->a, "/answers/%s", json_pointer_token(c->a, question)),
                             .code = code,
                             .detail = detail});
}

static bool option_known(const json_t *q, const json_t *value)
{
    const json_t *options = json_object_get(q, "options"), *o;
    size_t i;

    json_array_foreach(options, i, o)
    {
        if (json_equal(o, value))
            return true;
    }
    return false;
}

static void check_multi(struct checking *c, const json_t *q, const json_t *value, const char *code)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(value))
        answer_fault(c, code, "answer.type", "Must be an array of options.");
    json_array_foreach(value, i, item)
    {
        if (!option_known(q, item)) {
            answer_fault(c, code, "answer.option", "Has an option that the question does not have.");
            return;
        }
    }
}

static void check_number(struct checking *c, const json_t *q, const json_t *value, const char *code)
{
    if (!json_is_integer(value))
        answer_fault(c, code, "answer.type", "Must be a whole number.");
    else if (json_integer_value(value) < json_member_i64(q, "min", 0) ||
             json_integer_value(value) > json_member_i64(q, "max", 0))
        answer_fault(c, code, "answer.range", "Is beyond the bounds of the question.");
}

static void check_text(struct checking *c, const json_t *q, const json_t *value, const char *code)
{
    if (!json_is_string(value))
        answer_fault(c, code, "answer.type", "Must be a text.");
    else if ((int64_t)str_utf8_len(json_string_value(value)) > json_member_i64(q, "maxLength", 2000))
        answer_fault(c, code, "answer.range", "Is too long.");
}

static void check_answer(struct checking *c, const json_t *q, const json_t *value)
{
    const char *code = json_member_text(q, "code"), *type = json_member_text(q, "type");

    if (str_eq(type, "multi"))
        check_multi(c, q, value, code);
    else if (str_eq(type, "text"))
        check_text(c, q, value, code);
    else if (str_eq(type, "choice") && !option_known(q, value))
        answer_fault(c, code, "answer.option", "Is no option of the question.");
    else if (str_eq(type, "bool") && !json_is_boolean(value))
        answer_fault(c, code, "answer.type", "Must be true or false.");
    else if (str_eq(type, "scale") || str_eq(type, "integer"))
        check_number(c, q, value, code);
}

err_t answers_check(struct arena *a, const struct instrument *in, const json_t *answers)
{
    struct checking c = {.a = a};
    json_t *own = (json_t *)(uintptr_t)answers;
    const json_t *q;
    size_t i;

    json_array_foreach(in->questions, i, q)
    {
        const json_t *value = json_object_get(answers, json_member_text(q, "code"));

        if (value && !json_is_null(value))
            check_answer(&c, q, value);
        else if (json_member_bool(q, "required", false))
            answer_fault(&c, json_member_text(q, "code"), "answer.missing", "The question must be answered.");
    }
    for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
        if (!question_find(in->questions, json_object_iter_key(it)))
            answer_fault(&c, json_object_iter_key(it), "answer.unknown",
                         "The instrument has no such question.");
    return fault_list_err(a, &c.faults, ERR_INVALID, "request.invalid",
                          "The answers do not fit the questions.");
}

/* ---- waves ---- */

struct opt_date wave_opens_on(const struct programme_wave *w, struct opt_date starts_on,
                              struct opt_date ends_on)
{
    struct opt_date from = w->at_end ? ends_on : starts_on;

    return from.set ? OPT_DATE(date_add_months(from.v, w->offset_months) + w->offset_days) : from;
}
