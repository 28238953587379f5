/*
 * arena.h - memory that ends with a request or a job.
 *
 * Nothing in an arena is freed singly. Allocation never returns NULL: a process without memory ends with a
 * message. Callers bound what a client can make grow.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/cleanup.h"

struct arena;

/* A new arena; the first block holds a few kilobytes. The caller owns it. */
struct arena *arena_new(void);
/* Frees all memory and, newest first, all that arena_own was given. NULL is fine. */
void arena_free(struct arena *a);
void arena_endp(struct arena **a);
/* Empties it for reuse; keeps the first block. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *a, size_t bytes) __attribute__((malloc, returns_nonnull));
/* n zeroed elements; aborts when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc, returns_nonnull));
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

/* Not zeroed: for bytes that are written at once. */
void *arena_raw(struct arena *a, size_t bytes) __attribute__((malloc, returns_nonnull));
/* A larger place for the n bytes at p (which may be NULL), in place where that is possible. The new part is
 * not zeroed. */
void *arena_grow(struct arena *a, void *p, size_t n, size_t bytes) __attribute__((returns_nonnull));

/* Copies. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void *arena_memdup(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* Runs release(p) when the arena ends or is reset: foreign objects (a json_t, a curl handle) live in it. */
void arena_own(struct arena *a, void *p, void (*release)(void *));
/* The same for a Jansson object (takes over the caller's reference). Returns it. */
struct json_t *arena_own_json(struct arena *a, struct json_t *j);

/* Bytes handed out since the last reset; for limits and metrics. */
size_t arena_used_bytes(const struct arena *a);
