/* findings.h - what status and doctor have found: each with what to do about it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

enum finding_level {
    FINDING_OK,
    FINDING_NOTE, /* to be known; nothing is wrong */
    FINDING_BAD,  /* needs a person */
};

struct finding {
    enum finding_level level;
    const char *area; /* "PostgreSQL", "cases", "Redis" */
    const char *what;
    const char *todo; /* shown when something is to be done */
};

#define FINDINGS_MAX 400
struct findings {
    struct arena *arena;
    struct finding v[FINDINGS_MAX];
    size_t n, bad;
};

void found(struct findings *f, enum finding_level level, const char *area, const char *what,
           const char *todo);
/* Lines "level|area|what|what to do", as the scripts answer them. */
void found_lines(struct findings *f, struct text_array lines);
/* Prints them, the worst first. ERR_CONFLICT ctl.attention if any needs
 * a person. */
MUST_CHECK err_t findings_tell(const struct findings *f, bool json);
