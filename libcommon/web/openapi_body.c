/* openapi_body.c - a request's body: media type, JSON or form, schema. */
#include <string.h>

#include "base/json.h"
#include "web/openapi_parts.h"

/* Compares the media type of a Content-Type ("Application/JSON ; charset=utf-8"), without its parameters. */
static bool is_media(const char *header, const char *type)
{
    size_t n = strcspn(header, ";");
    while (n > 0 && (header[n - 1] == ' ' || header[n - 1] == '\t'))
        n--;
    return n == strlen(type) && strncasecmp(header, type, n) == 0;
}

/* Our texts are UTF-8: no charset, or this one; other parameters mean nothing to us. */
static bool is_utf8(const char *header)
{
    const char *charset = strcasestr(header, "charset=");
    if (!charset)
        return true;
    charset += 8;
    charset += *charset == '"';
    return strncasecmp(charset, "utf-8", 5) == 0 && (!charset[5] || strchr("\"; \t", charset[5]));
}

static const struct openapi_body *body_of(const struct operation *op, const char *content_type)
{
    for (size_t i = 0; content_type && i < op->nbodies; i++) {
        if (is_media(content_type, op->bodies[i].content_type) && is_utf8(content_type))
            return &op->bodies[i];
    }
    return NULL;
}

static void body_fault(struct arena *a, struct fault_list *faults, const char *code, const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = "", .code = code, .detail = detail});
}

/* Fields of a form as an object of texts; names and values decoded. NULL after a fault. */
static json_t *read_form(struct arena *a, const struct openapi_input *in, struct fault_list *faults)
{
    json_t *form = arena_own_json(a, json_object());
    const char *p = in->body, *end = p + in->body_bytes;
    struct url_pair pair;
    size_t before = faults->n;
    while (url_pair_next(&p, end, &pair)) {
        size_t n, value_n;
        const char *name = url_decode(a, pair.name, pair.name_n, true, &n);
        const char *value = url_decode(a, pair.value, pair.value_n, true, &value_n);
        if (!name || !value)
            body_fault(a, faults, "form.encoding", "The form is not percent-encoded UTF-8.");
        else if (json_object_get(form, name))
            body_fault(a, faults, "form.repeated", "A field of the form is repeated.");
        else
            json_object_set_new_nocheck(form, name, json_stringn_nocheck(value, value_n));
        if (faults->n > before)
            return NULL;
    }
    return form;
}

static err_t read_json(struct arena *a, const struct openapi_input *in, struct fault_list *faults,
                       json_t **ret)
{
    err_t err = json_parse(a, in->body, in->body_bytes, OPENAPI_BODY_DEPTH_MAX, ret);
    if (!err)
        return NULL;
    *ret = NULL;
    if (err->kind != ERR_INVALID)
        return err;
    for (size_t i = 0; i < err->nfaults; i++)
        fault_add(a, faults, err->faults[i]);
    if (err->nfaults == 0)
        body_fault(a, faults, err->code, err->detail);
    return NULL;
}

/* 415: what the operation takes. */
static err_t refuse_media(struct arena *a, const struct operation *op)
{
    struct buf types;

    buf_init(&types, a, 128);
    for (size_t i = 0; i < op->nbodies; i++)
        buf_printf(&types, "%s%s",
                   i == 0                ? ""
                   : i + 1 < op->nbodies ? ", "
                                         : " or ",
                   op->bodies[i].content_type);
    return err_new(a, ERR_INVALID, "request.mediaType", "The body must be %s%s.", buf_text(&types),
                   op->bodies[0].media == MEDIA_BYTES ? "" : " in UTF-8");
}

err_t body_read(struct arena *a, const struct openapi_input *in, struct fault_list *faults,
                struct openapi_values *ret)
{
    const struct operation *op = in->match->op;
    struct schema_result result;
    if (in->body_bytes == 0) {
        if (op->body_required)
            body_fault(a, faults, "body.required", "The operation needs a body.");
        return NULL;
    }
    if (op->nbodies == 0) {
        body_fault(a, faults, "body.unexpected", "The operation takes no body.");
        return NULL;
    }
    const struct openapi_body *body = body_of(op, in->header(in->header_arg, "Content-Type"));
    if (!body)
        return refuse_media(a, op);
    ret->content_type = body->content_type;
    if (body->media == MEDIA_BYTES) {
        ret->media = body->media;
        return NULL;
    }
    if (body->media == MEDIA_FORM)
        ret->body = read_form(a, in, faults);
    else
        TRY(read_json(a, in, faults, &ret->body));
    if (!ret->body)
        return NULL;
    ret->media = body->media;
    if (!schema_valid(a, body->schema, ret->body, &result))
        faults_of(a, faults, FAULT_POINTER, NULL, &result);
    return NULL;
}
