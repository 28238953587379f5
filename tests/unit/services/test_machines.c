/* test_machines.c - every move of the diaspora programmes from every status: made where it is drawn, refused
 * everywhere else. */
#include <string.h>

#include "base/arena.h"
#include "base/machine.h"
#include "base/str.h"
#include "diaspora/applications/rules.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/claims/rules.h"
#include "diaspora/cohorts/rules.h"
#include "diaspora/results/rules.h"
#include "diaspora/tors/rules.h"
#include "diaspora/ventures/rules.h"
#include "unit.h"

/* A drawing: of each status the moves out of it as "move>to", separated by spaces. Read from the design, not
 * from the tables. */
struct drawn {
    const char *status, *moves;
};

static const struct drawn cohorts[] = {
    {"planned", "openApplications>open cancel>cancelled"},
    {"open", "start>running cancel>cancelled"},
    {"running", "finish>finished"},
    {"finished", ""},
    {"cancelled", ""},
};
static const struct drawn ventures[] = {
    {"applied", "select>selected drop>dropped"},
    {"selected", "startTraining>training drop>dropped"},
    {"training", "submitPlan>planSubmitted drop>dropped"},
    {"planSubmitted", "sendToJury>jury drop>dropped"},
    {"jury", "nameFinalist>finalist drop>dropped"},
    {"finalist", "joinMission>mission drop>dropped"},
    {"mission", "start>started pause>paused drop>dropped"},
    {"started", "pause>paused drop>dropped"},
    {"paused", "start>started drop>dropped"},
    {"dropped", ""},
};
static const struct drawn tors[] = {
    {"draft", "submit>submitted close>closed"},
    {"submitted", "return>draft approve>approved close>closed"},
    {"approved", "open>open close>closed"},
    {"approved.draft", "submitRevision>submitted open>open close>closed"},
    {"approved.submitted", "returnRevision>draft approveRevision>approved open>open close>closed"},
    {"open", "suspend>suspended fill>filled close>closed"},
    {"open.draft", "submitRevision>submitted suspend>suspended fill>filled close>closed"},
    {"open.submitted",
     "returnRevision>draft approveRevision>approved suspend>suspended fill>filled close>closed"},
    {"suspended", "resume>open close>closed"},
    {"suspended.draft", "submitRevision>submitted resume>open close>closed"},
    {"suspended.submitted", "returnRevision>draft approveRevision>approved resume>open close>closed"},
    {"filled", ""},
    {"closed", ""},
};
static const struct drawn applications[] = {
    {"applied", "shortlist>shortlisted decline>declined withdraw>withdrawn"},
    {"invited", "shortlist>shortlisted decline>declined withdraw>withdrawn"},
    {"requested", "shortlist>shortlisted decline>declined withdraw>withdrawn"},
    {"shortlisted", "interview>interviewed decline>declined withdraw>withdrawn"},
    {"interviewed", "hostAccept>hostAccepted decline>declined withdraw>withdrawn"},
    {"hostAccepted", "offer>offered decline>declined withdraw>withdrawn"},
    {"offered", "accept>accepted decline>declined withdraw>withdrawn"},
    {"accepted", ""},
    {"declined", ""},
    {"withdrawn", ""},
};
static const struct drawn assignments[] = {
    {"planned", "clear>cleared abort>aborted"},
    {"cleared", "reopen>planned start>active abort>aborted"},
    {"active", "switchOnline>switchedOnline report>reporting abort>aborted"},
    {"switchedOnline", "switchBack>active report>reporting abort>aborted"},
    {"reporting", "evaluate>evaluated"},
    {"evaluated", "close>closed"},
    {"closed", ""},
    {"aborted", ""},
};
static const struct drawn claims[] = {
    {"draft", "submit>submitted"},
    {"submitted", "approve>approved return>returned"},
    {"returned", "submit>submitted"},
    {"approved", "pay>paid"},
    {"paid", ""},
};
static const struct drawn reports[] = {
    {"submitted", "accept>accepted return>returned"},
    {"returned", "resubmit>submitted"},
    {"accepted", ""},
};

/* Where the drawing leads; NULL: nowhere. */
static const char *leads(const char *moves, const char *code)
{
    char *rest = arena_strdup(unit_arena, moves), *word;

    while ((word = strsep(&rest, " ")) != NULL) {
        char *to = strchr(word, '>');

        if (!to)
            continue;
        *to = '\0';
        if (str_eq(word, code))
            return to + 1;
    }
    return NULL;
}

static void check(const char *status, const char *code, const char *wanted, err_t e, const char *to)
{
    if (wanted) {
        ck_assert_msg(!e && str_eq(to, wanted), "%s from %s leads to %s", code, status, wanted);
    } else {
        ck_assert_msg(e && str_eq(e->code, "transition.unavailable"), "%s does not leave from %s", code,
                      status);
    }
}

static void as_drawn(struct machine m, const struct drawn *drawn, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < m.n; k++) {
            const struct machine_move *move = NULL;
            err_t e = machine_find(unit_arena, m, drawn[i].status, m.moves[k].code, "A reason.", &move);

            check(drawn[i].status, m.moves[k].code, leads(drawn[i].moves, m.moves[k].code), e,
                  e ? NULL : move->to);
        }
    }
}

START_TEST(cohorts_and_ventures_move_as_drawn)
{
    as_drawn(cohort_machine, cohorts, LENGTH(cohorts));
    as_drawn(venture_machine, ventures, LENGTH(ventures));
}
END_TEST

START_TEST(terms_and_applications_move_as_drawn)
{
    as_drawn(tor_machine, tors, LENGTH(tors));
    as_drawn(application_machine, applications, LENGTH(applications));
}
END_TEST

START_TEST(assignments_move_as_drawn)
{
    as_drawn(assignment_machine(), assignments, LENGTH(assignments));
}
END_TEST

START_TEST(claims_move_as_drawn)
{
    static const struct {
        const char *action, *actor;
    } acts[] = {{"submit", "pim"}, {"approve", "mira"}, {"return", "mira"}, {"pay", "finn"}};

    for (size_t i = 0; i < LENGTH(claims); i++) {
        for (size_t k = 0; k < LENGTH(acts); k++) {
            const char *to = NULL;
            err_t e = claim_move(unit_arena, acts[k].action,
                                 &(struct claim_act){.status = claims[i].status,
                                                     .requested_by = "pim",
                                                     .approved_by = "mira",
                                                     .actor = acts[k].actor,
                                                     .actor_is_user = true},
                                 &to);

            check(claims[i].status, acts[k].action, leads(claims[i].moves, acts[k].action), e, to);
        }
    }
}
END_TEST

START_TEST(reports_move_as_drawn)
{
    static const char *const acts[] = {"accept", "return", "resubmit"};

    for (size_t i = 0; i < LENGTH(reports); i++) {
        for (size_t k = 0; k < LENGTH(acts); k++) {
            const char *wanted = leads(reports[i].moves, acts[k]);
            err_t e = rules_report(unit_arena, reports[i].status, acts[k], "pim", "mira");

            check(reports[i].status, acts[k], wanted, e, wanted);
        }
    }
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("machines");

    UNIT_CASE(s, "machine_find", cohorts_and_ventures_move_as_drawn, terms_and_applications_move_as_drawn,
              assignments_move_as_drawn, claims_move_as_drawn, reports_move_as_drawn);
    return s;
}
