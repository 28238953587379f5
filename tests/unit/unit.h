/*
 * unit.h - what every unit test program includes: Check, and the one function that it must define.
 *
 * A program is one file test_<module>.c: suite = module, test case = function, test = a sentence.
 */
#pragma once

#include <check.h>

struct arena;

/* Defined by the test program. */
Suite *unit_suite(void);

/* Empty at the start of each test of UNIT_CASE and UNIT_TABLE, freed after it. */
extern struct arena *unit_arena;
void unit_set_up(void);
void unit_tear_down(void);

/*
 * Runs fn(arg) in a process of its own; returns its wait status. What it wrote to standard output and error
 * is put into out as text. For what ends the process (abort, exit) or writes to standard error.
 */
int unit_child(void (*fn)(void *arg), void *arg, char *out, size_t bytes);

/* Adds a test case of one function with its tests: UNIT_CASE(s, "arena_alloc", a_test, another_test); */
#define UNIT_CASE(suite_, name_, ...)                                                                        \
    do {                                                                                                     \
        const TTest *const unit_tests_[] = {__VA_ARGS__};                                                    \
        TCase *unit_case_ = tcase_create(name_);                                                             \
        tcase_add_checked_fixture(unit_case_, unit_set_up, unit_tear_down);                                  \
        for (size_t unit_i_ = 0; unit_i_ < sizeof(unit_tests_) / sizeof(unit_tests_[0]); unit_i_++)          \
            tcase_add_test(unit_case_, unit_tests_[unit_i_]);                                                \
        suite_add_tcase((suite_), unit_case_);                                                               \
    } while (0)

/* Adds a test case that runs once for each row of a table; the test reads table[_i]. */
#define UNIT_TABLE(suite_, name_, table_, test_)                                                             \
    do {                                                                                                     \
        TCase *unit_case_ = tcase_create(name_);                                                             \
        tcase_add_checked_fixture(unit_case_, unit_set_up, unit_tear_down);                                  \
        tcase_add_loop_test(unit_case_, (test_), 0, (int)(sizeof(table_) / sizeof((table_)[0])));            \
        suite_add_tcase((suite_), unit_case_);                                                               \
    } while (0)
