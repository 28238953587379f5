/* programmes.h - what other areas ask of the programmes, inside the transaction they are in. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "diaspora/programmes/programme.h"

struct ctx;
struct tx;

/* The programme, if it exists and the caller works in it; else ERR_INVALID request.invalid with the fault
 * programme.unknown at pointer, the same for both. */
MUST_CHECK err_t programme_mine(struct ctx *x, const char *code, const char *pointer,
                                const struct programme **ret);
/* The same for a list of codes as a body's member has it. */
MUST_CHECK err_t programmes_mine(struct ctx *x, const struct text_array *codes, const char *pointer);
/* What stands against working there on a day (rules_place), closures among it. */
AWAITS MUST_CHECK err_t programme_place(struct ctx *x, struct tx *tx, const struct programme *p,
                                        const char *country, const char *sector, int32_t day,
                                        struct fault_list *faults);
/* The same for a change of a list: whatever it adds or takes away is the caller's. */
MUST_CHECK err_t programmes_change_mine(struct ctx *x, const struct text_array *before,
                                        const struct text_array *after, const char *pointer);
bool programme_among(const struct text_array *codes, const char *code);
