/* addressees.h - who may be told of a journey: data in abns/addressees.json, checked when it is loaded. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct addressees; /* opaque; lives in the arena */
struct arena;

struct addressee_kind {
    const char *kind; /* receptionAgency, municipality, office, embassy, … */
    bool told;        /* false: never */
};

/* Loads folder/addressees.json; refuses a kind that stands twice and an organisation of an unknown kind. */
MUST_CHECK err_t addressees_load(struct arena *a, const char *folder, struct addressees **ret);
/* The kind of an organisation; NULL: not named, so not told. */
const struct addressee_kind *addressees_find(const struct addressees *all, const char *organisation);
