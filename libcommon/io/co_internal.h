/* co_internal.h - what co.c, loop.c and the rest of io/ know of each other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* What co_deadline set. */
int64_t co_deadline_get(void);

/* True if CO_MODE=blocking: no stack is ever switched. */
bool co_is_blocking(void);
/* Blocking mode: runs what co_start was asked for, one after the other, each to its end. */
void co_run_pending(void);

/* One turn: waits for at least one event and runs what is due. Never from a callback of the loop. */
void loop_turn(struct loop *l);
/* True in a callback of the loop. */
bool loop_inside(const struct loop *l);
