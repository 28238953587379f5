/* airports.h - airports of a file with the columns of OurAirports, as rows to load. Pure but for zone.tab. */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

struct arena;

struct airports {
    const char *rows; /* JSON array of {code, name, municipality, country, zone, kind, latitude, longitude} */
    size_t n;         /* in rows */
    size_t without;   /* lines left out: closed, or without an IATA code */
    size_t twice;     /* lines left out: the code stands at a larger airport, or earlier */
};

/* Columns are found by the names in the header (iata_code, name, municipality, iso_country, type,
 * latitude_deg, longitude_deg); others do not matter. zones: text of zone.tab, for countries that have just
 * one. ERR_INVALID csv.invalid, airports.column, airports.line with the line of the first fault: a file is
 * taken whole or not at all. */
MUST_CHECK err_t airports_read(struct arena *a, const char *text, size_t n, const char *zones,
                               struct airports *ret);
