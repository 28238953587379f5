/*
 * dgram.h - datagrams on unix sockets that say no more than "look again". Loss is harmless.
 */
#pragma once

#include "base/err.h"

struct dgram; /* opaque: one sending and many listening sockets */
struct loop;

MUST_CHECK err_t dgram_open(struct loop *l, struct dgram **ret);
void dgram_close(struct dgram *d);

/* DGRAM_SENT also when the reader's buffer is full: it will wake anyway. */
enum dgram_outcome { DGRAM_SENT, DGRAM_NOBODY };
enum dgram_outcome dgram_send(struct dgram *d, const char *path);

/* Binds path (a stale socket there is replaced); fn runs on the loop's stack, once for all that have come. */
MUST_CHECK err_t dgram_listen(struct dgram *d, const char *path, void (*fn)(void *arg), void *arg);
