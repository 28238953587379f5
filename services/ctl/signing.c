/*
 * signing.c - identity's signing keys (web/auth_folder.h) and what of them is published.
 *
 * Rotation: add (published at once), wait until every process has read it (10 s) and caches of others have
 * it, activate, and when the last token of the old one has ended (10 min) remove.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/profiles.h"
#include "web/auth.h"
#include "web/auth_folder.h"

#define ISS "https://wayfare.example/identity/v1"
#define SIGNING_OPTIONS                                                                                      \
    {"dir", "DIR", NULL, "folder of the signing keys (identity's WAYFARE_KEYS/signing)", true, false},       \
    {                                                                                                        \
        "issuers", "DIR", NULL, "folder of issuer profiles (in WAYFARE_ISSUERS of all services)", true,      \
            false                                                                                            \
    }

static const char *in_dir(const struct ctl *c, const char *name)
{
    return arena_printf(c->arena, "%s/%s", ctl_option(c, "dir"), name);
}

static err_t lock_folders(struct ctl *c)
{
    TRY(folder_make(c->arena, ctl_option(c, "dir"), 0700));
    TRY(folder_make(c->arena, ctl_option(c, "issuers"), 0755));
    return folder_lock(c->arena, ctl_option(c, "dir"));
}

/* Profile and key set, for all who verify. */
static err_t publish(struct ctl *c, struct signing_folder *ret)
{
    struct profile p = {.name = "identity", .user = "never", .limits = true};
    const char *issuers = ctl_option(c, "issuers");

    TRY(signing_folder_read(c->arena, ctl_option(c, "dir"), ret));
    p.iss = ret->issuer;
    TRY(jwks_write(c->arena, issuers, p.name, signing_folder_jwks(c->arena, ret)));
    return profile_write(c->arena, issuers, &p);
}

static err_t add_key(struct ctl *c, const char **ret_kid)
{
    struct auth_signer *signer;
    const char *pem;

    TRY(auth_key_new(c->arena, &pem));
    TRY(auth_signer_open(c->arena, pem, NULL, &signer));
    *ret_kid = auth_signer_kid(signer);
    return file_write(c->arena, in_dir(c, arena_printf(c->arena, "%s.pem", *ret_kid)), pem, 0600);
}

static err_t ensure(struct ctl *c)
{
    const char *iss = ctl_option(c, "iss"), *kid;
    struct signing_folder f;

    TRY(lock_folders(c));
    if (iss != NULL || !file_exists(in_dir(c, "issuer")))
        TRY(file_write(c->arena, in_dir(c, "issuer"), iss ?: ISS, 0600));
    if (!file_exists(in_dir(c, "active"))) {
        TRY(add_key(c, &kid));
        TRY(file_write(c->arena, in_dir(c, "active"), kid, 0600));
    }
    TRY(publish(c, &f));
    printf("%s signs with %s\n", f.issuer, auth_signer_kid(f.active));
    return NULL;
}

const struct command ctl_keys_signing_ensure = {
    .words = "keys signing ensure",
    .about = "Makes identity's first signing key if there is none, and publishes profile and key set.",
    .options = {SIGNING_OPTIONS,
                {"iss", "URL", NULL, "iss of the tokens and base of the metadata, else " ISS, false, false}},
    .run = ensure,
};

static err_t add(struct ctl *c)
{
    struct signing_folder f;
    const char *kid;

    TRY(lock_folders(c));
    TRY(signing_folder_read(c->arena, ctl_option(c, "dir"), &f));
    if (f.n == SIGNING_KEYS_MAX)
        return err_new(c->arena, ERR_LIMIT, "ctl.keys", "there are %d keys; remove those that no longer sign",
                       SIGNING_KEYS_MAX);
    TRY(add_key(c, &kid));
    TRY(publish(c, &f));
    printf("%s\n", kid);
    return NULL;
}

const struct command ctl_keys_signing_add = {
    .words = "keys signing add",
    .about = "Makes a further signing key and publishes it; it does not sign yet. Prints its kid.",
    .options = {SIGNING_OPTIONS},
    .run = add,
};

static err_t find_key(struct ctl *c, struct signing_folder *f, struct auth_signer **ret)
{
    TRY(signing_folder_read(c->arena, ctl_option(c, "dir"), f));
    for (size_t i = 0; i < f->n; i++) {
        if (str_eq(auth_signer_kid(f->keys[i]), c->argument)) {
            *ret = f->keys[i];
            return NULL;
        }
    }
    return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no key '%s'", c->argument);
}

static err_t activate(struct ctl *c)
{
    struct signing_folder f;
    struct auth_signer *key;

    TRY(lock_folders(c));
    TRY(find_key(c, &f, &key));
    TRY(file_write(c->arena, in_dir(c, "active"), auth_signer_kid(key), 0600));
    TRY(publish(c, &f));
    printf("%s signs from now on\n", auth_signer_kid(f.active));
    return NULL;
}

const struct command ctl_keys_signing_activate = {
    .words = "keys signing activate",
    .argument = "KID",
    .about = "Makes a published key the one that signs; identity notices within 10 s.",
    .options = {SIGNING_OPTIONS},
    .run = activate,
};

static err_t remove_key(struct ctl *c)
{
    struct signing_folder f;
    struct auth_signer *key;
    const char *path;

    TRY(lock_folders(c));
    TRY(find_key(c, &f, &key));
    if (key == f.active)
        return err_new(c->arena, ERR_CONFLICT, "ctl.active", "this key signs; activate another one first");
    path = in_dir(c, arena_printf(c->arena, "%s.pem", auth_signer_kid(key)));
    if (unlink(path) != 0)
        return err_new(c->arena, ERR_INVALID, "ctl.file", "%s: %s", path, strerror(errno));
    TRY(publish(c, &f));
    printf("%s removed; its tokens are refused within 10 s\n", c->argument);
    return NULL;
}

const struct command ctl_keys_signing_remove = {
    .words = "keys signing remove",
    .argument = "KID",
    .about = "Takes a key away that does not sign; tokens that it signed are no longer taken.",
    .options = {SIGNING_OPTIONS},
    .run = remove_key,
};

static err_t list(struct ctl *c)
{
    struct signing_folder f;

    TRY(signing_folder_read(c->arena, ctl_option(c, "dir"), &f));
    printf("issuer %s\n", f.issuer);
    for (size_t i = 0; i < f.n; i++)
        printf("%s\t%s\n", auth_signer_kid(f.keys[i]), f.keys[i] == f.active ? "active" : "published");
    return NULL;
}

const struct command ctl_keys_signing_list = {
    .words = "keys signing list",
    .about = "Lists identity's signing keys.",
    .options = {{"dir", "DIR", NULL, "folder of the signing keys", true, false}},
    .run = list,
};
