/* rules.h - who is asked about a message, and when one that could not leave is tried again; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct arena;

/* The services that know of what a message rests on, in the order in which they are asked: first whether it
 * still holds and with what content, then who it is for. Ends with NULL. of_case: the message belongs to a
 * case. NULL: nobody knows of such a basis. */
const char *const *rules_send_services(const char *basis, bool of_case);

/* A further answer (SendDecision of common.yaml) joins the one so far, NULL for none: its decision and
 * recipient count, what it has of the content is added. */
const json_t *rules_send_join(struct arena *a, const json_t *so_far, const json_t *answer);

/* Pause after the n-th failed attempt (from 1): 10 s doubling to 1 h, with up to a fifth of it added by seed.
 */
int64_t rules_send_pause_us(int32_t attempts, uint64_t seed);
