/*
 * arena.c - blocks in a list, the newest first; an allocation moves a mark.
 *
 * Under AddressSanitizer what is not handed out is poisoned, with a gap before each piece, so that a byte out
 * of bounds is found as it would be with malloc.
 */
#include "base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
enum { GAP_BYTES = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { GAP_BYTES = 0 };
#endif

enum {
    ALIGN_BYTES = 16,
    FIRST_BYTES = 8192,     /* of the first block, with the arena's own header */
    LARGEST_BYTES = 262144, /* blocks double up to this; larger pieces get a block of their own */
};

struct block {
    struct block *next;
    size_t used, cap; /* bytes of data */
    _Alignas(ALIGN_BYTES) unsigned char data[];
};

/* A foreign object; lives in the arena itself. */
struct owned {
    struct owned *next;
    void *p;
    void (*release)(void *p);
};

struct arena {
    struct block *current; /* from which pieces are cut: the first or the newest of the common size */
    struct block *first;   /* stays when the arena is reset */
    struct block *others;  /* all but the first */
    struct owned *owned;   /* newest first */
    size_t used_bytes;
    size_t next_bytes; /* size of the next block */
};

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "{\"level\":\"error\",\"msg\":\"out of memory\",\"bytes\":%zu}\n", bytes);
    abort();
}

static struct block *block_new(size_t cap)
{
    struct block *b = malloc(sizeof(*b) + cap);

    if (b == NULL)
        out_of_memory(cap);
    *b = (struct block){.cap = cap};
    POISON(b->data, cap);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->data, b->cap);
    free(b);
}

struct arena *arena_new(void)
{
    struct arena *a = malloc(sizeof(*a));
    struct block *first = block_new(FIRST_BYTES - sizeof(struct block));

    if (a == NULL)
        out_of_memory(sizeof(*a));
    *a = (struct arena){.current = first, .first = first, .next_bytes = (size_t)FIRST_BYTES * 2};
    return a;
}

static void release_all(struct arena *a)
{
    /* A release function may add another owned object, so the head is read anew each time. */
    while (a->owned != NULL) {
        struct owned *o = a->owned;

        a->owned = o->next;
        o->release(o->p);
    }
}

static void free_others(struct arena *a)
{
    while (a->others != NULL) {
        struct block *b = a->others;

        a->others = b->next;
        block_free(b);
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    release_all(a);
    free_others(a);
    block_free(a->first);
    free(a);
}

void arena_endp(struct arena **a)
{
    arena_free(*a);
    *a = NULL;
}

void arena_reset(struct arena *a)
{
    release_all(a);
    free_others(a);
    a->current = a->first;
    a->first->used = 0;
    POISON(a->first->data, a->first->cap);
    a->used_bytes = 0;
    a->next_bytes = (size_t)FIRST_BYTES * 2;
}

static size_t aligned(size_t n)
{
    return (n + (ALIGN_BYTES - 1)) & ~(size_t)(ALIGN_BYTES - 1);
}

/* A new block for a piece; a large piece has one to itself, and the current block's rest stays in use. */
static struct block *block_for(struct arena *a, size_t bytes)
{
    bool large = bytes > a->next_bytes / 2;
    struct block *b = block_new(large ? bytes : a->next_bytes);

    b->next = a->others;
    a->others = b;
    if (!large) {
        a->current = b;
        if (a->next_bytes < LARGEST_BYTES)
            a->next_bytes *= 2;
    }
    return b;
}

void *arena_raw(struct arena *a, size_t bytes)
{
    struct block *b = a->current;
    size_t start;

    if (bytes > SIZE_MAX / 2)
        out_of_memory(bytes);
    start = aligned(b->used) + GAP_BYTES;
    if (start > b->cap || bytes > b->cap - start) {
        b = block_for(a, bytes + GAP_BYTES);
        start = GAP_BYTES;
    }
    b->used = start + bytes;
    a->used_bytes += bytes;
    UNPOISON(b->data + start, bytes);
    return b->data + start;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    return memset(arena_raw(a, bytes), 0, bytes);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        out_of_memory(SIZE_MAX);
    return arena_alloc(a, bytes);
}

void *arena_grow(struct arena *a, void *p, size_t n, size_t bytes)
{
    struct block *b = a->current;
    void *larger;

    if (p != NULL && bytes >= n && b->used >= n && (unsigned char *)p == b->data + (b->used - n) &&
        bytes - n <= b->cap - b->used) {
        b->used += bytes - n;
        a->used_bytes += bytes - n;
        UNPOISON(p, bytes);
        return p;
    }
    larger = arena_raw(a, bytes);
    if (p != NULL)
        memcpy(larger, p, n < bytes ? n : bytes);
    return larger;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    size_t length = strnlen(s, n);
    char *copy = arena_raw(a, length + 1);

    memcpy(copy, s, length);
    copy[length] = '\0';
    return copy;
}

void *arena_memdup(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_raw(a, n);

    if (n > 0)
        memcpy(copy, p, n);
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return text;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    char *text;
    int n;

    va_copy(again, ap);
    n = vsnprintf(small, sizeof(small), fmt, ap);
    if (n < 0)
        abort(); /* only a faulty format does that */
    text = arena_raw(a, (size_t)n + 1);
    if ((size_t)n < sizeof(small))
        memcpy(text, small, (size_t)n + 1);
    else
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

void arena_own(struct arena *a, void *p, void (*release)(void *))
{
    struct owned *o = ARENA_NEW(a, struct owned);

    *o = (struct owned){.next = a->owned, .p = p, .release = release};
    a->owned = o;
}

static void release_json(void *p)
{
    json_decref(p);
}

struct json_t *arena_own_json(struct arena *a, struct json_t *j)
{
    if (j != NULL)
        arena_own(a, j, release_json);
    return j;
}

size_t arena_used_bytes(const struct arena *a)
{
    return a->used_bytes;
}
