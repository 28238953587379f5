/* users.c - staff. */
#include <stdio.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/accounts.h"
#include "ctl/commands.h"
#include "ctl/queries.h"
#include "ctl/session.h"

static err_t add_user(struct ctl *c)
{
    struct ctl_user before;
    struct grant g;
    struct uuid id;
    struct ctx *x;
    struct tx *tx;
    bool found;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_user(tx, c->argument, &found, &before));
    if (found && ctl_flag(c, "if-missing")) {
        printf("%s was there\n", c->argument);
        return NULL;
    }
    if (found)
        return err_new(c->arena, ERR_CONFLICT, "ctl.there", "there is a user '%s' already", c->argument);
    TRY(grant_read(c, tx, true, &g));
    id = uuid_new(x->now_us);
    q_ctl_user_add(tx, &(struct q_ctl_user_add_in){.id = id,
                                                   .organisation = g.organisation,
                                                   .username = c->argument,
                                                   .subject = ctl_option(c, "subject"),
                                                   .name = ctl_option(c, "name"),
                                                   .roles = g.roles,
                                                   .scopes = g.scopes,
                                                   .programmes = g.programmes,
                                                   .offices = g.offices,
                                                   .now = x->now_us});
    audit_write(tx, "user", id, "create", NULL);
    TRY(session_commit(x));
    printf("%s added\n", c->argument);
    return NULL;
}

const struct command ctl_users_add = {
    .words = "users add",
    .argument = "USERNAME",
    .about = "Adds a user of an organisation.",
    .options = {{"name", "TEXT", NULL, "the name that colleagues see", true, false},
                {"subject", "SUB", NULL, "sub at the organisation's OpenID provider", false, false},
                {"if-missing", NULL, NULL, "is content if the user is there already", false, false},
                GRANT_OPTIONS,
                SESSION_OPTIONS},
    .run = add_user,
};

static err_t list_users(struct ctl *c)
{
    struct ctl_user_line *rows;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_users(tx, &rows, &n));
    printf("organisation\tusername\tstatus\troles\tprogrammes\toffices\tname\n");
    for (size_t i = 0; i < n; i++)
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", rows[i].organisation, rows[i].username, rows[i].status,
               rows[i].roles, rows[i].programmes, rows[i].offices, rows[i].name);
    return session_commit(x);
}

const struct command ctl_users_list = {
    .words = "users list",
    .about = "Lists users, one a line, columns separated by tabs.",
    .options = {SESSION_OPTIONS},
    .run = list_users,
};

static err_t set_status(struct ctl *c, const char *status)
{
    bool disable = str_eq(status, "disabled");
    struct ctl_user user;
    struct ctx *x;
    struct tx *tx;
    bool found;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_user(tx, c->argument, &found, &user));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no user '%s'", c->argument);
    if (str_eq(user.status, status)) {
        printf("%s was %s\n", c->argument, status);
        return NULL;
    }
    q_ctl_user_status(tx, user.id, status, x->now_us);
    if (disable) {
        TRY(account_revoke(x, tx, user.organisation, "user", c->argument, "disabled"));
        if (user.subject != NULL)
            TRY(account_revoke(x, tx, user.organisation, "user", user.subject, "disabled"));
    }
    audit_write(tx, "user", user.id, disable ? "disable" : "enable", NULL);
    TRY(session_commit(x));
    printf("%s is %s\n", c->argument, status);
    return NULL;
}

static err_t disable_user(struct ctl *c)
{
    return set_status(c, "disabled");
}

static err_t enable_user(struct ctl *c)
{
    return set_status(c, "active");
}

const struct command ctl_users_disable = {
    .words = "users disable",
    .argument = "USERNAME",
    .about = "Shuts a user out; the user's tokens are refused within a second.",
    .options = {SESSION_OPTIONS},
    .run = disable_user,
};

const struct command ctl_users_enable = {
    .words = "users enable",
    .argument = "USERNAME",
    .about = "Lets a user in again.",
    .options = {SESSION_OPTIONS},
    .run = enable_user,
};
