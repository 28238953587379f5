/*
 * problem.h - from err_t to problem+json (RFC 9457): one table from kind and code to status and title.
 *
 * Only code, detail and faults of an error reach the client; its cause is for the log.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

struct buf;

/* What the client is told: status, title, code. */
struct problem {
    int status;
    const char *title;
    const char *code; /* e->code, but "internal" for our own faults */
};
struct problem problem_of(err_t e);

/* Writes the body. type is /problems/<code>, instance urn:uuid:<request id>. */
void problem_write(struct buf *out, err_t e, const char *request_id);

/* "Not Found"; also for the statuses that evhttp has no phrase for. */
const char *problem_reason(int status);

/* The rows of the table, for tests and the documentation page; *ret_n of them, ended by nothing. */
struct problem_row {
    const char *code;
    int status;
    const char *title;
};
const struct problem_row *problem_table(size_t *ret_n);
