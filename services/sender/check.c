/* check.c - see check.h. */
#include "check.h"

#include "app/peers.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "outcome.h"
#include "rules.h"

#define CHECK_TIMEOUT_US (5 * DATE_US_PER_S)

static void put_uuid(struct buf *q, const char *name, struct opt_uuid id)
{
    if (id.set)
        buf_printf(q, ",\"%s\":\"%s\"", name, uuid_text(q->arena, id.v));
}

static void put_text(struct buf *q, const char *name, const char *text)
{
    if (!text)
        return;
    buf_printf(q, ",\"%s\":", name);
    json_write_text(q, text);
}

/* SendQuestion of common.yaml. */
static const char *question(struct ctx *x, const struct job *job)
{
    struct buf q;
    char at[32];
    buf_init(&q, x->arena, 512);
    buf_puts(&q, "{\"topic\":");
    json_write_text(&q, job->m.topic);
    put_uuid(&q, "caseId", job->m.case_id);
    put_uuid(&q, "personId", job->m.person_id);
    put_text(&q, "userId", job->m.user_id);
    put_text(&q, "refKind", job->m.ref_kind);
    put_uuid(&q, "refId", job->m.ref_id);
    buf_printf(&q, ",\"basis\":{\"kind\":\"%s\",\"id\":\"%s\",\"event\":\"%s\"", job->m.basis_kind,
               uuid_text(x->arena, job->m.basis_id), job->m.basis_event);
    if (job->m.basis_starts_at.set) {
        date_format_instant(job->m.basis_starts_at.v, at);
        buf_printf(&q, ",\"startsAt\":\"%s\"", at);
    }
    buf_puts(&q, "}}");
    return buf_text(&q);
}

err_t check_message(struct ctx *x, struct job *job)
{
    const char *const *services = rules_send_services(job->m.basis_kind, job->m.case_id.set);
    const char *body = question(x, job);
    json_t *answer;
    if (!services)
        return err_internal(x->arena, ERR_BUG, "check.route", "nobody knows of a %s", job->m.basis_kind);
    for (size_t i = 0; services[i]; i++) {
        TRY(peer_call(x, services[i], arena_printf(x->arena, "/%s/v1/send-checks", services[i]),
                      x->who->organisation, body, CHECK_TIMEOUT_US, &answer));
        job->answer = rules_send_join(x->arena, job->answer, answer);
        if (!str_eq(json_member_text(answer, "decision"), "send"))
            return NULL;
    }
    return NULL;
}
