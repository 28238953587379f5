/* internal.h - what the files of this area share. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "travel/abns/queries.h"
#include "travel/abns/rules.h"
#include "web/request.h"

struct tx;

/* What the addressee of these terms sees of the movement now, and the movement itself. */
AWAITS MUST_CHECK err_t abn_view(struct ctx *x, struct tx *tx, struct uuid movement_id,
                                 const struct abn_terms *t, struct abn_movement *ret_movement,
                                 const char **ret_snapshot);

/* Sends it: row, event travel.abn.sent, audit. The movement is locked, and none that stands has the same
 * addressee. */
struct abn_new {
    struct uuid id, movement_id;
    const char *programme, *to_kind;
    const struct abn_terms *terms;
    bool answer_wanted, cancelled;
    const char *snapshot;
};
AWAITS MUST_CHECK err_t abn_send(struct ctx *x, struct tx *tx, const struct abn_new *n);
/* A later one has taken its place: event travel.abn.superseded, audit. */
void abn_supersede(struct ctx *x, struct tx *tx, const struct abn_row *row, struct uuid by_id);
/* The bytes of a notification. */
MUST_CHECK err_t abn_unseal(struct ctx *x, const struct abn_row *row, const char **ret);

handler_fn list_abn_recalls, get_abn_recall, confirm_abn_deletion;
