/*
 * audit.h - one trail for reads and writes: actor, client, organisation, purpose, operation, object, action,
 * fields, trace.
 *
 * Written in the segment or transaction of what it tells of: it costs no round trip, and what is not recorded
 * is not shown. Reads do not wait for the disk; those of a sensitivity class do, so they belong into db_begin
 * or db_begin_read, whose commit the answer waits for. Sealed by the relay's process into a hash chain.
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
