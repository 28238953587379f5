/* jobs.c - events that wait, were given up, or are not delivered; of any service's database, as its worker
 * role. */
#include <stdio.h>

#include "app/audit.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/commands.h"
#include "ctl/queries.h"
#include "ctl/session.h"

#define LIST_MAX 1000
#define UNDELIVERED_US (60 * DATE_US_PER_S) /* younger ones are on their way */

static const char *instant(struct ctl *c, int64_t us)
{
    char *text = arena_alloc(c->arena, 32);

    date_format_instant(us, text);
    return text;
}

static err_t list_received(struct ctl *c, struct tx *tx, const char *state)
{
    struct job_row *jobs;
    size_t n;

    TRY(q_job_list(tx, state, LIST_MAX, &jobs, &n));
    for (size_t i = 0; i < n; i++)
        printf("%s\t%d\t%s\t%s\t%s\t%s\n", state, (int)jobs[i].attempts, instant(c, jobs[i].event_at),
               uuid_text(c->arena, jobs[i].event_id), jobs[i].type, jobs[i].error ?: "");
    return NULL;
}

static err_t list_jobs(struct ctl *c)
{
    static const char *const states[] = {"dead", "retry", "waiting"};
    struct ctl_delivery_line *deliveries;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    printf("state\tattempts\tsince\tevent\ttype\terror or group\n");
    for (size_t i = 0; i < LENGTH(states); i++)
        TRY(list_received(c, tx, states[i]));
    TRY(q_ctl_deliveries(tx, x->now_us - UNDELIVERED_US, &deliveries, &n));
    for (size_t i = 0; i < n; i++)
        printf("%s\t%d\t%s\t%s\t%s\t%s\n", deliveries[i].published ? "unconfirmed" : "unsent",
               (int)deliveries[i].attempts, instant(c, deliveries[i].created_at),
               uuid_text(c->arena, deliveries[i].event_id), deliveries[i].type, deliveries[i].grp);
    return session_commit(x);
}

const struct command ctl_jobs_list = {
    .words = "jobs list",
    .about =
        "Lists received events that are not done (dead first), and sent ones not confirmed for a minute.",
    .options = {SESSION_OPTIONS},
    .run = list_jobs,
};

static err_t job_open(struct ctl *c, struct ctx **ret_x, struct tx **ret_tx, struct ctl_job *ret)
{
    struct uuid id;
    bool found;

    if (!uuid_parse(c->argument, &id))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "'%s' is not an event's id", c->argument);
    TRY(session_open(c, ret_x, ret_tx));
    TRY(q_ctl_job(*ret_tx, id, &found, ret));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "this database has received no event %s",
                       c->argument);
    return NULL;
}

static err_t show_job(struct ctl *c)
{
    struct ctl_job job;
    struct ctx *x;
    struct tx *tx;

    TRY(job_open(c, &x, &tx, &job));
    printf("event         %s\ntype          %s\nsource        %s\nstate         %s\nattempts      %d\n",
           c->argument, job.type, job.source, job.state, (int)job.attempts);
    printf("organisation  %s\nsubject       %s\nkey           %s\nnumber        %lld (%s when dead)\n",
           job.organisation, uuid_text(c->arena, job.subject), uuid_text(c->arena, job.key),
           (long long)job.seq, job.on_dead);
    printf("happened      %s\nreceived      %s\n", instant(c, job.event_at), instant(c, job.received_at));
    if (job.next_at.set)
        printf("next try      %s\n", instant(c, job.next_at.v));
    printf("trace         %s\ndata          %s\nerror         %s\n", job.trace, job.data, job.error ?: "");
    return session_commit(x);
}

const struct command ctl_jobs_show = {
    .words = "jobs show",
    .argument = "EVENT",
    .about = "Shows a received event with its last error.",
    .options = {SESSION_OPTIONS},
    .run = show_job,
};

static err_t dead_only(struct ctl *c, const struct ctl_job *job)
{
    if (str_eq(job->state, "dead"))
        return NULL;
    return err_new(c->arena, ERR_CONFLICT, "ctl.state", "the event is not dead but '%s'", job->state);
}

static err_t replay_job(struct ctl *c)
{
    struct ctl_job job;
    struct ctx *x;
    struct tx *tx;

    TRY(job_open(c, &x, &tx, &job));
    TRY(dead_only(c, &job));
    q_job_replay(tx, job.event_id);
    audit_write(tx, "event", job.event_id, "replay", NULL);
    TRY(session_commit(x));
    printf("%s is tried again\n", c->argument);
    return NULL;
}

const struct command ctl_jobs_replay = {
    .words = "jobs replay",
    .argument = "EVENT",
    .about = "Has a dead event tried again from its first attempt.",
    .options = {SESSION_OPTIONS},
    .run = replay_job,
};

static err_t drop_job(struct ctl *c)
{
    struct ctl_job job;
    struct ctx *x;
    struct tx *tx;

    TRY(job_open(c, &x, &tx, &job));
    TRY(dead_only(c, &job));
    q_job_discard(tx, job.event_id);
    audit_write(tx, "event", job.event_id, "discard", NULL);
    TRY(session_commit(x));
    printf("%s is dropped; later events of its key go on\n", c->argument);
    return NULL;
}

const struct command ctl_jobs_drop = {
    .words = "jobs drop",
    .argument = "EVENT",
    .about = "Gives a dead event up for good: its effect will never come.",
    .options = {SESSION_OPTIONS},
    .run = drop_job,
};
