/*
 * aside.h - work that would hold up the loop, on one thread beside it: a disk that is told to flush, a cipher
 * over megabytes.
 *
 * The only thread of a program. Linux has no other way to wait for a disk without waiting (io_uring is shut
 * off where programs are hardened). What runs there knows nothing of the program: no loop, no arena, no log,
 * no database; all that it touches is what it was given, and nobody else touches that until it is done.
 */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"

struct aside; /* opaque */
struct ctx;
struct loop;

/* The thread is made at the first use. */
MUST_CHECK err_t aside_open(struct loop *l, struct aside **ret);
/* What has begun is waited for by nobody: a disk that does not answer must not keep a program from its end.
 */
void aside_close(struct aside *a);

/* Runs fn(arg) there and waits; one after the other, in the order of asking. ERR_CANCELLED: it has not begun
 * and will not. Once begun it is waited for, whatever the deadline says: arg is the caller's. */
AWAITS MUST_CHECK err_t aside_run(struct ctx *x, struct aside *a, void (*fn)(void *arg), void *arg);
