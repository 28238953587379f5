/* worker.c - the consumer of what concerns notifications: events become messages, or deliveries to partners.
 */
#include "app/inbox.h"
#include "app/readers.h"
#include "app/subjects.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "notifications/messages/messages.h"
#include "notifications/messages/queries.h"
#include "notifications/schedules/schedules.h"
#include "notifications/state.h"
#include "notifications/subscriptions/deliveries.h"

/* What a message of the event rests on, and whose it is. */
static void plan_basis(const struct schedule *s, const struct inbox_event *e, struct message_new *m)
{
    struct opt_uuid id = s->basis_id ? json_member_uuid(e->data, s->basis_id) : (struct opt_uuid){0};
    m->basis_id = id.set ? id.v : e->subject;
    m->ref_kind = json_member_text(e->data, "refKind");
    m->ref_id = json_member_uuid(e->data, "refId");
    m->case_id = str_eq(m->ref_kind, "case") ? m->ref_id : json_member_uuid(e->data, "caseId");
}

/* A rule may ask that they know of the thing already, or soon will. */
static err_t plan_concerns(struct tx *tx, const struct schedule *s, const struct message_new *m, bool *ret)
{
    struct messages_told told;
    *ret = true;
    if (!s->told)
        return NULL;
    TRY(q_messages_told(tx, m->basis_id, m->ref_id, m->person_id, &told));
    *ret = str_eq(s->told, "sent") ? told.sent : told.planned;
    return NULL;
}

/* Plans what one rule says for an event, for that person. */
static err_t plan_rule(struct ctx *x, struct tx *tx, const struct inbox_event *e, const struct schedule *s,
                       struct opt_uuid person)
{
    struct schedule_time when;
    const char *user = str_eq(s->recipient, "assignee") ? json_member_text(e->data, "assignee") : NULL;
    bool concerns;
    if (str_eq(s->recipient, "assignee") && !user)
        return NULL; /* nobody has the task yet */
    if (!schedule_when(s, e->data, x->now_us, &when))
        return NULL;
    struct message_new m = {.person_id = user ? (struct opt_uuid){0} : person,
                            .user_id = user,
                            .topic = s->topic,
                            .template = s->template,
                            .class = s->class,
                            .basis_kind = s->basis,
                            .basis_event = s->basis_event,
                            .basis_starts_at = {.set = when.moment_us && (str_eq(s->moment, "startsAt") ||
                                                                          str_eq(s->moment, "departsAt")),
                                                .v = when.moment_us},
                            .sensitivity = json_member_bool(e->data, "sensitive", false) ? "protection" : "",
                            .send_us = when.send_us,
                            .expires_us = when.expires_us};
    plan_basis(s, e, &m);
    TRY(plan_concerns(tx, s, &m, &concerns));
    if (concerns)
        message_plan(x, tx, &m);
    return NULL;
}

static err_t plan_for(struct ctx *x, const struct inbox_event *e, struct opt_uuid person)
{
    struct tx *tx;
    const struct schedule *s;
    TRY(db_begin(x, &tx));
    for (size_t i = 0; (s = schedules_for(notifications_state(x)->schedules, e->type, i)) != NULL; i++)
        TRY(plan_rule(x, tx, e, s, person));
    TRY(tx_sync(tx));
    x->wakes = "sender";
    return NULL;
}

/* Plans what the rules say for an event. */
static err_t plan(struct ctx *x, const struct inbox_event *e)
{
    return plan_for(x, e, json_member_uuid(e->data, "personId"));
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

/* The same for one reference of a movement, or for one traveller of it. */
static err_t supersede_told(struct ctx *x, const struct inbox_event *e, bool itinerary)
{
    struct tx *tx;
    struct opt_uuid movement = json_member_uuid(e->data, "movementId"),
                    ref = json_member_uuid(e->data, "refId");
    TRY(db_begin(x, &tx));
    if (movement.set && ref.set)
        q_messages_supersede_ref(
            tx, &(struct q_messages_supersede_ref_in){.basis_id = movement.v,
                                                      .ref_id = ref.v,
                                                      .person_id = json_member_uuid(e->data, "personId"),
                                                      .itinerary = itinerary,
                                                      .reason = e->type,
                                                      .now = x->now_us});
    return NULL;
}

/* What was planned falls, then the rules say anew. */
static err_t movement_told(struct ctx *x, const struct inbox_event *e, bool itinerary)
{
    TRY(supersede_told(x, e, itinerary));
    return plan(x, e);
}

/* Several go on a mission: of each the diaspora service tells on their own. */
static bool of_several(const struct inbox_event *e)
{
    return str_eq(json_member_text(e->data, "refKind"), "mission");
}

static err_t movement_ticketed(struct ctx *x, const struct inbox_event *e)
{
    return of_several(e) ? NULL : movement_told(x, e, true);
}

static err_t movement_delayed(struct ctx *x, const struct inbox_event *e)
{
    return of_several(e) ? NULL : movement_told(x, e, false);
}

static err_t traveller_ticketed(struct ctx *x, const struct inbox_event *e)
{
    return movement_told(x, e, true);
}

static err_t traveller_delayed(struct ctx *x, const struct inbox_event *e)
{
    return movement_told(x, e, false);
}

/* Who has heard of it hears that it is off; a mission that was called off names nobody any more. */
static err_t movement_cancelled(struct ctx *x, const struct inbox_event *e)
{
    struct messages_traveller *travellers;
    struct tx *tx;
    size_t n;
    if (!of_several(e))
        return movement_told(x, e, true);
    TRY(db_begin(x, &tx));
    TRY(q_messages_travellers(tx, json_member_uuid(e->data, "movementId").v,
                              json_member_uuid(e->data, "refId").v, &travellers, &n));
    TRY(supersede_told(x, e, true));
    for (size_t i = 0; i < n; i++)
        TRY(plan_for(x, e, OPT_UUID(travellers[i].person_id)));
    return NULL;
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

/* Partners are told of what concerns their own view, with ids and types only. type: NULL, the event's own. */
static err_t tell_partner(struct ctx *x, const struct inbox_event *e, const char *type, const char *member,
                          const char *subject)
{
    struct tx *tx;
    struct opt_uuid id = json_member_uuid(e->data, subject);
    const char *partner = json_member_text(e->data, member);
    TRY(db_begin(x, &tx));
    TRY(deliveries_for(x, tx, partner, type ? type : e->type, id.set ? id.v : e->subject, e->id, e->time_us,
                       json_member_text(e->data, "deleteBy")));
    TRY(tx_sync(tx));
    x->wakes = "webhooks";
    return NULL;
}

static err_t share_told(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, NULL, "toOrganisation", "caseId");
}

static err_t referral_told(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, NULL, "fromOrganisation", "referralId");
}

static err_t abn_told(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, NULL, "toOrganisation", "abnId");
}

static err_t abn_recalled(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, NULL, "toOrganisation", "recallId");
}

/* To partners the journey itself is late, whatever we have sent them of it. */
static err_t abn_delayed(struct ctx *x, const struct inbox_event *e)
{
    return tell_partner(x, e, "travel.movement.delayed", "toOrganisation", "movementId");
}

/* What is held on a person here (app/subjects.h). */
static err_t subject_question(struct ctx *x, const struct inbox_event *e)
{
    return subject_asked(x, e, "notifications.subject.answered", NULL);
}

static const struct inbox_handler handlers[] = {
    {"cases.subject.asked", subject_question},
    {"cases.subject.taken", subject_taken},
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
    {"diaspora.survey.opened", plan},
    {"diaspora.traveller.ticketed", traveller_ticketed},
    {"diaspora.traveller.delayed", traveller_delayed},
    {"travel.booking.ticketed", movement_ticketed},
    {"travel.movement.delayed", movement_delayed},
    {"travel.movement.cancelled", movement_cancelled},
    {"travel.abn.sent", abn_told},
    {"travel.abn.superseded", abn_told},
    {"travel.abn.delayed", abn_delayed},
    {"travel.abn.recalled", abn_recalled},
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
