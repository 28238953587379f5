/*
 * schema_pattern.c - compiles patterns and matches them: PCRE2 with UTF but without UCP, so that \d, \w and
 * \b are ASCII as in ECMA-262, and $ is the very end. JIT code has a stack of its own, and a limit ends what
 * would take too long.
 */
#include "base/schema_internal.h"

#include <string.h>

#include "base/err.h"
#include "base/str.h"

enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024, JIT_STACK_BYTES = 256 * 1024 };

static pcre2_code *compile(const char *s, size_t n, int *ret_error)
{
    PCRE2_SIZE at;
    return pcre2_compile((PCRE2_SPTR)s, n,
                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS |
                             PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP,
                         ret_error, &at, NULL);
}

static void release_code(void *p)
{
    pcre2_code_free(p);
}

static struct pattern *pattern_of(struct arena *a, pcre2_code *code, const char *source)
{
    arena_own(a, code, release_code);
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without JIT the interpreter matches */
    struct pattern *p = ARENA_NEW(a, struct pattern);
    *p = (struct pattern){code, source};
    return p;
}

struct pattern *pattern_compile(struct arena *a, const char *source, size_t n, const char **ret_why)
{
    int error = 0;
    struct buf pcre;
    buf_init(&pcre, a, n * 2 + 64);
    const char *why = ecma_translate(&pcre, source, n);
    pcre2_code *code = why ? NULL : compile(pcre.p, pcre.n, &error);
    if (!code) {
        char text[200] = "";
        if (error)
            pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
        *ret_why = why ? why : arena_strdup(a, text);
        return NULL;
    }
    return pattern_of(a, code, arena_strndup(a, source, n));
}

struct pattern *pattern_compile_raw(struct arena *a, const char *pcre)
{
    int error;
    pcre2_code *code = compile(pcre, strlen(pcre), &error);
    return code ? pattern_of(a, code, pcre) : NULL;
}

bool pattern_valid(const char *s, size_t n)
{
    int error = 0;
    struct arena *a = arena_new();
    struct buf pcre;
    buf_init(&pcre, a, n * 2 + 64);
    const char *why = ecma_translate(&pcre, s, n);
    pcre2_code *code = why ? NULL : compile(pcre.p, pcre.n, &error);
    /* ECMA-262 allows any length in a lookbehind; PCRE2 cannot run it but has read it. */
    bool ok = !why && (code || error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH);
    pcre2_code_free(code);
    arena_free(a);
    return ok;
}

static void release_context(void *p)
{
    pcre2_match_context_free(p);
}

static void release_data(void *p)
{
    pcre2_match_data_free(p);
}

static void release_stack(void *p)
{
    pcre2_jit_stack_free(p);
}

bool matcher_init(struct matcher *m, struct arena *a)
{
    m->context = pcre2_match_context_create(NULL);
    m->data = pcre2_match_data_create(1, NULL);
    m->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_BYTES, NULL);
    if (m->context)
        arena_own(a, m->context, release_context);
    if (m->data)
        arena_own(a, m->data, release_data);
    if (m->stack)
        arena_own(a, m->stack, release_stack);
    if (!m->context || !m->data)
        return false;
    pcre2_set_match_limit(m->context, MATCH_LIMIT);
    pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(m->context, HEAP_LIMIT_KIB);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    return true;
}

/* A match that runs into its limit is none. */
bool pattern_match(const struct matcher *m, const struct pattern *p, const char *s, size_t n)
{
    return pcre2_match(p->code, (PCRE2_SPTR)s, n, 0, PCRE2_NO_UTF_CHECK, m->data, m->context) >= 0;
}
