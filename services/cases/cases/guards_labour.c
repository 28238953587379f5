/* guards_labour.c - guards about the way to work: the profile and what was attended. */
#include "base/json.h"
#include "cases/cases/guards_internal.h"

/* Something is known of what the person can do, however little of it is documented. */
void judge_profile(struct judging *j)
{
    if (j->facts->claims == 0)
        guard_unmet(j, "/profileClaims", "Record what the person has learnt or done.",
                    "The profile says nothing yet.");
}

void judge_training(struct judging *j)
{
    int64_t wanted = json_member_i64(j->params, "sessions", 1);

    if (j->facts->sessions_attended < wanted)
        guard_unmet(j, "/trainings", "Record who came to the sessions of the training.",
                    "%d of %lld sessions of a training were attended.", (int)j->facts->sessions_attended,
                    (long long)wanted);
}
