/* csv.h - comma-separated values (RFC 4180), read strictly. Pure. */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

struct arena;

#define CSV_FIELDS_MAX 64
#define CSV_FIELD_BYTES_MAX 10000

struct csv_row {
    const char **v; /* fields, without their quotes */
    size_t n;
    size_t line; /* where it begins, from 1 */
};

/*
 * Reads n bytes of UTF-8 into rows, the header first; all have as many fields as the header. Lines end with
 * LF or CRLF, the last may lack it; a field in quotes may hold commas, line ends and doubled quotes. What
 * lives in the arena. ERR_INVALID csv.invalid with the line and what is wrong there.
 */
MUST_CHECK err_t csv_read(struct arena *a, const char *text, size_t n, struct csv_row **ret, size_t *ret_n);
/* The place of a column by its name in the header, or -1. */
int csv_column(const struct csv_row *header, const char *name);
