/*
 * conf.h - a program's configuration: one table, read from --name=value, environment and a file, printed by
 * --help.
 *
 * Secrets are never values but files: a CONF_SECRET names a file that others may not read; its content,
 * without the last line feed, is what the member gets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

enum conf_type {
    CONF_TEXT,   /* const char * */
    CONF_INT,    /* int64_t */
    CONF_BOOL,   /* bool: true, false */
    CONF_SECRET, /* const char *: read from the named file */
};

struct conf_entry {
    const char *name; /* environment variable "WAYFARE_DB"; the option is --db; the file's key is db */
    enum conf_type type;
    size_t offset;        /* of the member in the program's struct */
    const char *fallback; /* text form; NULL: required */
    const char *help;     /* one line */
};

/* Fills *out. Order: option, environment, file named by WAYFARE_CONFIG (lines key=value), fallback. "" is
 * allowed as fallback. All faults at once. --help prints the table and exits 0; --version prints the version
 * and exits 0. */
MUST_CHECK err_t conf_load(struct arena *a, const char *program, const char *what,
                           const struct conf_entry *table, size_t n, int argc, char **argv, void *out);
/* Reads a secret file: refused if group or others can read it (the group may where root handed it to a
 * program that is not root), larger than 64 kB, or empty. */
MUST_CHECK err_t conf_secret(struct arena *a, const char *path, const char **ret_text);
