/* templates.c - loading and choosing; see templates.h. */
#include "notifications/templates/templates.h"

#include <string.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

#define FALLBACK_STEPS 4

struct templates {
    struct template *v;
    size_t n;
    const json_t *fallbacks; /* array of {language, next} */
};

/* True if every {{name}} of the text is declared; *ret_bad is the first that is not. */
static bool placeholders_declared(struct arena *a, const char *text, struct text_array declared,
                                  const char **ret_bad)
{
    for (const char *p = strstr(text, "{{"); p; p = strstr(p, "{{")) {
        const char *end = strstr(p + 2, "}}");
        *ret_bad = end ? arena_strndup(a, p + 2, (size_t)(end - p) - 2) : arena_strdup(a, p);
        if (!end)
            return false;
        bool known = false;
        for (size_t i = 0; i < declared.n; i++)
            known |= str_eq(declared.v[i], *ret_bad);
        if (!known)
            return false;
        p = end;
    }
    return true;
}

static err_t load_text(struct arena *a, const char *path, const char *language, const json_t *from,
                       const json_t *sample, const struct template *tp, struct template_text *ret)
{
    const char *bad;
    *ret = (struct template_text){.language = language,
                                  .subject = json_member_text(from, "subject"),
                                  .body = json_member_text(from, "body")};
    if (!placeholders_declared(a, ret->subject, tp->placeholders, &bad) ||
        !placeholders_declared(a, ret->body, tp->placeholders, &bad))
        return err_internal(a, ERR_BUG, "template.placeholder",
                            "%s: /languages/%s uses {{%s}}, which is not declared", path, language, bad);
    const char *text;
    err_t e = template_render(a, ret->subject, sample, &text);
    if (!e)
        e = template_render(a, ret->body, sample, &text);
    if (e)
        return err_internal(a, ERR_BUG, "template.sample", "%s: /sample does not fill /languages/%s", path,
                            language);
    return NULL;
}

static err_t load_template(struct arena *a, const char *path, const json_t *from, struct template *ret)
{
    const json_t *names = json_object_get(from, "placeholders");
    *ret = (struct template){.code = json_member_text(from, "code"),
                             .channel = json_member_text(from, "channel"),
                             .topic = json_member_text(from, "topic"),
                             .sensitivity = json_member_text(from, "sensitivity"),
                             .version = (int32_t)json_member_i64(from, "version", 1)};
    ret->placeholders.v = ARENA_ARRAY(a, json_array_size(names) + 1, const char *);
    for (size_t i = 0; i < json_array_size(names); i++)
        ret->placeholders.v[ret->placeholders.n++] = json_string_value(json_array_get(names, i));
    json_t *languages = json_object_get(from, "languages"), *text;
    const char *language;
    ret->texts = ARENA_ARRAY(a, json_object_size(languages), struct template_text);
    json_object_foreach(languages, language, text) TRY(
        load_text(a, path, language, text, json_object_get(from, "sample"), ret, &ret->texts[ret->ntexts++]));
    return NULL;
}

static err_t check_schema(struct arena *a, const struct schema *schema, const char *path,
                          const json_t *document)
{
    struct schema_result result;
    if (schema_valid(a, schema, document, &result))
        return NULL;
    return err_internal(a, ERR_BUG, "template.invalid", "%s: %s: %s", path, result.faults[0].instance_pointer,
                        result.faults[0].detail);
}

/* Adds a template, or puts it in the place of an earlier version. */
static err_t add(struct arena *a, struct templates *t, const char *path, const struct template *tp)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!str_eq(t->v[i].code, tp->code) || !str_eq(t->v[i].channel, tp->channel))
            continue;
        if (t->v[i].version == tp->version)
            return err_internal(a, ERR_BUG, "template.twice", "%s: version %d of %s for %s is there already",
                                path, tp->version, tp->code, tp->channel);
        if (t->v[i].version < tp->version)
            t->v[i] = *tp;
        return NULL;
    }
    t->v[t->n++] = *tp;
    return NULL;
}

err_t templates_load(struct arena *a, const char *folder, struct templates **ret)
{
    struct templates *t = ARENA_NEW(a, struct templates);
    json_t *schema_document, *documents, *paths, *languages;
    CLEANUP(schema_endp) struct schema *schema = NULL;
    TRY(data_file(a, arena_printf(a, "%s/template.schema.json", folder), &schema_document));
    TRY(schema_compile(a, schema_document, "", SCHEMA_STRICT, &schema));
    TRY(data_folder(a, arena_printf(a, "%s/texts", folder), &documents, &paths));
    TRY(data_file(a, arena_printf(a, "%s/languages.json", folder), &languages));
    t->fallbacks = json_object_get(languages, "fallbacks");
    t->v = ARENA_ARRAY(a, json_array_size(documents) + 1, struct template);
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        const char *path = json_string_value(json_array_get(paths, i));
        struct template tp;
        TRY(check_schema(a, schema, path, document));
        TRY(load_template(a, path, document, &tp));
        TRY(add(a, t, path, &tp));
    }
    if (t->n == 0)
        return err_internal(a, ERR_BUG, "template.none", "%s/texts holds no template", folder);
    *ret = t;
    return NULL;
}

size_t templates_count(const struct templates *t)
{
    return t->n;
}

const struct template *templates_at(const struct templates *t, size_t i)
{
    return &t->v[i];
}

const struct template *templates_find(const struct templates *t, const char *code, const char *channel)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].code, code) && str_eq(t->v[i].channel, channel))
            return &t->v[i];
    return NULL;
}

const struct template *templates_any(const struct templates *t, const char *code)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].code, code))
            return &t->v[i];
    return NULL;
}

static const struct template_text *text_in(const struct template *tp, const char *language, size_t n)
{
    for (size_t i = 0; i < tp->ntexts; i++)
        if (strlen(tp->texts[i].language) == n && memcmp(tp->texts[i].language, language, n) == 0)
            return &tp->texts[i];
    return NULL;
}

static const char *next_language(const struct templates *t, const char *language)
{
    for (size_t i = 0; i < json_array_size(t->fallbacks); i++) {
        const json_t *f = json_array_get(t->fallbacks, i);
        if (str_eq(json_member_text(f, "language"), language))
            return json_member_text(f, "next");
    }
    return NULL;
}

const struct template_text *templates_text(const struct templates *t, const struct template *tp,
                                           struct text_array languages)
{
    for (size_t i = 0; i < languages.n; i++) {
        const char *language = languages.v[i];
        for (int step = 0; language && step < FALLBACK_STEPS; step++, language = next_language(t, language)) {
            const struct template_text *text = text_in(tp, language, strlen(language));
            if (!text)
                text = text_in(tp, language, strcspn(language, "-"));
            if (text)
                return text;
        }
    }
    return NULL;
}

err_t template_render(struct arena *a, const char *text, const json_t *values, const char **ret)
{
    struct fault_list faults = {0};
    struct buf out;
    buf_init(&out, a, strlen(text) + 128);
    for (const char *p = text; *p;) {
        const char *open = strstr(p, "{{"), *close = open ? strstr(open, "}}") : NULL;
        if (!close) {
            buf_puts(&out, p);
            break;
        }
        buf_put(&out, p, (size_t)(open - p));
        const char *name = arena_strndup(a, open + 2, (size_t)(close - open) - 2);
        const char *value = json_member_text(values, name);
        if (value)
            buf_puts(&out, value);
        else
            fault_add(a, &faults,
                      (struct fault){.at = arena_printf(a, "/personalisation/%s", name),
                                     .code = "template.placeholder",
                                     .detail = "The template needs a value for this placeholder."});
        p = close + 2;
    }
    TRY(fault_list_err(a, &faults, ERR_INVALID, "template.placeholder", "The template lacks values."));
    *ret = buf_text(&out);
    return NULL;
}

void templates_write_fallbacks(const struct templates *t, struct buf *out)
{
    buf_puts(out, "{\"items\":");
    buf_puts(out, json_text(out->arena, t->fallbacks));
    buf_putc(out, '}');
}
