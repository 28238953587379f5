/* months.h - the tables that an operator can part by month (tables list, part, ahead, drop). What they are
 * now is read from the catalogue: the partitions' names say their months. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct admin;
struct arena;
struct ctl;
struct findings;
struct service_names;

#define MONTHS_AHEAD 3 /* partitions that are made ahead */
#define MONTHS_LOW 2   /* fewer need a person */
#define MONTHS_AHEAD_TEXT "3"

/* A table as it is. */
struct month_table {
    const char *name;   /* audit, outbox, messages */
    const char *table;  /* wf.audit */
    const char *column; /* that says the month: a time, or a version 7 uuid */
    bool parted;
    int64_t rows, bytes; /* rows are an estimate */
    const char *months;  /* "before 2026-03 2026-03 2026-04" */
    int64_t ahead;       /* whole months after this one that have a place */
    int64_t rest;        /* rows that no month took */
    bool half;           /* `part` was cut off: rows of later months are refused */
    const char *next;    /* the month that comes after the last that there is: "2026-05" */
};
#define MONTH_TABLES 3

/* Reads those that the database has. */
MUST_CHECK err_t months_read(struct arena *a, const struct admin *ad, struct month_table *ret, size_t *ret_n);
/* The one of that name. ERR_MISSING months.table. */
MUST_CHECK err_t months_table(struct arena *a, const struct admin *ad, const char *name,
                              struct month_table *ret);
/* Days since 1970 of a month's first, of "YYYY-MM". ERR_INVALID ctl.usage. */
MUST_CHECK err_t months_parse(struct arena *a, const char *option, const char *text, int32_t *ret_days);
/* "YYYY-MM" */
const char *months_text(struct arena *a, int32_t days);
/* The least value of the table's column in the month that begins that day, as SQL reads it. */
const char *months_bound(struct arena *a, const struct month_table *t, int32_t days);
/* Makes the partitions ahead of every table that is by month, and says which, each behind the database's
 * name. As the owner, or a superuser, who also moves rows out of the rest. */
MUST_CHECK err_t months_ahead(struct arena *a, const struct admin *ad, const struct service_names *names,
                              const char *months);
/* For status and doctor. */
void months_probe(struct ctl *c, struct findings *f);
