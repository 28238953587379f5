/*
 * rules.h - surveys before, at the end and after an assignment; pure.
 *
 * Instruments are data, `surveys/instruments/<code>/<version>.json`: whom they are for, in which waves, and
 * their questions. A version that was sent is never edited: answers stay with the version that they were
 * given to.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct programme_wave;

struct instrument {
    const char *code;
    int32_t version;
    const char *role; /* expert, colleague, host */
    struct text_array waves;
    const json_t *questions; /* [{code, type, required, …}] */
    const json_t *document;
};
struct instruments {
    const struct instrument *v; /* by code and version, oldest first */
    size_t n;
};

/* Documents of data_folder. ERR_BUG data.invalid with the place: a question without code or wording or of an
 * unknown type, one that stands twice, a choice without options, a scale without bounds. */
MUST_CHECK err_t instruments_make(struct arena *a, const json_t *documents, struct instruments *ret);
/* The newest for a role in a wave; NULL: there is none. */
const struct instrument *instrument_for(const struct instruments *all, const char *role, const char *wave);
const struct instrument *instrument_find(const struct instruments *all, const char *code, int32_t version);

/* The answers fit the questions. Faults below /answers: answer.missing, answer.unknown, answer.type,
 * answer.range, answer.option. */
MUST_CHECK err_t answers_check(struct arena *a, const struct instrument *in, const json_t *answers);

/* The day on which a wave opens; not set while the assignment has no dates. */
struct opt_date wave_opens_on(const struct programme_wave *w, struct opt_date starts_on,
                              struct opt_date ends_on);
