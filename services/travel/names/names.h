/*
 * names.h - is the name on a ticket that of the travel document? Compared in the document's machine-readable
 * form (ICAO Doc 9303 part 3, section 4 and the transliterations of section 6). Pure: base only.
 *
 * Spaces, hyphens, apostrophes and titles do not count. Where 9303 allows several spellings of a letter (Ä is
 * AE or A), each of them matches. Family and given names that have changed places do not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Letters of the name field of a passport (TD3: 44 characters less P<XXX). */
#define NAME_MRZ_LENGTH 39

struct travel_name {
    const char *family, *given; /* UTF-8 in any of the scripts; one may be "" for a person of a single name */
    bool cut;                   /* read from a machine-readable zone that was full: more may follow */
};

enum name_verdict {
    NAME_SAME,
    NAME_SWAPPED, /* the same, had family and given names not changed places */
    NAME_OTHER,
};

/* Splits "WARSAME/ASHA CABDI MRS", "WARSAME<<ASHA<CABDI<<<" or "Warsame, Asha Cabdi". Without a separator the
 * whole is the family name, as 9303 wants it of a single name, and false is returned. */
bool name_split(struct arena *a, const char *whole, struct travel_name *ret);

/* The name on the document against that on the ticket, in which titles (MR, MRS, MSTR …) are ignored. */
enum name_verdict name_compare(struct arena *a, const struct travel_name *document,
                               const struct travel_name *ticket);

/* Whether a name that was printed whole, in whatever order, is made of the same two parts. */
bool name_whole_is(struct arena *a, const char *whole, const struct travel_name *name);

/* "WARSAME<<ASHA<CABDI", with 9303's first spelling of each letter, cut to its field; for people to compare.
 * A letter that 9303 does not know is "*". */
const char *name_mrz(struct arena *a, const struct travel_name *name);
