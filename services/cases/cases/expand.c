/* expand.c - one case with what was asked beside it, in one round trip. */
#include "app/audit.h"
#include "base/arena.h"
#include "cases/cases/facts.h"
#include "cases/cases/store.h"
#include "cases/evaluations/evaluations.h"
#include "cases/persons/queries.h"
#include "cases/persons/store.h"
#include "cases/shares/shares.h"
#include "cases/trainings/trainings.h"

struct expansion {
    bool principal, members, transitions, tasks, documents, consents, appointments, journey, has_journey,
        trainings, evaluations;
    struct facts_rows *facts;
    struct case_locked state; /* for the facts */
    struct person_row person;
    struct case_members_expanded member_rows;
    struct case_task_expanded *task_rows;
    struct case_document_expanded *document_rows;
    struct case_consent_expanded *consent_rows;
    struct case_appointment_expanded *appointment_rows;
    struct case_journey_expanded journey_row;
    struct participant_row *training_rows;
    struct evaluation_row *evaluation_rows;
    size_t ntasks, ndocuments, nconsents, nappointments, ntrainings, nevaluations;
};

/* Which are asked; each needs the scope of its own operation. */
static err_t expansion_read(struct ctx *x, const struct request *rq, struct expansion *e)
{
    const struct {
        const char *name, *scope;
        bool *flag;
    } choices[] = {
        {"principal", "persons:read", &e->principal},
        {"members", "persons:read", &e->members},
        {"transitions", "cases:read", &e->transitions},
        {"tasks", "tasks:read", &e->tasks},
        {"documents", "documents:read", &e->documents},
        {"consents", "consents:read", &e->consents},
        {"nextAppointments", "appointments:read", &e->appointments},
        {"journey", "travel-requests:read", &e->journey},
        {"trainings", "trainings:read", &e->trainings},
        {"credentialEvaluations", "evaluations:read", &e->evaluations},
    };

    for (size_t i = 0; i < LENGTH(choices); i++) {
        *choices[i].flag = request_query_has(rq, "expand", choices[i].name);
        if (*choices[i].flag && !principal_has(x->who, choices[i].scope))
            return err_new(x->arena, ERR_DENIED, "scope.missing", "Expanding %s needs the scope %s.",
                           choices[i].name, choices[i].scope);
    }
    return NULL;
}

static void expansion_later(struct ctx *x, struct tx *tx, struct uuid id, struct expansion *e)
{
    if (e->principal)
        q_person_of_case_later(tx, id, &e->person);
    if (e->members)
        q_case_members_expanded_later(tx, id, &e->member_rows);
    if (e->transitions) {
        e->facts = facts_later(x, tx, id);
        q_case_state_later(tx, id, &e->state);
    }
    if (e->tasks)
        q_case_tasks_expanded_later(tx, id, &e->task_rows, &e->ntasks);
    if (e->documents)
        q_case_documents_expanded_later(tx, id, &e->document_rows, &e->ndocuments);
    if (e->consents)
        q_case_consents_expanded_later(tx, id, &e->consent_rows, &e->nconsents);
    if (e->appointments)
        q_case_appointments_expanded_later(tx, id, x->now_us, &e->appointment_rows, &e->nappointments);
    if (e->journey)
        q_case_journey_expanded_later(tx, id, &e->has_journey, &e->journey_row);
    if (e->trainings)
        q_participations_of_case_later(tx, id, &e->training_rows, &e->ntrainings);
    if (e->evaluations)
        q_evaluations_of_case_later(tx, id, &e->evaluation_rows, &e->nevaluations);
}

/* Members beside the case's own; the object is still open. */
static err_t expansion_write(struct ctx *x, struct buf *out, struct expansion *e)
{
    struct case_facts facts;
    struct move *moves;
    size_t n;

    if (e->principal) {
        person_actions(x, &e->person);
        buf_puts(out, ",\"principal\":");
        json_write(out, &person_row_json, &e->person);
    }
    if (e->transitions) {
        TRY(facts_make(x, e->facts, &e->state, &facts));
        moves_judge(x->arena, &facts, &moves, &n);
        buf_puts(out, ",\"transitions\":");
        moves_write(x->arena, out, moves, n, principal_has(x->who, "protection:read"));
    }
    if (e->tasks)
        json_write_rows(out, "tasks", &case_task_expanded_json, e->task_rows, e->ntasks);
    if (e->documents)
        json_write_rows(out, "documents", &case_document_expanded_json, e->document_rows, e->ndocuments);
    if (e->consents)
        json_write_rows(out, "consents", &case_consent_expanded_json, e->consent_rows, e->nconsents);
    if (e->appointments)
        json_write_rows(out, "nextAppointments", &case_appointment_expanded_json, e->appointment_rows,
                        e->nappointments);
    if (e->journey) {
        buf_puts(out, ",\"journey\":");
        if (e->has_journey)
            json_write(out, &case_journey_expanded_json, &e->journey_row);
        else
            buf_puts(out, "null");
    }
    for (size_t i = 0; i < e->ntrainings; i++)
        participant_show(x, &e->training_rows[i]);
    for (size_t i = 0; i < e->nevaluations; i++)
        evaluation_show(x, &e->evaluation_rows[i]);
    if (e->trainings)
        json_write_rows(out, "trainings", &participant_row_json, e->training_rows, e->ntrainings);
    if (e->evaluations)
        json_write_rows(out, "credentialEvaluations", &evaluation_row_json, e->evaluation_rows,
                        e->nevaluations);
    return NULL;
}

static void expansion_audit(struct tx *tx, const struct case_row *row, const struct expansion *e)
{
    audit_read(tx, "case", row->id, e->transitions ? "transitions" : "");
    if (e->principal)
        audit_read(tx, "person", e->person.id, "contact");
    if (e->members)
        audit_read(tx, "case", row->id, "members");
    if (e->journey)
        audit_read(tx, "case", row->id, "journey");
    if (e->tasks)
        audit_rows(tx, "task", e->task_rows, e->ntasks, sizeof(*e->task_rows),
                   offsetof(struct case_task_expanded, id));
    if (e->documents)
        audit_rows(tx, "document", e->document_rows, e->ndocuments, sizeof(*e->document_rows),
                   offsetof(struct case_document_expanded, id));
    if (e->consents)
        audit_rows(tx, "consent", e->consent_rows, e->nconsents, sizeof(*e->consent_rows),
                   offsetof(struct case_consent_expanded, id));
    if (e->appointments)
        audit_rows(tx, "appointment", e->appointment_rows, e->nappointments, sizeof(*e->appointment_rows),
                   offsetof(struct case_appointment_expanded, id));
    if (e->trainings)
        audit_rows(tx, "trainingParticipant", e->training_rows, e->ntrainings, sizeof(*e->training_rows),
                   offsetof(struct participant_row, id));
    if (e->evaluations)
        audit_rows(tx, "credentialEvaluation", e->evaluation_rows, e->nevaluations,
                   sizeof(*e->evaluation_rows), offsetof(struct evaluation_row, id));
}

/* getCase: GET /cases/{caseId}; a partner gets its stored view, and the case itself is never read for it. */
err_t get_case(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "caseId");
    struct expansion e = {0};
    struct case_row row;
    struct buf *out;
    struct tx *tx;

    if (!principal_has(x->who, "cases:read"))
        return partner_view_reply(x, id, rs);
    TRY(expansion_read(x, rq, &e));
    /* What shares decide about takes its time to plan: not beside everybody's short statements. */
    TRY(e.trainings || e.evaluations ? db_begin_read(x, &tx) : db_read(x, &tx));
    q_case_get_later(tx, id, &row);
    expansion_later(x, tx, id, &e);
    TRY(tx_sync(tx));
    TRY(case_complete(x, &row));
    if (e.members)
        row.members = e.member_rows.items;

    reply_etag(rs, row.version);
    out = reply_begin(rs, 200);
    json_write(out, &case_row_json, &row);
    out->n--; /* the object's closing brace */
    TRY(expansion_write(x, out, &e));
    buf_putc(out, '}');
    expansion_audit(tx, &row, &e);
    return NULL;
}
