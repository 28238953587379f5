/* places.h - every sealed column of the services: what the rotation of keys goes through. */
#pragma once

#include <stddef.h>

struct place {
    const char *service;
    const char *name; /* table.column, as it is sealed: place of keyring_seal */
    const char *table;
    const char *column;
    const char *key;   /* column with the row's id of the sealing */
    const char *owner; /* column with the organisation of the sealing */
    const char *cls;   /* SQL: the class */
    const char *index; /* column with the blind index of the same value; NULL none */
};

/* All of them; ended by a NULL service. */
extern const struct place places[];
