/*
 * openapi.h - the bundled OpenAPI 3.1 document as router, validator and authoriser.
 *
 * openapi_load refuses a document that it does not fully understand; openapi_bind refuses an operation without handler and a
 * handler without operation.
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

MUST_CHECK err_t openapi_load(const char *path, struct openapi **ret);
void openapi_free(struct openapi *api);
/* tables: n arrays of handlers, each ended by {NULL, NULL}. */
MUST_CHECK err_t openapi_bind(struct openapi *api, const struct handler *const *tables, size_t n);
const char *openapi_base_path(const struct openapi *api); /* "/cases/v1" */
const char *openapi_version(const struct openapi *api);   /* info.version */
/* The document's bytes, for GET {base}/openapi.json. */
const char *openapi_text(const struct openapi *api, size_t *ret_bytes);
