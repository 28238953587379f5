/* worker.c - the consumer of what concerns notifications: events become messages, or deliveries to partners.
 */
#include "app/inbox.h"
#include "app/readers.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "notifications/messages/messages.h"
#include "notifications/messages/queries.h"
#include "notifications/schedules/schedules.h"
#include "notifications/state.h"
#include "notifications/subscriptions/deliveries.h"

/* Plans what the rules say for an event; subject is what the message rests on. */
static err_t plan(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;
    const struct schedule *s;
    TRY(db_begin(x, &tx));
    for (size_t i = 0; (s = schedules_for(notifications_state(x)->schedules, e->type, i)) != NULL; i++) {
        struct schedule_time when;
        const char *user = str_eq(s->recipient, "assignee") ? json_member_text(e->data, "assignee") : NULL;
        if (str_eq(s->recipient, "assignee") && !user)
            continue; /* nobody has the task yet */
        if (!schedule_when(s, e->data, x->now_us, &when))
            continue;
        message_plan(x, tx,
                     &(struct message_new){
                         .case_id = json_member_uuid(e->data, "caseId"),
                         .person_id = user ? (struct opt_uuid){0} : json_member_uuid(e->data, "personId"),
                         .user_id = user,
                         .topic = s->topic,
                         .template = s->template,
                         .class = s->class,
                         .basis_kind = s->basis,
                         .basis_event = s->basis_event,
                         .basis_id = e->subject,
                         .basis_starts_at = {.set = when.moment_us && str_eq(s->moment, "startsAt"),
                                             .v = when.moment_us},
                         .sensitivity = json_member_bool(e->data, "sensitive", false) ? "protection" : "",
                         .send_us = when.send_us,
                         .expires_us = when.expires_us});
    }
    TRY(tx_sync(tx));
    x->wakes = "sender";
    return NULL;
}

/* What was planned for the same thing no longer holds. */
static err_t supersede(struct ctx *x, const struct inbox_event *e, const char *reason)
{
    struct tx *tx;
    TRY(db_begin(x, &tx));
    q_messages_supersede_basis(tx, &(struct q_messages_supersede_basis_in){
                                       .basis_id = e->subject, .reason = reason, .now = x->now_us});
    return NULL;
}

static err_t appointment_moved(struct ctx *x, const struct inbox_event *e)
{
    TRY(supersede(x, e, "appointment.moved"));
    return plan(x, e);
}

static err_t appointment_cancelled(struct ctx *x, const struct inbox_event *e)
{
    TRY(supersede(x, e, "appointment.cancelled"));
    return plan(x, e);
}

static err_t document_verified(struct ctx *x, const struct inbox_event *e)
{
    TRY(supersede(x, e, "document.changed"));
    return plan(x, e);
}

/* Everything planned for the people of the case stops; what tells them of it goes on. */
static err_t stop_case(struct ctx *x, const struct inbox_event *e, const char *reason)
{
    struct tx *tx;
    struct opt_uuid case_id = json_member_uuid(e->data, "caseId");
    TRY(db_begin(x, &tx));
    if (case_id.set)
        q_messages_supersede_case(tx, &(struct q_messages_supersede_case_in){
                                          .case_id = case_id.v, .reason = reason, .now = x->now_us});
    return NULL;
}

static err_t declaration_withdrawn(struct ctx *x, const struct inbox_event *e)
{
    return stop_case(x, e, "declaration.withdrawn");
}

static err_t status_changed(struct ctx *x, const struct inbox_event *e)
{
    const char *to = json_member_text(e->data, "to");
    return str_eq(to, "withdrawn") || str_eq(to, "closed") ? stop_case(x, e, "case.ended") : NULL;
}

/* Partners are told of what concerns their own view, with ids and types only. */
static err_t tell_partner(struct ctx *x, const struct inbox_event *e, const char *member, const char *subject)
{
    struct tx *tx;
    struct opt_uuid id = json_member_uuid(e->data, subject);
    const char *partner = json_member_text(e->data, member);
    TRY(db_begin(x, &tx));
    TRY(deliveries_for(x, tx, partner, e->type, id.set ? id.v : e->subject, e->id, e->time_us));
    TRY(tx_sync(tx));
    x->wakes = "webhooks";
    return NULL;
}

static err_t share_told(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, "toOrganisation", "caseId");
}

static err_t referral_told(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, "fromOrganisation", "referralId");
}

static const struct inbox_handler handlers[] = {
    {"cases.appointment.scheduled", plan},
    {"cases.appointment.moved", appointment_moved},
    {"cases.appointment.cancelled", appointment_cancelled},
    {"cases.task.assigned", plan},
    {"cases.task.overdue", plan},
    {"cases.document.verified", document_verified},
    {"cases.declaration.withdrawn", declaration_withdrawn},
    {"cases.case.opened", readers_told},
    {"cases.case.readersChanged", readers_told},
    {"cases.case.statusChanged", status_changed},
    {"cases.referral.accepted", referral_told},
    {"cases.referral.rejected", referral_told},
    {"cases.referral.done", referral_told},
    {"cases.share.granted", share_told},
    {"cases.share.changed", share_told},
    {"cases.share.recalled", share_told},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct inbox_worker worker = {.name = "notifications-worker",
                                               .about =
                                                   "takes the events that concern the notifications service",
                                               .service = "notifications",
                                               .handlers = handlers,
                                               .needs = PROGRAM_DATA,
                                               .start = notifications_start};
    return inbox_worker_main(argc, argv, &worker);
}
