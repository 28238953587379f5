/* rules_contents.c - see rules_contents.h. */
#include "cases/documents/rules_contents.h"

#include <string.h>

#include "base/str.h"

ERR_DEFINE(err_type, ERR_INVALID, "content.type",
           "The content is not of the type that Content-Type names: its first bytes say otherwise.");

static const struct signature {
    const char *type, *name;
    size_t at; /* where the bytes begin */
    size_t n;
    const char *bytes;
} signatures[] = {
    {"application/pdf", "document.pdf", 0, 5, "%PDF-"},       /* ISO 32000-1, 7.5.2 */
    {"image/jpeg", "document.jpg", 0, 3, "\xff\xd8\xff"},     /* ISO 10918-1: SOI and a marker */
    {"image/png", "document.png", 0, 8, "\x89PNG\r\n\x1a\n"}, /* ISO 15948, 5.2 */
    {"image/tiff", "document.tiff", 0, 4, "II*\0"},           /* TIFF 6.0, section 2 */
    {"image/tiff", "document.tiff", 0, 4, "MM\0*"},           /* the same, big-endian */
    {"image/heic", "document.heic", 4, 8, "ftypheic"},        /* ISO 23008-12, 10: major brand */
    {"image/heic", "document.heic", 4, 8, "ftypheix"},        /* the same with ten bits */
    {"image/heic", "document.heic", 4, 8, "ftypmif1"},        /* the brand that cameras write for both */
};

static const struct signature *signature_of(struct bytes content)
{
    for (size_t i = 0; i < LENGTH(signatures); i++) {
        const struct signature *s = &signatures[i];

        if (content.n > s->at + s->n && memcmp(content.p + s->at, s->bytes, s->n) == 0)
            return s;
    }
    return NULL;
}

const char *rules_content_sniff(struct bytes content)
{
    const struct signature *s = signature_of(content);

    return s ? s->type : NULL;
}

err_t rules_content_type(const char *media_type, struct bytes content)
{
    return str_eq(rules_content_sniff(content), media_type) ? NULL : err_type;
}

const char *rules_content_name(const char *media_type)
{
    for (size_t i = 0; i < LENGTH(signatures); i++)
        if (str_eq(signatures[i].type, media_type))
            return signatures[i].name;
    return "document.bin";
}

/* A member's value "sha-256=:base64:" of n bytes, from behind the equals sign. */
static bool is_digest(struct arena *a, const char *v, size_t n, const uint8_t sha256[CONTENT_DIGEST])
{
    const char *end = n > 1 && v[0] == ':' ? memchr(v + 1, ':', n - 1) : NULL;
    uint8_t *raw;
    size_t bytes;

    return end && str_unbase64(a, v + 1, (size_t)(end - v - 1), &raw, &bytes) && bytes == CONTENT_DIGEST &&
           memcmp(raw, sha256, CONTENT_DIGEST) == 0;
}

err_t rules_content_digest(struct arena *a, const char *header, const uint8_t sha256[CONTENT_DIGEST])
{
    static const struct fault fault = {.in = FAULT_HEADER,
                                       .at = "Content-Digest",
                                       .code = "content.digest",
                                       .detail = "The SHA-256 is not that of the content that arrived."};
    static const char name[] = "sha-256=";

    for (const char *at = header; at && *at;) {
        at += strspn(at, ", \t");
        size_t n = strcspn(at, ",");

        if (strncasecmp(at, name, sizeof(name) - 1) == 0 &&
            !is_digest(a, at + sizeof(name) - 1, n - (sizeof(name) - 1), sha256))
            return err_faults(a, ERR_INVALID, "request.invalid", "The content did not arrive whole.", &fault,
                              1);
        at += n;
    }
    return NULL;
}
