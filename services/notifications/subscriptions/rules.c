/* rules.c - endpoints, secrets and signatures of webhooks; see rules.h. */
#include "notifications/subscriptions/rules.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/hmac.h"
#include "base/str.h"

#define SECRET_PREFIX "whsec_"

const char *rules_hook_endpoint(struct arena *a, const char *url)
{
    if (!str_starts(url, "https://"))
        return NULL;
    const char *host = url + strlen("https://");
    size_t n = strcspn(host, "/?#");
    if (n == 0 || n > 260 || memchr(host, '@', n))
        return NULL;
    char *authority = arena_strndup(a, host, n);
    for (char *p = authority; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    const char *end = *authority == '[' ? strchr(authority, ']') : authority;
    const char *colon = end ? strrchr(end, ':') : NULL;
    if (!end || (*authority == '[' && end[1] != '\0' && end[1] != ':'))
        return NULL;
    if (!colon)
        return arena_printf(a, "%s:443", authority);
    int64_t port;
    if (colon == authority || !str_to_i64(colon + 1, 1, 65535, &port))
        return NULL;
    return authority;
}

/* Names that never lead out of the house, and addresses in any spelling (a name's last label is no number).
 * Addresses are judged again on the connected socket. */
static bool is_private(const char *host)
{
    static const char *const suffixes[] = {".localhost", ".local", ".internal", ".home.arpa"};
    const char *last = strrchr(host, '.');
    if (!last || last[1] == '\0' || isdigit((unsigned char)last[1]) || *host == '[')
        return true;
    for (size_t i = 0; i < LENGTH(suffixes); i++) {
        size_t n = strlen(host), m = strlen(suffixes[i]);
        if (n > m && str_eq(host + n - m, suffixes[i]))
            return true;
    }
    return false;
}

static bool is_allowed(const char *endpoint, const char *allow)
{
    size_t n = strlen(endpoint);
    for (const char *p = allow; p && *p;) {
        size_t m = strcspn(p, ",");
        if (m == n && memcmp(p, endpoint, n) == 0)
            return true;
        p += m + (p[m] == ',');
    }
    return false;
}

err_t rules_hook_url(struct arena *a, const char *url, const char *allow)
{
    static const struct fault odd = {
        .at = "/url", .code = "hook.url", .detail = "Not an https URL without user information."};
    static const struct fault port = {
        .at = "/url", .code = "hook.port", .detail = "Only port 443 is called."};
    static const struct fault private = {
        .at = "/url", .code = "hook.private", .detail = "The host is not a public name."};
    const struct fault *fault = NULL;
    const char *endpoint = rules_hook_endpoint(a, url);
    if (!endpoint) {
        fault = &odd;
    } else if (!is_allowed(endpoint, allow)) {
        const char *colon = strrchr(endpoint, ':');
        if (!str_eq(colon, ":443"))
            fault = &port;
        else if (is_private(arena_strndup(a, endpoint, (size_t)(colon - endpoint))))
            fault = &private;
    }
    return fault ? err_faults(a, ERR_INVALID, "request.invalid", "The endpoint is not one that is called.",
                              fault, 1)
                 : NULL;
}

const char *rules_hook_secret(struct arena *a, const uint8_t *random, size_t n)
{
    return arena_printf(a, SECRET_PREFIX "%s", str_base64(a, random, n));
}

static const char *sign(struct arena *a, const char *secret, const char *signed_text, size_t n)
{
    uint8_t *key, mac[HMAC_BYTES];
    size_t key_bytes;
    if (!str_starts(secret, SECRET_PREFIX))
        return NULL;
    secret += strlen(SECRET_PREFIX);
    if (!str_unbase64(a, secret, strlen(secret), &key, &key_bytes) || key_bytes == 0)
        return NULL;
    hmac_sha256((struct bytes){key, key_bytes}, signed_text, n, mac);
    return arena_printf(a, "v1,%s", str_base64(a, mac, sizeof(mac)));
}

const char *rules_hook_signature(struct arena *a, const char *secret, const char *previous, const char *id,
                                 int64_t timestamp_s, const char *body, size_t body_bytes)
{
    struct buf text;
    buf_init(&text, a, body_bytes + 128);
    buf_printf(&text, "%s.%lld.", id, (long long)timestamp_s);
    buf_put(&text, body, body_bytes);
    const char *one = sign(a, secret, text.p, text.n),
               *two = previous ? sign(a, previous, text.p, text.n) : NULL;
    if (!one || (previous && !two))
        return NULL;
    return two ? arena_printf(a, "%s %s", one, two) : one;
}

int64_t rules_hook_pause_us(int32_t failures, uint64_t seed)
{
    static const int32_t seconds[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    if (failures < 1 || failures > (int32_t)LENGTH(seconds))
        return 0;
    int64_t pause = seconds[failures - 1] * DATE_US_PER_S;
    return pause + (int64_t)(seed % (uint64_t)(pause / 10));
}

int64_t rules_hook_retry_after_us(const char *value)
{
    int64_t seconds;
    return value && str_to_i64(value, 1, 86400, &seconds) ? seconds * DATE_US_PER_S : 0;
}
