/* openapi_decode.c - the text of URLs and forms, strictly: what does not decode to valid UTF-8 is refused. */
#include <string.h>

#include "base/str.h"
#include "web/openapi_parts.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *url_decode(struct arena *a, const char *p, size_t n, bool plus, size_t *ret_n)
{
    char *out = arena_alloc(a, n + 1), *to = out;
    const char *end = p + n;
    while (p < end) {
        if (*p == '%') {
            if (end - p < 3 || hex(p[1]) < 0 || hex(p[2]) < 0)
                return NULL;
            *to++ = (char)(hex(p[1]) << 4 | hex(p[2]));
            p += 3;
        } else {
            *to++ = plus && *p == '+' ? ' ' : *p;
            p++;
        }
    }
    *ret_n = (size_t)(to - out);
    return str_utf8_ok(out, *ret_n) ? out : NULL;
}

bool url_pair_next(const char **p, const char *end, struct url_pair *ret)
{
    while (*p < end && **p == '&')
        (*p)++;
    if (*p >= end)
        return false;
    const char *amp = memchr(*p, '&', (size_t)(end - *p)), *stop = amp ? amp : end;
    const char *equals = memchr(*p, '=', (size_t)(stop - *p)), *name_end = equals ? equals : stop;
    ret->name = *p;
    ret->name_n = (size_t)(name_end - *p);
    ret->value = equals ? equals + 1 : stop;
    ret->value_n = (size_t)(stop - ret->value);
    *p = stop;
    return true;
}

/* A JSON number has neither leading zeros nor a plus; -0 is fine. */
static bool number_form(const char *s)
{
    s += *s == '-';
    return *s >= '0' && *s <= '9' && (*s != '0' || s[1] < '0' || s[1] > '9');
}

static json_t *scalar(const char *text, size_t n, enum param_type type)
{
    int64_t i;
    switch (type) {
    case PARAM_TEXT:
        return json_stringn_nocheck(text, n);
    case PARAM_INTEGER:
        return number_form(text) && str_to_i64(text, INT64_MIN, INT64_MAX, &i) ? json_integer(i) : NULL;
    case PARAM_NUMBER: {
        json_t *v = number_form(text) ? json_loadb(text, n, JSON_DECODE_ANY, NULL) : NULL;
        if (json_is_number(v))
            return v;
        json_decref(v);
        return NULL;
    }
    case PARAM_BOOLEAN:
        return strcmp(text, "true") == 0 ? json_true() : strcmp(text, "false") == 0 ? json_false() : NULL;
    case PARAM_LIST:
        break;
    }
    return NULL;
}

/* Commas separate before decoding, so that %2C belongs to an item. */
static json_t *list(struct arena *a, enum param_type item_type, const char *raw, size_t n,
                    const char **ret_code)
{
    const char *end = raw + n;
    json_t *array = arena_own_json(a, json_array());
    for (;;) {
        const char *comma = memchr(raw, ',', (size_t)(end - raw)), *stop = comma ? comma : end;
        size_t item_n;
        const char *item = url_decode(a, raw, (size_t)(stop - raw), true, &item_n);
        json_t *value = item ? scalar(item, item_n, item_type) : NULL;
        if (!value) {
            *ret_code = item ? "schema.type" : "parameter.encoding";
            return NULL;
        }
        json_array_append_new(array, value);
        if (!comma)
            return array;
        raw = comma + 1;
    }
}

json_t *param_json(struct arena *a, const struct openapi_param *p, const char *raw, size_t n, bool encoded,
                   const char **ret_text, const char **ret_code)
{
    size_t text_n = n;
    const char *text = encoded               ? url_decode(a, raw, n, p->in == PARAM_QUERY, &text_n)
                       : str_utf8_ok(raw, n) ? arena_strndup(a, raw, n)
                                             : NULL;
    *ret_code = "parameter.encoding";
    if (!text)
        return NULL;
    *ret_text = text;
    if (p->type == PARAM_LIST)
        return list(a, p->item_type, raw, n, ret_code);
    json_t *value = scalar(text, text_n, p->type);
    *ret_code = "schema.type";
    return value ? arena_own_json(a, value) : NULL;
}

void faults_of(struct arena *a, struct fault_list *list_, enum fault_in in, const char *at,
               const struct schema_result *result)
{
    for (size_t i = 0; i < result->nfaults; i++) {
        const struct schema_fault *f = &result->faults[i];
        const char *where = in == FAULT_POINTER ? f->instance_pointer : at;
        fault_add(a, list_, (struct fault){.in = in, .at = where, .code = f->code, .detail = f->detail});
    }
}
