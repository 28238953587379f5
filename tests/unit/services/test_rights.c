/* test_rights.c - rules of the requests of data subjects. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases/rights/rules.h"
#include "cases/rights/terms.h"
#include "unit.h"

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

static struct rights_facts planned(void)
{
    return (struct rights_facts){
        .kind = "erasure", .status = "planned", .asked_by = "lena", .actor = "omar", .blocks = "[]"};
}

START_TEST(programs_neither_ask_nor_decide)
{
    ck_assert_ptr_null(rules_rights_user(true));
    ck_assert_str_eq(rules_rights_user(false)->code, "subjectRequest.users");
}
END_TEST

START_TEST(another_user_approves_what_nothing_stands_in_the_way_of)
{
    struct rights_facts f = planned();
    struct rights_step step;

    ck_assert_ptr_null(rules_rights_step(a, &f, "approve", &step));
    ck_assert_str_eq(step.status, "erasing");
    ck_assert(!step.second);
    f.actor = "lena";
    ck_assert_str_eq(rules_rights_step(a, &f, "approve", &step)->code, "subjectRequest.fourEyes");
    ck_assert_str_eq(rules_rights_step(a, &f, "reject", &step)->code, "subjectRequest.fourEyes");
    ck_assert_ptr_null(rules_rights_step(a, &f, "replan", &step));
    ck_assert_str_eq(step.status, "collecting");
}
END_TEST

START_TEST(everything_in_the_way_is_named)
{
    struct rights_facts f = planned();
    struct rights_step step;
    err_t e;

    f.blocks = "[{\"code\":\"case.open\",\"kind\":\"case\"},{\"code\":\"finance.open\",\"kind\":\"claim\"}]";
    e = rules_rights_step(a, &f, "approve", &step);
    ck_assert_str_eq(e->code, "subjectRequest.blocked");
    ck_assert_uint_eq(e->nfaults, 2);
    ck_assert_str_eq(e->faults[0].code, "case.open");
    ck_assert_str_eq(e->faults[1].code, "finance.open");
    ck_assert_ptr_null(rules_rights_step(a, &f, "reject", &step));
    ck_assert_str_eq(step.status, "rejected");
}
END_TEST

START_TEST(what_retention_proposes_takes_two_users)
{
    struct rights_facts f = planned();
    struct rights_step step;

    f.asked_by = NULL;
    f.actor = "lena";
    ck_assert_ptr_null(rules_rights_step(a, &f, "approve", &step));
    ck_assert(step.second);
    ck_assert_str_eq(step.status, "planned");
    f.asked_by = "lena";
    ck_assert_str_eq(rules_rights_step(a, &f, "approve", &step)->code, "subjectRequest.fourEyes");
    f.actor = "omar";
    ck_assert_ptr_null(rules_rights_step(a, &f, "approve", &step));
    ck_assert_str_eq(step.status, "erasing");
}
END_TEST

static const char *const closed[] = {"collecting", "erasing", "done", "rejected", "ready", "expired"};

START_TEST(nothing_is_decided_in_other_states)
{
    struct rights_facts f = planned();
    struct rights_step step;

    f.status = closed[_i];
    ck_assert_str_eq(rules_rights_step(a, &f, "approve", &step)->code, "subjectRequest.state");
    ck_assert_uint_eq(rules_rights_actions(a, &f).n, 0);
}
END_TEST

START_TEST(what_was_held_is_planned_anew)
{
    struct rights_facts f = planned();
    struct text_array actions;

    f.status = "held";
    actions = rules_rights_actions(a, &f);
    ck_assert_uint_eq(actions.n, 1);
    ck_assert_str_eq(actions.v[0], "replan");
    f.kind = "export";
    ck_assert_uint_eq(rules_rights_actions(a, &f).n, 0);
}
END_TEST

START_TEST(an_erasure_is_complete_here_when_the_others_have_done_theirs)
{
    const char *all[] = {"notifications", "travel", "diaspora", "cases"};

    ck_assert(!rules_rights_complete("erase", &(struct text_array){.v = all, .n = 2}));
    ck_assert(rules_rights_complete("erase", &(struct text_array){.v = all, .n = 3}));
    ck_assert(!rules_rights_complete("plan", &(struct text_array){.v = all, .n = 3}));
    ck_assert(rules_rights_complete("plan", &(struct text_array){.v = all, .n = 4}));
    ck_assert(rules_rights_complete("export", &(struct text_array){.v = all, .n = 4}));
}
END_TEST

/* A folder with the schema and the text as its terms. */
static const char *terms_folder(const char *text)
{
    char *folder = arena_strdup(a, "/tmp/terms-XXXXXX");
    const char *schema = arena_printf(a, "%s/rights/terms.schema.json", getenv("CASES_DATA"));
    FILE *f;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(symlink(schema, arena_printf(a, "%s/terms.schema.json", folder)), 0);
    f = fopen(arena_printf(a, "%s/terms.json", folder), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    return folder;
}

static void terms_folder_drop(const char *folder)
{
    unlink(arena_printf(a, "%s/terms.json", folder));
    unlink(arena_printf(a, "%s/terms.schema.json", folder));
    ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(the_terms_that_are_shipped_load)
{
    struct rights_terms terms;

    ck_assert_ptr_null(rights_terms_load(a, arena_printf(a, "%s/rights", getenv("CASES_DATA")), &terms));
    ck_assert_int_eq(terms.backup_days, 35);
    ck_assert_int_eq(terms.export_days, 30);
    ck_assert_int_eq(terms.held_again_days, 30);
}
END_TEST

static const char *const bad_terms[] = {
    "{\"version\":1,\"about\":\"\",\"exportDays\":30,\"heldAgainDays\":30}",
    "{\"version\":1,\"about\":\"\",\"backupDays\":0,\"exportDays\":30,\"heldAgainDays\":30}",
    "{\"version\":1,\"about\":\"\",\"backupDays\":35.5,\"exportDays\":30,\"heldAgainDays\":30}",
    "{\"version\":1,\"about\":\"\",\"backupDays\":\"35\",\"exportDays\":30,\"heldAgainDays\":30}",
    "{\"version\":1,\"about\":\"\",\"backupDays\":35,\"exportDays\":91,\"heldAgainDays\":30}",
    "{\"version\":1,\"about\":\"\",\"backupDays\":35,\"exportDays\":30,\"heldAgainDays\":30,\"x\":1}",
};

START_TEST(terms_that_cannot_be_promised_are_refused_when_they_are_loaded)
{
    const char *folder = terms_folder(bad_terms[_i]);
    struct rights_terms terms;
    err_t e = rights_terms_load(a, folder, &terms);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "terms.invalid");
    terms_folder_drop(folder);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("rights");
    struct {
        const char *name;
        const TTest *test;
        int n;
    } cases[] = {
        {"user", programs_neither_ask_nor_decide, 1},
        {"approve", another_user_approves_what_nothing_stands_in_the_way_of, 1},
        {"blocked", everything_in_the_way_is_named, 1},
        {"retention", what_retention_proposes_takes_two_users, 1},
        {"state", nothing_is_decided_in_other_states, LENGTH(closed)},
        {"held", what_was_held_is_planned_anew, 1},
        {"terms", the_terms_that_are_shipped_load, 1},
        {"badTerms", terms_that_cannot_be_promised_are_refused_when_they_are_loaded, LENGTH(bad_terms)},
        {"complete", an_erasure_is_complete_here_when_the_others_have_done_theirs, 1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *t = tcase_create(cases[i].name);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_loop_test(t, cases[i].test, 0, cases[i].n);
        suite_add_tcase(s, t);
    }
    return s;
}
