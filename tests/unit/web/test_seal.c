/* test_seal.c - what leaves and comes back. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "web/seal.h"

#define SECRET "0123456789abcdef0123456789abcdef"

START_TEST(sealed_text_comes_back)
{
    struct seal_key k = seal_derive(SECRET, "cursor");
    struct bytes s = seal(unit_arena, &k, "list", 4, "Amina", 5), out;

    ck_assert_uint_eq(s.n, 12 + 5 + 16);
    ck_assert(unseal(unit_arena, &k, "list", 4, s, &out));
    ck_assert_str_eq((const char *)out.p, "Amina");
}
END_TEST

START_TEST(nothing_can_be_sealed_too)
{
    struct seal_key k = seal_derive(SECRET, "cursor");
    struct bytes out;

    ck_assert(unseal(unit_arena, &k, "", 0, seal(unit_arena, &k, "", 0, NULL, 0), &out));
    ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(each_changed_bit_is_noticed)
{
    struct seal_key k = seal_derive(SECRET, "cursor");
    struct bytes s = seal(unit_arena, &k, "list", 4, "Amina", 5), out;
    uint8_t *p = arena_memdup(unit_arena, s.p, s.n);

    for (size_t i = 0; i < s.n * 8; i++) {
        p[i / 8] ^= (uint8_t)(1u << i % 8);
        ck_assert(!unseal(unit_arena, &k, "list", 4, (struct bytes){p, s.n}, &out));
        p[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t n = 0; n < s.n; n++)
        ck_assert(!unseal(unit_arena, &k, "list", 4, (struct bytes){p, n}, &out));
}
END_TEST

START_TEST(other_key_or_binding_is_noticed)
{
    struct seal_key k = seal_derive(SECRET, "cursor"), other = seal_derive(SECRET, "answers");
    struct seal_key foreign = seal_derive("another secret, another secret, ", "cursor");
    struct bytes s = seal(unit_arena, &k, "list", 4, "Amina", 5), out;

    ck_assert(!unseal(unit_arena, &other, "list", 4, s, &out));
    ck_assert(!unseal(unit_arena, &foreign, "list", 4, s, &out));
    ck_assert(!unseal(unit_arena, &k, "lisT", 4, s, &out));
    ck_assert(!unseal(unit_arena, &k, "lis", 3, s, &out));
    ck_assert(!unseal(unit_arena, &k, "", 0, s, &out));
}
END_TEST

START_TEST(parts_of_a_hash_do_not_run_together)
{
    struct seal_key k = seal_derive(SECRET, "hash");
    uint8_t a[32], b[32], again[32];

    seal_hmac(&k, (struct seal_part[]){{"ab", 2}, {"c", 1}}, 2, a);
    seal_hmac(&k, (struct seal_part[]){{"a", 1}, {"bc", 2}}, 2, b);
    seal_hmac(&k, (struct seal_part[]){{"ab", 2}, {"c", 1}}, 2, again);
    ck_assert_mem_ne(a, b, 32);
    ck_assert_mem_eq(a, again, 32);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("seal");

    UNIT_CASE(s, "seal", sealed_text_comes_back, nothing_can_be_sealed_too, each_changed_bit_is_noticed,
              other_key_or_binding_is_noticed, parts_of_a_hash_do_not_run_together);
    return s;
}
