/* terms.h - what a programme says of its assignments beyond kinds and survey waves (programmes/programme.h):
 * the member `assignments` of its file. Pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

struct assignment_terms {
    bool closed_switches_online; /* a country closes: physical phases that have begun go on online, else they
                                    are suspended */
    struct text_array trainings; /* codes that are asked for where a kind requires training */
    struct opt_i64 claim_cap;    /* of all claims of one assignment, minor units; not set: none is given */
    const char *claim_currency;
};

/* Reads the member (borrowed). The schema of programmes has checked its form; ERR_BUG data.invalid where it
 * is absent. */
MUST_CHECK err_t terms_read(struct arena *a, const json_t *programme, struct assignment_terms *ret);
