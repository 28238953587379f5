/* transitions.c - moving an application. The terms of reference are locked first, always: places are counted
 * under that lock. */
#include <string.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/applications/applications.h"
#include "diaspora/applications/internal.h"
#include "diaspora/applications/rules.h"
#include "diaspora/experts/experts.h"
#include "diaspora/tors/tors.h"

struct application_judged {
    struct application_state a;
    struct application_facts facts;
};

/* A text member of a JSON column; NULL when there is none. */
static err_t outcome_of(struct ctx *x, const char *text, const char **ret)
{
    json_t *j;

    *ret = NULL;
    if (!text)
        return NULL;
    TRY(json_parse(x->arena, text, strlen(text), 8, &j));
    *ret = json_member_text(j, "outcome");
    return NULL;
}

static err_t judge_facts(struct ctx *x, struct tx *tx, const struct tor_version *v,
                         struct application_judged *j)
{
    struct application_accepted accepted;

    TRY(q_application_accepted(tx, j->a.tor_id, &accepted));
    TRY(expert_active(tx, j->a.expert_id, &j->facts.expert_active, &j->facts.expert_restricted));
    TRY(outcome_of(x, j->a.interview, &j->facts.interview));
    TRY(outcome_of(x, j->a.host_decision, &j->facts.host));
    j->facts.tor_open = str_eq(v->status, "open");
    j->facts.may_offer = principal_has(x->who, "applications:offer");
    j->facts.places = v->places;
    j->facts.accepted = accepted.n;
    return NULL;
}

static err_t reply_transitions(struct ctx *x, struct uuid id, const struct application_judged *j,
                               bool dry_run, struct response *rs)
{
    struct buf *out;

    reply_etag(rs, j->a.version);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(x->arena, id), j->a.status, j->a.version, dry_run ? "true" : "false");
    machine_write(x->arena, out, application_machine, j->a.status, rules_application_judge, &j->facts);
    buf_putc(out, '}');
    return NULL;
}

/* listApplicationTransitions: GET /applications/{applicationId}/transitions */
err_t list_application_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "applicationId");
    struct application_judged j = {0};
    struct tor_version v;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "application", id, "transitions");
    TRY(q_application_state(tx, id, &j.a));
    TRY(tor_version_read(tx, j.a.tor_id, &v));
    TRY(judge_facts(x, tx, &v, &j));
    return reply_transitions(x, id, &j, false, rs);
}

static void add_move(struct ctx *x, struct tx *tx, struct uuid id, const char *transition, const char *from,
                     const char *to, const char *reason)
{
    q_application_move_add(tx, &(struct q_application_move_add_in){.id = uuid_new(x->now_us),
                                                                   .application_id = id,
                                                                   .transition = transition,
                                                                   .from_status = from,
                                                                   .to_status = to,
                                                                   .reason = reason,
                                                                   .by = x->who->subject,
                                                                   .now = x->now_us});
    audit_write(tx, "application", id, "transition", "[\"status\"]");
}

err_t applications_close_for_tor(struct ctx *x, struct tx *tx, struct uuid tor_id, const char *reason)
{
    struct application_open *open;
    size_t n;

    TRY(q_application_open_of(tx, tor_id, &open, &n));
    for (size_t i = 0; i < n; i++) {
        q_application_close(tx, open[i].id, reason, x->now_us);
        add_move(x, tx, open[i].id, "decline", open[i].status, "declined", reason);
    }
    return NULL;
}

/* What the body brings of interview and host's decision takes the place of what stands. */
static err_t brought(struct ctx *x, const struct request *rq, struct application_state *a)
{
    struct fault_list faults = {0};
    const char *interview = request_member_json(x, rq, "interview");
    const char *host = request_member_json(x, rq, "hostDecision");

    rules_application_brought(x->arena, request_body(rq), date_today_nl(x->now_us), &faults);
    if (interview)
        a->interview = interview;
    if (host)
        a->host_decision = host;
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The move is not valid.");
}

static err_t make_move(struct ctx *x, struct tx *tx, struct uuid id, const struct machine_move *move,
                       const char *reason, const struct application_judged *j)
{
    bool ends = str_eq(move->to, "declined") || str_eq(move->to, "withdrawn");

    q_application_save(tx, &(struct q_application_save_in){.id = id,
                                                           .status = move->to,
                                                           .interview = j->a.interview,
                                                           .host_decision = j->a.host_decision,
                                                           .close_reason = ends ? reason : NULL,
                                                           .now = x->now_us});
    add_move(x, tx, id, move->code, j->a.status, move->to, reason);
    if (str_eq(move->to, "accepted") && j->facts.accepted + 1 >= j->facts.places) {
        TRY(tor_filled(x, tx, j->a.tor_id));
        TRY(applications_close_for_tor(x, tx, j->a.tor_id, "torFilled"));
    }
    return NULL;
}

/* makeApplicationTransition: POST /applications/{applicationId}/transitions */
err_t make_application_transition(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *code = json_member_text(request_body(rq), "transition");
    const char *reason = json_member_text(request_body(rq), "reason");
    bool dry_run = request_query_bool(rq, "dryRun", false);
    struct uuid id = request_path_uuid(rq, "applicationId");
    struct application_judged j = {0}, after = {0};
    const struct machine_move *move;
    struct application_tor of;
    struct tor_version v;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_application_tor(tx, id, &of));
    TRY(tor_version_hold(tx, of.tor_id, &v));
    TRY(q_application_lock(tx, id, &j.a));
    TRY(etag_match(rq, j.a.version));
    TRY(brought(x, rq, &j.a));
    TRY(judge_facts(x, tx, &v, &j));
    TRY(machine_move(x->arena, application_machine, j.a.status, code, reason, rules_application_judge,
                     &j.facts, &move));
    if (dry_run) {
        audit_read(tx, "application", id, "transitions");
        return reply_transitions(x, id, &j, true, rs);
    }
    TRY(make_move(x, tx, id, move, reason, &j));
    TRY(q_application_state(tx, id, &after.a));
    TRY(tor_version_read(tx, after.a.tor_id, &v));
    TRY(judge_facts(x, tx, &v, &after));
    return reply_transitions(x, id, &after, false, rs);
}
