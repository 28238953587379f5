/* declared.c - see declared.h. */
#include "travel/guards/declared.h"

#include "app/peers.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/guards/queries.h"

#define CHECK_TIMEOUT_US (2 * 1000000LL)

ERR_DEFINE(err_away, ERR_UNAVAILABLE, "peer.away",
           "Whether the declarations are in force cannot be asked at the moment; please try again.");

/* checkTravel of the cases or the diaspora service. */
static err_t ask(struct ctx *x, const struct declared_ref *ref, json_t **ret)
{
    bool of_case = str_eq(ref->ref_kind, "case");
    struct buf body;

    buf_init(&body, x->arena, 256);
    buf_printf(&body, "{\"refId\":\"%s\",\"personIds\":[", uuid_text(x->arena, ref->ref_id));
    for (size_t i = 0; i < ref->person_ids.n; i++)
        buf_printf(&body, "%s\"%s\"", i ? "," : "", uuid_text(x->arena, ref->person_ids.v[i]));
    buf_puts(&body, "]}");
    return peer_call(x, of_case ? "cases" : "diaspora",
                     of_case ? "/cases/v1/travel-checks" : "/diaspora/v1/travel-checks", x->who->organisation,
                     buf_text(&body), CHECK_TIMEOUT_US, ret);
}

err_t declared_unanswered(err_t e, struct fact_declared *d)
{
    if (e->kind != ERR_MISSING)
        return err_away;
    d->ended = true; /* it knows no such case or assignment */
    return NULL;
}

static void take(const json_t *answer, struct uuid *persons, struct fact_declared *ret)
{
    const json_t *item;
    size_t i;

    ret->ended |= json_member_bool(answer, "ended", true);
    json_array_foreach(json_object_get(answer, "persons"), i, item)
    {
        struct opt_uuid id = json_member_uuid(item, "personId");

        if (id.set && json_member_bool(item, "declared", false))
            persons[ret->person_ids.n++] = id.v;
    }
}

err_t declared_ask(struct ctx *x, struct uuid movement_id, struct fact_declared *ret)
{
    struct declared_movement movement;
    struct declared_ref *refs;
    struct uuid *persons;
    struct tx *tx;
    size_t n, most = 0;
    bool open =
        x->tx != NULL; /* an operation with an Idempotency-Key holds its transaction from the beginning */

    TRY(open ? db_begin(x, &tx) : db_begin_read(x, &tx));
    q_declared_movement_later(tx, movement_id, &movement);
    TRY(q_declared_refs(tx, movement_id, &refs, &n));
    if (!open)
        TRY(tx_commit(x));
    for (size_t i = 0; i < n; i++)
        most += refs[i].person_ids.n;
    persons = ARENA_ARRAY(x->arena, most + 1, struct uuid);
    *ret = (struct fact_declared){.person_ids = {.v = persons}};
    for (size_t i = 0; i < n; i++) {
        json_t *answer = NULL;
        err_t e;

        if (refs[i].person_ids.n == 0)
            continue;
        e = ask(x, &refs[i], &answer);
        if (e)
            TRY(declared_unanswered(e, ret));
        else if (json_array_size(json_object_get(answer, "persons")) > refs[i].person_ids.n)
            return err_away;
        else
            take(answer, persons, ret);
    }
    return NULL;
}
