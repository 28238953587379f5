/* etag.c - If-Match against the version of a row (RFC 9110 section 13.1.1), and tags of what has no version.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "web/http_internal.h"
#include "web/request.h"

ERR_DEFINE(err_stale, ERR_CONFLICT, "precondition.stale", "The resource has changed since; fetch it again.");

void etag_of(char opaque[33], const char *text, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = sizeof(digest);

    if (EVP_Digest(text, n, digest, &length, EVP_sha256(), NULL) != 1)
        abort();
    str_hex(opaque, digest, 16);
    opaque[32] = 0;
}

/* weak: W/"…" is as good; else it matches nothing (strong comparison). */
static bool matches(const char *list, const char *opaque, bool weak_too)
{
    size_t n = strlen(opaque);

    for (const char *at = list + strspn(list, " \t,"); *at; at += strspn(at, " \t,")) {
        if (*at == '*' && strspn(at + 1, " \t,") == strlen(at + 1))
            return true;
        bool weak = strncmp(at, "W/", 2) == 0;
        at += weak ? 2 : 0;
        const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
        if (!end)
            return false;
        if ((!weak || weak_too) && (size_t)(end - at - 1) == n && memcmp(at + 1, opaque, n) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

err_t etag_match_text(const struct request *rq, const char *opaque)
{
    const char *list = request_header(rq, "If-Match");

    return !list || matches(list, opaque, false) ? NULL : err_stale;
}

err_t etag_match(const struct request *rq, int64_t version)
{
    char opaque[32];

    snprintf(opaque, sizeof(opaque), "v%lld", (long long)version);
    return etag_match_text(rq, opaque);
}

bool etag_unchanged(const struct request *rq, int64_t version)
{
    const char *list = request_header(rq, "If-None-Match");
    char opaque[32];

    snprintf(opaque, sizeof(opaque), "v%lld", (long long)version);
    return list && matches(list, opaque, true);
}
