/* reseal.h - the sealed columns of a service's database, read and sealed anew in batches. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ctl;
struct keyring;

struct reseal {
    struct ctl *c;
    const char *service, *database;
    const char *cls;
    struct keyring *keyring;
    const char *id;   /* of the key that seals, in hexadecimal */
    bool all;         /* also what it has sealed: the blind index is made anew, or each value is tried */
    bool write;       /* false: only opened */
    int64_t batch;    /* rows in one transaction */
    int64_t pause_ms; /* between batches */
    int64_t done;     /* rows that were sealed (write) or opened */
    int64_t locked;   /* rows that could not be opened */
};

/* Once through all places of the class. A row that does not open is told on standard error, by table and id,
 * and left as it is. */
MUST_CHECK err_t reseal_pass(struct reseal *r);
