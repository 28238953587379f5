/*
 * templates.h - message templates: loaded from templates/texts, checked, rendered.
 *
 * A text holds placeholders {{name}}; nothing else of Mustache is used, and nothing is escaped: mails and
 * inbox items are plain text. A file that uses an undeclared placeholder, or whose sample lacks one, stops
 * the start with its place.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct buf;
struct templates;

struct template_text {
    const char *language;
    const char *subject, *body;
};
struct template
{
    const char *code;    /* appointment.reminder */
    const char *channel; /* email, sms, inbox */
    const char *topic, *sensitivity;
    int32_t version;
    struct text_array placeholders;
    struct template_text *texts;
    size_t ntexts;
};

/* Loads folder/texts and folder/languages.json. Of two versions of a template the higher is in force. */
MUST_CHECK err_t templates_load(struct arena *a, const char *folder, struct templates **ret);
size_t templates_count(const struct templates *t);
const struct template *templates_at(const struct templates *t, size_t i);
/* NULL if there is none. */
const struct template *templates_find(const struct templates *t, const char *code, const char *channel);
/* True if any channel has the code. */
const struct template *templates_any(const struct templates *t, const char *code);

/* The text in the first of the languages that the template has, each tried with its published fallbacks (prs,
 * fa-AF, fa) and its main language (ar for ar-SY). NULL: none of them, and nothing is sent in another. */
const struct template_text *templates_text(const struct templates *t, const struct template *tp,
                                           struct text_array languages);

/* Puts the values in: an object of texts. ERR_INVALID template.placeholder with a fault for each that has no
 * value. */
MUST_CHECK err_t template_render(struct arena *a, const char *text, const json_t *values, const char **ret);

/* Writes {"items":[{"language":…,"next":…}]}. */
void templates_write_fallbacks(const struct templates *t, struct buf *out);
