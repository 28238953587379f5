/* outcome.c - see outcome.h. */
#include "outcome.h"

#include <string.h>

#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/str.h"
#include "rules.h"

err_t job_settle(struct ctx *x, const struct job *job, const char *status, const char *reason)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    q_message_settle(tx, &(struct q_message_settle_in){
                             .id = job->id, .status = status, .reason = reason, .now = x->now_us});
    q_message_due_drop(tx, job->id);
    return tx_sync(tx);
}

/* A human takes over: the cases service makes a task of it. */
err_t job_fail(struct ctx *x, const struct job *job, const char *reason)
{
    struct tx *tx;
    struct arena *a = x->arena;
    const char *case_id =
        job->m.case_id.set ? arena_printf(a, "\"%s\"", uuid_text(a, job->m.case_id.v)) : "null";
    const char *person_id =
        job->m.person_id.set ? arena_printf(a, "\"%s\"", uuid_text(a, job->m.person_id.v)) : "null";
    TRY(job_settle(x, job, "permFailed", reason));
    TRY(db_begin(x, &tx));
    outbox_add(
        tx,
        &(struct event){
            .type = "notifications.message.failed",
            .subject = job->id,
            .key = job->m.case_id.set ? job->m.case_id.v : job->id,
            .data = arena_printf(
                a, "{\"messageId\":\"%s\",\"caseId\":%s,\"personId\":%s,\"topic\":\"%s\",\"reason\":\"%s\"}",
                uuid_text(a, job->id), case_id, person_id, job->m.topic, reason)});
    return tx_sync(tx);
}

/* Not now: at send_us again, or expired if that is too late to be of use. */
err_t job_later(struct ctx *x, const struct job *job, const char *status, const char *reason, int64_t send_us)
{
    struct tx *tx;
    if (send_us > job->m.expires_at)
        return job_settle(x, job, "expired", reason);
    TRY(db_begin(x, &tx));
    if (str_eq(status, "scheduled"))
        q_message_delay(tx, &(struct q_message_delay_in){
                                .id = job->id, .reason = reason, .send_at = send_us, .now = x->now_us});
    else
        q_message_settle(tx, &(struct q_message_settle_in){
                                 .id = job->id, .status = status, .reason = reason, .now = x->now_us});
    q_message_due_set(tx, job->id, send_us);
    return tx_sync(tx);
}

int64_t job_pause_us(const struct job *job, int32_t attempts)
{
    uint64_t seed;
    memcpy(&seed, job->id.b + 8, sizeof seed);
    return rules_send_pause_us(attempts, seed);
}

/* Commits that the message is about to leave: what comes after is never forgotten. */
err_t job_begin_sending(struct ctx *x, struct job *job, const char *channel, const char *language,
                        int32_t version)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    q_message_sending(tx, &(struct q_message_sending_in){.id = job->id,
                                                         .channel = channel,
                                                         .language = language,
                                                         .template_version = version,
                                                         .maybe_duplicate = job->m.maybe_duplicate,
                                                         .now = x->now_us});
    job->m.attempts++;
    return tx_commit(x);
}

err_t job_note_attempt(struct ctx *x, const struct job *job, const char *outcome, const char *answer)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    q_message_attempt_add(tx, &(struct q_message_attempt_add_in){.id = job->id,
                                                                 .attempt = job->m.attempts,
                                                                 .outcome = outcome,
                                                                 .answer = answer && *answer ? answer : NULL,
                                                                 .now = x->now_us});
    return NULL;
}

err_t job_mark_sent(struct ctx *x, const struct job *job, const char *status)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    q_message_sent(tx, &(struct q_message_sent_in){.id = job->id, .status = status, .now = x->now_us});
    q_message_due_drop(tx, job->id);
    audit_write(tx, "message", job->id, status, NULL);
    return tx_sync(tx);
}
