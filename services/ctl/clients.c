/* clients.c - machine clients and their secrets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/accounts.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/queries.h"
#include "ctl/session.h"
#include "web/auth_jwt.h"
#include "web/auth_secret.h"

#define OVERLAP_HOURS_MAX 720
#define ALGS_ALL (1u << JWT_ES256 | 1u << JWT_RS256 | 1u << JWT_PS256 | 1u << JWT_EDDSA)
#define SECRET_OPTIONS                                                                                       \
    {"keys", "DIR", "WAYFARE_KEYS", "identity's folder of keys, for secret.key", true, false},               \
    {                                                                                                        \
        "out", "FILE", NULL, "writes id and secret here (JSON, mode 0600) instead of printing them", false,  \
            false                                                                                            \
    }

/* Queues the hash of a new secret. */
static err_t secret_add(struct ctl *c, struct ctx *x, struct tx *tx, struct uuid client, const char **ret)
{
    const char *key;

    TRY(conf_secret(c->arena, arena_printf(c->arena, "%s/secret.key", ctl_option(c, "keys")), &key));
    *ret = secret_new(c->arena);
    q_ctl_secret_add(tx, uuid_new(x->now_us), client, secret_hash(c->arena, key, *ret), x->now_us);
    return NULL;
}

/* Found out before anything is changed: a secret that cannot be handed over is lost. */
static err_t out_check(struct ctl *c)
{
    const char *out = ctl_option(c, "out");
    char *folder;

    if (out == NULL)
        return NULL;
    folder = arena_strdup(c->arena, strchr(out, '/') != NULL ? out : "./");
    strrchr(folder, '/')[1] = '\0';
    if (access(folder, W_OK | X_OK) != 0)
        return err_new(c->arena, ERR_INVALID, "ctl.file", "%s: %s", folder, strerror(errno));
    return NULL;
}

/* Shown once: on standard output, or in a file that only its owner reads. */
static err_t credential_show(struct ctl *c, const char *client_id, const char *secret)
{
    const char *out = ctl_option(c, "out");
    struct buf text;

    buf_init(&text, c->arena, 256);
    buf_puts(&text, "{\"clientId\":");
    json_write_text(&text, client_id);
    if (secret != NULL) {
        buf_puts(&text, ",\"clientSecret\":");
        json_write_text(&text, secret);
    }
    buf_puts(&text, "}\n");
    if (out != NULL)
        return file_write(c->arena, out, buf_text(&text), 0600);
    printf("%s", buf_text(&text));
    return NULL;
}

/* A public key as a JWK in a file. */
static err_t key_add(struct ctl *c, struct ctx *x, struct tx *tx, struct uuid client, const char *file)
{
    struct jwt_keys keys;
    const char *text;
    json_t *jwk;

    TRY(file_read(c->arena, file, &text));
    TRY(json_parse(c->arena, text, strlen(text), 6, &jwk));
    if (jwt_keys_read_array(c->arena, arena_own_json(c->arena, json_pack("[O]", jwk)), ALGS_ALL, &keys) !=
        NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.key", "%s: not a public JWK with kid that we verify with",
                       file);
    q_ctl_key_add(tx, &(struct q_ctl_key_add_in){.id = uuid_new(x->now_us),
                                                 .client = client,
                                                 .kid = keys.v[0].kid,
                                                 .jwk = json_text(c->arena, jwk),
                                                 .now = x->now_us});
    return NULL;
}

static const char *client_id_new(struct ctl *c, struct uuid id, const char *organisation)
{
    char digits[9];

    str_hex(digits, id.b + 12, 4);
    return arena_printf(c->arena, "%s-%s", organisation, digits);
}

static err_t add_client(struct ctl *c)
{
    const char *name = ctl_option(c, "name"), *client_id = ctl_option(c, "id"), *secret = NULL;
    struct text_array keys = ctl_options(c, "key");
    struct ctl_client_named before;
    struct uuid id;
    struct grant g;
    struct ctx *x;
    struct tx *tx;
    bool found;

    TRY(out_check(c));
    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_client_named(tx, ctl_option(c, "organisation"), name, &found, &before));
    if (found && ctl_flag(c, "if-missing")) {
        printf("%s was there\n", before.client_id);
        return NULL;
    }
    if (found)
        return err_new(
            c->arena, ERR_CONFLICT, "ctl.there",
            "there is a client '%s' of that name already; `clients rotate %s` gives it a new secret",
            before.client_id, before.client_id);
    TRY(grant_read(c, tx, false, &g));
    id = uuid_new(x->now_us);
    if (client_id == NULL)
        client_id = client_id_new(c, id, g.organisation);
    q_ctl_client_add(tx, &(struct q_ctl_client_add_in){.id = id,
                                                       .organisation = g.organisation,
                                                       .client_id = client_id,
                                                       .name = name,
                                                       .roles = g.roles,
                                                       .scopes = g.scopes,
                                                       .programmes = g.programmes,
                                                       .offices = g.offices,
                                                       .now = x->now_us});
    for (size_t i = 0; i < keys.n; i++)
        TRY(key_add(c, x, tx, id, keys.v[i]));
    if (keys.n == 0)
        TRY(secret_add(c, x, tx, id, &secret));
    audit_write(tx, "client", id, "create", NULL);
    TRY(session_commit(x));
    return credential_show(c, client_id, secret);
}

const struct command ctl_clients_add = {
    .words = "clients add",
    .about = "Adds a client and shows its id and secret, once.",
    .options = {{"name", "TEXT", NULL, "its name; one of each name in an organisation", true, false},
                {"id", "ID", NULL, "its client id; else <organisation>-<random>", false, false},
                {"key", "FILE", NULL,
                 "a public key (JWK): proves itself by private_key_jwt and gets no secret", false, true},
                {"if-missing", NULL, NULL, "is content if it is there already (and shows no secret)", false,
                 false},
                GRANT_OPTIONS,
                SECRET_OPTIONS,
                SESSION_OPTIONS},
    .run = add_client,
};

static err_t list_clients(struct ctl *c)
{
    struct ctl_client_line *rows;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_clients(tx, &rows, &n));
    printf("organisation\tid\tstatus\troles\tsecrets\tkeys\tname\n");
    for (size_t i = 0; i < n; i++)
        printf("%s\t%s\t%s\t%s\t%lld\t%lld\t%s\n", rows[i].organisation, rows[i].client_id, rows[i].status,
               rows[i].roles, (long long)rows[i].secrets, (long long)rows[i].keys, rows[i].name);
    return session_commit(x);
}

const struct command ctl_clients_list = {
    .words = "clients list",
    .about = "Lists clients, one a line, columns separated by tabs.",
    .options = {SESSION_OPTIONS},
    .run = list_clients,
};

/* A session with the client of the argument locked. */
static err_t client_open(struct ctl *c, struct ctx **ret_x, struct tx **ret_tx, struct ctl_client *ret)
{
    bool found;

    TRY(session_open(c, ret_x, ret_tx));
    TRY(q_ctl_client(*ret_tx, c->argument, &found, ret));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no client '%s'", c->argument);
    return NULL;
}

static err_t rotate_client(struct ctl *c)
{
    struct ctl_client client;
    const char *secret;
    int64_t hours;
    struct ctx *x;
    struct tx *tx;

    if (!str_to_i64(ctl_option(c, "overlap-hours") ?: "24", 0, OVERLAP_HOURS_MAX, &hours))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--overlap-hours is a number from 0 to %d",
                       OVERLAP_HOURS_MAX);
    TRY(out_check(c));
    TRY(client_open(c, &x, &tx, &client));
    q_ctl_secrets_end(tx, client.id, x->now_us + hours * 3600 * DATE_US_PER_S);
    TRY(secret_add(c, x, tx, client.id, &secret));
    q_ctl_client_touch(tx, client.id, x->now_us);
    audit_write(tx, "client", client.id, "rotateSecret", NULL);
    TRY(session_commit(x));
    return credential_show(c, c->argument, secret);
}

const struct command ctl_clients_rotate = {
    .words = "clients rotate",
    .argument = "ID",
    .about = "Gives a client a new secret and shows it, once; the old ones end after the overlap.",
    .options = {{"overlap-hours", "N", NULL, "how long the old secrets still work; 24, 0 ends them at once",
                 false, false},
                SECRET_OPTIONS,
                SESSION_OPTIONS},
    .run = rotate_client,
};

static err_t set_status(struct ctl *c, const char *status)
{
    bool disable = str_eq(status, "disabled");
    struct ctl_client client;
    struct ctx *x;
    struct tx *tx;

    TRY(client_open(c, &x, &tx, &client));
    if (str_eq(client.status, status)) {
        printf("%s was %s\n", c->argument, status);
        return NULL;
    }
    q_ctl_client_status(tx, client.id, status, x->now_us);
    if (disable)
        TRY(account_revoke(x, tx, client.organisation, "client", c->argument, "disabled"));
    audit_write(tx, "client", client.id, disable ? "disable" : "enable", NULL);
    TRY(session_commit(x));
    printf("%s is %s\n", c->argument, status);
    return NULL;
}

static err_t disable_client(struct ctl *c)
{
    return set_status(c, "disabled");
}

static err_t enable_client(struct ctl *c)
{
    return set_status(c, "active");
}

const struct command ctl_clients_disable = {
    .words = "clients disable",
    .argument = "ID",
    .about = "Shuts a client out; its tokens are refused within a second.",
    .options = {SESSION_OPTIONS},
    .run = disable_client,
};

const struct command ctl_clients_enable = {
    .words = "clients enable",
    .argument = "ID",
    .about = "Lets a client in again.",
    .options = {SESSION_OPTIONS},
    .run = enable_client,
};

static err_t revoke_client(struct ctl *c)
{
    struct ctl_client client;
    struct ctx *x;
    struct tx *tx;

    TRY(client_open(c, &x, &tx, &client));
    TRY(account_revoke(x, tx, client.organisation, "client", c->argument,
                       ctl_option(c, "reason") ?: "other"));
    audit_write(tx, "client", client.id, "revoke", NULL);
    TRY(session_commit(x));
    printf("tokens of %s are revoked\n", c->argument);
    return NULL;
}

const struct command ctl_clients_revoke = {
    .words = "clients revoke",
    .argument = "ID",
    .about = "Revokes the tokens that a client has; it can fetch new ones.",
    .options = {{"reason", "WORD", NULL, "compromised, left, mistake or other", false, false},
                SESSION_OPTIONS},
    .run = revoke_client,
};
