/* data.h - reading the JSON files that a program loads at start: rule sets, lists, packs, templates. */
#pragma once

#include <jansson.h>

#include "base/err.h"

struct arena;
struct schema;

/* One file, strict: no duplicate member, no more than 32 levels. Lives as long as the arena. ERR_BUG
 * data.unreadable with the path and the place. */
MUST_CHECK err_t data_file(struct arena *a, const char *path, json_t **ret);
/* All *.json below the folder, one level of folders down too, sorted by path: an array of documents, and of
 * their paths. */
MUST_CHECK err_t data_folder(struct arena *a, const char *folder, json_t **ret_documents, json_t **ret_paths);
/* The JSON Schema in a file, for data: formats are asserted and unknown keywords refused. Lives as long as
 * the arena. Errors of data_file and schema_compile. */
MUST_CHECK err_t data_schema(struct arena *a, const char *path, struct schema **ret);
