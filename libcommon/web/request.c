/* request.c - what handlers read. The document has been applied: what it declares is there and of its form.
 */
#include "web/request.h"

#include <assert.h>
#include <string.h>

#include "web/http_internal.h"

static const struct openapi_value *value(const struct request *rq, enum param_in in, const char *name)
{
    const struct openapi_value *v = openapi_value(rq->op, &rq->values, in, name);

    assert(v && "the document declares no such parameter for this operation");
    return v;
}

const char *request_path_text(const struct request *rq, const char *name)
{
    return value(rq, PARAM_PATH, name)->text;
}

struct uuid request_path_uuid(const struct request *rq, const char *name)
{
    struct uuid u;
    bool ok = uuid_parse(request_path_text(rq, name), &u);

    assert(ok && "format: uuid is missing in the document");
    return u;
}

const char *request_query(const struct request *rq, const char *name)
{
    return value(rq, PARAM_QUERY, name)->text;
}

bool request_query_bool(const struct request *rq, const char *name, bool fallback)
{
    const json_t *j = value(rq, PARAM_QUERY, name)->json;

    return j ? json_is_true(j) : fallback;
}

int64_t request_query_int(const struct request *rq, const char *name, int64_t fallback)
{
    const json_t *j = value(rq, PARAM_QUERY, name)->json;

    return json_is_integer(j) ? json_integer_value(j) : fallback;
}

bool request_query_has(const struct request *rq, const char *name, const char *word)
{
    const json_t *j = value(rq, PARAM_QUERY, name)->json;
    const json_t *item;
    size_t i;

    if (json_is_string(j))
        return str_eq(json_string_value(j), word);
    json_array_foreach(j, i, item)
    {
        if (str_eq(json_string_value(item), word))
            return true;
    }
    return false;
}

const char *request_header(const struct request *rq, const char *name)
{
    return request_field(rq, name);
}

json_t *request_body(const struct request *rq)
{
    return rq->values.media == MEDIA_FORM ? NULL : rq->values.body;
}

err_t request_read(struct ctx *x, const struct request *rq, const struct json_shape *shape, void *out)
{
    const json_t *body = request_body(rq);

    return body ? json_read(x->arena, body, shape, out) : NULL;
}

const char *request_member_json(struct ctx *x, const struct request *rq, const char *name)
{
    const json_t *member = json_object_get(request_body(rq), name);

    return member && !json_is_null(member) ? json_text(x->arena, member) : NULL;
}

struct bytes request_bytes(const struct request *rq)
{
    assert(rq->values.media == MEDIA_BYTES && rq->body);
    return (struct bytes){(const uint8_t *)rq->body, rq->body_bytes};
}

const char *request_media_type(const struct request *rq)
{
    return rq->values.content_type;
}

const char *request_form(const struct request *rq, const char *name)
{
    return rq->values.media == MEDIA_FORM ? json_string_value(json_object_get(rq->values.body, name)) : NULL;
}
