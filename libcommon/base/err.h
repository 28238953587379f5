/*
 * err.h - how a function says that it failed.
 *
 * An err_t is NULL when all went well. Errors are immutable and live in static memory or in an arena, so
 * nobody frees one. A function either returns an error or logs it, never both; service_main and worker_main
 * log, once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct arena;

/* What a caller can do about it; web/problem maps each to an HTTP status. */
#define ERR_KINDS(X)                                                                                         \
    X(ERR_INVALID, "invalid")                 /* the input is at fault */                                    \
    X(ERR_UNAUTHENTICATED, "unauthenticated") /* no or no valid token */                                     \
    X(ERR_DENIED, "denied")                   /* the token lacks a scope */                                  \
    X(ERR_MISSING, "missing")                 /* not there, or not for this reader */                        \
    X(ERR_CONFLICT, "conflict")               /* the state does not allow it */                              \
    X(ERR_LIMIT, "limit")                     /* too much, too large, too often */                           \
    X(ERR_CANCELLED, "cancelled")             /* deadline passed, or draining */                             \
    X(ERR_UPSTREAM, "upstream")               /* a peer answered wrongly */                                  \
    X(ERR_UNAVAILABLE, "unavailable")         /* a part is away; try again */                                \
    X(ERR_BUG, "bug")                         /* our own fault */

enum err_kind {
#define ERR_KIND_NAME(name, text) name,
    ERR_KINDS(ERR_KIND_NAME)
#undef ERR_KIND_NAME
};

/* Where in a request a fault lies. */
enum fault_in {
    FAULT_POINTER,   /* JSON pointer into the body, "" is the whole body */
    FAULT_PARAMETER, /* path or query parameter */
    FAULT_HEADER,    /* header field */
    FAULT_GUARD,     /* an unmet guard of a transition; at is a pointer to what lacks */
};

/* One thing that is wrong. All strings are safe for the client and never echo its input. */
struct fault {
    enum fault_in in;
    const char *at;     /* pointer, parameter or header name; may be "" */
    const char *code;   /* stable and public, dotted: "schema.required", "externalRef.personal" */
    const char *detail; /* one sentence in English */
    const char *remedy; /* guards: what would meet it; else NULL */
    bool overridable;   /* guards: two users may override it */
};

struct err {
    enum err_kind kind;
    const char *code;   /* stable and public, dotted: "case.closed"; web/problem may give some a status */
    const char *detail; /* one sentence, safe for the client */
    const char *cause;  /* for the log only; may be NULL */
    const struct fault *faults; /* may be NULL */
    size_t nfaults;
};

typedef const struct err *err_t;

/* Defines a static error: ERR_DEFINE(err_case_closed, ERR_CONFLICT, "case.closed", "The case is closed."); */
#define ERR_DEFINE(name, kind_, code_, detail_)                                                              \
    static const struct err name##_value = {.kind = (kind_), .code = (code_), .detail = (detail_)};          \
    static const err_t name = &name##_value

/* Returns from the calling function if EXPR is an error. The only macro that returns. */
#define TRY(expr)                                                                                            \
    do {                                                                                                     \
        err_t try_err_ = (expr);                                                                             \
        if (__builtin_expect(try_err_ != NULL, 0))                                                           \
            return try_err_;                                                                                 \
    } while (0)

/* Makes an error in the arena. code is borrowed (a literal); the detail is shown to the client. */
err_t err_new(struct arena *a, enum err_kind kind, const char *code, const char *detail_fmt, ...)
    PRINTF_LIKE(4, 5);

/* Makes an error whose text is for the log only; the client sees a general sentence for the kind. */
err_t err_internal(struct arena *a, enum err_kind kind, const char *code, const char *cause_fmt, ...)
    PRINTF_LIKE(4, 5);

/* Makes an error that carries faults; the array is borrowed and must live as long as the arena. */
err_t err_faults(struct arena *a, enum err_kind kind, const char *code, const char *detail,
                 const struct fault *faults, size_t nfaults);

/* A fault list that grows in an arena: start from zero, add, then fault_list_err (NULL if it is empty). */
struct fault_list {
    struct fault *v;
    size_t n, cap;
};
void fault_add(struct arena *a, struct fault_list *list, struct fault f);
err_t fault_list_err(struct arena *a, const struct fault_list *list, enum err_kind kind, const char *code,
                     const char *detail);

/* "invalid", "missing", … */
const char *err_kind_name(enum err_kind kind);
