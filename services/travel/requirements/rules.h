/*
 * rules.h - which documents a country accepts of whom, and from which age carriers take children alone. Pure:
 * base only; load.c reads the files.
 *
 * Both are effective-dated data: requirements/accepted/<day>.json and requirements/carriers/<day>.json, the
 * day on which the version comes into force. A question has a day, and is answered by the version in force on
 * it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct requirements;
struct schema;

/* One way to satisfy a country: one of the kinds, valid so many days beyond the arrival, with one of the
 * clearances. */
struct document_rule {
    struct text_array kinds;
    int32_t days_after_arrival;
    struct text_array clearances; /* n 0: none is asked for */
};
struct requirement {
    const char *id;
    const char *country,
        *stage; /* country "*": every one without a row of its own; origin, transit, destination */
    struct text_array nationalities; /* "own", "*" */
    struct text_array purposes;      /* n 0: every purpose */
    const struct document_rule *documents;
    size_t ndocuments;
    struct opt_date valid_from, valid_until;
    bool verify;
    const char *note; /* NULL: none */
};
struct requirement_question {
    const char *country, *stage, *nationality;
    const char *purpose; /* NULL: rows that name purposes are left out */
    int32_t on;
};
struct carrier_ages {
    int32_t alone;     /* from this age without an adult */
    int32_t companion; /* from this age somebody counts as an adult */
};

/* Reads accepted and carriers below the folder, each against its schema and what requirements_make asks. */
MUST_CHECK err_t requirements_load(struct arena *a, const char *folder, struct requirements **ret);

/*
 * From documents that conform to their schemas; paths[i] names the file of the i-th for what is refused.
 * ERR_BUG requirements.invalid: a file that does not bear the day on which it comes into force; an unknown
 * country or nationality; two rows that answer the same question on the same day; validity that ends before
 * it begins; no row for whoever has none of his own ("*", "*" at transit and destination); a carrier that
 * stands twice.
 */
MUST_CHECK err_t requirements_make(struct arena *a, const json_t *accepted, const json_t *accepted_paths,
                                   const json_t *carriers, const json_t *carrier_paths,
                                   struct requirements **ret);

/* The row that is closest: of the country, of the nationality, of the purpose, in this order. NULL: no
 * version was in force on the day, or nothing is asked at the origin. */
const struct requirement *requirement_find(const struct requirements *r,
                                           const struct requirement_question *q);
/* What the row asks of a document of this kind; NULL: it is not accepted. */
const struct document_rule *requirement_document(const struct requirement *r, const char *kind);
/* The carrier's ages on the day, by IATA code (NULL: unknown), or the default. */
struct carrier_ages carrier_ages(const struct requirements *r, const char *code, int32_t on);
/* The day from which the version in force on the day counts; false: none was. */
bool requirements_version(const struct requirements *r, int32_t on, int32_t *ret_from);
