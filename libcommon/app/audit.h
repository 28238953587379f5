/*
 * audit.h - one trail for reads and writes: actor, client, organisation, purpose, operation, object, action,
 * fields, trace.
 *
 * A change's is written in its transaction. A read's is posted at its end (io/db.h), together with what
 * others read meanwhile: it is on its way to PostgreSQL before the answer goes, that of a sensitivity class
 * on disk; and what cannot be recorded is not shown. Sealed by the relay's process into a hash chain.
 */
#pragma once

#include "base/ctx.h"
#include "base/err.h"

struct tx;

/* An object was read; fields is the field set or sensitivity class ("", "contact", "residence"). */
void audit_read(struct tx *tx, const char *kind, struct uuid id, const char *fields);
/* A list or search was answered: the ids that it showed. */
void audit_list(struct tx *tx, const char *kind, const struct uuid *ids, size_t n);
/* ids taken from an array of row structs: stride is sizeof the row, offset that of its id. */
void audit_rows(struct tx *tx, const char *kind, const void *rows, size_t n, size_t stride, size_t offset);
/* An object was changed; action is "create", "update", "delete", "transition", …; changes is JSON text of
 * field names, or NULL. */
void audit_write(struct tx *tx, const char *kind, struct uuid id, const char *action, const char *changes);
