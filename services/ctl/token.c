/* token.c - staff tokens for development. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/accounts.h"
#include "ctl/commands.h"
#include "ctl/demo.h"
#include "ctl/files.h"
#include "ctl/queries.h"
#include "ctl/session.h"
#include "web/auth.h"

#define MINUTES_MAX 1440
#define DESK_CLIENT "wayfare-desk" /* what the staff's frontend would be called */

err_t demo_allowed(const struct ctl *c)
{
    if (str_eq(ctl_option(c, "mode"), "production"))
        return err_new(c->arena, ERR_DENIED, "ctl.production",
                       "refused in production mode: staff sign in at their organisation's OpenID provider");
    return NULL;
}

/* The profile under the demo issuer's name may have been replaced by hand. */
static err_t check_profile(struct ctl *c, const char *issuers)
{
    const char *path = arena_printf(c->arena, "%s/demo.json", issuers), *text;
    json_t *profile;

    if (!file_exists(path))
        return NULL; /* made by demo_open */
    TRY(file_read(c->arena, path, &text));
    TRY(json_parse(c->arena, text, strlen(text), 6, &profile));
    if (!json_member_bool(profile, "development", false))
        return err_new(c->arena, ERR_DENIED, "ctl.production", "refused: %s is not a development issuer",
                       path);
    return NULL;
}

static err_t read_user(struct ctl *c, struct ctl_user *ret)
{
    const char *username = ctl_option(c, "user");
    struct ctx *x;
    struct tx *tx;
    bool found;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_user(tx, username, &found, ret));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no user '%s'", username);
    if (!str_eq(ret->status, "active"))
        return err_new(c->arena, ERR_CONFLICT, "ctl.disabled", "the user '%s' is disabled", username);
    return session_commit(x);
}

static err_t scope_of(struct ctl *c, const struct ctl_user *user, const char **ret)
{
    const struct grant g = {.organisation = user->organisation,
                            .is_user = true,
                            .roles = user->roles,
                            .scopes = user->scopes,
                            .programmes = user->programmes,
                            .offices = user->offices};
    const char *wanted = ctl_option(c, "scope");
    struct roles *roles;

    TRY(roles_open(c, &roles));
    *ret = roles_scope(c->arena, roles, &g);
    if (wanted != NULL && !roles_narrow(c->arena, *ret, wanted, ret))
        return err_new(c->arena, ERR_DENIED, "ctl.scope", "the user '%s' does not have all of '%s'",
                       ctl_option(c, "user"), wanted);
    return NULL;
}

static void member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
    json_write_text(out, value);
}

static const char *claims_of(struct ctl *c, const struct ctl_user *user, const char *scope, int64_t minutes)
{
    int64_t now_us = clock_now_us();
    struct buf out;

    buf_init(&out, c->arena, 1024);
    buf_putc(&out, '{');
    member(&out, "iss", DEMO_ISS);
    member(&out, "aud", ctl_option(c, "audience"));
    member(&out, "sub", ctl_option(c, "user"));
    member(&out, "client_id", DESK_CLIENT);
    member(&out, "org", user->organisation);
    member(&out, "scope", scope);
    member(&out, "name", user->name);
    member(&out, "jti", uuid_text(c->arena, uuid_new(now_us)));
    buf_printf(&out, ",\"iat\":%lld,\"exp\":%lld}", (long long)(now_us / DATE_US_PER_S),
               (long long)(now_us / DATE_US_PER_S + 60 * minutes));
    return buf_text(&out);
}

static err_t run(struct ctl *c)
{
    /* of a list of folders, the first is the installation's own */
    char *issuers = arena_strdup(c->arena, ctl_option(c, "issuers"));
    int64_t minutes, offset_s;
    struct auth_signer *signer;
    struct ctl_user user;
    const char *scope, *token;

    TRY(demo_allowed(c));
    issuers[strcspn(issuers, ":")] = '\0';
    TRY(check_profile(c, issuers));
    if (!str_to_i64(ctl_option(c, "minutes") ?: "60", 1, MINUTES_MAX, &minutes))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--minutes is a number from 1 to %d", MINUTES_MAX);
    if (!str_to_i64(ctl_option(c, "clock-offset") ?: "0", INT32_MIN, INT32_MAX, &offset_s))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--clock-offset is a number of seconds");
    clock_offset_s(offset_s);

    TRY(read_user(c, &user));
    TRY(scope_of(c, &user, &scope));
    TRY(demo_open(c, ctl_option(c, "keys"), issuers, &signer));
    TRY(auth_sign(c->arena, signer, "at+jwt", claims_of(c, &user, scope, minutes), &token));
    printf("%s\n", token);
    return NULL;
}

const struct command ctl_dev_token = {
    .words = "dev-token",
    .about = "Prints an access token of a user, by the demo issuer; for development only.",
    .options = {{"user", "USERNAME", NULL, "whose", true, false},
                {"scope", "SCOPES", NULL, "only these of the user's scopes, separated by spaces", false,
                 false},
                {"minutes", "N", NULL, "how long it is valid, 60", false, false},
                {"issuers", "DIR", "WAYFARE_ISSUERS", "folder of issuer profiles", true, false},
                {"keys", "DIR", "WAYFARE_KEYS", "folder of the demo issuer's private key", true, false},
                {"audience", "AUD", "WAYFARE_AUDIENCE", "aud of the token", true, false},
                {"mode", "MODE", "WAYFARE_MODE", "refused when it is production", false, false},
                {"clock-offset", "S", "WAYFARE_CLOCK_OFFSET_S", "seconds that the services' clock is ahead",
                 false, false},
                {"roles-file", "FILE", NULL, "roles.json; else $WAYFARE_DATA/data/roles.json", false, false},
                SESSION_OPTIONS},
    .run = run,
};
