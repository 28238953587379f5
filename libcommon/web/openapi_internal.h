/*
 * openapi_internal.h - what web/http reads of the document: routes, operations, parameters, bodies.
 *
 * Everything here is made by openapi_load, immutable afterwards (but for the handlers that openapi_bind sets)
 * and lives as long as the struct openapi. Only libcommon/web includes this file.
 */
#pragma once

#include "web/openapi.h"
#include "web/request.h"

struct principal;

enum {
    OPENAPI_PATH_PARAMS_MAX = 8, /* in one path template */
    OPENAPI_BODY_DEPTH_MAX = 32, /* nesting of a JSON body */
};

enum openapi_method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

enum param_in { PARAM_PATH, PARAM_QUERY, PARAM_HEADER };

/* How a parameter's text becomes JSON before its schema is applied. */
enum param_type { PARAM_TEXT, PARAM_INTEGER, PARAM_NUMBER, PARAM_BOOLEAN, PARAM_LIST };

struct openapi_param {
    const char *name;
    enum param_in in;
    enum param_type type;
    enum param_type item_type; /* of a PARAM_LIST: comma-separated (style form, explode false) */
    bool required;
    unsigned path_index; /* PARAM_PATH: its place among the template's parameters */
    const struct schema *schema;
    json_t *default_value;    /* NULL if none */
    const char *default_text; /* the same as it would stand in the URL */
};

enum openapi_media {
    MEDIA_NONE,
    MEDIA_JSON,
    MEDIA_MERGE_PATCH,
    MEDIA_FORM,
    MEDIA_BYTES, /* taken as they are: any other type of an operation with x-max-body */
};

struct openapi_body {
    enum openapi_media media;
    const char *content_type;    /* "application/json" */
    const struct schema *schema; /* NULL: of bytes */
};

/* One way to be allowed: all of its scopes are held. No scopes: any valid token. */
struct openapi_alternative {
    const char *const *scopes;
    size_t n;
};

struct operation {
    const char *id;       /* operationId */
    const char *template; /* "/persons/{personId}", without the base path: for metrics and logs */
    enum openapi_method method;
    const struct handler *handler; /* after openapi_bind */

    bool public; /* no token needed; one that is sent is still verified */
    const struct openapi_alternative *alternatives;
    size_t nalternatives;
    const char *scope_text; /* scopes of the first alternative, spaces between: for WWW-Authenticate */

    const struct openapi_param *params; /* path, query and header parameters */
    size_t nparams;
    const struct openapi_body *bodies; /* request content types */
    size_t nbodies;
    bool body_required;
    size_t body_max; /* x-max-body; FRAME_BODY_BYTES */

    bool needs_idempotency_key; /* the header parameter Idempotency-Key is required */
    bool needs_if_match;        /* the header parameter If-Match is required */
    bool etag_of_body;          /* x-etag: body: what is shown has no version of its own */
    unsigned deadline_ms;       /* x-deadline-ms; 5000 */
    const char *purpose;        /* x-purpose; NULL if none */
    const char *deprecation;    /* x-deprecated: value of Deprecation (RFC 9745); NULL: it is not */
    const char *sunset;         /* and of Sunset (RFC 8594); NULL if none is set */

    const char *const *produces; /* media types of the 2xx responses, each once, for Accept */
    size_t nproduces;
    void *edge; /* web/http's own (metrics); set after loading */
};

size_t openapi_noperations(const struct openapi *api);
/* Not const: the edge may set op->edge. Ordered as in the document. */
struct operation *openapi_operation(const struct openapi *api, size_t i);
struct operation *openapi_operation_by_id(const struct openapi *api, const char *id);

/* "GET" -> METHOD_GET; also "HEAD" -> METHOD_GET. False if no operation can have the method. */
bool openapi_method_of(const char *name, enum openapi_method *ret);
const char *openapi_method_name(enum openapi_method m);

/* A piece of the path as it came: n bytes, still percent-encoded. */
struct openapi_capture {
    const char *p;
    size_t n;
};

struct openapi_match {
    struct operation *op; /* NULL: not found, or the method is not allowed */
    const char *allow;    /* value for Allow ("GET, HEAD, POST") when the path exists, else NULL */
    struct openapi_capture
        captures[OPENAPI_PATH_PARAMS_MAX]; /* in the template's order; point into the path */
    size_t ncaptures;
};

/*
 * Finds the operation of a method and a path of n bytes (with the base path, without query, not decoded). At
 * each segment a literal wins over a parameter. True if op is set. False with allow set: 405; with allow
 * NULL: 404. Never allocates.
 */
bool openapi_match(const struct openapi *api, const char *method, const char *path, size_t n,
                   struct openapi_match *ret);

/* What the edge has of a request; all borrowed. */
struct openapi_input {
    const struct openapi_match *match;
    const char *query; /* after the '?', not decoded; NULL or "" if none */
    /* The value of a header field (any case), or NULL. */
    const char *(*header)(void *arg, const char *name);
    void *header_arg;
    const char *body;
    size_t body_bytes;
};

/* One parameter as it came, or its default. */
struct openapi_value {
    const char *text; /* percent-decoded; NULL if absent and without default */
    json_t *json;     /* typed; NULL likewise */
};

struct openapi_values {
    struct openapi_value *params; /* op->nparams of them, in the order of op->params */
    enum openapi_media media;     /* of the body; MEDIA_NONE if there is none */
    const char *content_type;     /* of the body, as the document writes it */
    json_t *body; /* JSON and merge-patch as parsed; a form as an object of its fields (texts); else NULL */
};

/*
 * Decodes and validates all parameters and the body. Everything returned belongs to the arena. Errors are
 * ERR_INVALID: request.invalid         with all faults: parameters (parameter.unknown, .repeated, .encoding,
 * .required, schema.*), headers (header.required, schema.*), body (body.required, body.unexpected, json.*,
 * form.*, schema.*) request.mediaType       the body's Content-Type is none that the operation takes (415)
 *   precondition.required   If-Match is missing and nothing else is wrong (428)
 */
MUST_CHECK err_t openapi_read(struct arena *a, const struct openapi_input *in, struct openapi_values *ret);

/* The value of a declared parameter; NULL if the operation declares no such parameter. */
const struct openapi_value *openapi_value(const struct operation *op, const struct openapi_values *v,
                                          enum param_in in, const char *name);

/* True if the principal holds all scopes of one alternative; true for a public operation. who may be NULL. */
bool openapi_allows(const struct operation *op, const struct principal *who);
