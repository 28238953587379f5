/* clock.c - the two clocks. */
#include "base/clock.h"

#include <time.h>

static int64_t stub_us;   /* 0: the real time */
static int64_t offset_us; /* added to the real time */

static int64_t read_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return stub_us != 0 ? stub_us : read_us(CLOCK_REALTIME) + offset_us;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

void clock_stub(int64_t now_us)
{
    stub_us = now_us;
}

void clock_offset_s(int64_t seconds)
{
    offset_us = seconds * 1000000;
}
