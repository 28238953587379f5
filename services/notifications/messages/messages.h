/* messages.h - planning messages. Statements stand in "notifications/messages/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct tx;

struct message_new {
    struct opt_uuid case_id, person_id;
    const char *user_id; /* staff; NULL: the person, or the case's principal */
    const char *topic, *template, *class;
    const char *basis_kind, *basis_event;
    struct uuid basis_id;
    struct opt_i64 basis_starts_at;
    const char *ref_kind; /* case, assignment, mission: whose movement it is; NULL: of none */
    struct opt_uuid ref_id;
    int64_t send_us, expires_us;
    const char *sensitivity; /* "" (or NULL), or "protection": seen with protection:read only */
};

/* Queues the message and when it is due. The caller wakes the sender after the commit (worker_poke "sender").
 */
struct uuid message_plan(struct ctx *x, struct tx *tx, const struct message_new *m);
