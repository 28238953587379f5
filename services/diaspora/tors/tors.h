/* tors.h - what applications and matches ask of terms of reference, inside the transaction they are in. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/opt.h"

struct ctx;
struct tx;

/* A version of terms of reference, with what stands around it. */
struct tor_version {
    const char *programme, *country, *sector, *status; /* of the terms */
    int32_t number;
    struct opt_i32 in_force;
    struct text_array kinds;
    const char *competences, *languages; /* JSON text, arrays */
    int32_t starts_on, ends_on, places;
};

/* The version in force, or while there is none the newest. ERR_MISSING. */
AWAITS MUST_CHECK err_t tor_version_read(struct tx *tx, struct uuid tor_id, struct tor_version *ret);
/* The same, and nobody else moves the terms until this transaction ends. */
AWAITS MUST_CHECK err_t tor_version_hold(struct tx *tx, struct uuid tor_id, struct tor_version *ret);
/* The last place was taken: open → filled, with its line in the story. */
AWAITS MUST_CHECK err_t tor_filled(struct ctx *x, struct tx *tx, struct uuid tor_id);
