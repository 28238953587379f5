/* http.c - who saw a person (api-spec/cases/trails.yaml), over the trails of all services (app/trail.h). */
#include "app/trail.h"
#include "cases/areas.h"
#include "cases/trails/queries.h"

static const char *const peers[] = {"diaspora", "identity", "notifications", "travel", NULL};

/* Every operation on /persons: what it tells of a person, it tells without a case. (An arch test compares.)
 */
static const char *const own[] = {
    "createContactPoint",
    "createDataSubjectRequest",
    "createPerson",
    "createResidenceStatus",
    "createStay",
    "endContactPoint",
    "getContactPoint",
    "getPerson",
    "getResidenceStatus",
    "getStay",
    "liftPersonRestriction",
    "listContactPoints",
    "listPersonHistory",
    "listResidenceStatuses",
    "listStays",
    "restrictPerson",
    "searchPersons",
    "updateContactPoint",
    "updatePerson",
    "updateResidenceStatus",
    "updateStay",
    "whoSaw",
    NULL,
};

static const struct trail_class hidden[] = {
    {"persons.residence:read", "residenceStatus", "residence"},
    {"persons.residence:read", "stay", "stays"},
    {"persons.identifiers:read", NULL, "identifiers"},
    {"protection:read", "protectionClearance", NULL},
    {NULL, NULL, NULL},
};
static const struct trail_terms terms = {
    .kind = "person", .parameter = "personId", .own = own, .hidden = hidden, .peers = peers};

/* whoSaw: POST /persons/{personId}/_whosaw */
static err_t who_saw(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct trail_person person;
    struct trail t;
    struct tx *tx;

    TRY(trail_question(x, rq, &terms, &t));
    TRY(db_begin(x, &tx));
    TRY(q_trail_person(tx, t.person_id, &person));
    t.cases = person.cases;
    return trail_answer(x, rq, tx, &terms, &t, rs);
}

const struct handler trails_handlers[] = {{"whoSaw", who_saw}, {NULL, NULL}};
