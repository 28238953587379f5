/* papers.c - what a request leads to: the export, the plan of an erasure, its certificate. */
#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/rights/internal.h"
#include "cases/rights/queries.h"
#include "cases/rights/rules.h"

ERR_DEFINE(err_not_ready, ERR_MISSING, "subjectRequest.notReady", "What is asked for is not there yet.");
ERR_DEFINE(err_over, ERR_MISSING, "subjectRequest.expired", "The export has expired: ask for a new one.");

err_t rights_parts_write(struct ctx *x, struct tx *tx, struct buf *out, struct uuid id, const char *phase)
{
    struct rights_part *parts;
    size_t n;

    TRY(q_rights_parts(tx, id, phase, &parts, &n));
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        const char *tables = parts[i].body;

        if (parts[i].sealed.p)
            TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                               RIGHTS_PLACE, parts[i].id, parts[i].sealed, &tables));
        buf_printf(out, "%s{\"service\":\"%s\",\"tables\":%s}", i ? "," : "", parts[i].service, tables);
    }
    buf_putc(out, ']');
    return NULL;
}

static void head_write(struct ctx *x, struct buf *out, const struct rights_row *row)
{
    buf_printf(out, "{\"requestId\":\"%s\",\"personId\":\"%s\",\"subject\":\"%s\"",
               uuid_text(x->arena, row->id), uuid_text(x->arena, row->person_id), row->subject);
}

static void instant_write(struct buf *out, const char *name, struct opt_i64 at)
{
    buf_printf(out, ",\"%s\":", name);
    if (at.set)
        json_write_instant(out, at.v);
    else
        buf_puts(out, "null");
}

/* getSubjectExport: GET /data-subject-requests/{subjectRequestId}/export. In the trail before the answer. */
err_t get_subject_export(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "subjectRequestId");
    struct rights_row row;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_rights_get(tx, id, &row));
    if (str_eq(row.status, "expired"))
        return err_over;
    if (!str_eq(row.status, "ready"))
        return err_not_ready;
    audit_read(tx, "subjectRequest", id, "export");
    audit_read(tx, row.subject, row.person_id, "export");
    out = reply_begin(rs, 200);
    head_write(x, out, &row);
    buf_puts(out, ",\"format\":1");
    instant_write(out, "collectedAt", row.ready_at);
    buf_puts(out, ",\"services\":");
    TRY(rights_parts_write(x, tx, out, id, "export"));
    buf_putc(out, '}');
    return NULL;
}

/* getSubjectPlan: GET /data-subject-requests/{subjectRequestId}/plan */
err_t get_subject_plan(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "subjectRequestId");
    struct rights_row row;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    TRY(q_rights_get(tx, id, &row));
    if (!str_eq(row.kind, "erasure") || str_eq(row.status, "collecting"))
        return err_not_ready;
    audit_read(tx, "subjectRequest", id, "plan");
    out = reply_begin(rs, 200);
    head_write(x, out, &row);
    buf_printf(out, ",\"status\":\"%s\",\"blocks\":%s,\"services\":", row.status, row.blocks);
    TRY(rights_parts_write(x, tx, out, id, "plan"));
    buf_putc(out, '}');
    return NULL;
}

/* getSubjectCertificate: GET /data-subject-requests/{subjectRequestId}/certificate */
err_t get_subject_certificate(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "subjectRequestId");
    struct rights_certificate more;
    struct rights_row row;
    struct buf *out;
    struct tx *tx;
    char day[11];

    TRY(db_begin_read(x, &tx));
    TRY(q_rights_get(tx, id, &row));
    if (!str_eq(row.status, "done"))
        return err_not_ready;
    TRY(q_rights_certificate(tx, id, &more));
    audit_read(tx, "subjectRequest", id, "certificate");
    date_format(more.backups_until.v, day);
    out = reply_begin(rs, 200);
    head_write(x, out, &row);
    buf_puts(out, ",\"askedBy\":");
    json_write_text(out, row.asked_by);
    buf_puts(out, ",\"approvedBy\":");
    json_write_text(out, row.decided_by);
    instant_write(out, "doneAt", row.done_at);
    buf_printf(out, ",\"backupsUntil\":\"%s\",\"partners\":%s,\"addressees\":%s,\"services\":", day,
               more.partners, more.addressees);
    TRY(rights_parts_write(x, tx, out, id, "erase"));
    buf_putc(out, '}');
    return NULL;
}
