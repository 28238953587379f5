/* timeline.h - the story of a case, append-only. */
#pragma once

#include "base/ctx.h"

struct tx;

/*
 * Adds an entry in the transaction, by the transaction's principal at its now. kind: code "case.opened",
 * "appointment.moved", with a sentence in timeline/kinds.h. data: JSON object text of ids, codes and times,
 * or NULL. sensitivity: "" or "protection".
 */
void timeline_add(struct tx *tx, struct uuid case_id, const char *kind, const char *data,
                  const char *sensitivity);
