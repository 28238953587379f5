/* transitions.c - moving terms of reference: what each move lacks, and what hangs on it. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/applications/applications.h"
#include "diaspora/institutions/institutions.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/tors/internal.h"
#include "diaspora/tors/rules.h"
#include "diaspora/tors/tors.h"

/* Everything that the guards look at. */
struct tor_judged {
    struct tor_state t;
    struct tor_version_locked newest;
    struct fault_list place;
    struct tor_facts facts;
    const char *status; /* for the machine */
};

static err_t judge_facts(struct ctx *x, struct tx *tx, struct uuid id, struct tor_judged *j)
{
    struct tor_accepted accepted;
    const struct programme *p;
    int32_t today = date_today_nl(x->now_us);

    TRY(q_tor_version(tx, id, j->t.newest, &j->newest));
    TRY(q_tor_accepted(tx, id, &accepted));
    TRY(programme_mine(x, j->t.programme, "", &p));
    TRY(programme_place(x, tx, p, j->t.country, j->t.sector,
                        j->newest.starts_on > today ? j->newest.starts_on : today, &j->place));
    TRY(institution_active(tx, j->t.institution_id, &j->facts.institution_active));
    j->facts.caller = x->who->subject;
    j->facts.may_approve = principal_has(x->who, "tors:approve");
    j->facts.submitted_by = j->newest.submitted_by_;
    j->facts.ends_on = j->newest.ends_on;
    j->facts.today = today;
    j->facts.accepted = accepted.n;
    j->facts.place = &j->place;
    j->status = rules_tor_status(x->arena, j->t.status, j->t.in_force, j->t.newest, j->newest.status_);
    return NULL;
}

static err_t reply_transitions(struct ctx *x, struct uuid id, const struct tor_judged *j, bool dry_run,
                               struct response *rs)
{
    struct buf *out;

    reply_etag(rs, j->t.version);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(x->arena, id), j->t.status, j->t.version, dry_run ? "true" : "false");
    machine_write(x->arena, out, tor_machine, j->status, rules_tor_judge, &j->facts);
    buf_putc(out, '}');
    return NULL;
}

/* listTorTransitions: GET /tors/{torId}/transitions */
err_t list_tor_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_judged j = {0};
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "tor", id, "transitions");
    TRY(q_tor_state(tx, id, &j.t));
    TRY(judge_facts(x, tx, id, &j));
    return reply_transitions(x, id, &j, false, rs);
}

/* The version that the move is about, and the status of the terms behind it. */
static void move_version(struct ctx *x, struct tx *tx, struct uuid id, const struct machine_move *move,
                         const char *reason, struct tor_state *t)
{
    if (str_starts(move->code, "submit")) {
        q_tor_version_submit(tx, id, t->newest, x->who->subject, x->now_us);
    } else if (str_starts(move->code, "return")) {
        q_tor_version_return(tx, id, t->newest, reason, x->now_us);
    } else if (str_starts(move->code, "approve")) {
        if (t->in_force.set)
            q_tor_version_supersede(tx, id, t->in_force.v, x->now_us);
        q_tor_version_approve(tx, id, t->newest, x->who->subject, x->now_us);
        t->in_force = OPT_I32(t->newest);
    }
}

static bool is_revision(const struct machine_move *move)
{
    return str_eq(move->code, "submitRevision") || str_eq(move->code, "returnRevision") ||
           str_eq(move->code, "approveRevision");
}

static void tell_moved(struct ctx *x, struct tx *tx, struct uuid id, const struct tor_state *t,
                       const char *transition, const char *from, const char *reason)
{
    q_tor_save(tx, &(struct q_tor_save_in){.id = id,
                                           .status = t->status,
                                           .newest = t->newest,
                                           .in_force = t->in_force,
                                           .status_reason = t->status_reason,
                                           .now = x->now_us});
    q_tor_move_add(tx, &(struct q_tor_move_add_in){.id = uuid_new(x->now_us),
                                                   .tor_id = id,
                                                   .number = t->newest,
                                                   .transition = transition,
                                                   .from_status = from,
                                                   .to_status = t->status,
                                                   .reason = reason,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "tor", id, "transition", "[\"status\"]");
}

static err_t make_move(struct ctx *x, struct tx *tx, struct uuid id, const struct machine_move *move,
                       const char *reason, struct tor_state *t)
{
    const char *from = t->status;

    move_version(x, tx, id, move, reason, t);
    if (!is_revision(move)) {
        t->status = move->to;
        t->status_reason = str_eq(move->to, "suspended") || str_eq(move->to, "closed") ? reason : NULL;
    }
    tell_moved(x, tx, id, t, move->code, from, reason);
    if (str_eq(move->to, "filled") || str_eq(move->to, "closed"))
        TRY(applications_close_for_tor(x, tx, id, str_eq(move->to, "filled") ? "torFilled" : "torClosed"));
    t->version++;
    return NULL;
}

/* makeTorTransition: POST /tors/{torId}/transitions */
err_t make_tor_transition(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *code = json_member_text(request_body(rq), "transition");
    const char *reason = json_member_text(request_body(rq), "reason");
    bool dry_run = request_query_bool(rq, "dryRun", false);
    struct uuid id = request_path_uuid(rq, "torId");
    struct tor_judged j = {0}, after = {0};
    const struct machine_move *move;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_tor_lock(tx, id, &j.t));
    TRY(etag_match(rq, j.t.version));
    TRY(judge_facts(x, tx, id, &j));
    TRY(machine_move(x->arena, tor_machine, j.status, code, reason, rules_tor_judge, &j.facts, &move));
    if (dry_run) {
        audit_read(tx, "tor", id, "transitions");
        return reply_transitions(x, id, &j, true, rs);
    }
    TRY(make_move(x, tx, id, move, reason, &j.t));
    TRY(q_tor_state(tx, id, &after.t));
    TRY(judge_facts(x, tx, id, &after));
    return reply_transitions(x, id, &after, false, rs);
}

/* ---- for others ---- */

static err_t version_of(struct tx *tx, struct uuid tor_id, const struct tor_state *t, struct tor_version *ret)
{
    struct tor_version_locked v;
    int32_t number = t->in_force.set ? t->in_force.v : t->newest;

    TRY(q_tor_version(tx, tor_id, number, &v));
    *ret = (struct tor_version){.programme = t->programme,
                                .country = t->country,
                                .sector = t->sector,
                                .status = t->status,
                                .number = number,
                                .in_force = t->in_force,
                                .kinds = v.kinds,
                                .competences = v.competences,
                                .languages = v.languages,
                                .starts_on = v.starts_on,
                                .ends_on = v.ends_on,
                                .places = v.places};
    return NULL;
}

err_t tor_version_read(struct tx *tx, struct uuid tor_id, struct tor_version *ret)
{
    struct tor_state t;

    TRY(q_tor_state(tx, tor_id, &t));
    return version_of(tx, tor_id, &t, ret);
}

err_t tor_version_hold(struct tx *tx, struct uuid tor_id, struct tor_version *ret)
{
    struct tor_state t;

    TRY(q_tor_lock(tx, tor_id, &t));
    return version_of(tx, tor_id, &t, ret);
}

err_t tor_filled(struct ctx *x, struct tx *tx, struct uuid tor_id)
{
    struct tor_state t;

    TRY(q_tor_lock(tx, tor_id, &t));
    const char *from = t.status;
    t.status = "filled";
    t.status_reason = NULL;
    tell_moved(x, tx, tor_id, &t, "fill", from, NULL);
    return NULL;
}
