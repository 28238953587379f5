/*
 * fuzz_route.c - from method, path, query, headers and body to an operation and its values, by the sample
 * document of the edge's tests.
 *
 * The input is "METHOD TARGET", header lines "name: value", an empty line and the body, lines ended by LF.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "fuzz.h"
#include "web/openapi_internal.h"

enum { HEADERS_MAX = 16 };

static struct openapi *api;

static void clean_up(void)
{
    openapi_free(api);
}

struct input {
    char *method, *path, *query;
    struct {
        const char *name, *value;
    } headers[HEADERS_MAX];
    size_t nheaders;
    const char *body;
    size_t body_bytes;
};

static const char *header(void *arg, const char *name)
{
    const struct input *in = arg;

    for (size_t i = 0; i < in->nheaders; i++) {
        if (strcasecmp(in->headers[i].name, name) == 0)
            return in->headers[i].value;
    }
    return NULL;
}

/* False if there is no request line. */
static bool read_input(struct arena *a, const uint8_t *data, size_t size, struct input *ret)
{
    const char *end = memmem(data, size, "\n\n", 2);
    char *head, *line, *colon;

    if (end == NULL)
        return false;
    head = arena_strndup(a, (const char *)data, (size_t)(end - (const char *)data));
    ret->body_bytes = size - (size_t)(end + 2 - (const char *)data);
    ret->body = arena_memdup(a, end + 2, ret->body_bytes);
    line = strsep(&head, "\n");
    ret->method = strsep(&line, " ");
    if (line == NULL)
        return false;
    ret->path = strsep(&line, "?");
    ret->query = line;
    while ((line = strsep(&head, "\n")) != NULL && ret->nheaders < HEADERS_MAX) {
        colon = strstr(line, ": ");
        if (colon == NULL)
            continue;
        *colon = '\0';
        ret->headers[ret->nheaders].name = line;
        ret->headers[ret->nheaders++].value = colon + 2;
    }
    return true;
}

static void check_values(const struct operation *op, const struct openapi_values *v)
{
    for (size_t i = 0; i < op->nparams; i++) {
        const struct openapi_value *value = &v->params[i];

        FUZZ_CHECK(!op->params[i].required || value->text != NULL);
        FUZZ_CHECK((value->text == NULL) == (value->json == NULL));
        FUZZ_CHECK(value->text == NULL || str_utf8_ok(value->text, strlen(value->text)));
        FUZZ_CHECK(openapi_value(op, v, op->params[i].in, op->params[i].name) == value);
    }
    FUZZ_CHECK(!op->body_required || v->body != NULL);
}

static void check_error(err_t e)
{
    FUZZ_CHECK(e->kind == ERR_INVALID);
    FUZZ_CHECK(e->nfaults >= 1 || strcmp(e->code, "request.invalid") != 0);
    for (size_t i = 0; i < e->nfaults; i++)
        FUZZ_CHECK(e->faults[i].code != NULL && e->faults[i].detail != NULL && e->faults[i].at != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct input in = {0};
    struct openapi_match match = {0};
    struct openapi_values values = {0};
    size_t n;
    err_t e;

    if (api == NULL) {
        FUZZ_CHECK(openapi_load(a, FUZZ_DOCUMENT, NULL, &api) == NULL);
        atexit(clean_up);
    }
    if (!read_input(a, data, size, &in))
        return 0;
    n = strlen(in.path);
    if (!openapi_match(api, in.method, in.path, n, &match)) {
        FUZZ_CHECK(match.op == NULL);
        return 0;
    }
    for (size_t i = 0; i < match.ncaptures; i++)
        FUZZ_CHECK(match.captures[i].p >= in.path &&
                   match.captures[i].p + match.captures[i].n <= in.path + n);
    e = openapi_read(a,
                     &(struct openapi_input){.match = &match,
                                             .query = in.query,
                                             .header = header,
                                             .header_arg = &in,
                                             .body = in.body,
                                             .body_bytes = in.body_bytes},
                     &values);
    if (e != NULL)
        check_error(e);
    else
        check_values(match.op, &values);
    return 0;
}
