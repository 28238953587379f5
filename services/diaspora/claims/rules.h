/*
 * rules.h - claims of an assignment: daily allowances by place and day, and who may do what; pure.
 *
 * The table is data by the day that it came into force (claims/rates/<table>/<day>.json): amounts in minor
 * units for a country, and for places in it where they differ.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/machine.h"
#include "base/opt.h"

struct rate {
    const char *country;
    const char *place; /* NULL: everywhere else in the country */
    int64_t amount;    /* a day, minor units */
};
struct rate_table {
    const char *table; /* dailyAllowance */
    int32_t from;
    struct opt_date until; /* last day; not set: until the next one */
    const char *currency;
    const struct rate *rates;
    size_t nrates;
    const json_t *document;
};
struct rate_tables {
    const struct rate_table *v; /* by table and day, oldest first */
    size_t n;
};

/* Documents of data_folder. ERR_BUG data.invalid. */
MUST_CHECK err_t rates_make(struct arena *a, const json_t *documents, struct rate_tables *ret);
/* In force on the day; NULL: none. */
const struct rate_table *rates_on(const struct rate_tables *t, const char *table, int32_t day);
/* The place's own rate, else the country's; NULL: none. Places are compared without regard to case. */
const struct rate *rate_find(const struct rate_table *t, const char *country, const char *place);

/* Days at one place. */
struct allowance_line {
    const char *country, *place; /* place NULL: none in particular */
    int32_t from, until;
    int64_t amount; /* set by allowance_sum */
};
/* Under which terms allowances are claimed. */
struct allowance_terms {
    const struct rate_tables *tables;
    const char *table, *currency;
    int32_t starts_on, ends_on; /* of the assignment */
};
/* Each day at the rate in force on it. Faults below /allowances: dates.order, days.outside (not within the
 * assignment), days.twice, rate.none (no table or no rate for a day), rate.currency (the table's is another
 * than the claim's). */
MUST_CHECK err_t allowance_sum(struct arena *a, const struct allowance_terms *t, struct allowance_line *lines,
                               size_t n, int64_t *ret_total);

/* Who acts on which claim. */
struct claim_act {
    const char *status, *requested_by, *approved_by, *actor; /* approved_by NULL: nobody yet */
    bool actor_is_user;
};
/* Where the action leads: submit, approve, return, pay. ERR_CONFLICT transition.unavailable; ERR_DENIED
 * claim.users (a machine approves and pays nothing); ERR_CONFLICT claim.same (requester, approver and payer
 * are three people). */
MUST_CHECK err_t claim_move(struct arena *a, const char *action, const struct claim_act *act,
                            const char **ret_to);
