/* texts.h - a list of texts that grows. */
#pragma once

#include "base/opt.h"

struct arena;

/* Adds one; only for lists that were made by this function, or are empty. */
void text_array_add(struct arena *a, struct text_array *list, const char *text);
/* "a, b, c" */
const char *text_array_joined(struct arena *a, struct text_array list, const char *between);
