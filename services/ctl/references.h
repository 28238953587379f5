/* references.h - what rows of one service's database name in another's, which no foreign key holds together.
 */
#pragma once

#include <stdbool.h>

struct reference {
    const char *from; /* service whose rows name something */
    const char *list; /* script with the query: lines "id kind who" */
    const char *to;   /* service that should have it */
    const char *table, *column;
    bool present;     /* told when it is there: somebody waits for what has come */
    const char *told; /* what it means */
};

/* All of them; ended by a NULL service. */
extern const struct reference references[];
