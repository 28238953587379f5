/* auth_tokens.c - see auth_tokens.h */
#include "auth_tokens.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/arena.h"
#include "base/str.h"

const struct token auth_tokens[] = {
    {"a good ES256 token", H_EC, GOOD, NULL, K_EC, NULL},
    {"a good RS256 token", H("rsa-1", "RS256"), GOOD, "RS256", K_RSA, NULL},
    {"a good PS256 token", H("pss-1", "PS256"), GOOD, "PS256", K_PSS, NULL},
    {"a good EdDSA token", H("ed-1", "EdDSA"), GOOD, "EdDSA", K_ED, NULL},
    {"typ with its prefix and in capitals",
     "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"Application/AT+JWT\"}", GOOD, NULL, K_EC, NULL},
    {"x5t in the header",
     "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"x5t\":\"abc\",\"x5t#S256\":\"d\"}", GOOD, NULL,
     K_EC, NULL},
    {"aud as an array", H_EC, WITH(ISS, "\"aud\":[\"x\",\"wayfare\"],", SUBJECT, SCOPE, TIMES), NULL, K_EC,
     NULL},
    {"ended 29 s ago", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1789999971,"), NULL, K_EC, NULL},
    {"valid in 30 s", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"nbf\":1790000030,\"exp\":1790000600,"), NULL,
     K_EC, NULL},
    {"no scope", H_EC, WITH(ISS, AUD, SUBJECT, "", TIMES), NULL, K_EC, NULL},
    {"scope as an array", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":[\"a:b\",\"c:d\"],", TIMES), NULL, K_EC,
     NULL},
    {"staff by Keycloak", H_STAFF, STAFF(""), NULL, K_STAFF, NULL},
    {"staff with typ Bearer", H_STAFF, STAFF(",\"typ\":\"Bearer\""), NULL, K_STAFF, NULL},

    /* header */
    {"alg none", "{\"alg\":\"none\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "alg is not accepted"},
    {"alg None", "{\"alg\":\"None\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "alg is not accepted"},
    {"alg HS256", H("ec-1", "HS256"), GOOD, NULL, K_EC, "alg is not accepted"},
    {"alg ES384", H("ec-1", "ES384"), GOOD, NULL, K_EC, "alg is not accepted"},
    {"alg in small letters", H("ec-1", "es256"), GOOD, NULL, K_EC, "alg is not accepted"},
    {"alg empty", H("ec-1", ""), GOOD, NULL, K_EC, "alg is not accepted"},
    {"alg missing", "{\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC, "alg is not accepted"},
    {"alg a number", "{\"alg\":256,\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "a header member is not a text"},
    {"alg an array", "{\"alg\":[\"ES256\"],\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "a header member is not a text"},
    {"alg null", "{\"alg\":null,\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "a header member is not a text"},
    {"alg twice", "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL,
     K_EC, "header is not a strict JSON object"},
    {"alg twice, one escaped",
     "{\"alg\":\"ES256\",\"\\u0061lg\":\"none\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "header is not a strict JSON object"},
    {"RS256 said, ES256 key", H("ec-1", "RS256"), GOOD, NULL, K_EC, "alg is not the key's"},
    {"PS256 said, RS256 key", H("rsa-1", "PS256"), GOOD, "PS256", K_RSA, "alg is not the key's"},
    {"RS256 said, PS256 key", H("pss-1", "RS256"), GOOD, "RS256", K_PSS, "alg is not the key's"},
    {"EdDSA said, ES256 key", H("ec-1", "EdDSA"), GOOD, NULL, K_EC, "alg is not the key's"},
    {"crit", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"crit\":[\"exp\"]}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"b64", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"b64\":false}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"zip", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"zip\":\"DEF\"}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"enc", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"enc\":\"A256GCM\"}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"jku", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"jku\":\"https://evil.test/k\"}", GOOD,
     NULL, K_EC, "header has a member that is not allowed"},
    {"jwk", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"jwk\":{}}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"x5u", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"x5u\":\"https://evil.test\"}", GOOD,
     NULL, K_EC, "header has a member that is not allowed"},
    {"x5c", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"x5c\":[]}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"cty", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",\"cty\":\"JWT\"}", GOOD, NULL, K_EC,
     "header has a member that is not allowed"},
    {"kid missing", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC, "kid is missing"},
    {"kid empty", H("", "ES256"), GOOD, NULL, K_EC, "kid is missing"},
    {"kid a number", "{\"alg\":\"ES256\",\"kid\":1,\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "a header member is not a text"},
    {"kid unknown", H("ec-9", "ES256"), GOOD, NULL, K_EC, "kid is not known"},
    {"kid like a path", H("../../etc/passwd", "ES256"), GOOD, NULL, K_EC, "kid is not known"},
    {"kid like SQL", H("' OR 1=1 --", "ES256"), GOOD, NULL, K_EC, "kid is not known"},
    {"kid with NUL", "{\"alg\":\"ES256\",\"kid\":\"ec-1\\u0000x\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "header is not a strict JSON object"},
    {"typ missing", "{\"alg\":\"ES256\",\"kid\":\"ec-1\"}", GOOD, NULL, K_EC, "typ is missing"},
    {"typ JWT where at+jwt is wanted", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"JWT\"}", GOOD, NULL,
     K_EC, "typ is not one of the issuer's"},
    {"typ of a logout token", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"logout+jwt\"}", GOOD, NULL, K_EC,
     "typ is not one of the issuer's"},
    {"typ of a client assertion",
     "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"client-authentication+jwt\"}", GOOD, NULL, K_EC,
     "typ is not one of the issuer's"},
    {"header an array", "[\"alg\",\"ES256\"]", GOOD, NULL, K_EC, "header is not a strict JSON object"},
    {"header a text", "\"ES256\"", GOOD, NULL, K_EC, "header is not a strict JSON object"},
    {"header with a comma too many", "{\"alg\":\"ES256\",\"kid\":\"ec-1\",\"typ\":\"at+jwt\",}", GOOD, NULL,
     K_EC, "header is not a strict JSON object"},
    {"header followed by more", H_EC "{}", GOOD, NULL, K_EC, "header is not a strict JSON object"},
    {"header with a byte order mark", "\xef\xbb\xbf" H_EC, GOOD, NULL, K_EC,
     "header is not a strict JSON object"},
    {"header not UTF-8", "{\"alg\":\"ES256\",\"kid\":\"\xff\",\"typ\":\"at+jwt\"}", GOOD, NULL, K_EC,
     "header is not a strict JSON object"},

    /* signature */
    {"signed by another key", H_EC, GOOD, NULL, K_EC2, "signature does not verify"},
    {"signed by the key of another issuer", H_EC, GOOD, NULL, K_STAFF, "signature does not verify"},
    {"RSA signature of PSS kind under RS256", H("rsa-1", "RS256"), GOOD, "PS256", K_RSA,
     "signature does not verify"},
    {"RSA signature of PKCS kind under PS256", H("pss-1", "PS256"), GOOD, "RS256", K_PSS,
     "signature does not verify"},
    {"Ed25519 signature under ES256", H_EC, GOOD, "EdDSA", K_ED, "signature does not verify"},

    /* whose and for whom */
    {"iss of another issuer", H_EC, WITH("\"iss\":\"https://login.test\",", AUD, SUBJECT, SCOPE, TIMES), NULL,
     K_EC, "iss is not the key's issuer"},
    {"iss with a slash more", H_EC, WITH("\"iss\":\"https://identity.test/\",", AUD, SUBJECT, SCOPE, TIMES),
     NULL, K_EC, "iss is not the key's issuer"},
    {"iss in capitals", H_EC, WITH("\"iss\":\"https://IDENTITY.test\",", AUD, SUBJECT, SCOPE, TIMES), NULL,
     K_EC, "iss is not the key's issuer"},
    {"iss an array", H_EC, WITH("\"iss\":[\"https://identity.test\"],", AUD, SUBJECT, SCOPE, TIMES), NULL,
     K_EC, "iss is not the key's issuer"},
    {"iss missing", H_EC, WITH("", AUD, SUBJECT, SCOPE, TIMES), NULL, K_EC, "iss is not the key's issuer"},
    {"iss twice", H_EC, WITH(ISS ISS, AUD, SUBJECT, SCOPE, TIMES), NULL, K_EC,
     "payload is not a strict JSON object"},
    {"aud of another", H_EC, WITH(ISS, "\"aud\":\"wayfare2\",", SUBJECT, SCOPE, TIMES), NULL, K_EC,
     "aud is not ours"},
    {"aud missing", H_EC, WITH(ISS, "", SUBJECT, SCOPE, TIMES), NULL, K_EC, "aud is not ours"},
    {"aud an empty array", H_EC, WITH(ISS, "\"aud\":[],", SUBJECT, SCOPE, TIMES), NULL, K_EC,
     "aud is not ours"},
    {"aud with a number beside ours", H_EC, WITH(ISS, "\"aud\":[\"wayfare\",1],", SUBJECT, SCOPE, TIMES),
     NULL, K_EC, "aud is not ours"},
    {"aud an object", H_EC, WITH(ISS, "\"aud\":{\"wayfare\":true},", SUBJECT, SCOPE, TIMES), NULL, K_EC,
     "aud is not ours"},
    {"aud of 17", H_EC,
     WITH(ISS,
          "\"aud\":[\"wayfare\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
          "\"\"],",
          SUBJECT, SCOPE, TIMES),
     NULL, K_EC, "aud is not ours"},

    /* times */
    {"exp missing", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, ""), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp a text", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":\"1790000600\","), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp a fraction", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1790000600.5,"), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp with an exponent", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1.7900006e9,"), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp true", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":true,"), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp below zero", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":-1,"), NULL, K_EC,
     "exp is missing or not a whole number"},
    {"exp beyond every calendar", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":9223372036854775807,"), NULL,
     K_EC, "exp is missing or not a whole number"},
    {"exp beyond 64 bits", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":99999999999999999999,"), NULL, K_EC,
     "payload is not a strict JSON object"},
    {"ended 30 s ago", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1789999970,"), NULL, K_EC,
     "it has ended"},
    {"exp twice", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1,\"exp\":1790000600,"), NULL, K_EC,
     "payload is not a strict JSON object"},
    {"lives two days", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"exp\":1790172800,"), NULL, K_EC,
     "it would live longer than a day"},
    {"valid in 31 s", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"nbf\":1790000031,\"exp\":1790000600,"), NULL,
     K_EC, "it is not valid yet"},
    {"nbf a text", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"nbf\":\"0\",\"exp\":1790000600,"), NULL, K_EC,
     "nbf is not a whole number"},
    {"iat in the future", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"iat\":1790000100,\"exp\":1790000600,"),
     NULL, K_EC, "it is not valid yet"},
    {"iat a text", H_EC, WITH(ISS, AUD, SUBJECT, SCOPE, "\"iat\":\"now\",\"exp\":1790000600,"), NULL, K_EC,
     "iat is not a whole number"},

    /* who */
    {"sub missing", H_EC, WITH(ISS, AUD, "\"client_id\":\"c\",\"org\":\"coa\",", SCOPE, TIMES), NULL, K_EC,
     "subject is missing or malformed"},
    {"sub empty", H_EC, WITH(ISS, AUD, "\"sub\":\"\",\"client_id\":\"c\",\"org\":\"coa\",", SCOPE, TIMES),
     NULL, K_EC, "subject is missing or malformed"},
    {"sub a number", H_EC, WITH(ISS, AUD, "\"sub\":7,\"client_id\":\"c\",\"org\":\"coa\",", SCOPE, TIMES),
     NULL, K_EC, "subject is missing or malformed"},
    {"sub with a line feed", H_EC,
     WITH(ISS, AUD, "\"sub\":\"a\\nb\",\"client_id\":\"c\",\"org\":\"coa\",", SCOPE, TIMES), NULL, K_EC,
     "subject is missing or malformed"},
    {"client missing", H_EC, WITH(ISS, AUD, "\"sub\":\"s\",\"org\":\"coa\",", SCOPE, TIMES), NULL, K_EC,
     "client is missing or malformed"},
    {"organisation missing", H_EC, WITH(ISS, AUD, "\"sub\":\"s\",\"client_id\":\"c\",", SCOPE, TIMES), NULL,
     K_EC, "organisation is missing or malformed"},
    {"organisation in capitals", H_EC,
     WITH(ISS, AUD, "\"sub\":\"s\",\"client_id\":\"c\",\"org\":\"COA\",", SCOPE, TIMES), NULL, K_EC,
     "organisation is missing or malformed"},
    {"organisation an array", H_EC,
     WITH(ISS, AUD, "\"sub\":\"s\",\"client_id\":\"c\",\"org\":[\"coa\"],", SCOPE, TIMES), NULL, K_EC,
     "organisation is missing or malformed"},
    {"organisation empty", H_EC,
     WITH(ISS, AUD, "\"sub\":\"s\",\"client_id\":\"c\",\"org\":\"\",", SCOPE, TIMES), NULL, K_EC,
     "organisation is missing or malformed"},
    {"organisation twice", H_EC, WITH(ISS, AUD, SUBJECT "\"org\":\"iom\",", SCOPE, TIMES), NULL, K_EC,
     "payload is not a strict JSON object"},
    {"scope a number", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":1,", TIMES), NULL, K_EC,
     "scope is malformed"},
    {"scope null", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":null,", TIMES), NULL, K_EC, "scope is malformed"},
    {"scope with a tab", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":\"a\\tb\",", TIMES), NULL, K_EC,
     "scope is malformed"},
    {"scope with a quote", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":\"a\\\"b\",", TIMES), NULL, K_EC,
     "scope is malformed"},
    {"scope array with a number", H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":[\"a\",1],", TIMES), NULL, K_EC,
     "scope is malformed"},
    {"jti a number", H_EC, "{" ISS AUD SUBJECT SCOPE TIMES "\"jti\":5}", NULL, K_EC, "jti is malformed"},

    /* payload */
    {"payload an array", H_EC, "[]", NULL, K_EC, "payload is not a strict JSON object"},
    {"payload null", H_EC, "null", NULL, K_EC, "payload is not a strict JSON object"},
    {"payload cut off", H_EC, "{\"iss\":", NULL, K_EC, "payload is not a strict JSON object"},
    {"payload nested deeply", H_EC, C("\"x\":[[[[[[[[[[1]]]]]]]]]]"), NULL, K_EC,
     "payload is not a strict JSON object"},
    {"payload not UTF-8", H_EC, C("\"x\":\"\xc3\x28\""), NULL, K_EC, "payload is not a strict JSON object"},
    {"payload with NUL", H_EC, C("\"x\":\"\\u0000\""), NULL, K_EC, "payload is not a strict JSON object"},
    {"payload with NaN", H_EC, C("\"x\":NaN"), NULL, K_EC, "payload is not a strict JSON object"},

    /* other kinds of token */
    {"an ID token (nonce)", H_STAFF, STAFF(",\"nonce\":\"n\""), NULL, K_STAFF, "it is not an access token"},
    {"an ID token (at_hash)", H_STAFF, STAFF(",\"at_hash\":\"n\""), NULL, K_STAFF,
     "it is not an access token"},
    {"a logout token (events)", H_STAFF, STAFF(",\"events\":{}"), NULL, K_STAFF, "it is not an access token"},
    {"Keycloak's ID token", H_STAFF, STAFF(",\"typ\":\"ID\""), NULL, K_STAFF, "its typ claim is not Bearer"},
    {"Keycloak's refresh token", H_STAFF, STAFF(",\"typ\":\"Refresh\""), NULL, K_STAFF,
     "its typ claim is not Bearer"},
    {"a typ claim that is no text", H_STAFF, STAFF(",\"typ\":1"), NULL, K_STAFF,
     "its typ claim is not Bearer"},
    {"token_use id", H_STAFF, STAFF(",\"token_use\":\"id\""), NULL, K_STAFF,
     "its token_use claim is not access"},
    {"bound to a key (cnf)", H_EC, C("\"cnf\":{\"jkt\":\"x\"}"), NULL, K_EC,
     "it is bound to a key of its client"},
    {"aud of the other profile", H_STAFF,
     "{\"iss\":\"https://login.test\",\"aud\":\"wayfare\",\"sub\":\"u\",\"azp\":\"d\"," TIMES JTI "}", NULL,
     K_STAFF, "aud is not ours"},
};
const size_t nauth_tokens = LENGTH(auth_tokens);

/* ---- texts that are not tokens ---- */

const struct twist_of auth_twists[NTWISTS] = {
    [T_EMPTY] = {"nothing", "not three parts"},
    [T_DOTS] = {"two dots", "a part is empty"},
    [T_ONE_PART] = {"one part", "not three parts"},
    [T_TWO_PARTS] = {"two parts", "not three parts"},
    [T_FOUR_PARTS] = {"four parts", "not three parts"},
    [T_FIVE_PARTS] = {"five parts", "not three parts"},
    [T_DOT_AT_END] = {"a dot at the end", "not three parts"},
    [T_DOT_AT_START] = {"a dot at the start", "not three parts"},
    [T_NO_PAYLOAD] = {"no payload", "a part is empty"},
    [T_NO_SIGNATURE] = {"no signature", "a part is empty"},
    [T_PADDING] = {"padding", "signature is not canonical base64url"},
    [T_PLUS] = {"base64 instead of base64url", "signature is not canonical base64url"},
    [T_LINE_FEED] = {"a line feed in the header", "header is not canonical base64url"},
    [T_SPACE_AT_END] = {"a space at the end", "signature is not canonical base64url"},
    [T_NUL_AT_END] = {"NUL at the end", "signature is not canonical base64url"},
    [T_LOOSE_BITS] = {"loose bits in the signature", "signature is not canonical base64url"},
    [T_LOOSE_HEADER_BITS] = {"loose bits in the header", "header is not canonical base64url"},
    [T_SIGNATURE_BIT] = {"one bit of the signature", "signature does not verify"},
    [T_PAYLOAD_BYTE] = {"another payload", "signature does not verify"},
    [T_SIGNATURE_ZERO] = {"a signature of zeros", "signature does not verify"},
    [T_SIGNATURE_SHORT] = {"63 bytes of signature", "signature does not verify"},
    [T_SIGNATURE_LONG] = {"65 bytes of signature", "signature does not verify"},
    [T_SIGNATURE_DER] = {"a DER signature", "signature does not verify"},
    [T_HMAC_BY_PUBLIC_KEY] = {"HS256 with the public key as secret", "alg is not accepted"},
    [T_TOO_LONG] = {"8193 bytes", "longer than 8192 bytes"},
};

/* HS256 over the PEM of the public key: what a verifier that trusts alg would take. */
static const char *hmac_token(struct arena *a)
{
    const char *header = H("rsa-1", "HS256");
    const char *part = arena_printf(a, "%s.%s", b64(a, header, strlen(header)), b64(a, GOOD, strlen(GOOD)));
    BIO *bio = BIO_new(BIO_s_mem());
    uint8_t mac[32];
    char *pem;
    long n;

    PEM_write_bio_PUBKEY(bio, fixture_keys[K_RSA]);
    n = BIO_get_mem_data(bio, &pem);
    HMAC(EVP_sha256(), pem, (int)n, (const uint8_t *)part, strlen(part), mac, NULL);
    BIO_free(bio);
    return arena_printf(a, "%s.%s", part, b64(a, mac, sizeof(mac)));
}

static const char *der_signature(struct arena *a, const uint8_t raw[64])
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    uint8_t *der = NULL;
    const char *text;
    int n;

    ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    n = i2d_ECDSA_SIG(sig, &der);
    text = b64(a, der, (size_t)n);
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return text;
}

const char *auth_twisted(struct arena *a, enum twist how, size_t *ret_n)
{
    char *good = arena_strdup(a, fixture_mint(a, H_EC, GOOD, "ES256", K_EC));
    char *payload = strchr(good, '.') + 1, *sig = strchr(payload, '.') + 1;
    int nhead = (int)(payload - good), npart = (int)(sig - good);
    uint8_t zeros[65] = {0}, *raw;
    const char *out = good, *hs;
    size_t nraw;

    ck_assert(str_unbase64url(a, sig, strlen(sig), &raw, &nraw));
    switch (how) {
    case T_EMPTY:
        out = "";
        break;
    case T_DOTS:
        out = "..";
        break;
    case T_ONE_PART:
        payload[-1] = '\0';
        break;
    case T_TWO_PARTS:
        sig[-1] = '\0';
        break;
    case T_FOUR_PARTS:
        out = arena_printf(a, "%s.%s", good, sig);
        break;
    case T_FIVE_PARTS:
        out = arena_printf(a, "%s.%s.%s", good, sig, sig);
        break;
    case T_DOT_AT_END:
        out = arena_printf(a, "%s.", good);
        break;
    case T_DOT_AT_START:
        out = arena_printf(a, ".%s", good);
        break;
    case T_NO_PAYLOAD:
        out = arena_printf(a, "%.*s.%s", nhead, good, sig);
        break;
    case T_NO_SIGNATURE:
        *sig = '\0';
        break;
    case T_PADDING:
        out = arena_printf(a, "%s==", good);
        break;
    case T_PLUS:
        sig[5] = '+';
        break;
    case T_LINE_FEED:
        out = arena_printf(a, "%.4s\n%s", good, good + 4);
        break;
    case T_SPACE_AT_END:
        out = arena_printf(a, "%s ", good);
        break;
    case T_NUL_AT_END:
        break;
    case T_LOOSE_BITS: /* 64 bytes end in a digit of which two bits count */
        sig[strlen(sig) - 1]++;
        break;
    case T_LOOSE_HEADER_BITS: /* one byte more in the header leaves loose bits in its last digit */
        hs = b64(a, H_EC " ", strlen(H_EC " "));
        if (strlen(hs) % 4 == 0)
            hs = b64(a, H_EC "  ", strlen(H_EC "  "));
        out = arena_printf(a, "%.*s%c.%s", (int)strlen(hs) - 1, hs, hs[strlen(hs) - 1] + 1, payload);
        break;
    case T_SIGNATURE_BIT:
        raw[40] ^= 1;
        out = arena_printf(a, "%.*s%s", npart, good, b64(a, raw, nraw));
        break;
    case T_PAYLOAD_BYTE:
        hs = C("\"jti\":\"t-2\"");
        out = arena_printf(a, "%.*s%s.%s", nhead, good, b64(a, hs, strlen(hs)), sig);
        break;
    case T_SIGNATURE_ZERO:
        out = arena_printf(a, "%.*s%s", npart, good, b64(a, zeros, 64));
        break;
    case T_SIGNATURE_SHORT:
        out = arena_printf(a, "%.*s%s", npart, good, b64(a, raw, 63));
        break;
    case T_SIGNATURE_LONG:
        memcpy(zeros + 1, raw, 64);
        out = arena_printf(a, "%.*s%s", npart, good, b64(a, zeros, 65));
        break;
    case T_SIGNATURE_DER:
        out = arena_printf(a, "%.*s%s", npart, good, der_signature(a, raw));
        break;
    case T_HMAC_BY_PUBLIC_KEY:
        out = hmac_token(a);
        break;
    case T_TOO_LONG:
        out = arena_printf(a, "%s%0*d", good, (int)(8193 - strlen(good)), 0);
        break;
    case NTWISTS:
        break;
    }
    *ret_n = strlen(out) + (how == T_NUL_AT_END);
    return out;
}
