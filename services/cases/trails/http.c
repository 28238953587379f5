/* http.c - who saw a person (api-spec/cases/trails.yaml), over the trails of all services (app/trail.h). */
#include "app/audit.h"
#include "app/trail.h"
#include "base/arena.h"
#include "cases/areas.h"
#include "cases/trails/queries.h"
#include "cases/trails/rules.h"

static const char *const peers[] = {"diaspora", "identity", "notifications", "travel"};

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
};

/* What is told only to those who could have read it: kinds of objects, classes of fields. */
static const struct {
    const char *scope, *kind, *field;
} hidden[] = {
    {"persons.residence:read", "residenceStatus", "residence"},
    {"persons.residence:read", "stay", "stays"},
    {"persons.identifiers:read", NULL, "identifiers"},
    {"protection:read", "protectionClearance", NULL},
};

static void limits(struct ctx *x, struct trail *t)
{
    t->own.v = ARENA_ARRAY(x->arena, LENGTH(own), const char *);
    for (size_t i = 0; i < LENGTH(own); i++)
        t->own.v[t->own.n++] = own[i];
    t->hidden_kinds.v = ARENA_ARRAY(x->arena, LENGTH(hidden), const char *);
    t->hidden_fields.v = ARENA_ARRAY(x->arena, LENGTH(hidden), const char *);
    for (size_t i = 0; i < LENGTH(hidden); i++) {
        if (principal_has(x->who, hidden[i].scope))
            continue;
        if (hidden[i].kind)
            t->hidden_kinds.v[t->hidden_kinds.n++] = hidden[i].kind;
        if (hidden[i].field)
            t->hidden_fields.v[t->hidden_fields.n++] = hidden[i].field;
    }
}

/* whoSaw: POST /persons/{personId}/_whosaw */
static err_t who_saw(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct trail t = {.person_id = request_path_uuid(rq, "personId"),
                      .from_us = json_member_instant(body, "from").v,
                      .until_us = json_member_instant(body, "until").v,
                      .limit = (int32_t)json_member_i64(body, "limit", 50)};
    struct trail_person person;
    struct tx *tx;

    TRY(rules_trail(x->who->is_user, t.from_us, t.until_us));
    limits(x, &t);
    TRY(db_begin(x, &tx));
    TRY(q_trail_person(tx, t.person_id, &person)); /* first: nobody's trail has no cursor either */
    TRY(trail_read(x, json_member_text(body, "cursor"), &t));
    t.cases = person.cases;
    audit_read(tx, "person", t.person_id, "trail");
    TRY(trail_ask(x, &t, peers, LENGTH(peers)));
    return trail_reply(x, tx, &t, rs);
}

const struct handler trails_handlers[] = {{"whoSaw", who_saw}, {NULL, NULL}};
