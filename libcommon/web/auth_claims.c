/* auth_claims.c - what a verified token says of its bearer, by the issuer's profile. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "web/auth_parts.h"

#define ID_MAX_BYTES 255
#define NAME_MAX_BYTES 200
#define SCOPE_MAX_BYTES 4096
#define ROLES_MAX 100
#define LIMIT_MAX 1000000000

/* Codes of organisations: ^[a-z][a-z0-9-]{1,31}$. */
static bool organisation_ok(const char *s)
{
    size_t n = s == NULL ? 0 : strlen(s);

    if (n < 2 || n > ORGANISATION_MAX_BYTES || s[0] < 'a' || s[0] > 'z')
        return false;
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* RFC 6749 section 3.3: visible ASCII without quote and backslash. */
static bool scope_word_ok(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] < 0x21 || s[i] > 0x7e || s[i] == '"' || s[i] == '\\')
            return false;
    }
    return n > 0;
}

/* Adds the space-separated words of s; "internal" only from issuers that may say it. False if malformed or
 * too long. */
static bool scope_add(struct buf *out, const struct issuer *is, const char *s)
{
    while (*s != '\0') {
        size_t n = strcspn(s, " ");
        if (n > 0 && !scope_word_ok(s, n))
            return false;
        if (n > 0 && (is->internal || !(n == 8 && memcmp(s, "internal", 8) == 0))) {
            if (out->n + n + 1 > SCOPE_MAX_BYTES)
                return false;
            if (out->n > 0)
                buf_putc(out, ' ');
            buf_put(out, s, n);
        }
        s += n;
        s += *s == ' ';
    }
    return true;
}

/* A claim that is a text or an array of texts, handed on one by one. False if it is neither. */
static bool each_text(const json_t *v, size_t max, bool (*fn)(const char *s, void *arg), void *arg)
{
    const json_t *item;
    size_t i;

    if (v == NULL)
        return true;
    if (json_is_string(v))
        return fn(json_string_value(v), arg);
    if (!json_is_array(v) || json_array_size(v) > max)
        return false;
    json_array_foreach(v, i, item)
    {
        if (!json_is_string(item) || !fn(json_string_value(item), arg))
            return false;
    }
    return true;
}

struct scopes {
    struct buf out;
    const struct issuer *is;
};

static bool add_scope(const char *s, void *arg)
{
    struct scopes *sc = arg;
    return scope_add(&sc->out, sc->is, s);
}

/* A role that the profile does not know gives nothing. */
static bool add_role(const char *s, void *arg)
{
    struct scopes *sc = arg;
    const char *scopes = json_member_text(sc->is->role_scopes, s);
    return scopes == NULL || scope_add(&sc->out, sc->is, scopes);
}

static bool read_scope(struct arena *a, const struct issuer *is, const json_t *claims, const char **ret)
{
    struct scopes sc = {.is = is};

    buf_init(&sc.out, a, 512);
    if (!each_text(jwt_member(claims, is->c_scope), ROLES_MAX, add_scope, &sc))
        return false;
    if (is->c_roles != NULL && !each_text(jwt_member(claims, is->c_roles), ROLES_MAX, add_role, &sc))
        return false;
    *ret = buf_text(&sc.out);
    return true;
}

/* Policies compare rows with programmes and offices, and look for the others. */
enum word { WORD_PROGRAMME, WORD_OFFICE, WORD_OTHER };

static enum word kind_of(const char *word)
{
    if (str_starts(word, "programme:"))
        return WORD_PROGRAMME;
    return str_starts(word, "office:") ? WORD_OFFICE : WORD_OTHER;
}

static void add_words(struct buf *out, struct arena *a, const char *policy_scopes, const char *scope,
                      enum word kind)
{
    const char *before = "";

    for (const char *s = scope; *s;) {
        size_t n = strcspn(s, " ");
        const char *word = arena_printf(a, "%.*s", (int)n, s);

        if (kind_of(word) == kind &&
            (kind != WORD_OTHER || str_eq(word, "internal") || str_has_word(policy_scopes, word))) {
            buf_printf(out, "%s%s", before, word);
            before = " ";
        }
        s += n;
        s += strspn(s, " ");
    }
}

/* Each word costs every statement under row-level security: only those that a policy can ask for go there,
 * in the form that sec.programmes() and sec.offices() take apart at once (app/schema/0018). */
const char *claims_policy_scope(struct arena *a, const char *policy_scopes, const char *scope)
{
    struct buf out;

    buf_init(&out, a, 128);
    add_words(&out, a, policy_scopes, scope, WORD_PROGRAMME);
    buf_puts(&out, "  ");
    add_words(&out, a, policy_scopes, scope, WORD_OFFICE);
    buf_puts(&out, "  ");
    add_words(&out, a, policy_scopes, scope, WORD_OTHER);
    return buf_text(&out);
}

/* ID tokens (OpenID Connect Core 2, 3.3.2.11), logout tokens and tokens bound to a key that we do not check.
 */
static err_t refuse_other_kinds(const json_t *claims)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash", "s_hash", "events"};

    for (size_t i = 0; i < LENGTH(marks); i++) {
        if (json_object_get(claims, marks[i]) != NULL)
            return TOKEN_REFUSED("it is not an access token");
    }
    if (json_object_get(claims, "typ") != NULL &&
        strcasecmp(json_member_text(claims, "typ") ?: "", "Bearer") != 0) /* Keycloak marks its kinds here */
        return TOKEN_REFUSED("its typ claim is not Bearer");
    if (json_object_get(claims, "token_use") != NULL &&
        !str_eq(json_member_text(claims, "token_use"), "access"))
        return TOKEN_REFUSED("its token_use claim is not access");
    if (json_object_get(claims, "cnf") != NULL)
        return TOKEN_REFUSED("it is bound to a key of its client");
    return NULL;
}

static bool is_user(const struct issuer *is, const json_t *claims)
{
    const json_t *v;

    if (is->user != USER_CLAIM)
        return is->user == USER_ALWAYS;
    v = jwt_member(claims, is->user_claim);
    return v != NULL && !json_is_null(v) && !json_is_false(v) &&
           !(json_is_string(v) && json_string_length(v) == 0);
}

/* A list of rate, burst and daily quota, each 0 for the usual. */
static bool read_limits(const struct issuer *is, const json_t *claims, struct limit_own *ret)
{
    const json_t *v = is->c_limits == NULL ? NULL : jwt_member(claims, is->c_limits);
    int64_t *const to[] = {&ret->rate, &ret->burst, &ret->daily};

    if (v == NULL)
        return true;
    if (!json_is_array(v) || json_array_size(v) != LENGTH(to))
        return false;
    for (size_t i = 0; i < LENGTH(to); i++) {
        const json_t *n = json_array_get(v, i);
        if (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(n) > LIMIT_MAX)
            return false;
        *to[i] = json_integer_value(n);
    }
    return true;
}

static err_t read_principal(struct arena *a, const struct issuer *is, const json_t *claims,
                            struct principal *who)
{
    who->subject = jwt_text(claims, is->c_subject, ID_MAX_BYTES);
    who->client_id = jwt_text(claims, is->c_client, ID_MAX_BYTES);
    who->organisation = is->organisation ?: jwt_text(claims, is->c_organisation, ORGANISATION_MAX_BYTES);
    who->token_id = jwt_text(claims, "jti", ID_MAX_BYTES);
    who->is_user = is_user(is, claims);
    who->name = who->is_user ? jwt_text(claims, is->c_name, NAME_MAX_BYTES) : NULL;

    if (who->subject == NULL)
        return TOKEN_REFUSED("subject is missing or malformed");
    if (who->client_id == NULL)
        return TOKEN_REFUSED("client is missing or malformed");
    if (!organisation_ok(who->organisation))
        return TOKEN_REFUSED("organisation is missing or malformed");
    if (json_object_get(claims, "jti") != NULL && who->token_id == NULL)
        return TOKEN_REFUSED("jti is malformed");
    if (!read_scope(a, is, claims, &who->scope))
        return TOKEN_REFUSED("scope is malformed");
    return NULL;
}

err_t claims_read(struct arena *a, const struct issuer *is, const json_t *claims, struct verified *ret)
{
    TRY(refuse_other_kinds(claims));
    TRY(read_principal(a, is, claims, &ret->who));
    if (!read_limits(is, claims, &ret->limits))
        return TOKEN_REFUSED("limits are malformed");
    return NULL;
}
