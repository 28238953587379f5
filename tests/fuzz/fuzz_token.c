/*
 * fuzz_token.c - bearer tokens. The first byte says what the rest is: T a token as it came, C the claims of a
 * token that we sign, K a JWK set.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "fuzz.h"
#include "web/auth.h"
#include "web/auth_jwt.h"

#define NOW_US 1790000000000000LL

static struct auth *auth;
static struct auth_signer *signer;
static struct arena *forever;

static void put(const char *folder, const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    FUZZ_CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, 0644) == 0);
}

static void clean_up(void)
{
    auth_close(auth);
    arena_free(forever);
}

/* One issuer with a key of our own. The files are read once and can go. */
static void set_up(void)
{
    char folder[] = "/tmp/wf-fuzz-XXXXXX", path[64];
    struct auth_options o = {.issuers_dir = folder, .audience = "wayfare"};
    const char *pem;

    forever = arena_new();
    FUZZ_CHECK(mkdtemp(folder) != NULL);
    FUZZ_CHECK(auth_key_new(forever, &pem) == NULL);
    FUZZ_CHECK(auth_signer_open(forever, pem, "k1", &signer) == NULL);
    put(folder, "i.jwks.json", arena_printf(forever, "{\"keys\":[%s]}", auth_signer_jwk(forever, signer)));
    put(folder, "i.json",
        "{\"iss\":\"https://"
        "i.test\",\"algs\":[\"ES256\"],\"jwks_file\":\"i.jwks.json\",\"user\":\"claim:name\","
        "\"claims\":{\"roles\":\"/realm_access/roles\"},\"role_scopes\":{\"caseworker\":\"cases:read "
        "internal\"}}");
    FUZZ_CHECK(auth_open(NULL, NULL, &o, &auth) == NULL);
    snprintf(path, sizeof(path), "%s/i.json", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/i.jwks.json", folder);
    unlink(path);
    rmdir(folder);
    atexit(clean_up);
}

static void check_token(struct arena *a, const char *token, size_t n)
{
    struct principal who = {0};
    err_t e = auth_verify(auth, a, token, n, NOW_US, &who);

    if (e != NULL) {
        FUZZ_CHECK(e->kind == ERR_UNAUTHENTICATED && strcmp(e->code, "token.invalid") == 0);
        return;
    }
    FUZZ_CHECK(who.subject[0] != '\0' && who.client_id[0] != '\0' && who.scope != NULL);
    FUZZ_CHECK(strlen(who.organisation) >= 2 && strlen(who.organisation) <= 32);
    FUZZ_CHECK(!principal_has(&who, "internal"));
    FUZZ_CHECK(who.expires_us > NOW_US - JWT_LEEWAY_US &&
               who.expires_us <= NOW_US + JWT_MAX_LIFE_US + JWT_LEEWAY_US);
}

/* Only a JSON object can be signed. */
static void check_claims(struct arena *a, const char *text, size_t n)
{
    const char *token;
    json_t *claims;

    if (n > 4096 || json_parse(a, text, n, 32, &claims) != NULL || !json_is_object(claims))
        return;
    if (auth_sign(a, signer, "at+jwt", arena_strndup(a, text, n), &token) == NULL)
        check_token(a, token, strlen(token));
}

static void check_keys(struct arena *a, const char *text, size_t n)
{
    struct jwt_keys keys = {0};
    err_t e = jwt_keys_read(a, text, n, ~0U, &keys);

    if (e != NULL)
        return;
    FUZZ_CHECK(keys.n >= 1 && keys.n <= JWKS_MAX_KEYS);
    for (size_t i = 0; i < keys.n; i++)
        FUZZ_CHECK(jwt_keys_find(&keys, keys.v[i].kid) == &keys.v[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();

    if (auth == NULL)
        set_up();
    if (size == 0)
        return 0;
    if (data[0] == 'T')
        check_token(a, (const char *)data + 1, size - 1);
    else if (data[0] == 'C')
        check_claims(a, (const char *)data + 1, size - 1);
    else if (data[0] == 'K')
        check_keys(a, (const char *)data + 1, size - 1);
    return 0;
}
