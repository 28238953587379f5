/* test_auth.c - tokens, honest and hostile (auth_tokens.c): each refusal is told apart by its cause. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/auth.h"
#include "web/auth_jwt.h"

#include "auth_tokens.h"
#include "unit.h"

START_TEST(each_token_is_judged_rightly)
{
    const struct token *t = &auth_tokens[_i];
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct principal who;
    const char *token = fixture_mint(a, t->header, t->claims, t->how ?: "ES256", t->key);
    err_t e = auth_verify(au, a, token, strlen(token), NOW_US, &who);

    if (t->cause == NULL) {
        ck_assert_msg(e == NULL, "%s: refused: %s", t->what, e ? e->cause : "");
    } else {
        ck_assert_msg(e != NULL, "%s: taken", t->what);
        ck_assert_msg(str_eq(e->cause, t->cause), "%s: %s", t->what, e->cause);
        ck_assert_str_eq(e->code, "token.invalid");
        ck_assert_int_eq(e->kind, ERR_UNAUTHENTICATED);
    }
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(a_text_that_is_no_token_is_refused)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct principal who;
    size_t n;
    const char *token = auth_twisted(a, (enum twist)_i, &n);
    err_t e = auth_verify(au, a, token, n, NOW_US, &who);

    ck_assert_msg(e != NULL, "%s: taken", auth_twists[_i].what);
    ck_assert_msg(str_eq(e->cause, auth_twists[_i].cause), "%s: %s", auth_twists[_i].what, e->cause);
    auth_close(au);
    arena_free(a);
}
END_TEST

/* ---- what a token says ---- */

START_TEST(a_client_token_becomes_a_machine)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct principal who = fixture_verified(a, au, fixture_mint(a, H_EC, GOOD, "ES256", K_EC));

    ck_assert_str_eq(who.subject, "coa-intake");
    ck_assert_str_eq(who.client_id, "coa-intake");
    ck_assert_str_eq(who.organisation, "coa");
    ck_assert_str_eq(who.scope, "referrals:create shared-cases:read");
    ck_assert_str_eq(who.token_id, "t-1");
    ck_assert(!who.is_user);
    ck_assert_ptr_null(who.name);
    ck_assert_int_eq(who.expires_us, 1790000600LL * 1000000);
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(only_scopes_that_policies_ask_for_go_to_the_database)
{
    struct arena *a = arena_new();
    struct auth_options o = {
        .issuers_dir = fixture_folder, .audience = "wayfare", .policy_scopes = "tasks:write protection:read"};
    struct principal who;
    struct auth *au;

    ck_assert_ptr_null(auth_open(NULL, NULL, &o, &au));
    who = fixture_verified(
        a, au,
        fixture_mint(a, H_EC,
                     WITH(ISS, AUD, SUBJECT,
                          "\"scope\":\"cases:read tasks:write tasks:writer office:nl programme:avrr\",",
                          TIMES),
                     "ES256", K_EC));
    ck_assert_str_eq(who.scope, "cases:read tasks:write tasks:writer office:nl programme:avrr");
    ck_assert_str_eq(who.policy_scope, "programme:avrr  office:nl  tasks:write");
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(a_staff_token_is_mapped_by_its_profile)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct principal who = fixture_verified(a, au, fixture_mint(a, H_STAFF, STAFF(""), "ES256", K_STAFF));

    ck_assert_str_eq(who.subject, "u-17");
    ck_assert_str_eq(who.client_id, "desk");
    ck_assert_str_eq(who.organisation, "iom");
    ck_assert_str_eq(who.scope, "cases:read cases:write"); /* internal is not this issuer's to give */
    ck_assert_str_eq(who.name, "Amina");
    ck_assert(who.is_user);
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(an_organisation_claim_cannot_override_a_fixed_one)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct principal who =
        fixture_verified(a, au, fixture_mint(a, H_STAFF, STAFF(",\"org\":\"coa\""), "ES256", K_STAFF));

    ck_assert_str_eq(who.organisation, "iom");
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(internal_is_taken_only_from_an_internal_issuer)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const char *token = fixture_mint(
        a, H_EC, WITH(ISS, AUD, SUBJECT, "\"scope\":\"internal a:read internal\",", TIMES), "ES256", K_EC);

    ck_assert_str_eq(fixture_verified(a, au, token).scope, "a:read");
    au->issuers[0].internal = true;
    ck_assert_str_eq(fixture_verified(a, au, token).scope, "internal a:read internal");
    auth_close(au);
    arena_free(a);
}
END_TEST

static TCase *with_keys(Suite *s, const char *name)
{
    TCase *tc = tcase_create(name);

    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    suite_add_tcase(s, tc);
    return tc;
}

Suite *unit_suite(void)
{
    Suite *s = suite_create("auth");
    TCase *tc;

    tcase_add_loop_test(with_keys(s, "tokens"), each_token_is_judged_rightly, 0, (int)nauth_tokens);
    tcase_add_loop_test(with_keys(s, "texts"), a_text_that_is_no_token_is_refused, 0, NTWISTS);
    tc = with_keys(s, "principal");
    tcase_add_test(tc, a_client_token_becomes_a_machine);
    tcase_add_test(tc, only_scopes_that_policies_ask_for_go_to_the_database);
    tcase_add_test(tc, a_staff_token_is_mapped_by_its_profile);
    tcase_add_test(tc, an_organisation_claim_cannot_override_a_fixed_one);
    tcase_add_test(tc, internal_is_taken_only_from_an_internal_issuer);
    return s;
}
