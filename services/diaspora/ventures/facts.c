/* facts.c - from rows to what a venture's moves are judged by. */
#include "base/arena.h"
#include "diaspora/ventures/ventures.h"
#include "io/db.h"

err_t venture_facts(struct ctx *x, struct tx *tx, struct uuid id, const struct venture_state *v,
                    struct venture_facts *ret, struct opt_uuid *ret_mission)
{
    struct venture_teammate *team;
    struct venture_counts c;
    struct venture_mate *mates;
    size_t n;

    q_venture_team_later(tx, id, &team, &n);
    TRY(q_venture_facts(tx, id, v->cohort_id, v->country, &c));
    mates = ARENA_ARRAY(x->arena, n + 1, struct venture_mate);
    for (size_t i = 0; i < n; i++)
        mates[i] = (struct venture_mate){.diaspora = str_eq(team[i].kind, "diasporaEntrepreneur"),
                                         .origin = team[i].origin_country,
                                         .residence = team[i].residence_country};
    *ret = (struct venture_facts){.status = v->status,
                                  .country = v->country,
                                  .team = mates,
                                  .nteam = n,
                                  .places = c.places,
                                  .selected = c.selected,
                                  .finalist_places = c.finalist_places,
                                  .finalists = c.finalists,
                                  .jury_seats = c.jury_seats,
                                  .seated = c.seated,
                                  .min_sessions = c.min_sessions,
                                  .sessions_held = c.sessions_held,
                                  .running = str_eq(c.cohort_status, "running"),
                                  .has_plan = v->plan_version > 0,
                                  .scored = v->scored_at.set,
                                  .mission_planned = c.mission_id.set,
                                  .mission_held = c.mission_held};
    *ret_mission = c.mission_id;
    return NULL;
}
