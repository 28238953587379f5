/*
 * service_main.h - a service in one table: configuration, document, database, keys, edge, metrics, drain.
 */
#pragma once

#include "app/program.h"
#include "base/err.h"
#include "web/request.h"

struct service {
    const char *name;  /* "cases": document cases.json, database wayfare_cases */
    const char *about; /* one line for --help */
    const struct handler *const
        *handlers; /* tables of the areas, ended by NULL; each ended by {NULL, NULL} */
    /* The scopes that policies and statements of its database ask for by sec.has, other than internal; an
     * arch test compares. What is not named here is not sent to the database. */
    const char *policy_scopes;
    bool uses_queue; /* is not ready without Redis; limits of requests go by it, but do without */
    unsigned needs;  /* further program_needs: PROGRAM_DATA */
    const struct program_settings *settings; /* its own configuration; NULL none */
    /* Loads and validates this service's data before it listens. May be NULL. Sets p->state. */
    err_t (*start)(struct program *p);
};

/* Does not return before the drain is done. Exit status 0, or 1 with the reason in the log. */
int service_main(int argc, char **argv, const struct service *s);
