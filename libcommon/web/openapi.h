/*
 * openapi.h - the bundled OpenAPI 3.1 document as router, validator and authoriser.
 *
 * openapi_load refuses a document that it does not fully understand; openapi_bind refuses an operation
 * without handler and a handler without operation.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct handler;
struct openapi;
struct operation;
struct schema;

/* path: the bundled JSON document. Errors live in a and say the place in the document. whole: the file that
 * clients read, where path holds only what a service runs by; NULL: path itself. It is mapped, not read. */
MUST_CHECK err_t openapi_load(struct arena *a, const char *path, const char *whole, struct openapi **ret);
void openapi_free(struct openapi *api);
void openapi_endp(struct openapi **api);
/* tables: n arrays of handlers, each ended by {NULL, NULL}. The error names all that do not fit. */
MUST_CHECK err_t openapi_bind(struct arena *a, struct openapi *api, const struct handler *const *tables,
                              size_t n);
const char *openapi_base_path(const struct openapi *api); /* "/cases/v1" */
const char *openapi_version(const struct openapi *api);   /* info.version */
/* The whole document's bytes, for GET {base}/openapi.json. */
const char *openapi_text(const struct openapi *api, size_t *ret_bytes);
