/* test_ctx.c */
#include "base/ctx.h"

#include "unit.h"

static const struct {
    const char *list, *scope;
    bool has;
} scopes[] = {
    {"persons:read cases:write", "persons:read", true},
    {"persons:read cases:write", "cases:write", true},
    {"persons:read", "persons:rea", false},
    {"persons:read", "ersons:read", false},
    {"persons:read", "persons:read cases:write", false},
    {"cases:write:all cases:write", "cases:write", true},
    {"office:nl programme:avrr", "office:n", false},
    {"office:nl", "", false},
    {"", "x", false},
    {NULL, "x", false},
};

START_TEST(only_whole_scopes_count)
{
    struct principal who = {.scope = scopes[_i].list};

    ck_assert_int_eq(principal_has(&who, scopes[_i].scope), scopes[_i].has);
}
END_TEST

START_TEST(only_one_organisation_is_the_house)
{
    ck_assert(principal_of_house(&(struct principal){.organisation = ORGANISATION_HOUSE}));
    ck_assert(!principal_of_house(&(struct principal){.organisation = "coa"}));
    ck_assert(!principal_of_house(&(struct principal){.organisation = ORGANISATION_HOUSE "x"}));
    ck_assert(!principal_of_house(&(struct principal){0}));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("ctx");

    UNIT_TABLE(s, "principal_has", scopes, only_whole_scopes_count);
    UNIT_CASE(s, "principal_of_house", only_one_organisation_is_the_house);
    return s;
}
