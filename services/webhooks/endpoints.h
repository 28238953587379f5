/*
 * endpoints.h - what this process has lately met at partners' endpoints, so that those which do not answer,
 * or slowly, never have all its turns.
 *
 * An endpoint is in trouble when a call to it gave no answer or took long, or takes long already. All that
 * are in trouble share a part of the turns; the rest stays for those that answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

struct arena;
struct endpoints; /* opaque; as long as its arena */

/* share: turns for all that are in trouble together. */
struct endpoints *endpoints_new(struct arena *a, unsigned share);
/* A call begins, and ends: answered says whether any answer came. now_us rises (monotonic). */
void endpoints_begin(struct endpoints *e, const char *name, int64_t now_us);
void endpoints_end(struct endpoints *e, const char *name, bool answered, int64_t now_us);
/* Those that should not be called now: they rest after a call without answer, or those in trouble have their
 * share. */
struct text_array endpoints_avoid(struct arena *a, const struct endpoints *e, int64_t now_us);
