/*
 * schema.h - JSON Schema 2020-12 (json-schema.org, draft 2020-12 core and validation), compiled once, run per request.
 *
 * Left out: $dynamicRef and $dynamicAnchor, $vocabulary, remote references.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct arena;
struct schema;

enum schema_flags {
    SCHEMA_ASSERT_FORMATS = 1, /* format is an assertion, unknown formats are refused at compile time */
    SCHEMA_STRICT = 2,         /* an unknown keyword is an error, except x-* and annotations */
};

/*
 * Compiles the subschema of document at pointer ("" is all of it). References inside the document are resolved
 * against it ("#/…", $id, $anchor). The document is borrowed and must outlive the schema; the caller owns the schema.
 * Errors: ERR_INVALID with the place and keyword. A $ref cycle that does not descend in the instance is refused
 * under SCHEMA_STRICT.
 */
MUST_CHECK err_t schema_compile(struct arena *a, const json_t *document, const char *pointer, unsigned flags,
                                struct schema **ret);
void schema_free(struct schema *s);
void schema_endp(struct schema **s);

struct schema_fault {
    const char *instance_pointer; /* "/persons/0/birthDate" */
    const char *schema_pointer;   /* "/properties/persons/items/…/format" */
    const char *code;             /* "schema." + keyword */
    const char *detail;           /* English, never echoes the instance's value */
};
struct schema_result {
    struct schema_fault *faults; /* in the arena; in the order of the instance; at most 100, then truncated is set */
    size_t nfaults;
    bool truncated;
};

/* True if valid. Faults are collected in the arena when ret is given; with ret NULL it stops at the first. */
bool schema_valid(struct arena *a, const struct schema *s, const json_t *instance, struct schema_result *ret);

/* Like schema_valid for requests: NULL, or ERR_INVALID "request.invalid" with a fault for each. */
MUST_CHECK err_t schema_check(struct arena *a, const struct schema *s, const json_t *instance);
