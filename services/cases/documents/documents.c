/* documents.c - what other areas ask of documents; see documents.h. */
#include "cases/documents/documents.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/documents/queries.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"

void document_require(struct ctx *x, struct tx *tx, struct uuid case_id, struct opt_uuid person_id,
                      const char *kind, const char *required_by)
{
    struct uuid id = uuid_new(x->now_us);
    q_document_add(tx, &(struct q_document_add_in){.id = id,
                                                   .case_id = case_id,
                                                   .person_id = person_id,
                                                   .kind = kind,
                                                   .required_by = required_by,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "document", id, "create", NULL);
}

err_t document_of_case(struct ctx *x, struct tx *tx, struct uuid case_id, struct opt_uuid id)
{
    static const struct fault fault = {
        .at = "/documentId", .code = "document.unknown", .detail = "The case has no such document."};
    struct document_of document;
    bool found = true;
    if (id.set)
        TRY(q_document_of(tx, case_id, id.v, &found, &document));
    return found ? NULL
                 : err_faults(x->arena, ERR_INVALID, "request.invalid",
                              "The document that is referred to is not one of the case.", &fault, 1);
}

const char *document_entry(struct ctx *x, struct uuid id, const char *kind)
{
    return arena_printf(x->arena, "{\"documentId\":\"%s\",\"kind\":\"%s\"}", uuid_text(x->arena, id), kind);
}

err_t document_expiry_due(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;
    struct document_locked d;
    struct uuid task;
    TRY(db_begin(x, &tx));
    err_t err = q_document_lock(tx, e->key, &d);
    if (err && err->kind == ERR_MISSING)
        return NULL;
    TRY(err);
    if (!str_eq(d.status, "verified") || !d.valid_until.set || d.valid_until.v >= date_today_nl(x->now_us))
        return NULL; /* replaced, or corrected meanwhile */
    q_document_step(tx, &(struct q_document_step_in){.id = e->key,
                                                     .status = "expired",
                                                     .country = d.country,
                                                     .valid_from = d.valid_from,
                                                     .valid_until = d.valid_until,
                                                     .custody = d.custody,
                                                     .by = x->who->subject,
                                                     .now = x->now_us});
    timeline_add(tx, d.case_id, "document.expired", document_entry(x, e->key, d.kind), "");
    audit_write(tx, "document", e->key, "expired", NULL);
    return task_add(x, tx,
                    &(struct task_new){.case_id = OPT_UUID(d.case_id),
                                       .kind = "documentExpired",
                                       .title = "A verified document has ended",
                                       .urgency = "high"},
                    &task);
}
