/* test_arena.c */
#include "base/arena.h"

#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#endif

START_TEST(alloc_gives_zeroed_aligned_memory_of_any_size)
{
    for (size_t n = 0; n < 70000; n = n * 3 + 1) {
        unsigned char *p = arena_alloc(unit_arena, n);

        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(p[i], 0);
        memset(p, 0xff, n);
    }
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
    enum { N = 2000 };
    unsigned char *p[N];

    for (size_t i = 0; i < N; i++)
        p[i] = memset(arena_raw(unit_arena, 1 + i % 97), (int)(i & 0xff), 1 + i % 97);
    for (size_t i = 0; i < N; i++) {
        for (size_t at = 0; at < 1 + i % 97; at++)
            ck_assert_uint_eq(p[i][at], i & 0xff);
    }
}
END_TEST

START_TEST(reset_gives_zeroed_memory_again)
{
    for (int turn = 0; turn < 3; turn++) {
        unsigned char *p = arena_alloc(unit_arena, 4000);

        for (size_t i = 0; i < 4000; i++)
            ck_assert_uint_eq(p[i], 0);
        memset(p, 0xee, 4000);
        arena_alloc(unit_arena, 300000);
        ck_assert_uint_eq(arena_used_bytes(unit_arena), 304000);
        arena_reset(unit_arena);
        ck_assert_uint_eq(arena_used_bytes(unit_arena), 0);
    }
}
END_TEST

START_TEST(a_large_piece_leaves_the_current_block_in_use)
{
    char *before = arena_raw(unit_arena, 16), *after;

    arena_raw(unit_arena, 1000000);
    after = arena_raw(unit_arena, 16);
    ck_assert_uint_lt((uintptr_t)after - (uintptr_t)before, 100);
}
END_TEST

START_TEST(grow_keeps_the_content)
{
    char *p = arena_grow(unit_arena, NULL, 0, 10), *q;

    memcpy(p, "123456789", 10);
    q = arena_grow(unit_arena, p, 10, 100);
    ck_assert_ptr_eq(p, q); /* the newest piece grows in place */
    arena_raw(unit_arena, 1);
    q = arena_grow(unit_arena, p, 100, 200);
    ck_assert_ptr_ne(p, q);
    ck_assert_str_eq(q, "123456789");
    q = arena_grow(unit_arena, q, 200, 500000);
    ck_assert_str_eq(q, "123456789");
    q[499999] = 'x';
}
END_TEST

START_TEST(copies_are_terminated_and_bounded)
{
    const char raw[3] = {'a', 'b', 'c'}; /* not terminated */

    ck_assert_ptr_null(arena_strdup(unit_arena, NULL));
    ck_assert_str_eq(arena_strdup(unit_arena, ""), "");
    ck_assert_str_eq(arena_strdup(unit_arena, "abc"), "abc");
    ck_assert_str_eq(arena_strndup(unit_arena, raw, 3), "abc");
    ck_assert_str_eq(arena_strndup(unit_arena, "ab\0cd", 5), "ab");
    ck_assert_mem_eq(arena_memdup(unit_arena, "a\0b", 3), "a\0b", 3);
    ck_assert_ptr_nonnull(arena_memdup(unit_arena, NULL, 0));
}
END_TEST

START_TEST(printf_takes_texts_of_any_length)
{
    char *big = arena_alloc(unit_arena, 1001);

    memset(big, 'x', 1000);
    ck_assert_str_eq(arena_printf(unit_arena, "%d-%s", 7, "y"), "7-y");
    ck_assert_uint_eq(strlen(arena_printf(unit_arena, "%s", big)), 1000);
    big[255] = '\0';
    ck_assert_str_eq(arena_printf(unit_arena, "%s", big), big);
    big[255] = 'x';
    big[256] = '\0';
    ck_assert_str_eq(arena_printf(unit_arena, "%s", big), big);
}
END_TEST

static char order[8];

static void note(void *p)
{
    size_t n = strlen(order);

    order[n] = *(const char *)p;
    order[n + 1] = '\0';
}

START_TEST(owned_objects_are_released_newest_first_and_once)
{
    char names[] = "abc";

    order[0] = '\0';
    for (size_t i = 0; i < 3; i++)
        arena_own(unit_arena, names + i, note);
    arena_reset(unit_arena);
    ck_assert_str_eq(order, "cba");
    arena_own(unit_arena, names, note);
    arena_endp(&unit_arena);
    ck_assert_str_eq(order, "cbaa");
    ck_assert_ptr_null(unit_arena);
    arena_endp(&unit_arena);
    arena_free(NULL);
}
END_TEST

START_TEST(owned_json_is_released)
{
    json_t *j = arena_own_json(unit_arena, json_object());

    json_incref(j);
    arena_reset(unit_arena);
    ck_assert_uint_eq(j->refcount, 1);
    json_decref(j);
    ck_assert_ptr_null(arena_own_json(unit_arena, NULL));
}
END_TEST

static void overflow(void *arg)
{
    arena_array(arg, SIZE_MAX / 2, 3);
}

static void too_large(void *arg)
{
    arena_alloc(arg, SIZE_MAX - 8);
}

START_TEST(a_size_that_overflows_ends_the_process)
{
    char out[512];
    int status = unit_child(overflow, unit_arena, out, sizeof(out));

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_nonnull(strstr(out, "out of memory"));
    status = unit_child(too_large, unit_arena, out, sizeof(out));
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

#ifdef WITH_ASAN
START_TEST(a_byte_out_of_bounds_is_poisoned)
{
    char *p = arena_raw(unit_arena, 13), *q = arena_raw(unit_arena, 16), *big = arena_raw(unit_arena, 100000);

    ck_assert(!__asan_address_is_poisoned(p + 12));
    ck_assert(__asan_address_is_poisoned(p + 13));
    ck_assert(__asan_address_is_poisoned(p - 1));
    ck_assert(__asan_address_is_poisoned(q + 16));
    ck_assert(__asan_address_is_poisoned(q - 1));
    ck_assert(__asan_address_is_poisoned(big + 100000));
    arena_reset(unit_arena);
    ck_assert(__asan_address_is_poisoned(p));
}
END_TEST
#endif

Suite *unit_suite(void)
{
    Suite *s = suite_create("arena");

    UNIT_CASE(s, "arena", alloc_gives_zeroed_aligned_memory_of_any_size, pieces_do_not_overlap,
              reset_gives_zeroed_memory_again, a_large_piece_leaves_the_current_block_in_use,
              grow_keeps_the_content, copies_are_terminated_and_bounded, printf_takes_texts_of_any_length,
              owned_objects_are_released_newest_first_and_once, owned_json_is_released,
              a_size_that_overflows_ends_the_process);
#ifdef WITH_ASAN
    UNIT_CASE(s, "poison", a_byte_out_of_bounds_is_poisoned);
#endif
    return s;
}
