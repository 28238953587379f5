/*
 * quota.h - how many requests somebody may make: token buckets in Redis, shared by all processes of the
 * house.
 *
 * A process leases some requests at once and spends them by itself, so that most requests cost no round trip;
 * a lease grows while it is used up, to a sixteenth of the burst, and ends after a second. In any span of t
 * seconds nobody gets more than burst + rate × t. While Redis is away, or has not answered for 300 ms, each
 * process goes by a bucket of its own of the same size, and no daily quota is known: an outage refuses nobody
 * who keeps to the limits. It is logged once, and one request a second asks whether Redis is back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct limits;
struct queue;
struct response;

struct limit_policy {
    int64_t rate;  /* requests per per_s; at least 1 */
    int64_t per_s; /* seconds; at least 1 */
    int64_t burst; /* at once; at least 1 */
    int64_t daily; /* in a day of UTC; 0: no quota */
};

/* What the token of a client says of its limits; 0: the usual. */
struct limit_own {
    int64_t rate, burst, daily;
};

/* What a bucket says after a request; for the headers. */
struct limit_state {
    struct limit_policy policy; /* rate 0: not limited, and the rest means nothing */
    int64_t left;               /* requests at once that are left */
    int64_t daily_left;         /* -1: not known, or no quota */
    int64_t day_left_s;         /* until the day ends */
    int64_t retry_s;            /* refused: try again after so many seconds; 0: not refused */
};

/* q NULL: buckets of this process alone. usual: for who has no policy of its own; rate 0: those are not
 * limited. */
struct limits *limits_open(struct queue *q, const struct limit_policy *usual);
void limits_close(struct limits *ls);

/* Spends one request of who has signed in; own is what the token says, NULL nothing. ERR_LIMIT rate.limited,
 * or rate.quota when the day's are used up. Internal clients are let through. ret says what headers may say.
 */
AWAITS MUST_CHECK err_t limits_request(struct ctx *x, struct limits *ls, const struct principal *who,
                                       const struct limit_own *own, struct limit_state *ret);

/* Spends n of a bucket of any other name, without a lease; n 0 looks whether there is one. For attempts that
 * count only when they fail. ERR_LIMIT rate.limited with *ret_retry_s. */
AWAITS MUST_CHECK err_t limits_spend(struct ctx *x, struct limits *ls, const char *name,
                                     const struct limit_policy *p, int n, int64_t *ret_retry_s);

/* What Retry-After says if the handler ends with an error of 429 or 503. */
void reply_retry_after(struct response *rs, int64_t seconds);
