/* effects.c - moves made: by a person, by what the travel service tells, by a country that closes. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/assignments/terms.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/surveys/surveys.h"
#include "io/db.h"

void assignment_told(struct ctx *x, struct tx *tx, const char *what, struct uuid id, struct uuid expert_id)
{
    outbox_add(
        tx, &(struct event){.type = what,
                            .subject = id,
                            .data = arena_printf(x->arena, "{\"assignmentId\":\"%s\",\"expertId\":\"%s\"}",
                                                 uuid_text(x->arena, id), uuid_text(x->arena, expert_id))});
}

/* Phases, journeys and surveys follow the assignment. */
static err_t follow(struct ctx *x, struct tx *tx, const struct assignment_locked *of, const char *move)
{
    int32_t today = date_today_nl(x->now_us);

    if (str_eq(move, "clear")) {
        assignment_told(x, tx, "diaspora.assignment.cleared", of->id, of->expert_id);
    } else if (str_eq(move, "start")) {
        q_phases_start(tx, of->id, today, x->now_us);
    } else if (str_eq(move, "switchOnline")) {
        q_phases_switch_online(tx, of->id, x->now_us);
        TRY(journeys_cancel(x, tx, "assignment", of->id, "switchedOnline"));
    } else if (str_eq(move, "switchBack")) {
        q_phases_switch_back(tx, of->id, today, x->now_us);
    } else if (str_eq(move, "report")) {
        q_phases_end(tx, of->id, x->now_us);
    } else if (str_eq(move, "close")) {
        assignment_told(x, tx, "diaspora.assignment.closed", of->id, of->expert_id);
    } else if (str_eq(move, "abort")) {
        q_phases_abort(tx, of->id, x->now_us);
        TRY(journeys_cancel(x, tx, "assignment", of->id, "assignmentAborted"));
        TRY(surveys_cancel(x, tx, of->id));
        assignment_told(x, tx, "diaspora.assignment.closed", of->id, of->expert_id);
    }
    return NULL;
}

err_t assignment_move_make(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                           const struct machine_move *move, const char *reason)
{
    q_assignment_save_move(
        tx, &(struct q_assignment_save_move_in){.id = of->id,
                                                .from_status = of->status,
                                                .status = move->to,
                                                .abort_reason = str_eq(move->to, "aborted") ? reason : NULL,
                                                .now = x->now_us});
    q_assignment_move_add(tx, &(struct q_assignment_move_add_in){.id = uuid_new(x->now_us),
                                                                 .assignment_id = of->id,
                                                                 .transition = move->code,
                                                                 .from_status = of->status,
                                                                 .to_status = move->to,
                                                                 .reason = reason,
                                                                 .by = x->who->subject,
                                                                 .now = x->now_us});
    audit_write(tx, "assignment", of->id, "transition", "[\"status\"]");
    return follow(x, tx, of, move->code);
}

err_t assignment_rejudge(struct ctx *x, struct tx *tx, struct uuid id, bool clears)
{
    static const struct machine_move clear = {"clear", {"planned"}, "cleared"},
                                     reopen = {"reopen", {"cleared"}, "planned"};
    struct assignment_facts facts;
    struct assignment_locked of;
    struct unmet_list unmet = {0};

    TRY(q_assignment_lock(tx, id, &of));
    if (!str_eq(of.status, "planned") && !str_eq(of.status, "cleared"))
        return NULL;
    TRY(assignment_facts_read(x, tx, &of, &facts));
    assignment_judge(x->arena, &facts, &clear, &unmet);
    if (str_eq(of.status, "cleared") && unmet.n > 0)
        return assignment_move_make(x, tx, &of, &reopen, unmet.v[0].code);
    if (str_eq(of.status, "planned") && unmet.n == 0 && clears)
        return assignment_move_make(x, tx, &of, &clear, NULL);
    return NULL;
}

err_t assignment_departed(struct ctx *x, struct tx *tx, struct uuid id, struct uuid phase_id)
{
    static const struct machine_move depart = {"depart", {NULL}, "active"};
    struct assignment_locked of;

    TRY(q_assignment_lock(tx, id, &of));
    q_phase_depart(tx, phase_id, x->now_us);
    if (!str_eq(of.status, "planned") && !str_eq(of.status, "cleared"))
        return NULL;
    TRY(assignment_move_make(x, tx, &of, &depart, NULL));
    if (str_eq(of.status, "planned"))
        q_assignment_flag(tx, id, "travel.departedUncleared", x->now_us);
    return NULL;
}

err_t assignment_refresh(struct ctx *x, struct tx *tx, struct uuid id)
{
    q_assignment_refresh(tx, id, x->now_us);
    return surveys_move(x, tx, id);
}

/* ---- a country closes ---- */

/* Phases that have begun go on online, or are suspended, as the programme says; planned ones are flagged for
 * somebody to look at. */
static err_t phase_closed(struct ctx *x, struct tx *tx, const struct closed_phase *p, bool switches)
{
    static const struct machine_move online = {"switchOnline", {"active"}, "switchedOnline"};
    struct assignment_locked of;

    TRY(q_assignment_lock(tx, p->assignment_id, &of));
    if (str_eq(p->status, "planned"))
        q_phase_flag(tx, p->id, "country.closed", x->now_us);
    else
        q_phase_suspend(tx, p->id, switches ? "switchedOnline" : "suspended", "country.closed", x->now_us);
    if (switches && str_eq(p->status, "active") && str_eq(of.status, "active"))
        TRY(assignment_move_make(x, tx, &of, &online, "country.closed"));
    q_assignment_flag(tx, of.id, "country.closed", x->now_us);
    return assignment_rejudge(x, tx, of.id, false);
}

err_t assignments_country_closed(struct ctx *x, const struct inbox_event *e)
{
    struct q_phases_in_country_in in = {
        .programme = json_member_text(e->data, "programme"),
        .country = json_member_text(e->data, "country"),
        .from_on = date_today_nl(e->time_us),
    };
    struct opt_date from = json_member_date(e->data, "fromOn"), until = json_member_date(e->data, "untilOn");
    struct assignment_terms terms;
    struct closed_phase *phases;
    struct tx *tx;
    size_t n;

    if (from.set)
        in.from_on = from.v;
    in.until_on = until;
    TRY(db_begin(x, &tx));
    TRY(assignment_terms_of(x, in.programme, &terms));
    TRY(q_phases_in_country(tx, &in, &phases, &n));
    for (size_t i = 0; i < n; i++)
        TRY(phase_closed(x, tx, &phases[i], terms.closed_switches_online));
    return NULL;
}
