/* test_keyring.c - sealed fields open only where they belong; the index finds equal values of one
 * organisation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/keyfile.h"
#include "app/keyring.h"
#include "base/arena.h"
#include "base/str.h"
#include "unit.h"

#define PLACE "person_identifiers.number"
#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const struct uuid row = {{1, 2, 3}}, other_row = {{1, 2, 4}};
static const char *folder;

static void write_key(const char *name, const char *text, mode_t mode)
{
    const char *path = arena_printf(unit_arena, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

static struct keyring *keyring(const char *text)
{
    char *made = arena_strdup(unit_arena, "/tmp/wf-keyring-XXXXXX");
    struct keyring *k;

    folder = mkdtemp(made);
    write_key("field-document.key", text, 0600);
    write_key("field-health.key", KEY_B "\n", 0600);
    write_key("edge.key", "no field key", 0600);
    ck_assert_ptr_null(keyring_open(unit_arena, folder, NULL, &k));
    return k;
}

static struct bytes sealed(struct keyring *k, const char *plain)
{
    struct bytes b;

    ck_assert_ptr_null(keyring_seal(unit_arena, k, "document", "iom", PLACE, row, plain, &b));
    return b;
}

static const char *const texts[] = {"", "x", "exactly thirty-one characters..",
                                    "exactly thirty-two characters...", "محمد 🕊 ማርያም"};

START_TEST(what_is_sealed_opens_again)
{
    struct keyring *k = keyring(KEY_A "\n");
    const char *plain;

    ck_assert_ptr_null(
        keyring_unseal(unit_arena, k, "document", "iom", PLACE, row, sealed(k, texts[_i]), &plain));
    ck_assert_str_eq(plain, texts[_i]);
}
END_TEST

START_TEST(length_tells_little_and_equal_texts_look_different)
{
    struct keyring *k = keyring(KEY_A);
    struct bytes yes = sealed(k, "yes"), no = sealed(k, "no"), again = sealed(k, "yes");

    ck_assert_uint_eq(yes.n, no.n);
    ck_assert_int_ne(memcmp(yes.p, again.p, yes.n), 0);
}
END_TEST

START_TEST(a_value_opens_only_in_its_place)
{
    struct keyring *k = keyring(KEY_A);
    struct bytes b = sealed(k, "NL1234567");
    const char *plain;

    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, k, "document", "coa", PLACE, row, b, &plain));
    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, k, "document", "iom", "other.number", row, b, &plain));
    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, k, "document", "iom", PLACE, other_row, b, &plain));
    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, k, "health", "iom", PLACE, row, b, &plain));
    ck_assert_ptr_null(keyring_unseal(unit_arena, k, "document", "iom", PLACE, row, b, &plain));
}
END_TEST

START_TEST(a_changed_byte_is_refused)
{
    struct keyring *k = keyring(KEY_A);
    struct bytes b = sealed(k, "NL1234567");
    uint8_t *copy = arena_memdup(unit_arena, b.p, b.n);
    const char *plain;

    for (size_t i = 0; i < b.n; i++) {
        err_t e;

        copy[i] ^= 1;
        e = keyring_unseal(unit_arena, k, "document", "iom", PLACE, row, (struct bytes){copy, b.n}, &plain);
        ck_assert_msg(e != NULL, "byte %zu", i);
        ck_assert_str_eq(e->code,
                         i >= 1 && i < 5 ? "field.locked" : "keyring.sealed"); /* 1 to 4 name the key */
        copy[i] ^= 1;
    }
    for (size_t n = 0; n < b.n; n++)
        ck_assert_ptr_nonnull(
            keyring_unseal(unit_arena, k, "document", "iom", PLACE, row, (struct bytes){copy, n}, &plain));
}
END_TEST

START_TEST(an_older_key_still_opens_and_a_new_one_seals)
{
    struct keyring *before = keyring(KEY_A), *after = keyring(KEY_B "\n" KEY_A "\n"),
                   *without = keyring(KEY_B);
    struct bytes old = sealed(before, "text"), fresh = sealed(after, "text");
    const char *plain;

    ck_assert_ptr_null(keyring_unseal(unit_arena, after, "document", "iom", PLACE, row, old, &plain));
    ck_assert_str_eq(plain, "text");
    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, before, "document", "iom", PLACE, row, fresh, &plain));
    ck_assert_ptr_nonnull(keyring_unseal(unit_arena, without, "document", "iom", PLACE, row, old, &plain));
}
END_TEST

static bool same(struct bytes a, struct bytes b)
{
    return a.n == 32 && b.n == 32 && memcmp(a.p, b.p, 32) == 0;
}

START_TEST(the_index_is_equal_for_equal_values_of_one_organisation)
{
    struct keyring *k = keyring(KEY_A), *rotated = keyring(KEY_B "\n" KEY_A);
    struct bytes b = keyring_blind(unit_arena, k, "document", "iom", "NL1");

    ck_assert(same(b, keyring_blind(unit_arena, k, "document", "iom", "NL1")));
    ck_assert(same(b, keyring_blind(unit_arena, rotated, "document", "iom", "NL1")));
    ck_assert(!same(b, keyring_blind(unit_arena, k, "document", "iom", "NL2")));
    ck_assert(!same(b, keyring_blind(unit_arena, k, "document", "coa", "NL1")));
    ck_assert(!same(b, keyring_blind(unit_arena, k, "health", "iom", "NL1")));
}
END_TEST

START_TEST(the_index_may_have_a_key_of_its_own_and_one_before_it)
{
    struct keyring *before = keyring(KEY_A), *during = keyring(KEY_B " index\n" KEY_A " index-old\n"),
                   *after = keyring(KEY_B " index\n" KEY_A " old\n");
    struct bytes old = keyring_blind(unit_arena, before, "document", "iom", "NL1"),
                 fresh = keyring_blind(unit_arena, during, "document", "iom", "NL1");

    ck_assert(!same(old, fresh));
    ck_assert(same(old, keyring_blind_old(unit_arena, before, "document", "iom", "NL1")));
    ck_assert(same(old, keyring_blind_old(unit_arena, during, "document", "iom", "NL1")));
    ck_assert(same(fresh, keyring_blind(unit_arena, after, "document", "iom", "NL1")));
    ck_assert(same(fresh, keyring_blind_old(unit_arena, after, "document", "iom", "NL1")));
}
END_TEST

START_TEST(a_value_whose_key_is_lost_says_so_and_names_the_key)
{
    struct keyring *before = keyring(KEY_A), *without = keyring(KEY_B);
    struct bytes old = sealed(before, "text");
    const char *plain;
    err_t e = keyring_unseal(unit_arena, without, "document", "iom", PLACE, row, old, &plain);

    ck_assert_str_eq(e->code, "field.locked");
    ck_assert_int_eq(e->kind, ERR_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(e->cause, "field-document.key has no key "));
    ck_assert_ptr_null(strstr(e->detail, "field-document"));
}
END_TEST

START_TEST(a_key_that_is_added_opens_without_a_restart)
{
    struct keyring *running = keyring(KEY_A), *other;
    const char *home = folder, *plain;
    struct bytes fresh;

    write_key("field-document.part", KEY_B "\n" KEY_A "\n", 0600);
    ck_assert_int_eq(rename(arena_printf(unit_arena, "%s/field-document.part", home),
                            arena_printf(unit_arena, "%s/field-document.key", home)),
                     0);
    ck_assert_ptr_null(keyring_open(unit_arena, home, NULL, &other));
    fresh = sealed(other, "text");
    ck_assert_ptr_null(keyring_unseal(unit_arena, running, "document", "iom", PLACE, row, fresh, &plain));
    ck_assert_str_eq(plain, "text");
}
END_TEST

/* Written in place, as by an editor, or under a new name: both are seen. What takes away is not followed. */
START_TEST(a_key_in_use_is_not_given_up_while_we_run)
{
    struct keyring *running = keyring(KEY_B " index\n" KEY_A " old\n"), *other;
    const char *plain;
    char *id_a = arena_alloc(unit_arena, 9);
    struct bytes of_b = sealed(running, "text"), of_a, again;
    uint8_t foreign[256];
    struct bytes of_none = {.p = foreign, .n = of_b.n};

    memcpy(foreign, of_b.p, of_b.n);
    foreign[1] ^= 1;                                   /* of no key: makes it look at the files at once */
    write_key("field-document.key", KEY_A "\n", 0600); /* KEY_B seals, and is gone */
    ck_assert_ptr_null(keyring_open(unit_arena, folder, NULL, &other));
    of_a = sealed(other, "text");
    str_hex(id_a, of_a.p + 1, 4);
    ck_assert_ptr_nonnull(
        keyring_unseal(unit_arena, running, "document", "iom", PLACE, row, of_none, &plain));
    ck_assert_ptr_null(keyring_unseal(unit_arena, running, "document", "iom", PLACE, row, of_b, &plain));
    again = sealed(running, "text");
    ck_assert_mem_eq(again.p + 1, of_b.p + 1, 4); /* the same key */

    ck_assert_ptr_null(keyring_has(unit_arena, running, "document", id_a));
    write_key("field-document.key", KEY_B "\n", 0600); /* what is marked old may go */
    ck_assert_ptr_nonnull(
        keyring_unseal(unit_arena, running, "document", "iom", PLACE, row, of_none, &plain));
    ck_assert_ptr_nonnull(keyring_has(unit_arena, running, "document", id_a));
}
END_TEST

START_TEST(nothing_is_sealed_before_the_database_has_told_its_keys)
{
    struct keyring *k = keyring(KEY_B " index\n" KEY_A " old\n");
    struct key_ref *refs;
    struct bytes b;

    ck_assert_uint_eq(keyring_keys(unit_arena, k, &refs), 2); /* document's, health's; none for what is old */
    for (int i = 0; i < 2; i++)
        ck_assert_ptr_null(keyring_has(unit_arena, k, refs[i].cls, refs[i].id));
    ck_assert_str_eq(keyring_has(unit_arena, k, "document", "00000000")->code, "keyring.lacking");
    ck_assert_str_eq(keyring_has(unit_arena, k, "protection", refs[0].id)->code, "keyring.lacking");
    keyring_trust(k, false);
    ck_assert_str_eq(keyring_seal(unit_arena, k, "document", "iom", PLACE, row, "x", &b)->code,
                     "field.locked");
    keyring_trust(k, true);
    ck_assert_ptr_null(keyring_seal(unit_arena, k, "document", "iom", PLACE, row, "x", &b));
}
END_TEST

START_TEST(wrapped_keys_open_with_what_wraps_them_and_with_nothing_else)
{
    struct keyring *clear = keyring(KEY_A), *k;
    struct bytes b = sealed(clear, "text");
    struct wrapping_keys none, w;
    struct key_file f;
    const char *text, *plain, *kek = arena_printf(unit_arena, "%s/kek", folder);

    write_key("kek", KEY_B "\n", 0600);
    ck_assert_ptr_null(wrapping_keys_read(unit_arena, NULL, &none));
    ck_assert_ptr_null(wrapping_keys_read(unit_arena, kek, &w));
    ck_assert_ptr_null(key_file_read(unit_arena, folder, "field-document.key", &none, &f));
    ck_assert_ptr_null(key_file_text(unit_arena, &f, &w, &text));
    ck_assert(key_file_is_wrapped(text) && !strstr(text, KEY_A));
    write_key("field-document.key", text, 0600);

    ck_assert_str_eq(keyring_open(unit_arena, folder, NULL, &k)->code, "keyring.kek");
    ck_assert_ptr_null(keyring_open(unit_arena, folder, kek, &k));
    ck_assert_ptr_null(keyring_unseal(unit_arena, k, "document", "iom", PLACE, row, b, &plain));
    ck_assert_str_eq(plain, "text");

    write_key("field-protection.key", text, 0600); /* bound to its class */
    ck_assert_str_eq(keyring_open(unit_arena, folder, kek, &k)->code, "keyring.file");
}
END_TEST

START_TEST(a_class_without_a_file_is_an_error)
{
    struct keyring *k = keyring(KEY_A);
    struct bytes b;

    ck_assert_ptr_null(keyring_need(unit_arena, k, "document"));
    ck_assert_str_eq(keyring_need(unit_arena, k, "protection")->code, "keyring.class");
    ck_assert_str_eq(keyring_seal(unit_arena, k, "protection", "iom", PLACE, row, "x", &b)->code,
                     "keyring.class");
}
END_TEST

static const char *const bad_files[] = {
    "00", KEY_A "00", KEY_A "\n\n" KEY_B, "zz" KEY_A, KEY_A " newest", "wrapped 01234567 00", "wrapped"};

START_TEST(a_key_file_of_another_form_is_refused)
{
    struct keyring *k = keyring(KEY_A);

    write_key("field-document.key", bad_files[_i], 0600);
    ck_assert_str_eq(keyring_open(unit_arena, folder, NULL, &k)->code, "keyring.file");
}
END_TEST

START_TEST(a_key_file_that_others_can_read_is_refused)
{
    struct keyring *k = keyring(KEY_A);

    write_key("field-document.key", KEY_A, 0640);
    ck_assert_ptr_nonnull(keyring_open(unit_arena, folder, NULL, &k));
    ck_assert_ptr_nonnull(keyring_open(unit_arena, "/nowhere", NULL, &k));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("keyring");

    UNIT_TABLE(s, "keyring_seal, texts", texts, what_is_sealed_opens_again);
    UNIT_CASE(s, "keyring_seal", length_tells_little_and_equal_texts_look_different,
              a_value_opens_only_in_its_place, a_changed_byte_is_refused,
              an_older_key_still_opens_and_a_new_one_seals);
    UNIT_CASE(s, "keyring_blind", the_index_may_have_a_key_of_its_own_and_one_before_it);
    UNIT_CASE(s, "keyring_unseal", a_value_whose_key_is_lost_says_so_and_names_the_key);
    UNIT_CASE(s, "keyring_unseal", a_key_that_is_added_opens_without_a_restart,
              a_key_in_use_is_not_given_up_while_we_run);
    UNIT_CASE(s, "keyring_trust", nothing_is_sealed_before_the_database_has_told_its_keys);
    UNIT_CASE(s, "key_file", wrapped_keys_open_with_what_wraps_them_and_with_nothing_else);
    UNIT_CASE(s, "keyring_blind", the_index_is_equal_for_equal_values_of_one_organisation);
    UNIT_TABLE(s, "keyring_open, bad files", bad_files, a_key_file_of_another_form_is_refused);
    UNIT_CASE(s, "keyring_open", a_class_without_a_file_is_an_error,
              a_key_file_that_others_can_read_is_refused);
    return s;
}
