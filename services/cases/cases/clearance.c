/*
 * clearance.c - what the protection focal point found, sealed; and that the case is cleared, or not yet.
 *
 * The case's own row does not move with it: without protection:read nothing tells a cleared case from another
 * but that protection.pending has gone from its moves.
 */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "cases/cases/store.h"
#include "cases/timeline/timeline.h"

#define FINDING_PLACE "protection_clearances.finding"
#define FINDING_BYTES 10240 /* every finding is sealed at this length, so that its size says nothing */

/* {traffickingRisk, note}, padded with spaces, which JSON ignores. */
static err_t finding_seal(struct ctx *x, struct uuid case_id, const json_t *body, struct bytes *ret)
{
    struct buf out;

    buf_init(&out, x->arena, FINDING_BYTES + 1);
    buf_puts(&out, "{\"traffickingRisk\":");
    json_write_text(&out, json_member_text(body, "traffickingRisk"));
    buf_puts(&out, ",\"note\":");
    json_write_text(&out, json_member_text(body, "note"));
    buf_putc(&out, '}');
    while (out.n < FINDING_BYTES)
        buf_putc(&out, ' ');
    return keyring_seal(x->arena, program_of(x)->keyring, "protection", x->who->organisation, FINDING_PLACE,
                        case_id, buf_text(&out), ret);
}

static err_t finding_unseal(struct ctx *x, struct uuid case_id, struct bytes sealed, json_t **ret)
{
    const char *text;

    TRY(keyring_unseal(x->arena, program_of(x)->keyring, "protection", x->who->organisation, FINDING_PLACE,
                       case_id, sealed, &text));
    return json_parse(x->arena, text, strlen(text), 4, ret);
}

static err_t clearance_write(struct ctx *x, struct response *rs, struct uuid case_id, bool found,
                             const struct clearance_row *row)
{
    struct buf *out;
    json_t *finding = NULL;

    if (found)
        TRY(finding_unseal(x, case_id, row->finding, &finding));
    reply_etag(rs, found ? row->version : 0);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"outcome\":\"%s\",\"traffickingRisk\":",
               !found         ? "pending"
               : row->cleared ? "cleared"
                              : "notCleared");
    json_write_text(out, found ? json_member_text(finding, "traffickingRisk") : "notAssessed");
    buf_puts(out, ",\"note\":");
    json_write_text(out, json_member_text(finding, "note"));
    buf_puts(out, ",\"decidedBy\":");
    json_write_text(out, found ? row->decided_by : NULL);
    buf_puts(out, ",\"decidedAt\":");
    if (found)
        json_write_instant(out, row->decided_at);
    else
        buf_puts(out, "null");
    buf_printf(out, ",\"version\":%d}", found ? row->version : 0);
    return NULL;
}

/* getProtectionClearance: GET /cases/{caseId}/protection-clearance; the trail is committed before the answer.
 */
err_t get_protection_clearance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct clearance_row row;
    struct case_brief brief;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_clearance_get(tx, case_id, &found, &row));
    audit_read(tx, "protectionClearance", case_id, "protection");
    return clearance_write(x, rs, case_id, found, &row);
}

/* decideProtectionClearance: PUT /cases/{caseId}/protection-clearance */
err_t decide_protection_clearance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    const json_t *body = request_body(rq);
    bool assessed = !str_eq(json_member_text(body, "traffickingRisk"), "notAssessed"), found;
    bool cleared = str_eq(json_member_text(body, "outcome"), "cleared");
    struct clearance_row row;
    struct case_locked c;
    struct bytes finding;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_case_lock_later(tx, case_id, &c); /* orders the writers */
    TRY(q_clearance_get(tx, case_id, &found, &row));
    TRY(etag_match(rq, found ? row.version : 0));
    if (cleared && !assessed)
        return err_new(x->arena, ERR_CONFLICT, "clearance.riskNotAssessed",
                       "A case is cleared when the risk of trafficking is assessed.");
    TRY(finding_seal(x, case_id, body, &finding));
    q_clearance_put(tx, &(struct q_clearance_put_in){
                            .case_id = case_id,
                            .cleared = cleared,
                            .risk_assessed = assessed,
                            .finding = finding,
                            .by = x->who->subject,
                            .version = found ? row.version : 0,
                            .now = x->now_us,
                        });
    timeline_add(tx, case_id, "protection.decided", NULL, "protection");
    audit_write(tx, "protectionClearance", case_id, "update", NULL);
    TRY(q_clearance_get(tx, case_id, &found, &row));
    return clearance_write(x, rs, case_id, found, &row);
}
