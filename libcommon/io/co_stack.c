/*
 * co_stack.c - stacks of coroutines: mapped with a guard page, pooled, measured, given back; and the switch
 * between them.
 *
 * A stack is begun by setcontext; afterwards _longjmp switches, which unlike swapcontext leaves the signal
 * mask alone: that was a system call for each switch, six of a request's fourteen. So the check that a jump
 * only ever leads down its stack (_FORTIFY_SOURCE) is off in this file. The marks that AddressSanitizer and
 * ThreadSanitizer need stand here alone; ThreadSanitizer knows no jump between stacks, so both builds switch
 * by swapcontext.
 */
#undef _FORTIFY_SOURCE

#include "io/co_stack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

enum {
    PAGE = 4096,
    MAPPING = CO_STACK_BYTES + PAGE,
    DEEP_BYTES = 32 * 1024, /* deeper use is logged, and its pages given back */
    CANARY_WORDS = 8,   /* spread over the page at DEEP_BYTES: an array that is not filled jumps over some */
    CANARY_STRIDE = 61, /* words from one to the next */
    KEEP = 4,           /* free stacks that always stay */
    MEASURE_EVERY = 64, /* ended coroutines between two looks at the pages */
    MAX_DEEP_NAMES = 64,
    MAX_MAPPED = 64, /* pages of a stack */
};
_Static_assert(CO_STACK_BYTES / PAGE == MAX_MAPPED, "a stack is a whole number of pages");

#define CANARY UINT64_C(0x5afe57ac5afe57ac)

/* One pool per process, like the coroutines. */
static struct {
    struct co *free;
    size_t nfree, least_free; /* least since the last trim: so many were not needed */
    unsigned ended;
    size_t high_water_bytes;
    const char *deep_names[MAX_DEEP_NAMES]; /* already logged */
    size_t ndeep_names;
} pool;

static char *stack_bottom(const struct co *c)
{
    return c->mapping + PAGE;
}

static size_t stack_bytes(const struct co *c)
{
    return (size_t)((const char *)c - stack_bottom(c)) & ~(size_t)63;
}

static volatile uint64_t *canary_of(const struct co *c)
{
    return (uint64_t *)(void *)(c->mapping + MAPPING - DEEP_BYTES);
}

/* The canary lies among the frames of who used the stack, which AddressSanitizer guards. */
#define NO_ASAN __attribute__((no_sanitize("address")))

NO_ASAN static void set_canary(struct co *c)
{
    for (size_t i = 0; i < CANARY_WORDS; i++)
        canary_of(c)[i * CANARY_STRIDE] = CANARY;
}

NO_ASAN static bool canary_is_whole(const struct co *c)
{
    for (size_t i = 0; i < CANARY_WORDS; i++) {
        if (canary_of(c)[i * CANARY_STRIDE] != CANARY)
            return false;
    }
    return true;
}

/* ---- the pool ---- */

static void context_new(struct co *c)
{
    if (getcontext(&c->place.context) != 0)
        abort();
    c->place.context.uc_stack.ss_sp = stack_bottom(c);
    c->place.context.uc_stack.ss_size = stack_bytes(c);
    c->place.context.uc_link = NULL;
}

static struct co *stack_new(void)
{
    char *p = mmap(NULL, MAPPING, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    if (mprotect(p, PAGE, PROT_NONE) != 0) {
        munmap(p, MAPPING);
        return NULL;
    }
    struct co *c = (struct co *)(void *)(p + MAPPING - ((sizeof(struct co) + 63) & ~(size_t)63));
    c->mapping = p;
    context_new(c);
    set_canary(c);
    return c;
}

static void stack_free(struct co *c)
{
#ifdef WITH_ASAN
    __asan_unpoison_memory_region(c->mapping + PAGE, CO_STACK_BYTES);
#endif
    munmap(c->mapping, MAPPING);
}

/* makecontext passes ints only: two halves of the pointer. */
static void enter_main(unsigned high, unsigned low)
{
    struct co *c = (struct co *)(((uintptr_t)high << 32) | low);

#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(NULL, &c->loop_bottom, &c->loop_bytes);
#endif
    co_main(c);
}

struct co *co_stack_take(void)
{
    struct co *c = pool.free;

    if (c) {
        pool.free = c->free_next;
        pool.nfree--;
        if (pool.nfree < pool.least_free)
            pool.least_free = pool.nfree;
    } else {
        c = stack_new();
        if (!c)
            return NULL;
        pool.least_free = 0;
    }
    memset(c, 0, offsetof(struct co, place));
    c->place.left = false;
    makecontext(&c->place.context, (void (*)(void))enter_main, 2, (unsigned)((uintptr_t)c >> 32),
                (unsigned)(uintptr_t)c);
#ifdef WITH_ASAN
    __asan_unpoison_memory_region(stack_bottom(c), stack_bytes(c));
#endif
#ifdef WITH_TSAN
    c->fiber = __tsan_create_fiber(0);
#endif
    return c;
}

static bool deep_name_is_new(const char *name)
{
    for (size_t i = 0; i < pool.ndeep_names; i++) {
        if (pool.deep_names[i] == name)
            return false;
    }
    if (pool.ndeep_names == MAX_DEEP_NAMES)
        return false;
    pool.deep_names[pool.ndeep_names++] = name;
    return true;
}

/*
 * How deep the pages of a stack are in memory; deep ones are given back. Below the canary's page, which is
 * always there, the deepest counts; above it those that lie together at the top.
 */
static size_t measure(struct co *c)
{
    unsigned char in_memory[MAX_MAPPED];
    size_t top = 0, deepest = 0;

    if (mincore(stack_bottom(c), CO_STACK_BYTES, in_memory) != 0)
        return 0;
    while (top < MAX_MAPPED && (in_memory[MAX_MAPPED - 1 - top] & 1))
        top++;
    while (deepest < MAX_MAPPED && !(in_memory[deepest] & 1))
        deepest++;
    if ((MAX_MAPPED - deepest) * PAGE <= DEEP_BYTES)
        return top * PAGE;
    madvise(stack_bottom(c), CO_STACK_BYTES - DEEP_BYTES, MADV_DONTNEED);
    return (MAX_MAPPED - deepest) * PAGE;
}

void co_stack_put(struct co *c)
{
    bool known = !canary_is_whole(c);

#ifdef WITH_TSAN
    __tsan_destroy_fiber(c->fiber);
#endif
    /* Looking at the pages is a system call. Now and then it finds what jumped over the canary, but not whose
     * it was. */
    if (known || pool.ended++ % MEASURE_EVERY == 0) {
        const char *name = known ? c->name : "unknown";
        size_t bytes = measure(c);

        if (bytes > pool.high_water_bytes)
            pool.high_water_bytes = bytes;
        if (known)
            set_canary(c);
        if (bytes > DEEP_BYTES && deep_name_is_new(name))
            log_line(LOG_WARN, NULL, "deep stack", LOG_TEXT("operation", name),
                     LOG_INT("bytes", (int64_t)bytes));
    }
    c->free_next = pool.free;
    pool.free = c;
    pool.nfree++;
}

void co_stack_trim(void)
{
    size_t spare = pool.least_free > KEEP ? pool.least_free - KEEP : 0;

    while (spare-- > 0) {
        struct co *c = pool.free;

        pool.free = c->free_next;
        pool.nfree--;
        stack_free(c);
    }
    pool.least_free = pool.nfree;
}

void co_stack_free_all(void)
{
    while (pool.free) {
        struct co *c = pool.free;

        pool.free = c->free_next;
        stack_free(c);
    }
    pool.nfree = pool.least_free = 0;
}

size_t co_high_water_bytes(void)
{
    return pool.high_water_bytes;
}

/* ---- the switch ---- */

static void switch_to(struct co_place *from, struct co_place *to)
{
#if defined(WITH_ASAN) || defined(WITH_TSAN)
    if (swapcontext(&from->context, &to->context) != 0)
        abort();
#else
    from->left = true;
    if (_setjmp(from->jump) != 0)
        return;
    if (to->left)
        _longjmp(to->jump, 1);
    setcontext(&to->context);
    abort(); /* it has failed */
#endif
}

void co_stack_enter(struct co *c, struct co_place *loop)
{
#ifdef WITH_ASAN
    void *fake = NULL;
    __sanitizer_start_switch_fiber(&fake, stack_bottom(c), stack_bytes(c));
#endif
#ifdef WITH_TSAN
    c->loop_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(c->fiber, 0);
#endif
    switch_to(loop, &c->place);
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
}

void co_stack_leave(struct co *c, struct co_place *loop, bool last)
{
#ifdef WITH_ASAN
    void *fake = NULL;
    __sanitizer_start_switch_fiber(last ? NULL : &fake, c->loop_bottom, c->loop_bytes);
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(c->loop_fiber, 0);
#endif
    switch_to(&c->place, loop);
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(fake, &c->loop_bottom, &c->loop_bytes);
#endif
}
