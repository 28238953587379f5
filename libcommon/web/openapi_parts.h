/* openapi_parts.h - between the files openapi*.c and nobody else. */
#pragma once

#include "base/arena.h"
#include "base/schema.h"
#include "web/openapi_internal.h"

/* A segment of the path; literals before the parameter. */
struct route {
    const char *text; /* of a literal: n bytes of a template */
    size_t n;
    struct route **literals;
    size_t nliterals;
    struct route *param;  /* {name} at the next segment */
    const char *template; /* of the path that ends here; NULL: none does */
    const char *allow;    /* value for Allow */
    struct operation *operations[METHOD_COUNT];
};

struct openapi {
    struct arena *arena;
    const char *text; /* the whole document, mapped */
    size_t text_bytes;
    const char *base_path, *version;
    size_t base_path_bytes;
    struct schema_set *schemas;
    struct operation **operations;
    size_t noperations;
    struct route root;
};

/* A node of the document and its JSON pointer. */
struct spot {
    const json_t *json;
    const char *pointer;
};

/* One load. Of the document nothing stays: what is kept of it is copied. */
struct loading {
    struct openapi *api;
    struct arena *errors;
    struct arena *spots; /* the document, and the spots' pointers */
    json_t *document;
};

/* openapi_spot.c: reading the document strictly. */
err_t spot_bad(const struct loading *l, const struct spot *at, const char *what);
struct spot spot_member(const struct loading *l, const struct spot *at, const char *name);
struct spot spot_item(const struct loading *l, const struct spot *at, size_t i);
/* Follows {"$ref": "#/…"}; in place. */
err_t spot_resolve(const struct loading *l, struct spot *at);
/* An object all of whose members stand in allowed (space-separated) or begin with "x-". */
err_t spot_members(const struct loading *l, const struct spot *at, const char *allowed);
/* A text member, borrowed from the document; NULL if absent and not required. */
err_t spot_text(const struct loading *l, const struct spot *at, const char *name, bool required,
                const char **ret);
err_t spot_bool(const struct loading *l, const struct spot *at, const char *name, bool fallback, bool *ret);
err_t spot_schema(const struct loading *l, const struct spot *at, const struct schema **ret);

/* openapi_params.c */
err_t params_load(const struct loading *l, const struct spot *shared, const struct spot *own,
                  struct operation *op);

/* openapi_operation.c */
err_t operation_load(const struct loading *l, const char *template, const struct spot *path_item,
                     const struct spot *at, enum openapi_method method, struct operation **ret);

/* openapi_route.c */
err_t route_add(const struct loading *l, const struct spot *at, struct operation *op);
void routes_finish(struct openapi *api);

/* openapi_decode.c: text of URLs and forms. */
/* Strict percent-decoding into arena text, '+' a space if asked; NULL for a bad escape, NUL or invalid UTF-8.
 */
const char *url_decode(struct arena *a, const char *p, size_t n, bool plus, size_t *ret_n);
struct url_pair {
    const char *name, *value; /* not decoded */
    size_t name_n, value_n;
};
/* The next name=value of a query or form; *p moves on. False at the end. Empty pairs are left out. */
bool url_pair_next(const char **p, const char *end, struct url_pair *ret);
/* A parameter's text as JSON of its type; raw is not decoded (plus as above). NULL and a fault code if it is
 * none. */
json_t *param_json(struct arena *a, const struct openapi_param *p, const char *raw, size_t n, bool encoded,
                   const char **ret_text, const char **ret_code);
/* The fault of a schema at a parameter or header, or in the body. */
void faults_of(struct arena *a, struct fault_list *list, enum fault_in in, const char *at,
               const struct schema_result *result);

/* openapi_body.c */
err_t body_read(struct arena *a, const struct openapi_input *in, struct fault_list *faults,
                struct openapi_values *ret);
