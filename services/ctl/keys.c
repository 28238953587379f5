/* keys.c - a service's secrets, and the demo issuer. */
#include <stdio.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "ctl/commands.h"
#include "ctl/demo.h"
#include "ctl/files.h"
#include "ctl/names.h"
#include "ctl/profiles.h"
#include "web/auth.h"

#define INTERNAL_ISS "wayfare-internal" /* app/peers.c signs with it */

/* A P-256 key in a file, made if it is not there. */
static err_t key_file(struct arena *a, const char *path, struct auth_signer **ret)
{
    const char *pem;

    if (!file_exists(path)) {
        TRY(auth_key_new(a, &pem));
        TRY(file_write(a, path, pem, 0600));
    }
    TRY(conf_secret(a, path, &pem));
    return auth_signer_open(a, pem, NULL, ret);
}

static err_t generate(struct ctl *c)
{
    static const char *const random[] = {"edge.key", "field-document.key", "field-health.key",
                                         "field-protection.key", "field-webhook.key"};
    static const struct profile internal = {
        .name = "internal", .iss = INTERNAL_ISS, .user = "never", .internal = true};
    const char *dir = ctl_option(c, "dir"), *issuers = ctl_option(c, "issuers");
    struct service_names n;
    struct auth_signer *signer;

    TRY(names_of(c->arena, ctl_option(c, "service"), &n));
    TRY(folder_make(c->arena, dir, 0700));
    TRY(folder_make(c->arena, issuers, 0755));
    TRY(folder_lock(c->arena, issuers));
    for (size_t i = 0; i < LENGTH(random); i++)
        TRY(file_random(c->arena, arena_printf(c->arena, "%s/%s", dir, random[i])));
    if (str_eq(n.service, "identity"))
        TRY(file_random(c->arena, arena_printf(c->arena, "%s/secret.key", dir)));

    TRY(key_file(c->arena, arena_printf(c->arena, "%s/internal.pem", dir), &signer));
    TRY(jwks_add(c->arena, issuers, internal.name, auth_signer_jwk(c->arena, signer)));
    TRY(profile_write(c->arena, issuers, &internal));
    printf("%s: keys in %s\n", n.service, dir);
    return NULL;
}

const struct command ctl_keys_generate = {
    .words = "keys generate",
    .about =
        "Makes the secrets of a service that are not there yet, and publishes its key for internal calls.",
    .options = {{"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"dir", "DIR", NULL, "folder of the service's keys (its WAYFARE_KEYS)", true, false},
                {"issuers", "DIR", NULL, "folder of issuer profiles (in WAYFARE_ISSUERS of all services)",
                 true, false}},
    .run = generate,
};

err_t demo_open(struct ctl *c, const char *dir, const char *issuers, struct auth_signer **ret)
{
    static const struct profile demo = {
        .name = "demo", .iss = DEMO_ISS, .user = "always", .development = true};

    TRY(folder_make(c->arena, dir, 0700));
    TRY(folder_make(c->arena, issuers, 0755));
    TRY(folder_lock(c->arena, issuers));
    TRY(key_file(c->arena, arena_printf(c->arena, "%s/demo.pem", dir), ret));
    TRY(jwks_add(c->arena, issuers, demo.name, auth_signer_jwk(c->arena, *ret)));
    return profile_write(c->arena, issuers, &demo);
}

static err_t make_demo(struct ctl *c)
{
    struct auth_signer *signer;

    TRY(demo_allowed(c));
    TRY(demo_open(c, ctl_option(c, "dir"), ctl_option(c, "issuers"), &signer));
    printf("demo issuer in %s\n", ctl_option(c, "issuers"));
    return NULL;
}

const struct command ctl_keys_demo = {
    .words = "keys demo",
    .about = "Makes the demo issuer of staff tokens; services in production mode refuse to start with it.",
    .options = {{"dir", "DIR", "WAYFARE_KEYS", "folder of its private key", true, false},
                {"issuers", "DIR", "WAYFARE_ISSUERS", "folder of issuer profiles", true, false},
                {"mode", "MODE", "WAYFARE_MODE", "refused when it is production", false, false}},
    .run = make_demo,
};
