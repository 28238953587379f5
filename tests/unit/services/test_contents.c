/* test_contents.c - what may be uploaded for a document: first bytes and digests. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases/documents/rules_contents.h"
#include "unit.h"

static const struct {
    const char *type; /* NULL: none */
    size_t n;
    const char *bytes;
} files[] = {
    {"application/pdf", 9, "%PDF-1.7\n"},
    {NULL, 5, "%PDF-"}, /* and nothing behind it */
    {NULL, 9, "\n%PDF-1.7"},
    {NULL, 9, "%pdf-1.7\n"},
    {"image/jpeg", 4, "\xff\xd8\xff\xe0"},
    {NULL, 4, "\xff\xd8\x00\xe0"},
    {"image/png", 9, "\x89PNG\r\n\x1a\n\0"},
    {NULL, 9, "\x89PNG\n\x1a\n\0\0"}, /* what a text mode makes of it */
    {"image/tiff", 8, "II*\0\x08\0\0\0"},
    {"image/tiff", 8, "MM\0*\0\0\0\x08"},
    {NULL, 8, "II\0*\x08\0\0\0"},
    {"image/heic", 16,
     "\0\0\0\x18"
     "ftypheic\0\0\0\0"},
    {"image/heic", 16,
     "\0\0\0\x18"
     "ftypheix\0\0\0\0"},
    {"image/heic", 16,
     "\0\0\0\x18"
     "ftypmif1\0\0\0\0"},
    {NULL, 16,
     "\0\0\0\x18"
     "ftypmp42\0\0\0\0"},
    {NULL, 10, "GIF89a\x01\0\x01\0"},
    {NULL, 15, "<!doctype html>"},
    {NULL, 8, "PK\x03\x04\x14\0\0\0"},
    {NULL, 8, "MZ\x90\0\x03\0\0\0"},
    {NULL, 1, "%"},
    {NULL, 0, ""},
};

START_TEST(first_bytes_tell_the_type)
{
    struct bytes b = {(const uint8_t *)files[_i].bytes, files[_i].n};
    const char *type = rules_content_sniff(b);

    ck_assert_msg(str_eq(type, files[_i].type), "%d: %s", _i, type ? type : "none");
    if (type) {
        ck_assert_ptr_null(rules_content_type(type, b));
        ck_assert(str_starts(rules_content_name(type), "document."));
    }
    ck_assert_str_eq(rules_content_type(str_eq(type, "image/png") ? "image/jpeg" : "image/png", b)->code,
                     "content.type");
}
END_TEST

#define ABC "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
#define NOT "YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4="

static const struct {
    const char *header;
    bool fits;
} digests[] = {
    {NULL, true},
    {"sha-256=:" ABC ":", true},
    {"sha-512=:AAAA:, sha-256=:" ABC ":", true},
    {"sha-256=:" ABC ":;a=b, md5=:AA==:", true},
    {"sha-512=:AAAA:", true}, /* says nothing to us */
    {"unixsum=12", true},
    {"sha-256=:" NOT ":", false},
    {"sha-512=:AAAA:,sha-256=:" NOT ":", false},
    {"sha-256=:" ABC ":, sha-256=:" NOT ":", false},
    {"SHA-256=:" NOT ":", false},
    {"sha-256=" ABC, false},
    {"sha-256=:" ABC, false},
    {"sha-256=:::", false},
    {"sha-256=:AAAA:", false},
    {"sha-256=", false},
    {"sha-256=:,sha-256=:" ABC ":", false},
};

START_TEST(a_digest_that_is_given_must_fit)
{
    uint8_t abc[CONTENT_DIGEST];
    err_t e;

    ck_assert(
        str_unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", abc, sizeof(abc)));
    e = rules_content_digest(unit_arena, digests[_i].header, abc);
    ck_assert_msg((e == NULL) == digests[_i].fits, "%s", digests[_i].header);
    if (e)
        ck_assert_str_eq(e->faults[0].code, "content.digest");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("contents");

    UNIT_TABLE(s, "rules_content_sniff", files, first_bytes_tell_the_type);
    UNIT_TABLE(s, "rules_content_digest", digests, a_digest_that_is_given_must_fit);
    return s;
}
