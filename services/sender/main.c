/*
 * main.c - the sender: takes messages that are due, asks the services that know whether they still hold, and
 * lets them leave.
 *
 * A message is `sending`, committed, before the server hears of it; found so after a crash it is sent once
 * more, marked maybeDuplicate. Address and content exist only in the memory of the turn.
 */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/leases.h"
#include "app/outbox.h"
#include "app/worker_main.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "check.h"
#include "io/outcall.h"
#include "mail.h"
#include "notifications/inbox/inbox.h"
#include "notifications/inbox/queries.h"
#include "notifications/state.h"
#include "notifications/templates/templates.h"
#include "outcome.h"
#include "web/metrics.h"

#define SENDING_MAX 5 /* so often may a message leave without a word of what became of it */
#define MAIL_TIMEOUT_US (30 * DATE_US_PER_S)

struct sender_conf {
    const char *smtp, *user, *password, *from, *from_name;
    bool require_tls;
};
static const struct conf_entry conf_table[] = {
    {"WAYFARE_SMTP", CONF_TEXT, offsetof(struct sender_conf, smtp), NULL,
     "mail server: smtp://host:port or smtps://host:port"},
    {"WAYFARE_SMTP_USER", CONF_TEXT, offsetof(struct sender_conf, user), "", "user at the mail server"},
    {"WAYFARE_SMTP_PASSWORD_FILE", CONF_SECRET, offsetof(struct sender_conf, password), "",
     "file with the password"},
    {"WAYFARE_SMTP_TLS", CONF_BOOL, offsetof(struct sender_conf, require_tls), "false",
     "refuse a server without TLS"},
    {"WAYFARE_MAIL_FROM", CONF_TEXT, offsetof(struct sender_conf, from), "no-reply@wayfare.example",
     "sender's address, neutral"},
    {"WAYFARE_MAIL_FROM_NAME", CONF_TEXT, offsetof(struct sender_conf, from_name), "Wayfare",
     "sender's name, neutral"},
};

#define MAILS "wayfare_mails_total"
#define MAILS_HELP "Mails, by what became of them."
static const char *const outcomes[] = {
    [MAIL_ACCEPTED] = "accepted",
    [MAIL_TEMPORARY] = "temporary",
    [MAIL_PERMANENT] = "permanent",
    [MAIL_UNKNOWN] = "unknown",
};

static err_t send_mail(struct ctx *x, struct job *job, const char *address, const char *subject,
                       const char *body, const char *language)
{
    const struct sender_conf *conf = PROGRAM_SETTINGS(x, struct sender_conf);
    const char *at = strchr(conf->from, '@'), *answer = "";
    size_t bytes;
    const char *text = mail_text(x->arena,
                                 &(struct mail){.from_name = conf->from_name,
                                                .from = conf->from,
                                                .to = address,
                                                .subject = subject,
                                                .body = body,
                                                .language = language,
                                                .message_id = uuid_text(x->arena, job->id),
                                                .domain = at ? at + 1 : "wayfare.example",
                                                .date_us = x->now_us},
                                 &bytes);
    enum mail_outcome outcome = MAIL_TEMPORARY;
    err_t e = outcall_mail(x, program_of(x)->outcall,
                           &(struct outcall_mail){.server = conf->smtp,
                                                  .user = *conf->user ? conf->user : NULL,
                                                  .password = *conf->password ? conf->password : NULL,
                                                  .require_tls = conf->require_tls,
                                                  .from = conf->from,
                                                  .to = address,
                                                  .message = text,
                                                  .message_bytes = bytes,
                                                  .timeout_us = MAIL_TIMEOUT_US},
                           &outcome, &answer);
    if (e && e->kind == ERR_INVALID)
        outcome = MAIL_PERMANENT;
    metric_add(metric_counter(MAILS, MAILS_HELP, "outcome"), outcomes[outcome], 1);
    switch (outcome) {
    case MAIL_ACCEPTED:
        TRY(job_note_attempt(x, job, "sent", answer));
        return job_mark_sent(x, job, "sent");
    case MAIL_PERMANENT: {
        struct tx *tx;
        TRY(job_note_attempt(x, job, "permFailed", answer));
        TRY(db_begin(x, &tx));
        q_suppression_add(tx, &(struct q_suppression_add_in){
                                  .id = uuid_new(x->now_us),
                                  .channel = "email",
                                  .address_index = keyring_blind(x->arena, program_of(x)->keyring, "document",
                                                                 x->who->organisation, address),
                                  .reason = "bounced",
                                  .now = x->now_us});
        return job_fail(x, job, "address.refused");
    }
    case MAIL_UNKNOWN:
        /* Perhaps it was taken: again, marked. Nobody may rely on it, so at last a human asks the person. */
        TRY(job_note_attempt(x, job, "unknown", answer));
        if (job->m.maybe_duplicate && job->m.attempts >= SENDING_MAX)
            return job_fail(x, job, "acceptance.unknown");
        return job_later(x, job, "sending", NULL, x->now_us + job_pause_us(job, 1));
    case MAIL_TEMPORARY:
        TRY(job_note_attempt(x, job, "tempFailed", answer));
        return job_later(x, job, "tempFailed", "server.temporary",
                         x->now_us + job_pause_us(job, job->m.attempts));
    }
    return e;
}

static err_t put_into_inbox(struct ctx *x, struct job *job, const char *subject, const char *body)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    inbox_add(x, tx,
              &(struct inbox_new){.user_id = job->m.user_id,
                                  .topic = job->m.topic,
                                  .subject = subject,
                                  .body = body,
                                  .case_id = job->m.case_id,
                                  .message_id = job->id});
    TRY(job_note_attempt(x, job, "sent", NULL));
    TRY(job_mark_sent(x, job, "delivered"));
    TRY(tx_commit(x));
    inbox_poke(program_of(x));
    return NULL;
}

/* Staff choose their languages (what the check proposes stands behind them) and mute topics. */
static err_t prefer(struct ctx *x, struct job *job, struct text_array *languages, bool *ret_muted)
{
    struct tx *tx;
    struct staff_preferences p;
    bool found = false;
    *ret_muted = false;
    TRY(db_begin(x, &tx));
    TRY(q_staff_preferences(tx, job->m.user_id, &found, &p));
    if (!found)
        return NULL;
    struct text_array all = {.v = ARENA_ARRAY(x->arena, p.languages.n + languages->n, const char *)};
    for (size_t i = 0; i < p.languages.n; i++)
        all.v[all.n++] = p.languages.v[i];
    for (size_t i = 0; i < languages->n; i++)
        all.v[all.n++] = languages->v[i];
    *languages = all;
    for (size_t i = 0; i < p.muted.n; i++)
        *ret_muted |= str_eq(p.muted.v[i], job->m.topic);
    return NULL;
}

static err_t leave(struct ctx *x, struct job *job)
{
    const struct templates *templates = notifications_state(x)->templates;
    const json_t *recipient = json_object_get(job->answer, "recipient");
    const json_t *values = json_object_get(job->answer, "personalisation");
    const char *channel = json_member_text(recipient, "channel"),
               *address = json_member_text(recipient, "address");
    struct tx *tx;
    bool suppressed = false;
    struct suppression suppression;
    if (str_eq(channel, "sms"))
        return job_fail(x, job, "channel.sms"); /* no provider: the next rung of the ladder is a call */
    const struct template *tp = templates_find(templates, job->m.template, channel);
    struct text_array languages = json_member_texts(x->arena, recipient, "languages");
    if (str_eq(channel, "inbox")) {
        bool muted;
        TRY(prefer(x, job, &languages, &muted));
        if (muted)
            return job_settle(x, job, "cancelled", "topic.muted");
    }
    const struct template_text *text = tp ? templates_text(templates, tp, languages) : NULL;
    if (!text)
        return job_fail(x, job, tp ? "language.none" : "template.missing");
    const char *subject, *body;
    err_t e = template_render(x->arena, text->subject, values, &subject);
    if (!e)
        e = template_render(x->arena, text->body, values, &body);
    if (e) {
        log_err(LOG_ERROR, x, "template", e);
        return job_fail(x, job, "template.placeholder");
    }
    if (str_eq(channel, "email")) {
        struct bytes index =
            keyring_blind(x->arena, program_of(x)->keyring, "document", x->who->organisation, address);
        TRY(db_begin(x, &tx));
        TRY(q_suppression_of(tx, channel, index, &suppressed, &suppression));
        if (suppressed)
            return job_fail(x, job, "address.suppressed");
    }
    TRY(job_begin_sending(x, job, channel, text->language, tp->version));
    return str_eq(channel, "inbox") ? put_into_inbox(x, job, subject, body)
                                    : send_mail(x, job, address, subject, body, text->language);
}

/* One message, claimed by this turn. */
static err_t work_on(struct ctx *x, struct job *job)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    err_t e = q_message_lock(tx, job->id, &job->m);
    if (e && e->kind == ERR_MISSING) {
        q_message_due_drop(tx, job->id);
        return tx_sync(tx);
    }
    TRY(e);
    if (str_eq(job->m.status, "sending")) {
        /* A crash, or an answer that never came: again, marked; what takes the sender down each time is a
         * human's. */
        if (job->m.maybe_duplicate && job->m.attempts >= SENDING_MAX)
            return job_fail(x, job, "acceptance.unknown");
        job->m.maybe_duplicate = true;
    } else if (!str_eq(job->m.status, "scheduled") && !str_eq(job->m.status, "queued") &&
               !str_eq(job->m.status, "tempFailed")) {
        q_message_due_drop(tx, job->id);
        return tx_sync(tx);
    }
    if (x->now_us > job->m.expires_at)
        return job_settle(x, job, "expired", "time.passed");
    TRY(tx_commit(x));
    e = check_message(x, job);
    if (e && (e->kind == ERR_UNAVAILABLE || e->kind == ERR_UPSTREAM)) {
        log_err(LOG_WARN, x, "send check", e);
        return job_later(x, job, str_eq(job->m.status, "sending") ? "sending" : "queued", "check.away",
                         x->now_us + job_pause_us(job, 1));
    }
    TRY(e);
    const char *decision = json_member_text(job->answer, "decision"),
               *reason = json_member_text(job->answer, "reason");
    int64_t not_before = 0;
    if (str_eq(decision, "send"))
        return leave(x, job);
    if (str_eq(decision, "delay") &&
        date_parse_instant(json_member_text(job->answer, "notBefore"), &not_before))
        return job_later(x, job, "scheduled", reason, not_before);
    if (str_eq(decision, "supersede"))
        return job_settle(x, job, "superseded", reason);
    if (str_eq(decision, "callTask"))
        return job_fail(x, job, reason ? reason : "contact.none");
    return job_settle(x, job, "cancelled", reason);
}

static err_t claim(struct ctx *x, struct tx *tx, struct uuid_array held, bool *ret_found,
                   struct lease_claim *ret)
{
    struct message_claim c;
    (void)x;
    TRY(q_message_claim(tx, LEASE_S, held, ret_found, &c));
    if (*ret_found)
        *ret = (struct lease_claim){.id = c.message_id, .org = c.org, .at_us = c.at};
    return NULL;
}

static err_t work(struct ctx *x, const struct lease_claim *c)
{
    return work_on(x, &(struct job){.id = c->id});
}

/* For the metrics. */
static err_t count_once(struct ctx *x, size_t *ret_done)
{
    struct messages_late late;
    struct tx *tx;
    TRY(db_begin_read(x, &tx));
    TRY(q_messages_late(tx, &late));
    metric_set(metric_gauge("wayfare_messages_late", "Messages that should have left.", NULL), NULL,
               (double)late.n);
    metric_set(metric_gauge("wayfare_messages_late_seconds", "Since the first of them was due.", NULL), NULL,
               late.late_s);
    return NULL;
}

static err_t start(struct program *p)
{
    (void)metric_counter(MAILS, MAILS_HELP, "outcome");
    return notifications_start(p);
}

int main(int argc, char **argv)
{
    static const struct leased_work sending = {.claim = claim, .work = work, .renew = q_messages_renew};
    static const struct work works[] = {
        {.name = "send", .run_once = leases_turn, .tick_us = 500000, .poke = "sender", .parallel = 4},
        {.name = "renew", .run_once = leases_renew, .tick_us = LEASE_RENEW_US},
        {.name = "count", .run_once = count_once, .tick_us = 5000000}};
    static const struct program_settings settings = {
        .table = conf_table, .n = LENGTH(conf_table), .size = sizeof(struct sender_conf)};
    static const struct worker worker = {.name = "sender",
                                         .about =
                                             "lets due messages leave, after asking whether they still hold",
                                         .service = "notifications",
                                         .works = works,
                                         .nworks = LENGTH(works),
                                         .uses_queue = true,
                                         .needs = PROGRAM_KEYS | PROGRAM_DATA,
                                         .settings = &settings,
                                         .leased = &sending,
                                         .start = start};
    return worker_main(argc, argv, &worker);
}
