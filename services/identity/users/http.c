/* http.c - users (api-spec/identity/users.yaml). */
#include "app/audit.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/common.h"
#include "identity/revocations/revocations.h"
#include "identity/users/queries.h"
#include "web/auth_roles.h"
#include "web/page.h"

ERR_DEFINE(err_self, ERR_CONFLICT, "user.self", "Nobody can disable themselves.");

static err_t reply_user(struct tx *tx, const char *username, int status, struct response *rs)
{
    struct user_row row;

    TRY(q_user_get(tx, username, &row));
    reply_etag(rs, row.version_);
    return reply_row(rs, status, &user_row_json, &row);
}

/* listUsers: GET /users */
static err_t list_users(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_user_list_in in = {.organisation = request_query(rq, "organisation"),
                                .status = request_query(rq, "status")};
    struct user_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_user_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_user_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "user", rows, n, sizeof(*rows), offsetof(struct user_row, id));
    return reply_page(x, rq, rs, &q_user_list_page, &page, &user_row_json, rows, n);
}

/* createUser: POST /users */
static err_t create_user(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct user_row row = {0};
    struct grant g = {.is_user = true};
    struct tx *tx;

    TRY(request_read(x, rq, &user_row_json, &row));
    row.id = uuid_new(x->now_us);

    TRY(db_begin(x, &tx));
    TRY(organisation_target(x, tx, rq, &g.organisation));
    g.roles = row.roles;
    g.scopes = row.scopes;
    g.programmes = row.programmes;
    g.offices = row.offices;
    TRY(grant_check(x, tx, &g, (struct text_array){0}));
    q_user_add(tx, &(struct q_user_add_in){.id = row.id,
                                           .organisation = g.organisation,
                                           .username = row.username,
                                           .subject = row.subject,
                                           .name = row.name,
                                           .roles = row.roles,
                                           .scopes = row.scopes,
                                           .programmes = row.programmes,
                                           .offices = row.offices,
                                           .now = x->now_us});
    audit_write(tx, "user", row.id, "create", NULL);
    reply_location(x, rs, "/users/%s", row.username);
    return reply_user(tx, row.username, 201, rs);
}

/* getUser: GET /users/{username} */
static err_t get_user(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct user_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_user_get(tx, request_path_text(rq, "username"), &row));
    audit_read(tx, "user", row.id, "");
    reply_etag(rs, row.version_);
    return reply_row(rs, 200, &user_row_json, &row);
}

static void user_save(struct ctx *x, struct tx *tx, const struct user_lock *row, const char *status)
{
    q_user_save(tx, &(struct q_user_save_in){.id = row->id_,
                                             .subject = row->subject,
                                             .name = row->name,
                                             .roles = row->roles,
                                             .scopes = row->scopes,
                                             .programmes = row->programmes,
                                             .offices = row->offices,
                                             .status = status,
                                             .now = x->now_us});
}

/* updateUser: PATCH /users/{username} */
static err_t update_user(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *username = request_path_text(rq, "username");
    struct text_array held;
    struct user_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_user_lock(tx, username, &row));
    TRY(etag_match(rq, row.version_));
    held = row.offices;
    TRY(request_read(x, rq, &user_lock_json, &row));
    TRY(grant_check(x, tx,
                    &(struct grant){.organisation = row.organisation_,
                                    .is_user = true,
                                    .roles = row.roles,
                                    .scopes = row.scopes,
                                    .programmes = row.programmes,
                                    .offices = row.offices},
                    held));

    user_save(x, tx, &row, row.status_);
    audit_write(tx, "user", row.id_, "update", json_member_names(x->arena, request_body(rq)));
    return reply_user(tx, username, 200, rs);
}

/* Its tokens carry the username (demo issuer) or the subject of the organisation's own provider. */
static err_t revoke_user(struct ctx *x, struct tx *tx, const char *username, const struct user_lock *row)
{
    TRY(revocation_add(x, tx, row->organisation_, "user", username, "disabled", NULL));
    if (row->subject != NULL)
        TRY(revocation_add(x, tx, row->organisation_, "user", row->subject, "disabled", NULL));
    return NULL;
}

static err_t set_status(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    const char *username = request_path_text(rq, "username");
    bool disable = str_eq(status, "disabled");
    struct user_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_user_lock(tx, username, &row));
    TRY(etag_match(rq, row.version_));
    TRY(status_change(row.status_, status));
    if (disable && x->who->is_user &&
        (str_eq(x->who->subject, username) || str_eq(x->who->subject, row.subject)))
        return err_self;

    user_save(x, tx, &row, status);
    if (disable)
        TRY(revoke_user(x, tx, username, &row));
    audit_write(tx, "user", row.id_, disable ? "disable" : "enable", NULL);
    return reply_user(tx, username, 200, rs);
}

/* disableUser: POST /users/{username}/disable */
static err_t disable_user(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "disabled");
}

/* enableUser: POST /users/{username}/enable */
static err_t enable_user(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "active");
}

const struct handler users_handlers[] = {
    {"listUsers", list_users},
    {"createUser", create_user},
    {"getUser", get_user},
    {"updateUser", update_user},
    {"disableUser", disable_user},
    {"enableUser", enable_user},
    {NULL, NULL},
};
