/* audit_lines.h - the processing log (Logboek Dataverwerkingen) out of an audit trail: a JSON line for each
 * subject and action, in the order of their transactions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ctl;
struct ctx;
struct tx;

/* Takes the next lines, whole ones. Its error lives longer than what it is given. */
typedef err_t audit_lines_fn(void *arg, const char *text, size_t n);

/* Reads the secret of the pseudonyms. */
MUST_CHECK err_t audit_lines_key(struct ctl *c, const char *file, const char **ret);
/* Gives what happened from one moment on and before another to fn. */
MUST_CHECK err_t audit_lines(struct ctx *x, struct tx *tx, int64_t from_us, int64_t to_us, const char *key,
                             audit_lines_fn *fn, void *arg, int64_t *ret_lines);
