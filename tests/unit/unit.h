/*
 * unit.h - what every unit test program includes: Check, and the one function that it must define.
 *
 * A program is one file test_<module>.c: suite = module, test case = function, test = a sentence.
 */
#pragma once

#include <check.h>

/* Defined by the test program. */
Suite *unit_suite(void);

/* Adds a test case of one function with its tests: UNIT_CASE(s, "arena_alloc", a_test, another_test); */
#define UNIT_CASE(suite_, name_, ...)                                                                        \
    do {                                                                                                     \
        const TTest *const unit_tests_[] = {__VA_ARGS__};                                                    \
        TCase *unit_case_ = tcase_create(name_);                                                             \
        for (size_t unit_i_ = 0; unit_i_ < sizeof(unit_tests_) / sizeof(unit_tests_[0]); unit_i_++)          \
            tcase_add_test(unit_case_, unit_tests_[unit_i_]);                                                \
        suite_add_tcase((suite_), unit_case_);                                                               \
    } while (0)

/* Adds a test case that runs once for each row of a table; the test reads table[_i]. */
#define UNIT_TABLE(suite_, name_, table_, test_)                                                             \
    do {                                                                                                     \
        TCase *unit_case_ = tcase_create(name_);                                                             \
        tcase_add_loop_test(unit_case_, (test_), 0, (int)(sizeof(table_) / sizeof((table_)[0])));            \
        suite_add_tcase((suite_), unit_case_);                                                               \
    } while (0)
