/*
 * mint_tokens.c - the tokens of auth_tokens.c for processes with a clock of their own: prints the folder of
 * its issuers' profiles, then for each line of standard input, a moment in seconds, the whole table made for
 * it, one token in a line, and an empty line:
 *
 *     good|bad TAB the token in hexadecimal TAB what it is
 *
 * The folder and the keys go with the process. It runs as a test, since the fixture asserts by Check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#include "auth_tokens.h"

static void tell(bool good, const char *token, size_t n, const char *what)
{
    printf("%s\t", good ? "good" : "bad");
    for (size_t i = 0; i < n; i++)
        printf("%02x", (unsigned char)token[i]);
    printf("\t%s\n", what);
}

static void tell_all(void)
{
    struct arena *a = arena_new();
    const char *text;
    size_t n;

    for (size_t i = 0; i < nauth_tokens; i++) {
        const struct token *t = &auth_tokens[i];

        text = fixture_mint(a, t->header, t->claims, t->how ?: "ES256", t->key);
        tell(t->cause == NULL, text, strlen(text), t->what);
    }
    for (size_t i = 0; i < NTWISTS; i++) {
        text = auth_twisted(a, (enum twist)i, &n);
        tell(false, text, n, auth_twists[i].what);
    }
    arena_free(a);
}

START_TEST(serve)
{
    char line[64];

    fixture_once();
    printf("%s\n", fixture_folder);
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        fixture_shift_s = atoll(line) - NOW_S;
        tell_all();
        printf("\n");
        fflush(stdout);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mint");
    TCase *tc = tcase_create("mint");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, serve);
    suite_add_tcase(s, tc);
    srunner_set_fork_status(sr, CK_NOFORK);
    srunner_run_all(sr, CK_SILENT);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
