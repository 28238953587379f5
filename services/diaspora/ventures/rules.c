/* rules.c - decisions on ventures; see rules.h. */
#include "diaspora/ventures/rules.h"

#include "base/arena.h"
#include "base/codes.h"
#include "base/json.h"

ERR_DEFINE(err_ended, ERR_CONFLICT, "venture.ended", "The venture was dropped.");
ERR_DEFINE(err_early, ERR_CONFLICT, "plan.early", "The plan is written during the training.");
ERR_DEFINE(err_handed_in, ERR_CONFLICT, "plan.handedIn",
           "The plan was handed in to the jury and stays as it is.");

static const struct machine_move moves[] = {
    {"select", {"applied"}, "selected"},
    {"startTraining", {"selected"}, "training"},
    {"submitPlan", {"training"}, "planSubmitted"},
    {"sendToJury", {"planSubmitted"}, "jury"},
    {"nameFinalist", {"jury"}, "finalist"},
    {"joinMission", {"finalist"}, "mission"},
    {"start", {"mission", "paused"}, "started"},
    {"pause", {"mission", "started"}, "paused", .reason_required = true},
    {"drop",
     {"applied", "selected", "training", "planSubmitted", "jury", "finalist", "mission", "started", "paused"},
     "dropped",
     .reason_required = true},
};
const struct machine venture_machine = {.moves = moves, .n = LENGTH(moves)};

bool rules_team_eligible(const struct venture_mate *team, size_t n, const char *country)
{
    bool diaspora = false, dutch = false;

    for (size_t i = 0; i < n; i++) {
        if (!team[i].diaspora) {
            dutch = true;
            continue;
        }
        if (!str_eq(team[i].origin, country))
            continue;
        diaspora = true;
        if (str_eq(team[i].residence, "NL"))
            return true;
    }
    return diaspora && dutch;
}

static void lacks(struct arena *a, struct unmet_list *list, const char *code, const char *message,
                  const char *pointer, const char *remedy)
{
    unmet_add(a, list,
              (struct unmet){.code = code, .message = message, .pointer = pointer, .remedy = remedy});
}

static void judge_select(struct arena *a, const struct venture_facts *f, struct unmet_list *list)
{
    if (!rules_team_eligible(f->team, f->nteam, f->country))
        lacks(
            a, list, "team.eligible",
            "Nobody of the country's diaspora in the team resides in the Netherlands, and there is no Dutch "
            "entrepreneur with a diaspora partner.",
            "/team", "Add a member who makes the team eligible.");
    if (f->selected >= f->places)
        lacks(a, list, "place.free", "All places of the country are taken.", "/cohort/countries",
              "Drop another venture, or wait for the next cohort.");
}

static void judge_finalist(struct arena *a, const struct venture_facts *f, struct unmet_list *list)
{
    if (!f->scored)
        lacks(a, list, "scores.complete", "Not every juror has scored.", "/juryScores",
              "Wait for the last score.");
    if (f->finalists >= f->finalist_places)
        lacks(a, list, "place.free", "All finalists of the country are named.", "/cohort/countries",
              "Drop another finalist.");
}

void rules_venture_judge(struct arena *a, const void *facts, const struct machine_move *move,
                         struct unmet_list *list)
{
    const struct venture_facts *f = facts;

    if (str_eq(move->code, "select")) {
        judge_select(a, f, list);
    } else if (str_eq(move->code, "startTraining")) {
        if (!f->running)
            lacks(a, list, "cohort.running", "The cohort has not started.", "/cohort/status",
                  "Start the cohort.");
    } else if (str_eq(move->code, "submitPlan")) {
        if (f->sessions_held < f->min_sessions)
            lacks(a, list, "mentoring.done",
                  arena_printf(a, "%d of %d mentor sessions were held.", f->sessions_held, f->min_sessions),
                  "/mentorSessions", "Hold the mentor sessions that are left.");
        if (!f->has_plan)
            lacks(a, list, "plan.present", "There is no business plan.", "/businessPlan", "Write the plan.");
    } else if (str_eq(move->code, "sendToJury")) {
        if (f->seated < f->jury_seats)
            lacks(a, list, "jury.seated",
                  arena_printf(a, "%d of %d seats of the jury are taken.", f->seated, f->jury_seats),
                  "/jurors", "Seat the jurors who are missing.");
    } else if (str_eq(move->code, "nameFinalist")) {
        judge_finalist(a, f, list);
    } else if (str_eq(move->code, "joinMission")) {
        if (!f->mission_planned)
            lacks(a, list, "mission.planned", "No mission to the country is planned.", "/missions",
                  "Plan a mission.");
    } else if (str_eq(move->code, "start") && str_eq(f->status, "mission")) {
        if (!f->mission_held)
            lacks(a, list, "mission.held", "The mission was not held yet.", "/missionId",
                  "Record that the mission was held.");
    }
}

err_t rules_venture_editable(const char *status)
{
    return str_eq(status, "dropped") ? err_ended : NULL;
}

err_t rules_plan_writable(const char *status)
{
    if (str_eq(status, "training"))
        return NULL;
    return str_eq(status, "applied") || str_eq(status, "selected") ? err_early : err_handed_in;
}

static void unknown_country(struct arena *a, const json_t *member, const char *name, const char *pointer,
                            struct fault_list *faults)
{
    const char *country = json_member_text(member, name);

    if (country && !codes_country(country))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/%s", pointer, name),
                                 .code = "country.unknown",
                                 .detail = "There is no such country."});
}

void rules_member(struct arena *a, const json_t *member, const char *pointer, struct fault_list *faults)
{
    bool diaspora = str_eq(json_member_text(member, "kind"), "diasporaEntrepreneur");

    unknown_country(a, member, "originCountry", pointer, faults);
    unknown_country(a, member, "residenceCountry", pointer, faults);
    if (diaspora != (json_member_text(member, "originCountry") != NULL))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/originCountry", pointer),
                                 .code = "member.origin",
                                 .detail = diaspora ? "A diaspora entrepreneur has a country of origin."
                                                    : "A Dutch entrepreneur has no country of origin here."});
}
