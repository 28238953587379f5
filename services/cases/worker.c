/* worker.c - the consumer of the cases service's events: what is due, and what notifications could not
 * deliver. */
#include "app/inbox.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/cases.h"
#include "cases/changes/changes.h"
#include "cases/consents/consents.h"
#include "cases/documents/contents.h"
#include "cases/documents/documents.h"
#include "cases/referrals/referrals.h"
#include "cases/rights/rights.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "cases/tasks/followup.h"
#include "cases/tasks/tasks.h"
#include "cases/trainings/trainings.h"
#include "cases/travel/travel.h"
#include "io/db.h"

/* A message did not reach the person: a human takes over. */
static err_t message_failed(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;
    struct uuid task;
    struct opt_uuid case_id = json_member_uuid(e->data, "caseId");
    TRY(db_begin(x, &tx));
    err_t err = task_add(x, tx,
                         &(struct task_new){.case_id = case_id,
                                            .kind = "call",
                                            .title = "A message did not reach the person: please call",
                                            .details = json_member_text(e->data, "reason"),
                                            .urgency = "high"},
                         &task);
    /* The case may be gone by now; then there is nobody to call about it. */
    return err && err->kind == ERR_MISSING ? NULL : err;
}

static const struct inbox_handler handlers[] = {
    {"cases.due.taskOverdue", task_overdue_due},
    {"cases.due.overrideReview", case_override_review_due},
    {"cases.due.consentExpiry", consents_expire},
    {"cases.due.shareExpiry", shares_expire},
    {"cases.due.deadline", case_deadline_due},
    {"cases.due.documentExpiry", document_expiry_due},
    {"cases.due.changesPrune", changes_prune},
    {"cases.referral.revoked", referral_revoked},
    {"notifications.message.failed", message_failed},
    {"cases.partner.wrote", partner_wrote},
    {"cases.due.followUp", follow_up_due},
    {"travel.movement.made", travel_movement_made},
    {"travel.movement.ready", travel_movement_ready},
    {"travel.movement.delayed", travel_movement_delayed},
    {"travel.movement.cleared", travel_movement_cleared},
    {"travel.abn.problem", travel_abn_problem},
    {"travel.movement.departed", travel_movement_departed},
    {"travel.movement.arrived", travel_movement_arrived},
    {"travel.movement.cancelled", travel_movement_cancelled},
    {"travel.booking.ticketed", travel_booking_ticketed},
    {"travel.booking.expired", travel_booking_expired},
    {"travel.passenger.noShow", travel_passenger_no_show},
    {"travel.passenger.boarded", travel_passenger_boarded},
    {"travel.passenger.refusedEntry", travel_passenger_refused},
    {"travel.passenger.deniedBoarding", travel_passenger_denied},
    {"travel.clearance.recorded", travel_clearance_recorded},
    {"cases.training.cancelled", training_cancelled},
    {"cases.followUp.planned", followup_planned},
    {"cases.followUp.settled", followup_settled},
    {"cases.subject.requested", rights_requested},
    {"travel.subject.answered", rights_answered},
    {"diaspora.subject.answered", rights_answered},
    {"notifications.subject.answered", rights_answered},
    {"travel.abn.recalled", rights_addressee_asked},
    {"travel.abn.deletionConfirmed", rights_addressee_confirmed},
    {"cases.due.subjectExpiry", rights_expire},
    {"cases.due.retention", retention_due},
    {NULL, NULL},
};

static const struct work works[] = {
    {.name = "contents.sweep", .run_once = contents_sweep, .tick_us = 5 * 1000 * 1000},
    {.name = "contents.count", .run_once = contents_count, .tick_us = 60 * 1000 * 1000},
};

static const struct conf_entry conf_table[] = {
    {"WAYFARE_KEEP_CONTENTS_DAYS", CONF_INT, offsetof(struct contents_conf, keep_days), "7",
     "so long stays a content that no document has any more: for a restore to a moment before, and until a "
     "backup has it"},
};

static err_t start(struct program *p)
{
    contents_metrics();
    return cases_start(p);
}

int main(int argc, char **argv)
{
    static const struct program_settings settings = {
        .table = conf_table, .n = LENGTH(conf_table), .size = sizeof(struct contents_conf)};
    static const struct inbox_worker worker = {.name = "cases-worker",
                                               .about = "takes the events that concern the cases service",
                                               .service = "cases",
                                               .handlers = handlers,
                                               .works = works,
                                               .nworks = LENGTH(works),
                                               .needs = PROGRAM_DATA | PROGRAM_KEYS | PROGRAM_STORE,
                                               .settings = &settings,
                                               .start = start};
    return inbox_worker_main(argc, argv, &worker);
}
