/* http.c - the revocation feed (api-spec/identity/revocations.yaml). */
#include "app/audit.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/revocations/queries.h"
#include "identity/revocations/revocations.h"

#define KEEP_US (2 * DATE_US_PER_DAY) /* no token lives longer than a day (web/auth_jwt.h) */

ERR_DEFINE(err_target, ERR_MISSING, "revocation.target", "There is no such client or user.");

err_t revocations_begin(struct ctx *x, struct tx *tx)
{
    struct revocation_order order;

    TRY(q_revocation_order(tx, &order));
    q_revocations_forget(tx, x->now_us - KEEP_US);
    return NULL;
}

err_t revocation_add(struct ctx *x, struct tx *tx, const char *organisation, const char *kind,
                     const char *value, const char *reason, struct revocation_row *ret)
{
    struct revocation_row row;

    TRY(revocations_begin(x, tx));
    TRY(q_revocation_add(tx,
                         &(struct q_revocation_add_in){.id = uuid_new(x->now_us),
                                                       .organisation = organisation,
                                                       .kind = kind,
                                                       .value = value,
                                                       .reason = reason,
                                                       .now = x->now_us},
                         &row));
    if (ret != NULL)
        *ret = row;
    return NULL;
}

/* listRevocations: GET /revocations. Asked twice a second by every process, so it is not audited. */
static err_t list_revocations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct revocation_row *rows;
    struct revocation_last last;
    struct buf *out;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_revocation_last_later(tx, &last);
    TRY(q_revocations_after(tx, request_query_int(rq, "after", 0), &rows, &n));

    out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":");
    json_write_array(out, &revocation_row_json, rows, n);
    buf_puts(out, ",\"last\":");
    json_write_i64(out, last.last);
    buf_putc(out, '}');
    return NULL;
}

/* A user's tokens may carry the username or the subject; both go. */
static err_t revoke_user(struct ctx *x, struct tx *tx, const char *username, const char *reason,
                         struct revocation_row *ret)
{
    struct revocation_user user;
    bool found;

    TRY(q_revocation_user(tx, username, &found, &user));
    if (!found)
        return err_target;
    if (user.subject != NULL)
        TRY(revocation_add(x, tx, user.organisation, "user", user.subject, reason, NULL));
    return revocation_add(x, tx, user.organisation, "user", username, reason, ret);
}

static err_t revoke_client(struct ctx *x, struct tx *tx, const char *client_id, const char *reason,
                           struct revocation_row *ret)
{
    struct revocation_target client;
    bool found;

    TRY(q_revocation_client(tx, client_id, &found, &client));
    if (!found)
        return err_target;
    return revocation_add(x, tx, client.organisation, "client", client_id, reason, ret);
}

/* createRevocation: POST /revocations */
static err_t create_revocation(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *kind = json_member_text(request_body(rq), "kind");
    const char *value = json_member_text(request_body(rq), "value");
    const char *reason = json_member_text(request_body(rq), "reason");
    struct revocation_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    if (str_eq(kind, "client"))
        TRY(revoke_client(x, tx, value, reason, &row));
    else if (str_eq(kind, "user"))
        TRY(revoke_user(x, tx, value, reason, &row));
    else
        TRY(revocation_add(x, tx, x->who->organisation, kind, value, reason, &row));
    audit_write(tx, "revocation", row.id, "create", NULL);
    return reply_row(rs, 200, &revocation_row_json, &row);
}

const struct handler revocations_handlers[] = {
    {"listRevocations", list_revocations},
    {"createRevocation", create_revocation},
    {NULL, NULL},
};
