/* clock.h - the two clocks. Business code never calls them: it reads ctx->now_us. */
#pragma once

#include <stdint.h>

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now_us(void);
/* Microseconds of a clock that never jumps; for deadlines and durations. */
int64_t clock_mono_us(void);
/* Tests: a fixed wall clock until called with 0. Also set by WAYFARE_CLOCK_OFFSET_S in development mode. */
void clock_stub(int64_t now_us);
void clock_offset_s(int64_t seconds);
