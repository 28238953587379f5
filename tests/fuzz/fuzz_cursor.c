/*
 * fuzz_cursor.c - sealed tokens: what a client made up is refused, what we gave out comes back, and no bit of
 * it can change.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "fuzz.h"
#include "web/http_internal.h"
#include "web/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http server;
    static const struct principal coa = {.organisation = "coa",
                                         .client_id = "coa-intake",
                                         .subject = "coa-intake"},
                                  uaf = {.organisation = "uaf",
                                         .client_id = "uaf-intake",
                                         .subject = "uaf-intake"};
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct request rq = {.http = &server};
    struct ctx x = {.arena = a, .who = &coa, .edge = &rq};
    const char *text = arena_strndup(a, (const char *)data, size), *back = NULL;
    char *token;

    server.cursor_key = seal_derive("0123456789abcdef0123456789abcdef", "cursor");
    FUZZ_CHECK(page_token_read(&x, "changes", text, &back) != NULL);
    token = arena_strdup(a, page_token(&x, "changes", text));
    FUZZ_CHECK(page_token_read(&x, "changes", token, &back) == NULL && strcmp(back, text) == 0);
    FUZZ_CHECK(page_token_read(&x, "other", token, &back) != NULL);
    x.who = &uaf;
    FUZZ_CHECK(page_token_read(&x, "changes", token, &back) != NULL);
    x.who = &coa;
    if (size > 0) {
        /* the input chooses what changes */
        size_t at = data[0] * strlen(token) / 256;

        token[at] = token[at] == 'A' ? 'B' : 'A';
        FUZZ_CHECK(page_token_read(&x, "changes", token, &back) != NULL);
    }
    return 0;
}
