/*
 * schema.h - JSON Schema 2020-12 (json-schema.org, draft 2020-12 core and validation), compiled once, run per
 * request.
 *
 * Left out: $dynamicRef ($dynamicAnchor is an $anchor then), $vocabulary, remote references. A schema uses
 * scratch memory of its own while it runs, so one must not run within another's run; nothing here waits.
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
 * Compiles the subschema of document at pointer ("" is all of it). References inside the document are
 * resolved against it ("#/…", $id, $anchor). Nothing of the document is kept; the caller owns the schema.
 * Errors, in a: ERR_INVALID with the place and keyword; codes schema.keyword (unknown),
 * .value (not as the keyword wants it), .ref, .id, .cycle (a $ref that does not descend in the instance),
 * .depth, .pattern, and for what we leave out schema.remote, .unsupported, .format.
 */
MUST_CHECK err_t schema_compile(struct arena *a, const json_t *document, const char *pointer, unsigned flags,
                                struct schema **ret);
void schema_free(struct schema *s);
void schema_endp(struct schema **s);

/* Schemas of one document that share what they have in common; they live as long as the set. After an error,
 * free it. Sealed, a set compiles no more, and neither needs the document nor what it kept to compile. */
struct schema_set;
struct schema_set *schema_set_new(const json_t *document, unsigned flags);
MUST_CHECK err_t schema_set_compile(struct arena *a, struct schema_set *set, const char *pointer,
                                    const struct schema **ret);
void schema_set_seal(struct schema_set *set);
void schema_set_free(struct schema_set *set);
void schema_set_endp(struct schema_set **set);

struct schema_fault {
    const char
        *instance_pointer; /* "/persons/0/birthDate"; of a missing member the place where it should be */
    const char
        *schema_pointer; /* in the document: "/components/schemas/Person/properties/birthDate/format" */
    const char *code;    /* "schema." + keyword; "schema.depth" when the instance is nested too deeply */
    const char *detail;  /* English, never echoes the instance's value */
};
struct schema_result {
    struct schema_fault
        *faults; /* in the arena; in the order of the instance; at most 100, then truncated is set */
    size_t nfaults;
    bool truncated;
};

/* True if valid. Faults are collected in the arena when ret is given; with ret NULL it stops at the first. */
bool schema_valid(struct arena *a, const struct schema *s, const json_t *instance, struct schema_result *ret);

/* Like schema_valid for requests: NULL, or ERR_INVALID "request.invalid" with a fault for each. */
MUST_CHECK err_t schema_check(struct arena *a, const struct schema *s, const json_t *instance);
