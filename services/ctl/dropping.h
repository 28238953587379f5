/* dropping.h - months of a table that are to be dropped, and why they may not be yet. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "ctl/admin.h"
#include "ctl/months.h"
#include "ctl/names.h"

struct ctl;

struct month_part {
    const char *name;  /* wf.audit_2026_03 */
    const char *month; /* 2026-03; "" where it holds all that is older than its end */
    const char *until; /* 2026-04 */
    int64_t rows, bytes;
};

/* Where the chain of the audit trail goes on without them. */
struct month_seal {
    const char *no, *hash; /* the last seal that covers one of their rows; "" none */
    int64_t uncovered;     /* rows that stay and that it covers too */
};

struct dropping {
    struct ctl *c;
    struct service_names names;
    struct admin admin; /* in the transaction that keeps the partitions from changing */
    struct month_table t;
    struct month_part *parts; /* the oldest first, at least one */
    size_t n;
    struct month_seal seal;
    struct text_array needed; /* why not; empty: they may go */
};

/* Counts the rows and fills needed and seal. */
MUST_CHECK err_t dropping_ask(struct dropping *d);
