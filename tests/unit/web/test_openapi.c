/* test_openapi.c - a small document: what is loaded, what is refused, how requests are routed and read. */
#include "web/openapi.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/schema.h"
#include "unit.h"
#include "web/openapi_internal.h"

static const char document_text[] =
    "{'openapi': '3.1.0', 'info': {'title': 'Things', 'version': '1.2.3'}, 'servers': [{'url': "
    "'/things/v1'}],"
    " 'paths': {"
    "  '/things': {"
    "   'get': {'operationId': 'listThings', 'security': [{'oauth2': ['things:read']}], 'x-purpose': "
    "'support',"
    "    'parameters': [{'$ref': '#/components/parameters/Limit'},"
    "     {'name': 'open', 'in': 'query', 'schema': {'type': 'boolean'}},"
    "     {'name': 'weight', 'in': 'query', 'schema': {'type': 'number', 'maximum': 10}},"
    "     {'name': 'expand', 'in': 'query', 'explode': false, 'schema': {'type': 'array', 'default': "
    "['parts'],"
    "      'items': {'type': 'string', 'enum': ['parts', 'owner']}}},"
    "     {'name': 'X-Trace', 'in': 'header', 'schema': {'type': 'string', 'maxLength': 4}}],"
    "    'responses': {'200': {'description': 'ok', 'content': {'application/json': {'schema': {'type': "
    "'object',"
    "     'required': ['items']}}}}}},"
    "   'post': {'operationId': 'createThing', 'x-deadline-ms': 900,"
    "    'security': [{'oauth2': ['things:write', 'office:nl']}, {'oauth2': ['internal']}],"
    "    'parameters': [{'name': 'Idempotency-Key', 'in': 'header', 'required': true,"
    "     'schema': {'type': 'string', 'minLength': 3}}],"
    "    'requestBody': {'required': true, 'content': {'application/json': {'schema': {'$ref':"
    "     '#/components/schemas/Thing'}}}},"
    "    'responses': {'201': {'$ref': '#/components/responses/Thing'}}}},"
    "  '/things/_search': {"
    "   'post': {'operationId': 'searchThings', 'security': [{'oauth2': []}],"
    "    'requestBody': {'content': {'application/json': {'schema': {'type': 'object'}}}},"
    "    'responses': {'200': {'description': 'ok'}}}},"
    "  '/things/{thingId}': {"
    "   'parameters': [{'$ref': '#/components/parameters/ThingId'}],"
    "   'get': {'operationId': 'getThing', 'security': [{'oauth2': ['things:read']}],"
    "    'responses': {'200': {'$ref': '#/components/responses/Thing'}}},"
    "   'patch': {'operationId': 'updateThing', 'security': [{'oauth2': ['things:write']}],"
    "    'parameters': [{'name': 'If-Match', 'in': 'header', 'required': true, 'schema': {'type': "
    "'string'}}],"
    "    'requestBody': {'required': true, 'content': {'application/merge-patch+json': {'schema': {'$ref':"
    "     '#/components/schemas/Thing'}}}},"
    "    'responses': {'200': {'$ref': '#/components/responses/Thing'}}}},"
    "  '/things/{thingId}/parts/{partId}': {"
    "   'delete': {'operationId': 'removePart', 'security': [{'oauth2': ['things:write']}],"
    "    'parameters': [{'name': 'partId', 'in': 'path', 'required': true, 'schema': {'type': 'integer'}},"
    "     {'$ref': '#/components/parameters/ThingId'}],"
    "    'responses': {'204': {'description': 'gone'}}}},"
    "  '/token': {"
    "   'post': {'operationId': 'token', 'security': [{}],"
    "    'requestBody': {'required': true, 'content': {'application/x-www-form-urlencoded': {'schema': "
    "{'type':"
    "     'object', 'required': ['grant_type'], 'properties': {'grant_type': {'type': 'string'},"
    "     'scope': {'type': 'string'}}, 'additionalProperties': false}}}},"
    "    'responses': {'200': {'description': 'ok'}}}}},"
    " 'components': {"
    "  'securitySchemes': {'oauth2': {'type': 'oauth2', 'flows': {}}, 'key': {'type': 'apiKey'}},"
    "  'parameters': {"
    "   'Limit': {'name': 'limit', 'in': 'query', 'schema': {'type': 'integer', 'minimum': 1, 'maximum': 200,"
    "    'default': 50}},"
    "   'ThingId': {'name': 'thingId', 'in': 'path', 'required': true, 'schema': {'type': 'string',"
    "    'format': 'uuid'}}},"
    "  'responses': {'Thing': {'description': 'ok', 'content': {'application/json': {'schema': {'$ref':"
    "   '#/components/schemas/Thing'}}}}},"
    "  'schemas': {'Thing': {'type': 'object', 'additionalProperties': false, 'required': ['name'],"
    "   'properties': {'name': {'type': 'string', 'minLength': 1}, 'size': {'type': 'integer', 'example': 3},"
    "    'inner': {'$ref': '#/components/schemas/Thing'}}}}}}";

static json_t *parsed(const char *single_quoted)
{
    char *text = arena_strdup(unit_arena, single_quoted);
    for (char *p = text; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(j != NULL, "bad JSON in the test: %s", text);
    return arena_own_json(unit_arena, j);
}

static void release_api(void *api)
{
    openapi_free(api);
}

/* Loads a document from a file, as a service does. */
static err_t load(const json_t *document, struct openapi **ret)
{
    char path[] = "/tmp/test-openapi-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    const char *text = json_text(unit_arena, document);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    err_t err = openapi_load(unit_arena, path, NULL, ret);
    unlink(path);
    if (!err)
        arena_own(unit_arena, *ret, release_api);
    return err;
}

static struct openapi *loaded(void)
{
    struct openapi *api;
    err_t err = load(parsed(document_text), &api);
    ck_assert_msg(err == NULL, "%s", err ? err->detail : "");
    return api;
}

/* "~1" -> "/" in place. */
static void unescape(char *token)
{
    for (char *slash; (slash = strstr(token, "~1")) != NULL;) {
        *slash = '/';
        memmove(slash + 1, slash + 2, strlen(slash + 2) + 1);
    }
}

/* Sets the node at pointer ("/paths/~1things/get/security") to value, or takes it away. */
static void change(json_t *document, const char *pointer, const char *value)
{
    json_t *node = document;
    char *token = arena_strdup(unit_arena, pointer + 1);
    for (char *slash; (slash = strchr(token, '/')) != NULL; token = slash + 1) {
        *slash = '\0';
        unescape(token);
        node = json_object_get(node, token);
        ck_assert_msg(node != NULL, "%s in %s", token, pointer);
    }
    unescape(token);
    if (value)
        json_object_set(node, token, parsed(value));
    else
        json_object_del(node, token);
}

static const struct {
    const char *pointer, *value, *detail; /* value NULL: taken away; detail: part of the refusal */
} refusals[] = {
    {"/openapi", "'3.0.3'", "only OpenAPI 3.1"},
    {"/servers", "[]", "one server"},
    {"/servers", "[{'url': 'https://example.org/things'}]", "must be a path"},
    {"/servers", "[{'url': '/things/v1/'}]", "must be a path"},
    {"/security", "[]", "security is not understood"},
    {"/paths", "{}", "there are no paths"},
    {"/paths/~1things/trace", "{}", "trace is not understood"},
    {"/paths/~1things/get/security", NULL, "security is missing"},
    {"/paths/~1things/get/security", "[]", "security is missing"},
    {"/paths/~1things/get/security", "[{'none': []}]", "not described"},
    {"/paths/~1things/get/security", "[{'key': []}]", "only oauth2"},
    {"/paths/~1things/get/security", "[{'oauth2': ['a b']}]", "one word"},
    {"/paths/~1things/get/operationId", NULL, "operationId must be a text"},
    {"/paths/~1things/get/operationId", "'getThing'", "stands twice"},
    {"/paths/~1things/get/callbacks", "{}", "callbacks is not understood"},
    {"/paths/~1things/get/responses", "{}", "no response says success"},
    {"/paths/~1things/get/responses/2XX", "{}", "three digits"},
    {"/paths/~1things/get/responses/200/content/application~1json/schema", "{'nullable': true}",
     "unknown keyword nullable"},
    {"/paths/~1things/post/x-deadline-ms", "0", "x-deadline-ms"},
    {"/paths/~1things/get/x-deprecated", "{}", "since must be a text"},
    {"/paths/~1things/get/x-deprecated", "{'since': '2026-01-01'}", "since must be an instant"},
    {"/paths/~1things/get/x-deprecated", "{'since': '2026-01-01T00:00:00Z', 'sunset': 'soon'}",
     "sunset must be an instant"},
    {"/paths/~1things/get/x-deprecated", "{'since': '2026-01-01T00:00:00Z', 'until': ''}",
     "until is not understood"},
    {"/paths/~1things/get/requestBody", "{'content': {'application/json': {'schema': true}}}",
     "GET takes no body"},
    {"/paths/~1things/post/requestBody/content/text~1plain", "{'schema': true}",
     "content type is not understood"},
    {"/paths/~1things/post/requestBody/content/application~1json", "{}", "schema is missing"},
    {"/components/parameters/Limit/style", "'spaceDelimited'", "style is not understood"},
    {"/components/parameters/Limit/in", "'cookie'", "path, query or header"},
    {"/components/parameters/Limit/content", "{}", "content is not understood"},
    {"/components/parameters/Limit/name", "'open'", "stands twice"},
    {"/components/parameters/Limit/schema", "{}", "needs one type"},
    {"/components/parameters/Limit/schema", "{'type': ['integer', 'null']}", "needs one type"},
    {"/components/parameters/Limit/schema", "{'type': 'array', 'items': {'type': 'string'}}",
     "explode: false"},
    {"/components/parameters/Limit/schema", "{'type': 'integer', 'default': 'x'}",
     "not valid by its own schema"},
    {"/components/parameters/Limit/required", "true", "no default"},
    {"/components/parameters/ThingId/required", NULL, "must be required"},
    {"/components/parameters/ThingId/name", "'other'", "has no parameter of this name"},
    {"/paths/~1things~1{thingId}/parameters", NULL, "is not described"},
    {"/paths/~1things~1{other}",
     "{'get': {'operationId': 'x', 'security': [{}], 'parameters': [{'name': 'other', 'in': 'path', "
     "'required': true,"
     " 'schema': {'type': 'string'}}], 'responses': {'200': {}}}}",
     "differs only in the names"},
    {"/paths/~1a{b}",
     "{'get': {'operationId': 'x', 'security': [{}], 'parameters': [{'name': 'b', 'in': 'path',"
     " 'required': true, 'schema': {'type': 'string'}}], 'responses': {'200': {}}}}",
     "whole segment"},
    {"/paths/~1a~1", "{'get': {'operationId': 'x', 'security': [{}], 'responses': {'200': {}}}}",
     "empty segment"},
    {"/components/schemas/Thing/properties/name/minlength", "1", "unknown keyword minlength"},
    {"/components/schemas/Thing/properties/name/format", "'unheard-of'",
     "format unheard-of is not supported"},
    {"/components/schemas/Thing/allOf", "[{'$ref': '#/components/schemas/Thing'}]", "without descending"},
    {"/components/schemas/Loose", "{'$ref': '#/components/schemas/None'}", "refers to nothing"},
    {"/components/responses/Thing/x", "1", "x is not understood"},
};

START_TEST(a_document_that_is_not_understood_is_refused)
{
    struct openapi *api;
    json_t *document = parsed(document_text);
    change(document, refusals[_i].pointer, refusals[_i].value);
    err_t err = load(document, &api);
    ck_assert_msg(err != NULL, "%s should be refused", refusals[_i].pointer);
    ck_assert_msg(strstr(err->detail, refusals[_i].detail) != NULL, "\"%s\" does not say: %s", err->detail,
                  refusals[_i].detail);
}
END_TEST

START_TEST(a_file_that_is_missing_or_no_json_is_refused)
{
    struct openapi *api;
    ck_assert_ptr_nonnull(openapi_load(unit_arena, "/nonexistent/openapi.json", NULL, &api));
    ck_assert_ptr_nonnull(openapi_load(unit_arena, "/proc/self/cmdline", NULL, &api));
}
END_TEST

START_TEST(an_operation_has_what_the_document_says)
{
    struct openapi *api = loaded();
    size_t n;
    ck_assert_str_eq(openapi_base_path(api), "/things/v1");
    ck_assert_str_eq(openapi_version(api), "1.2.3");
    ck_assert_int_eq(openapi_text(api, &n)[0], '{');
    ck_assert_uint_eq(openapi_noperations(api), 7);
    const struct operation *op = openapi_operation_by_id(api, "createThing");
    ck_assert(op->needs_idempotency_key && !op->needs_if_match && !op->public && op->body_required);
    ck_assert_uint_eq(op->deadline_ms, 900);
    ck_assert_ptr_null(op->purpose);
    ck_assert_str_eq(op->scope_text, "things:write office:nl");
    ck_assert_str_eq(op->template, "/things");
    ck_assert_uint_eq(op->nproduces, 1);
    ck_assert_str_eq(op->produces[0], "application/json");
    op = openapi_operation_by_id(api, "updateThing");
    ck_assert(op->needs_if_match && !op->needs_idempotency_key);
    ck_assert_uint_eq(op->deadline_ms, 5000);
    ck_assert_int_eq(op->bodies[0].media, MEDIA_MERGE_PATCH);
    ck_assert_str_eq(openapi_operation_by_id(api, "listThings")->purpose, "support");
    ck_assert(openapi_operation_by_id(api, "token")->public);
    ck_assert_ptr_null(openapi_operation_by_id(api, "nothing"));
}
END_TEST

static const struct {
    const char *method, *path, *operation, *allow;
} routes[] = {
    {"GET", "/things/v1/things", "listThings", "GET, HEAD, POST"},
    {"HEAD", "/things/v1/things", "listThings", "GET, HEAD, POST"},
    {"DELETE", "/things/v1/things", NULL, "GET, HEAD, POST"},
    {"TRACE", "/things/v1/things", NULL, "GET, HEAD, POST"},
    {"POST", "/things/v1/things/_search", "searchThings", "POST"},
    {"GET", "/things/v1/things/_search", NULL, "POST"},
    {"GET", "/things/v1/things/abc", "getThing", "GET, HEAD, PATCH"},
    {"GET", "/things/v1/things/_searchx", "getThing", "GET, HEAD, PATCH"},
    {"DELETE", "/things/v1/things/_search/parts/7", "removePart", "DELETE"},
    {"GET", "/things/v1/things/", NULL, NULL},
    {"GET", "/things/v1/things/a/", NULL, NULL},
    {"GET", "/things/v1//things", NULL, NULL},
    {"GET", "/things/v1", NULL, NULL},
    {"GET", "/things/v1/", NULL, NULL},
    {"GET", "/things/v1x/things", NULL, NULL},
    {"GET", "/things", NULL, NULL},
    {"GET", "/", NULL, NULL},
    {"GET", "", NULL, NULL},
    {"DELETE", "/things/v1/things/a/parts", NULL, NULL},
    {"GET", "/things/v1/Things", NULL, NULL},
};

START_TEST(a_path_finds_its_operation_or_the_allowed_methods)
{
    struct openapi_match m;
    bool found = openapi_match(loaded(), routes[_i].method, routes[_i].path, strlen(routes[_i].path), &m);
    ck_assert(found == (routes[_i].operation != NULL));
    ck_assert(found == (m.op != NULL));
    if (found)
        ck_assert_str_eq(m.op->id, routes[_i].operation);
    ck_assert_pstr_eq(m.allow, routes[_i].allow);
}
END_TEST

START_TEST(captures_are_in_the_order_of_the_template)
{
    static const char path[] = "/things/v1/things/_search/parts/7?x";
    struct openapi_match m;
    ck_assert(openapi_match(loaded(), "DELETE", path, strlen(path) - 2, &m));
    ck_assert_uint_eq(m.ncaptures, 2);
    ck_assert_uint_eq(m.captures[0].n, 7);
    ck_assert_int_eq(strncmp(m.captures[0].p, "_search", 7), 0);
    ck_assert_uint_eq(m.captures[1].n, 1);
}
END_TEST

/* Header fields of a request: "Name: value" lines. */
static const char *header_of(void *arg, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = arg; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, n) == 0 && strncmp(line + n, ": ", 2) == 0)
            return arena_strndup(unit_arena, line + n + 2, strcspn(line + n + 2, "\n"));
    }
    return NULL;
}

static struct openapi_values values;
static const struct operation *operation;

static err_t read_request(const char *method, const char *target, const char *headers, const char *body)
{
    static struct openapi_match m;
    const char *path = arena_printf(unit_arena, "/things/v1%s", target);
    size_t n = strcspn(path, "?");
    ck_assert(openapi_match(loaded(), method, path, n, &m));
    operation = m.op;
    struct openapi_input in = {.match = &m,
                               .query = path[n] ? path + n + 1 : NULL,
                               .header = header_of,
                               .header_arg = arena_strdup(unit_arena, headers),
                               .body = body,
                               .body_bytes = strlen(body)};
    return openapi_read(unit_arena, &in, &values);
}

/* All faults as "in:at code", in a line. */
static const char *faults_text(err_t err)
{
    static const char *const in[] = {"body", "parameter", "header", "guard"};
    struct buf b;
    buf_init(&b, unit_arena, 128);
    for (size_t i = 0; err && i < err->nfaults; i++)
        buf_printf(&b, "%s%s:%s %s", i ? ", " : "", in[err->faults[i].in], err->faults[i].at,
                   err->faults[i].code);
    if (err && err->nfaults == 0)
        buf_puts(&b, err->code);
    return buf_text(&b);
}

#define JSON_TYPE "Content-Type: application/json"
#define KEY "Idempotency-Key: abc\n"
#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded"
#define UUID "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41"

static const struct {
    const char *method, *target, *headers, *body, *faults;
} requests[] = {
    {"GET", "/things", "", "", ""},
    {"GET", "/things?", "", "", ""},
    {"GET", "/things?&limit=3&", "", "", ""},
    {"GET", "/things?limit=0", "", "", "parameter:limit schema.minimum"},
    {"GET", "/things?limit=x", "", "", "parameter:limit schema.type"},
    {"GET", "/things?limit=", "", "", "parameter:limit schema.type"},
    {"GET", "/things?limit=007", "", "", "parameter:limit schema.type"},
    {"GET", "/things?limit=99999999999999999999", "", "", "parameter:limit schema.type"},
    {"GET", "/things?limit=1&limit=2", "", "", "parameter:limit parameter.repeated"},
    {"GET", "/things?lim%69t=5&open=maybe&weight=11", "", "",
     "parameter:open schema.type, parameter:weight schema.maximum"},
    {"GET", "/things?weight=1e1&open=true", "", "", ""},
    {"GET", "/things?weight=.5", "", "", "parameter:weight schema.type"},
    {"GET", "/things?weight=true", "", "", "parameter:weight schema.type"},
    {"GET", "/things?expand=parts,owner", "", "", ""},
    {"GET", "/things?expand=parts,other", "", "", "parameter:expand schema.enum"},
    {"GET", "/things?expand=", "", "", "parameter:expand schema.enum"},
    {"GET", "/things?expand=parts%2Cowner", "", "", "parameter:expand schema.enum"},
    {"GET", "/things?limits=5", "", "", "parameter:limits parameter.unknown"},
    {"GET", "/things?%zz=5", "", "", "parameter: parameter.encoding"},
    {"GET", "/things?expand=%ff", "", "", "parameter:expand parameter.encoding"},
    {"GET", "/things?expand=%00", "", "", "parameter:expand parameter.encoding"},
    {"GET", "/things?expand=%2", "", "", "parameter:expand parameter.encoding"},
    {"GET", "/things", "X-Trace: 12345", "", "header:X-Trace schema.maxLength"},
    {"GET", "/things", "x-trace: 1234", "", ""},
    {"GET", "/things", "X-Trace: \xff", "", "header:X-Trace parameter.encoding"},
    {"GET", "/things", "", "{}", "body: body.unexpected"},
    {"GET", "/things/1", "", "", "parameter:thingId schema.format"},
    {"GET", "/things/%6g", "", "", "parameter:thingId parameter.encoding"},
    {"GET", "/things/" UUID, "", "", ""},
    {"DELETE", "/things/x/parts/y", "", "", "parameter:partId schema.type, parameter:thingId schema.format"},
    {"POST", "/things", KEY JSON_TYPE, "{\"name\": \"a\"}", ""},
    {"POST", "/things", KEY "Content-Type: Application/JSON ; charset=UTF-8", "{\"name\": \"a\"}", ""},
    {"POST", "/things", KEY "Content-Type: application/json; charset=latin1", "{}", "request.mediaType"},
    {"POST", "/things", KEY "Content-Type: application/jsonx", "{}", "request.mediaType"},
    {"POST", "/things", KEY, "{}", "request.mediaType"},
    {"POST", "/things", KEY, "", "body: body.required"},
    {"POST", "/things", JSON_TYPE, "{\"name\": \"\", \"size\": 1.5, \"colour\": 1, \"inner\": {}}",
     "header:Idempotency-Key header.required, body:/name schema.minLength, body:/size schema.type, "
     "body:/colour schema.additionalProperties, body:/inner/name schema.required"},
    {"POST", "/things", KEY JSON_TYPE, "{\"name\": \"a\", \"name\": \"b\"}", "body: json.duplicate"},
    {"POST", "/things", KEY JSON_TYPE, "{\"name\"", "body: json.syntax"},
    {"POST", "/things", KEY JSON_TYPE, "[]", "body: schema.type"},
    {"POST", "/things/_search", "", "", ""},
    {"POST", "/things/_search", JSON_TYPE, "{\"any\": 1}", ""},
    {"PATCH", "/things/" UUID, "Content-Type: application/merge-patch+json", "{\"name\": \"a\"}",
     "precondition.required"},
    {"PATCH", "/things/" UUID, "Content-Type: application/merge-patch+json", "{}",
     "body:/name schema.required"},
    {"PATCH", "/things/" UUID, "If-Match: \"v1\"\nContent-Type: application/merge-patch+json",
     "{\"name\": \"a\"}", ""},
    {"PATCH", "/things/" UUID, "If-Match: \"v1\"\n" JSON_TYPE, "{\"name\": \"a\"}", "request.mediaType"},
    {"POST", "/token", FORM_TYPE, "grant_type=client_credentials&scope=a+b%3ac", ""},
    {"POST", "/token", FORM_TYPE, "scope=a", "body:/grant_type schema.required"},
    {"POST", "/token", FORM_TYPE, "grant_type=a&grant_type=b", "body: form.repeated"},
    {"POST", "/token", FORM_TYPE, "grant_type=%f", "body: form.encoding"},
    {"POST", "/token", FORM_TYPE, "grant_type=a&other=b", "body:/other schema.additionalProperties"},
};

START_TEST(a_request_is_read_or_refused_with_all_its_faults)
{
    err_t err =
        read_request(requests[_i].method, requests[_i].target, requests[_i].headers, requests[_i].body);
    ck_assert_msg(err == NULL || err->kind == ERR_INVALID, "%d", _i);
    ck_assert_str_eq(faults_text(err), requests[_i].faults);
}
END_TEST

static const struct openapi_value *value(enum param_in in, const char *name)
{
    const struct openapi_value *v = openapi_value(operation, &values, in, name);
    ck_assert_ptr_nonnull(v);
    return v;
}

START_TEST(values_have_their_types_and_defaults)
{
    ck_assert_ptr_null(read_request("GET", "/things?open=false&expand=owner,parts", "X-Trace: t1", ""));
    ck_assert_int_eq(json_integer_value(value(PARAM_QUERY, "limit")->json), 50);
    ck_assert_str_eq(value(PARAM_QUERY, "limit")->text, "50");
    ck_assert(json_is_false(value(PARAM_QUERY, "open")->json));
    ck_assert_uint_eq(json_array_size(value(PARAM_QUERY, "expand")->json), 2);
    ck_assert_str_eq(value(PARAM_QUERY, "expand")->text, "owner,parts");
    ck_assert_ptr_null(value(PARAM_QUERY, "weight")->text);
    ck_assert_ptr_null(value(PARAM_QUERY, "weight")->json);
    ck_assert_str_eq(value(PARAM_HEADER, "x-trace")->text, "t1");
    ck_assert_ptr_null(openapi_value(operation, &values, PARAM_PATH, "limit"));
    ck_assert_int_eq(values.media, MEDIA_NONE);
    ck_assert_ptr_null(values.body);
    ck_assert_ptr_null(read_request("GET", "/things", "", ""));
    ck_assert_str_eq(value(PARAM_QUERY, "expand")->text, "parts");
}
END_TEST

START_TEST(a_form_is_an_object_of_decoded_texts)
{
    ck_assert_ptr_null(read_request("POST", "/token", FORM_TYPE, "grant_type=a&scope=x+y%2B%c3%a9"));
    ck_assert_int_eq(values.media, MEDIA_FORM);
    ck_assert_str_eq(json_member_text(values.body, "scope"), "x y+\u00e9");
}
END_TEST

START_TEST(faults_of_a_request_end_at_a_hundred)
{
    struct buf query;
    buf_init(&query, unit_arena, 2000);
    buf_puts(&query, "/things?");
    for (int i = 0; i < 300; i++)
        buf_printf(&query, "p%d=1&", i);
    ck_assert_uint_eq(read_request("GET", buf_text(&query), "", "")->nfaults, 100);
}
END_TEST

START_TEST(one_alternative_of_scopes_must_be_held_whole)
{
    struct openapi *api = loaded();
    const struct operation *create = openapi_operation_by_id(api, "createThing"),
                           *search = openapi_operation_by_id(api, "searchThings"),
                           *token = openapi_operation_by_id(api, "token");
    struct principal who = {.scope = "things:read things:write"};
    ck_assert(!openapi_allows(create, &who));
    ck_assert(openapi_allows(search, &who)); /* any token */
    ck_assert(!openapi_allows(search, NULL));
    ck_assert(openapi_allows(token, NULL));
    who.scope = "office:nl things:write";
    ck_assert(openapi_allows(create, &who));
    who.scope = "internal";
    ck_assert(openapi_allows(create, &who));
    who.scope = "";
    ck_assert(!openapi_allows(create, &who));
}
END_TEST

static err_t nothing(struct ctx *x, const struct request *rq, struct response *rs)
{
    return NULL;
}

START_TEST(every_operation_has_one_handler_and_the_reverse)
{
    static const struct handler first[] = {{"listThings", nothing},
                                           {"createThing", nothing},
                                           {"searchThings", nothing},
                                           {"getThing", nothing},
                                           {NULL, NULL}};
    static const struct handler second[] = {
        {"updateThing", nothing}, {"removePart", nothing}, {"token", nothing}, {NULL, NULL}};
    static const struct handler odd[] = {{"token", nothing}, {"paintThing", nothing}, {NULL, NULL}};
    const struct handler *const all[] = {first, second}, *const wrong[] = {first, odd},
                                *const twice[] = {first, second, odd};
    struct openapi *api = loaded();
    ck_assert_ptr_null(openapi_bind(unit_arena, api, all, 2));
    ck_assert(openapi_operation_by_id(api, "token")->handler->fn == nothing);
    err_t err = openapi_bind(unit_arena, loaded(), wrong, 2);
    ck_assert_ptr_nonnull(err);
    ck_assert_ptr_nonnull(strstr(err->detail, "paintThing (a handler without operation)"));
    ck_assert_ptr_nonnull(strstr(err->detail, "removePart (an operation without handler)"));
    err = openapi_bind(unit_arena, loaded(), twice, 3);
    ck_assert_ptr_nonnull(strstr(err->detail, "token (two handlers)"));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("openapi");
    UNIT_TABLE(s, "openapi_load refuses", refusals, a_document_that_is_not_understood_is_refused);
    UNIT_TABLE(s, "openapi_match", routes, a_path_finds_its_operation_or_the_allowed_methods);
    UNIT_TABLE(s, "openapi_read", requests, a_request_is_read_or_refused_with_all_its_faults);
    UNIT_CASE(s, "openapi_load", a_file_that_is_missing_or_no_json_is_refused,
              an_operation_has_what_the_document_says);
    UNIT_CASE(s, "openapi_match captures", captures_are_in_the_order_of_the_template);
    UNIT_CASE(s, "openapi_read values", values_have_their_types_and_defaults,
              a_form_is_an_object_of_decoded_texts, faults_of_a_request_end_at_a_hundred);
    UNIT_CASE(s, "openapi_allows", one_alternative_of_scopes_must_be_held_whole);
    UNIT_CASE(s, "openapi_bind", every_operation_has_one_handler_and_the_reverse);
    return s;
}
