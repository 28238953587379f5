/* auth_fixture.h - keys, tokens and a folder of issuer profiles for the tests of web/auth. */
#pragma once

#include <check.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/err.h"
#include "web/auth.h"
#include "web/auth_parts.h"

#define NOW_S 1790000000LL
#define NOW_US (NOW_S * 1000000LL)

/* Made once for a program: RSA keys take long. In Check's parent process, before its children. */
enum key { K_EC, K_EC2, K_RSA, K_PSS, K_ED, K_STAFF, NKEYS };
extern EVP_PKEY *fixture_keys[NKEYS];
/* Issuers https://identity.test (all kinds of keys) and https://login.test (staff, mapped as Keycloak
 * writes). */
extern char fixture_folder[];
/* Unchecked fixture of each test case. */
void fixture_once(void);

/* Header and claims of tokens, as C literals to be glued. */
#define H(kid, alg) "{\"alg\":\"" alg "\",\"kid\":\"" kid "\",\"typ\":\"at+jwt\"}"
#define H_EC H("ec-1", "ES256")
#define SUBJECT "\"sub\":\"coa-intake\",\"client_id\":\"coa-intake\",\"org\":\"coa\","
#define SCOPE "\"scope\":\"referrals:create shared-cases:read\","
#define TIMES "\"iat\":1789999900,\"exp\":1790000600,"
#define ISS "\"iss\":\"https://identity.test\","
#define AUD "\"aud\":\"wayfare\","
#define JTI "\"jti\":\"t-1\""
#define GOOD "{" ISS AUD SUBJECT SCOPE TIMES JTI "}"
#define STAFF(extra)                                                                                         \
    "{\"iss\":\"https://"                                                                                    \
    "login.test\",\"aud\":[\"account\",\"wayfare-api\"],\"sub\":\"u-17\",\"azp\":\"desk\"," TIMES            \
    "\"realm_access\":{\"roles\":[\"caseworker\",\"offline_access\"]},\"preferred_name\":\"Amina\"" extra    \
    "}"
#define H_STAFF "{\"alg\":\"ES256\",\"kid\":\"staff-1\",\"typ\":\"JWT\"}"

#define C(text) "{" ISS AUD SUBJECT SCOPE TIMES text "}"
#define WITH(iss, aud, subject, scope, times) "{" iss aud subject scope times JTI "}"

const char *b64(struct arena *a, const void *p, size_t n);
/* A public JWK; extra is glued in before the closing brace. */
const char *fixture_jwk(struct arena *a, enum key k, const char *extra);
/* Writes a file of the folder, mode 0644. */
void fixture_put(const char *name, const char *text);
/* Seconds that are added to each moment near NOW in the claims of a token: to speak to a process with a clock
 * of its own. */
extern long long fixture_shift_s;
/* A token; how is the algorithm that really signs, by key k. */
const char *fixture_mint(struct arena *a, const char *header, const char *claims, const char *how,
                         enum key k);
/* On the folder; the cache holds 4. */
struct auth *fixture_auth(void);
/* Must be taken at NOW. */
struct principal fixture_verified(struct arena *a, struct auth *au, const char *token);
/* auth_bearer without a loop. */
err_t fixture_ask(struct arena *a, struct auth *au, const char *authorization, const struct principal **ret);
