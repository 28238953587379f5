/* test_auth_roles.c - roles and what a token's scope becomes of them; secrets; the folder of signing keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/auth.h"
#include "web/auth_folder.h"
#include "web/auth_roles.h"
#include "web/auth_secret.h"

#include "unit.h"

#define TEXTS(...)                                                                                           \
    ((struct text_array){(const char *[]){__VA_ARGS__},                                                      \
                         sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)})

static struct arena *a;
static char folder[] = "/tmp/wf-roles-XXXXXX";

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    a = arena_new();
}

static void teardown(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    arena_free(a);
}

static const char *put(const char *name, const char *text, mode_t mode)
{
    const char *path = arena_printf(a, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

#define ROLE(members) "{\"aRole\": {" members "}}"
#define ABOUT "\"about\": \"x\","
#define FOR "\"for\": \"user\","
#define ORGS "\"organisations\": [\"iom\"],"
#define SCOPES "\"scopes\": [\"a:read\"]"

static const struct {
    const char *text, *says; /* NULL: taken */
} files[] = {
    {ROLE(ABOUT FOR ORGS SCOPES), NULL},
    {"{}", NULL},
    {"[]", "not a strict JSON object"},
    {ROLE(ABOUT FOR ORGS SCOPES ",\"x\": 1"), "nothing else"},
    {ROLE(FOR ORGS SCOPES), "nothing else"},
    {ROLE(ABOUT "\"for\": \"robot\"," ORGS SCOPES), "for must be"},
    {ROLE(ABOUT FOR "\"organisations\": \"iom\"," SCOPES), "organisations must be"},
    {ROLE(ABOUT FOR "\"organisations\": [\"IOM\"]," SCOPES), "organisations must be"},
    {ROLE(ABOUT FOR ORGS "\"scopes\": [\"cases\"]"), "scopes must be"},
    {ROLE(ABOUT FOR ORGS "\"scopes\": [\"cases:\"]"), "scopes must be"},
    {ROLE(ABOUT FOR ORGS "\"scopes\": [\"Cases:read\"]"), "scopes must be"},
    {ROLE(ABOUT FOR ORGS "\"scopes\": [\"a b:read\"]"), "scopes must be"},
    {ROLE(ABOUT FOR ORGS "\"scopes\": [\"a:read\", \"a:read\"]"), "scopes must be"},
    {"{\"a-role\": {" ABOUT FOR ORGS SCOPES "}}", "letters and digits"},
    {"{\"aRole\": {" ABOUT FOR ORGS SCOPES "}, \"aRole\": {}}", "not a strict JSON object"},
};

START_TEST(a_file_that_is_not_understood_is_refused)
{
    struct roles *r;
    err_t e = roles_load(a, put("roles.json", files[_i].text, 0644), &r);

    if (files[_i].says == NULL)
        ck_assert_msg(e == NULL, "%d: %s", _i, e ? e->detail : "");
    else
        ck_assert_msg(e != NULL && strstr(e->detail, files[_i].says), "%d: %s", _i, e ? e->detail : "taken");
}
END_TEST

static struct roles *shipped(void)
{
    struct roles *r;
    err_t e = roles_load(a, getenv("ROLES_FILE"), &r);

    ck_assert_msg(e == NULL, "%s", e ? e->detail : "");
    return r;
}

static const struct {
    const char *what;
    const char *organisation;
    bool is_user, all;
    const char *role, *scope;
    const char *at, *code; /* NULL: may be given */
} grants[] = {
    {"a caseworker of IOM", "iom", true, false, "caseworker", NULL, NULL, NULL},
    {"a partner's client", "coa", false, false, "partnerClient", NULL, NULL, NULL},
    {"a role for both", "coa", true, false, "partnerAdministrator", NULL, NULL, NULL},
    {"a scope that an open role has", "coa", false, false, NULL, "deliveries:read", NULL, NULL},
    {"a role that is not there", "iom", true, false, "king", NULL, "/roles/0", "role.unknown"},
    {"a staff role for a partner", "coa", true, true, "caseworker", NULL, "/roles/0", "role.closed"},
    {"a staff role for a machine", "iom", false, true, "caseworker", NULL, "/roles/0", "role.closed"},
    {"a machine's role for a person", "coa", true, true, "partnerClient", NULL, "/roles/0", "role.closed"},
    {"a service's role", "iom", false, true, "internal", NULL, "/roles/0", "role.closed"},
    {"administrator by one who is not", "iom", true, false, "administrator", NULL, "/roles/0", "role.closed"},
    {"administrator by one who is", "iom", true, true, "administrator", NULL, NULL, NULL},
    {"the scope internal", "iom", false, true, NULL, "internal", "/scopes/0", "scope.unknown"},
    {"a scope of staff for a partner", "coa", true, true, NULL, "cases:read", "/scopes/0", "scope.unknown"},
    {"all organisations by one who has them not", "iom", true, false, NULL, "organisations:all", "/scopes/0",
     "scope.unknown"},
    {"all organisations for a partner", "coa", true, true, NULL, "organisations:all", "/scopes/0",
     "scope.unknown"},
    {"a scope that nobody has", "iom", true, true, NULL, "gold:read", "/scopes/0", "scope.unknown"},
    {"a programme as a scope", "iom", true, true, NULL, "programme:avrr", "/scopes/0", "scope.unknown"},
};

START_TEST(only_what_is_open_may_be_given)
{
    struct grant g = {.organisation = grants[_i].organisation,
                      .is_user = grants[_i].is_user,
                      .may_give_all = grants[_i].all,
                      .roles = grants[_i].role ? TEXTS(grants[_i].role) : (struct text_array){0},
                      .scopes = grants[_i].scope ? TEXTS(grants[_i].scope) : (struct text_array){0}};
    err_t e = roles_check(a, shipped(), &g);

    if (grants[_i].at == NULL) {
        ck_assert_msg(e == NULL, "%s", grants[_i].what);
        return;
    }
    ck_assert_msg(e != NULL && e->nfaults == 1, "%s", grants[_i].what);
    ck_assert_str_eq(e->faults[0].at, grants[_i].at);
    ck_assert_str_eq(e->faults[0].code, grants[_i].code);
}
END_TEST

START_TEST(a_scope_is_sorted_and_says_each_word_once)
{
    struct grant g = {.organisation = "coa",
                      .roles = TEXTS("partnerClient", "partnerAdministrator"),
                      .scopes = TEXTS("deliveries:read"),
                      .programmes = TEXTS("avrr"),
                      .offices = TEXTS("nl", "gh")};

    ck_assert_str_eq(roles_scope(a, shipped(), &g),
                     "abns:acknowledge abns:read attendance:read attendance:write changes:read clients:read "
                     "clients:write coaching:read coaching:write deliveries:read evaluations:read "
                     "evaluations:write office:gh office:nl offices:read offices:write organisations:read "
                     "programme:avrr referrals:create referrals:decide referrals:read revocations:write "
                     "shared-cases:read shared-profiles:read shared-profiles:write subscriptions:read "
                     "subscriptions:write users:read users:write");
}
END_TEST

START_TEST(what_is_no_longer_open_gives_nothing)
{
    struct grant g = {.organisation = "coa",
                      .roles = TEXTS("caseworker", "gone"),
                      .scopes = TEXTS("cases:read", "internal")};

    ck_assert_str_eq(roles_scope(a, shipped(), &g), "");
}
END_TEST

#define GRANTED "a:read a:write office:gh office:nl programme:avrr"
static const struct {
    const char *wanted, *narrowed; /* NULL: refused */
} narrows[] = {
    {"a:read", "a:read office:gh office:nl programme:avrr"},
    {"a:write a:read a:write", "a:read a:write office:gh office:nl programme:avrr"},
    {"a:read office:nl", "a:read office:nl programme:avrr"},
    {"office:nl", "office:nl programme:avrr"},
    {"  a:read  ", "a:read office:gh office:nl programme:avrr"},
    {"a:read b:read", NULL},
    {"a", NULL},
    {"a:rea", NULL},
    {"office:so", NULL},
    {" ", NULL},
};

START_TEST(a_scope_is_only_ever_narrowed)
{
    const char *got = NULL;
    bool ok = roles_narrow(a, GRANTED, narrows[_i].wanted, &got);

    ck_assert_int_eq(ok, narrows[_i].narrowed != NULL);
    if (ok)
        ck_assert_str_eq(got, narrows[_i].narrowed);
}
END_TEST

START_TEST(a_secret_is_known_by_its_hash_and_key)
{
    const char *one = secret_new(a), *two = secret_new(a);
    struct bytes hash = secret_hash(a, "key", one);

    ck_assert_uint_eq(strlen(one), 47);
    ck_assert(str_starts(one, SECRET_PREFIX));
    ck_assert_str_ne(one, two);
    ck_assert(secret_is(hash, secret_hash(a, "key", one)));
    ck_assert(!secret_is(hash, secret_hash(a, "key", two)));
    ck_assert(!secret_is(hash, secret_hash(a, "another", one)));
    ck_assert(!secret_is(hash, (struct bytes){hash.p, 31}));
    ck_assert(!secret_is((struct bytes){0}, (struct bytes){0}));
}
END_TEST

static const char *new_key(const char **ret_kid)
{
    struct auth_signer *s;
    const char *pem;

    ck_assert_ptr_null(auth_key_new(a, &pem));
    ck_assert_ptr_null(auth_signer_open(a, pem, NULL, &s));
    *ret_kid = auth_signer_kid(s);
    return pem;
}

static void folder_says(const char *what)
{
    struct signing_folder f;
    err_t e = signing_folder_read(a, folder, &f);

    ck_assert_msg(e != NULL && strstr(e->cause ?: e->detail, what), "%s: %s", what,
                  e ? e->cause ?: e->detail : "taken");
}

START_TEST(a_folder_of_keys_is_read_whole_or_not_at_all)
{
    struct signing_folder f;
    const char *kid, *other, *pem = new_key(&kid), *pem2 = new_key(&other);

    folder_says("issuer");
    put("issuer", "https://x.test\n", 0600);
    folder_says("active");
    put("active", kid, 0600);
    folder_says("the active key is not there");
    put(arena_printf(a, "%s.pem", kid), pem, 0644);
    folder_says(".pem");
    put(arena_printf(a, "%s.pem", kid), pem, 0600);
    put(arena_printf(a, "%s.pem", other), pem2, 0600);

    ck_assert_ptr_null(signing_folder_read(a, folder, &f));
    ck_assert_str_eq(f.issuer, "https://x.test");
    ck_assert_uint_eq(f.n, 2);
    ck_assert_str_eq(auth_signer_kid(f.active), kid);
    ck_assert_ptr_nonnull(strstr(signing_folder_jwks(a, &f), other));
    ck_assert_ptr_null(strstr(signing_folder_jwks(a, &f), "\"d\""));

    put("another.pem", pem, 0600);
    folder_says("is not named by its key's thumbprint");
}
END_TEST

Suite *unit_suite(void)
{
    const struct {
        const char *name;
        const TTest *test;
        int rows;
    } cases[] = {
        {"roles_load", a_file_that_is_not_understood_is_refused, LENGTH(files)},
        {"roles_check", only_what_is_open_may_be_given, LENGTH(grants)},
        {"roles_scope", a_scope_is_sorted_and_says_each_word_once, 1},
        {"roles_scope", what_is_no_longer_open_gives_nothing, 1},
        {"roles_narrow", a_scope_is_only_ever_narrowed, LENGTH(narrows)},
        {"secret", a_secret_is_known_by_its_hash_and_key, 1},
        {"signing_folder", a_folder_of_keys_is_read_whole_or_not_at_all, 1},
    };
    Suite *s = suite_create("auth_roles");

    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *tc = tcase_create(cases[i].name);
        tcase_add_checked_fixture(tc, setup, teardown);
        tcase_add_loop_test(tc, cases[i].test, 0, cases[i].rows);
        suite_add_tcase(s, tc);
    }
    return s;
}
