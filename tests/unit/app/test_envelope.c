/* test_envelope.c - contents open where they belong, and nowhere else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/envelope.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/str.h"
#include "io/aside.h"
#include "io/co.h"
#include "io/loop.h"
#include "unit.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"

static struct program p;
static struct principal iom = {.organisation = "iom"}, coa = {.organisation = "coa"};
static struct ctx x;
static const struct envelope_place place = {
    .cls = "document", .name = "document_contents.data_key", .row = {{1}}, .object = {{2}}};

static void set_up(void)
{
    const char *folder, *path;
    FILE *f;

    unit_set_up();
    folder = mkdtemp(arena_strdup(unit_arena, "/tmp/wf-envelope-XXXXXX"));
    path = arena_printf(unit_arena, "%s/field-document.key", folder);
    f = fopen(path, "w");
    fputs(KEY, f);
    fclose(f);
    chmod(path, 0600);
    p = (struct program){0};
    ck_assert_ptr_null(loop_new(&p.loop));
    ck_assert_ptr_null(co_init(p.loop, 10));
    ck_assert_ptr_null(aside_open(p.loop, &p.aside));
    ck_assert_ptr_null(keyring_open(unit_arena, folder, NULL, &p.keyring));
    x = (struct ctx){.arena = unit_arena, .who = &iom, .app = &p};
}

static void tear_down(void)
{
    aside_close(p.aside);
    co_shutdown();
    loop_free(p.loop);
    unit_tear_down();
}

static struct bytes copy(struct bytes b)
{
    return (struct bytes){.p = arena_memdup(unit_arena, b.p, b.n), .n = b.n};
}

static void seal(const char *text, struct bytes *ret_sealed, struct bytes *ret_key)
{
    struct bytes plain = {.p = (const uint8_t *)text, .n = strlen(text)};

    ck_assert_ptr_null(envelope_seal(&x, &place, plain, ret_sealed, ret_key));
    ck_assert_uint_eq(ret_sealed->n, plain.n + ENVELOPE_MORE);
}

static const char *opened(const struct envelope_place *at, struct bytes sealed, struct bytes key)
{
    struct bytes plain;
    err_t e = envelope_open(&x, at, copy(sealed), key, &plain);

    return e ? e->code : arena_strndup(unit_arena, (const char *)plain.p, plain.n);
}

START_TEST(what_is_sealed_opens_again)
{
    struct bytes sealed, key, again, other_key;

    seal("a passport", &sealed, &key);
    ck_assert_str_eq(opened(&place, sealed, key), "a passport");
    ck_assert_ptr_null(memmem(sealed.p, sealed.n, "passport", 8));
    seal("a passport", &again, &other_key);
    ck_assert(memcmp(sealed.p + 13, again.p + 13, 10) != 0);
    ck_assert_str_eq(opened(&place, sealed, other_key), "envelope.sealed");
}
END_TEST

START_TEST(moved_elsewhere_it_does_not_open)
{
    struct envelope_place row = place, object = place, name = place;
    struct bytes sealed, key;

    row.row.b[0]++;
    object.object.b[15]++;
    name.name = "document_contents.other";
    seal("a passport", &sealed, &key);
    ck_assert_str_eq(opened(&row, sealed, key), "keyring.sealed");
    ck_assert_str_eq(opened(&object, sealed, key), "envelope.sealed");
    ck_assert_str_eq(opened(&name, sealed, key), "keyring.sealed");
    x.who = &coa;
    ck_assert_str_eq(opened(&place, sealed, key), "keyring.sealed");
}
END_TEST

/* Each byte counts, and a content that is cut short is none. */
START_TEST(damage_is_seen_and_nothing_is_shown)
{
    struct bytes sealed, key, plain;

    seal("a passport", &sealed, &key);
    for (size_t i = 0; i < sealed.n; i++) {
        struct bytes b = copy(sealed);
        ((uint8_t *)(uintptr_t)b.p)[i] ^= 1;
        ck_assert_ptr_nonnull(envelope_open(&x, &place, b, key, &plain));
        ck_assert_ptr_null(memmem(b.p, b.n, "passport", 8));
    }
    for (size_t n = 0; n < sealed.n; n++)
        ck_assert_ptr_nonnull(envelope_open(&x, &place, copy((struct bytes){sealed.p, n}), key, &plain));
}
END_TEST

START_TEST(the_digest_is_sha_256)
{
    uint8_t digest[ENVELOPE_DIGEST];
    char hex[2 * ENVELOPE_DIGEST + 1];

    ck_assert_ptr_null(envelope_digest(&x, (struct bytes){(const uint8_t *)"abc", 3}, digest));
    str_hex(hex, digest, sizeof(digest));
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("envelope");
    TCase *c = tcase_create("envelope");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, what_is_sealed_opens_again);
    tcase_add_test(c, moved_elsewhere_it_does_not_open);
    tcase_add_test(c, damage_is_seen_and_nothing_is_shown);
    tcase_add_test(c, the_digest_is_sha_256);
    suite_add_tcase(s, c);
    return s;
}
