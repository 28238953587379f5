/* refresh.c - the travel data once more from the service that knows the person, and what changed since they
 * were frozen. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/guards/facts.h"
#include "travel/movements/rules.h"
#include "travel/passengers/internal.h"
#include "travel/passengers/passengers.h"
#include "travel/passengers/rules.h"
#include "travel/requests/party.h"

ERR_DEFINE(err_no_request, ERR_CONFLICT, "passenger.noRequest",
           "The passenger was added by hand: there is nobody to ask.");
ERR_DEFINE(err_not_in_party, ERR_CONFLICT, "passenger.notInParty", "The person is no longer of the request.");

/* The member of the party who is the person; NULL when there is none. */
static const json_t *member_of(const json_t *party, struct uuid person_id)
{
    const json_t *member;
    size_t i;

    json_array_foreach(json_object_get(party, "passengers"), i, member)
    {
        struct opt_uuid id = json_member_uuid(member, "personId");

        if (id.set && uuid_eq(id.v, person_id))
            return member;
    }
    return NULL;
}

static err_t reply_diff(struct ctx *x, struct tx *tx, struct uuid id, const struct text_array *changed,
                        bool reopened, struct response *rs)
{
    struct passenger_row row;
    struct buf *out;

    (void)x;
    TRY(q_passenger_get(tx, id, &row));
    reply_etag(rs, row.version);
    out = reply_begin(rs, 200);
    buf_puts(out, "{\"changed\":[");
    for (size_t i = 0; i < changed->n; i++)
        buf_printf(out, "%s\"%s\"", i ? "," : "", changed->v[i]);
    buf_printf(out, "],\"reopened\":%s,\"passenger\":", reopened ? "true" : "false");
    json_write(out, &passenger_row_json, &row);
    buf_putc(out, '}');
    return NULL;
}

/* Which request it came by: asked before anything is locked. */
static err_t find_request(struct ctx *x, const struct request *rq, struct uuid id,
                          struct passenger_request *ret)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_passenger_request(tx, id, ret));
    TRY(tx_commit(x)); /* no lock and no connection is held while the peer answers */
    TRY(etag_match(rq, ret->version));
    return ret->request_id.set && ret->ref_kind ? NULL : err_no_request;
}

/* refreshPassenger: POST /passengers/{passengerId}/refresh */
err_t refresh_passenger(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct passenger_data was, is = {.given = "", .family = ""};
    struct passenger_request request;
    struct passenger_locked before;
    struct text_array changed;
    struct movement_locked m;
    const json_t *member;
    struct rejudged now = {0};
    struct tx *tx;
    json_t *party;

    TRY(find_request(x, rq, id, &request));
    TRY(party_read(x, request.ref_kind, request.request_id.v, &party));
    member = member_of(party, request.person_id);
    if (!member)
        return err_not_in_party;
    TRY(json_read(x->arena, member, &passenger_data_shape, &is));
    TRY(passenger_lock(x, rq, &tx, &m, &before));
    TRY(passenger_planned(&before));
    TRY(rules_movement_change(m.status));
    TRY(passenger_data_of(x, &before, &was));
    changed = rules_passenger_diff(x->arena, &was, &is);
    audit_write(tx, "passenger", id, "refresh", NULL);
    if (changed.n > 0) {
        TRY(passenger_save(x, tx, &before, &is, NULL));
        TRY(movement_rejudge(x, tx, m.id, &now));
    }
    return reply_diff(x, tx, id, &changed, now.reopened, rs);
}
