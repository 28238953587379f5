/*
 * sums.h - contents.sha256 of a backup: a line for each object, as sha256sum writes it, all of the same
 * length and in the order of names, so that one of a million is found without reading the others.
 */
#pragma once

#include <stdio.h>

#include "base/err.h"

struct arena;

#define SUMS_FILE "contents.sha256"

/* "contents/01/01939f3a-…": where a backup has it. */
const char *sums_path(struct arena *a, const char *object);
void sums_add(FILE *f, struct arena *a, const char *hex, const char *object);
/* The sum that the backup in the folder has of an object, in a; NULL: it has none. */
const char *sums_find(struct arena *a, const char *folder, const char *object);
