/* tzif.h - one zone of the tz database (RFC 8536, version 2 and later). Only date_zone.c and its tests use
 * it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tzif;

/* Reads a file's content; NULL if it is not a sound TZif file. The caller owns the zone. */
struct tzif *tzif_parse(const uint8_t *p, size_t n);
void tzif_free(struct tzif *z);
/* Offset from UTC at an instant, both in seconds. */
int32_t tzif_offset(const struct tzif *z, int64_t seconds);
