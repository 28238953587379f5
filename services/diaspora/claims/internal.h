/* internal.h - between the files of this area. */
#pragma once

#include "base/ctx.h"
#include "diaspora/claims/rules.h"
#include "web/request.h"

struct claim_assignment;
struct tx;

struct cost_line {
    const char *kind, *document_ref;
    int32_t on_day;
    int64_t amount;
};
/* What a claim is made of, reckoned. */
struct claim_lines {
    struct allowance_line *allowances;
    size_t nallowances;
    struct cost_line *costs;
    size_t ncosts;
    int64_t allowance, actual;
    const char
        *rates_version; /* table and day of the table in force on the first day; "" without allowances */
};

/* Reads the members allowances and costs of the body and reckons them by the programme's table. */
MUST_CHECK err_t lines_read(struct ctx *x, const struct request *rq, const struct claim_assignment *of,
                            struct claim_lines *ret);
void lines_insert(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid claim_id,
                  const struct claim_lines *lines);
