/* outcome.h - what becomes of a message: each ends, or puts off, the turn that has it in hand. All write in
 * x->tx. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "notifications/messages/queries.h"

/* A message in the hands of this turn. */
struct job {
    struct uuid id;
    struct message_locked m;
    const json_t *answer; /* of the send-time check */
};

/* It ends so: sent is job_mark_sent; superseded, cancelled, expired with a reason. */
AWAITS MUST_CHECK err_t job_settle(struct ctx *x, const struct job *job, const char *status,
                                   const char *reason);
/* permFailed, and a human takes over: the cases service makes a task of the event. */
AWAITS MUST_CHECK err_t job_fail(struct ctx *x, const struct job *job, const char *reason);
/* Not now: at send_us again with that status, or expired if that is too late to be of use. */
AWAITS MUST_CHECK err_t job_later(struct ctx *x, const struct job *job, const char *status,
                                  const char *reason, int64_t send_us);
/* Pause after so many failed attempts. */
int64_t job_pause_us(const struct job *job, int32_t attempts);
/* Commits that the message is about to leave: what comes after is never forgotten. */
AWAITS MUST_CHECK err_t job_begin_sending(struct ctx *x, struct job *job, const char *channel,
                                          const char *language, int32_t version);
/* One attempt with its outcome; answer is the server's code or NULL. */
AWAITS MUST_CHECK err_t job_note_attempt(struct ctx *x, const struct job *job, const char *outcome,
                                         const char *answer);
/* sent, or delivered for the inbox. */
AWAITS MUST_CHECK err_t job_mark_sent(struct ctx *x, const struct job *job, const char *status);
