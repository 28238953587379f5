/* http.c - operations on templates (api-spec/notifications/templates.yaml). They show texts, nobody's data.
 */
#include "app/audit.h"
#include "base/arena.h"
#include "notifications/areas.h"
#include "notifications/state.h"
#include "notifications/templates/templates.h"

ERR_DEFINE(err_missing, ERR_MISSING, "template.missing", "There is no such template.");
ERR_DEFINE(err_language, ERR_CONFLICT, "template.noLanguage",
           "The template has none of these languages, nor what stands in for them.");

static void write_template(struct buf *out, const struct template *tp)
{
    buf_puts(out, "{\"code\":");
    json_write_text(out, tp->code);
    buf_puts(out, ",\"channel\":");
    json_write_text(out, tp->channel);
    buf_printf(out, ",\"version\":%d,\"topic\":", tp->version);
    json_write_text(out, tp->topic);
    buf_puts(out, ",\"sensitivity\":");
    json_write_text(out, tp->sensitivity);
    buf_puts(out, ",\"placeholders\":[");
    for (size_t i = 0; i < tp->placeholders.n; i++) {
        buf_puts(out, i ? "," : "");
        json_write_text(out, tp->placeholders.v[i]);
    }
    buf_puts(out, "],\"languages\":[");
    for (size_t i = 0; i < tp->ntexts; i++) {
        buf_puts(out, i ? "," : "");
        json_write_text(out, tp->texts[i].language);
    }
    buf_puts(out, "]}");
}

/* The trail says that it was asked for; there is no object of a person in it. */
static err_t note_reading(struct ctx *x, const char *what)
{
    struct tx *tx;
    TRY(db_read(x, &tx));
    audit_read(tx, what, (struct uuid){0}, "");
    return NULL;
}

/* listTemplates: GET /templates */
static err_t list_templates(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct templates *t = notifications_state(x)->templates;
    (void)rq;
    TRY(note_reading(x, "template"));
    struct buf *out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; i < templates_count(t); i++) {
        buf_puts(out, i ? "," : "");
        write_template(out, templates_at(t, i));
    }
    buf_puts(out, "]}");
    return NULL;
}

/* previewTemplate: POST /templates/_preview */
static err_t preview_template(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct templates *t = notifications_state(x)->templates;
    const json_t *body = request_body(rq), *asked = json_object_get(body, "languages");
    struct text_array languages = {.v = ARENA_ARRAY(x->arena, json_array_size(asked) + 1, const char *)};
    for (size_t i = 0; i < json_array_size(asked); i++)
        languages.v[languages.n++] = json_string_value(json_array_get(asked, i));
    const struct template *tp =
        templates_find(t, json_member_text(body, "code"), json_member_text(body, "channel"));
    if (!tp)
        return err_missing;
    const struct template_text *text = templates_text(t, tp, languages);
    if (!text)
        return err_language;
    const char *subject, *content;
    const json_t *values = json_object_get(body, "personalisation");
    TRY(template_render(x->arena, text->subject, values, &subject));
    TRY(template_render(x->arena, text->body, values, &content));
    TRY(note_reading(x, "template"));
    struct buf *out = reply_begin(rs, 200);
    buf_puts(out, "{\"language\":");
    json_write_text(out, text->language);
    buf_puts(out, ",\"subject\":");
    json_write_text(out, subject);
    buf_puts(out, ",\"body\":");
    json_write_text(out, content);
    buf_putc(out, '}');
    return NULL;
}

/* listLanguageFallbacks: GET /language-fallbacks */
static err_t list_language_fallbacks(struct ctx *x, const struct request *rq, struct response *rs)
{
    (void)rq;
    TRY(note_reading(x, "languageFallback"));
    templates_write_fallbacks(notifications_state(x)->templates, reply_begin(rs, 200));
    return NULL;
}

const struct handler templates_handlers[] = {
    {"listTemplates", list_templates},
    {"previewTemplate", preview_template},
    {"listLanguageFallbacks", list_language_fallbacks},
    {NULL, NULL},
};
