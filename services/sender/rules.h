/* rules.h - when a message that could not leave is tried again; pure. */
#pragma once

#include <stdint.h>

/* Pause after the n-th failed attempt (from 1): 10 s doubling to 1 h, with up to a fifth of it added by seed.
 */
int64_t rules_send_pause_us(int32_t attempts, uint64_t seed);
