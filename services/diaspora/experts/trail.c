/* trail.c - who saw an expert, over the trails of all services (app/trail.h). */
#include "app/trail.h"
#include "diaspora/experts/internal.h"

static const char *const peers[] = {"cases", "identity", "notifications", "travel", NULL};

/* Every operation on /experts: it tells of nothing that belongs to one programme. (An arch test compares.) */
static const char *const own[] = {
    "createExpert",          "createExpertCompetence",
    "createExpertWindow",    "deleteExpertCompetence",
    "deleteExpertWindow",    "getExpert",
    "getExpertResidence",    "liftExpertRestriction",
    "listExpertHistory",     "patchExpert",
    "patchExpertCompetence", "putExpertResidence",
    "restrictExpert",        "searchExperts",
    "whoSawExpert",          NULL,
};

static const struct trail_class hidden[] = {
    {"experts.residence:read", NULL, "residence"},
    {"experts.history:read", NULL, "history"},
    {NULL, NULL, NULL},
};
static const struct trail_terms terms = {
    .kind = "expert", .parameter = "expertId", .own = own, .hidden = hidden, .peers = peers};

/* whoSawExpert: POST /experts/{expertId}/_whosaw */
err_t who_saw_expert(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct expert_trail expert;
    struct trail t;
    struct tx *tx;

    TRY(trail_question(x, rq, &terms, &t));
    TRY(db_begin(x, &tx));
    TRY(q_expert_trail(tx, t.person_id, &expert));
    t.cases = expert.own;
    return trail_answer(x, rq, tx, &terms, &t, rs);
}
