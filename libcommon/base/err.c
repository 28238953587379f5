/* err.c - errors in an arena. */
#include "base/err.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
#define ERR_KIND_TEXT(name, text)                                                                            \
    case name:                                                                                               \
        return text;
        ERR_KINDS(ERR_KIND_TEXT)
#undef ERR_KIND_TEXT
    }
    return "bug";
}

/* What a client reads when the true reason is none of its business. */
static const char *general_sentence(enum err_kind kind)
{
    switch (kind) {
    case ERR_INVALID:
        return "The request is not valid.";
    case ERR_UNAUTHENTICATED:
        return "A valid access token is needed.";
    case ERR_DENIED:
        return "The access token does not allow this.";
    case ERR_MISSING:
        return "There is no such resource.";
    case ERR_CONFLICT:
        return "The present state does not allow this.";
    case ERR_LIMIT:
        return "A limit was reached.";
    case ERR_CANCELLED:
        return "The request took too long and was stopped.";
    case ERR_UPSTREAM:
        return "Another system gave an answer that cannot be used.";
    case ERR_UNAVAILABLE:
        return "A part of the service is away; please try again.";
    case ERR_BUG:
        break;
    }
    return "Something went wrong on our side.";
}

err_t err_new(struct arena *a, enum err_kind kind, const char *code, const char *detail_fmt, ...)
{
    struct err *e = ARENA_NEW(a, struct err);
    va_list ap;

    va_start(ap, detail_fmt);
    *e = (struct err){.kind = kind, .code = code, .detail = arena_vprintf(a, detail_fmt, ap)};
    va_end(ap);
    return e;
}

err_t err_internal(struct arena *a, enum err_kind kind, const char *code, const char *cause_fmt, ...)
{
    struct err *e = ARENA_NEW(a, struct err);
    va_list ap;

    va_start(ap, cause_fmt);
    *e = (struct err){.kind = kind,
                      .code = code,
                      .detail = general_sentence(kind),
                      .cause = arena_vprintf(a, cause_fmt, ap)};
    va_end(ap);
    return e;
}

err_t err_faults(struct arena *a, enum err_kind kind, const char *code, const char *detail,
                 const struct fault *faults, size_t nfaults)
{
    struct err *e = ARENA_NEW(a, struct err);

    *e = (struct err){.kind = kind, .code = code, .detail = detail, .faults = faults, .nfaults = nfaults};
    return e;
}

void fault_add(struct arena *a, struct fault_list *list, struct fault f)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 8;

        list->v = arena_grow(a, list->v, list->n * sizeof(f), cap * sizeof(f));
        list->cap = cap;
    }
    list->v[list->n++] = f;
}

err_t fault_list_err(struct arena *a, const struct fault_list *list, enum err_kind kind, const char *code,
                     const char *detail)
{
    if (list->n == 0)
        return NULL;
    return err_faults(a, kind, code, detail, list->v, list->n);
}
