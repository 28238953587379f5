/* poke.h - datagrams that wake workers: the sending half is worker_poke (program.h), this is the receiving
 * one. */
#pragma once

#include "app/program.h"

struct program_pokes;

MUST_CHECK err_t pokes_open(const struct program *p, struct program_pokes **ret);
void pokes_close(struct program_pokes *pokes);

/* Listens on WAYFARE_RUN/<name>.poke, and on the Redis channel of that name where the program has Redis; fn
 * runs on the loop's stack, once for all datagrams that have come. Several processes of one name: the last
 * one listens, the others have their tick. */
MUST_CHECK err_t pokes_listen(const struct program *p, const char *name, void (*fn)(void *arg), void *arg);
