/* institutions.h - what other areas ask of institutions, inside the transaction they are in. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/uuid.h"

struct ctx;
struct tx;

/* Adds to faults what stands against referring to the institution (rules_institution_ref). */
AWAITS MUST_CHECK err_t institution_check(struct ctx *x, struct tx *tx, struct uuid id, const char *wanted,
                                          const char *programme, const char *pointer,
                                          struct fault_list *faults);
/* True if the institution is there and active. */
AWAITS MUST_CHECK err_t institution_active(struct tx *tx, struct uuid id, bool *ret);
/* Its country; faults are as with institution_check, then it is NULL. */
AWAITS MUST_CHECK err_t institution_country(struct tx *tx, struct uuid id, const char **ret);
