/* letters.h - the spellings of a character in the machine-readable zone (ICAO Doc 9303 part 3, section 6). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LETTER_SPELLINGS 3

/* One character of a name: how it may be spelt, the first as the table's first; NULL behind the last. */
struct letter {
    const char *spelling[LETTER_SPELLINGS];
};

enum letter_kind {
    LETTER,    /* spelt as ret says */
    SEPARATOR, /* space, hyphen: one filler */
    NOTHING,   /* apostrophes, points, marks that are not encoded */
    DOUBLER,   /* shadda: the letter before stands twice */
    UMLAUT,    /* combining: the letter before becomes ä, ö, ü */
    RING,      /* combining: å */
    TILDE,     /* combining: ñ */
    STRANGE,   /* a letter of a script that 9303 does not transliterate */
};

enum letter_kind letter_of(uint32_t character, struct letter *ret);
