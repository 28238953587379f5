/*
 * programme.h - the programmes as data: `<programme>/<version>.json`, checked when the process starts.
 *
 * The newest version counts for everybody: countries and sectors open and close while a programme runs. Pure
 * but for the loading.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct schema;

struct programme_period {
    int32_t from;          /* first day */
    struct opt_date until; /* last day; not set: open */
};

struct programme_sector {
    const char *sector;
    struct programme_period in;
};

struct programme_country {
    const char *country; /* ISO 3166-1 alpha-2 */
    struct programme_period in;
    const struct programme_sector *sectors;
    size_t nsectors;
};

/* Rules by kind of assignment. A limit that is not set is not given yet: it limits nothing. */
struct programme_kind {
    const char *kind; /* physical, online */
    struct opt_i32 min_days, max_days, max_hours_per_week;
    struct text_array requires; /* training, insurance, securityBriefing, movement, mayTravel */
};

struct programme_wave {
    const char *code;
    bool at_end; /* counted from the end of the assignment, else from its start */
    int32_t offset_months, offset_days, open_days;
    struct text_array respondents; /* expert, colleague, host */
};

struct programme {
    const char *code; /* cd4d2 */
    int32_t version;
    const char *prefix; /* of references */
    const struct programme_country *countries;
    size_t ncountries;
    const struct programme_kind *kinds;
    size_t nkinds;
    const struct programme_wave *waves;
    size_t nwaves;
    const char *allowances; /* name of the table of daily allowances */
    const json_t *labels, *document;
};

struct programmes;

/* Reads `programme.schema.json` and every version below folder. ERR_BUG programme.invalid with the file and
 * the places of what is wrong. */
MUST_CHECK err_t programmes_load(struct arena *a, const char *folder, struct programmes **ret);
/* One programme of a document (borrowed, must live as long). ERR_INVALID with every fault: those of the
 * schema; country.unknown, country.twice, sector.unknown (not of the programme's list), sector.twice,
 * period.order, period.outside (a sector beyond its country's days), kind.twice, limits.order, wave.twice. */
MUST_CHECK err_t programme_make(struct arena *a, const struct schema *schema, const json_t *document,
                                struct programme **ret);

/* The newest version, a given one, the i-th of the newest ones; NULL if there is none. */
const struct programme *programmes_find(const struct programmes *all, const char *code);
const struct programme *programmes_version(const struct programmes *all, const char *code, int32_t version);
const struct programme *programmes_at(const struct programmes *all, size_t i);

/* NULL if the programme does not have it. */
const struct programme_country *programme_country(const struct programme *p, const char *country);
const struct programme_kind *programme_kind(const struct programme *p, const char *kind);
bool programme_has_sector(const struct programme *p, const char *sector);
bool programme_period_holds(const struct programme_period *in, int32_t day);
