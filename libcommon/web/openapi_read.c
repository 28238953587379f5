/* openapi_read.c - one request against its operation: every parameter, every header, the body, every fault.
 */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "web/openapi_parts.h"

enum { REQUEST_FAULTS_MAX = 100 };

struct reading {
    struct arena *arena;
    const struct openapi_input *in;
    const struct operation *op;
    struct openapi_values *values;
    struct fault_list faults;
};

static const char *type_detail(const struct openapi_param *p)
{
    static const char *const words[] = {
        [PARAM_TEXT] = "Must be a text.",
        [PARAM_INTEGER] = "Must be an integer.",
        [PARAM_NUMBER] = "Must be a number.",
        [PARAM_BOOLEAN] = "Must be true or false.",
        [PARAM_LIST] = "Must be a list with commas.",
    };
    return words[p->type == PARAM_LIST ? p->item_type : p->type];
}

static void param_fault(struct reading *r, const struct openapi_param *p, const char *code,
                        const char *detail)
{
    enum fault_in in = p->in == PARAM_HEADER ? FAULT_HEADER : FAULT_PARAMETER;
    fault_add(r->arena, &r->faults, (struct fault){.in = in, .at = p->name, .code = code, .detail = detail});
}

/* raw: n bytes as they came; percent-encoded in paths and queries. */
static void read_param(struct reading *r, size_t i, const char *raw, size_t n)
{
    const struct openapi_param *p = &r->op->params[i];
    struct openapi_value *v = &r->values->params[i];
    const char *code = NULL, *text = NULL;
    struct schema_result result;
    json_t *json = param_json(r->arena, p, raw, n, p->in != PARAM_HEADER, &text, &code);
    if (!json) {
        bool type = strcmp(code, "schema.type") == 0;
        param_fault(r, p, code, type ? type_detail(p) : "Is not valid percent-encoded UTF-8.");
    } else if (!schema_valid(r->arena, p->schema, json, &result)) {
        faults_of(r->arena, &r->faults, p->in == PARAM_HEADER ? FAULT_HEADER : FAULT_PARAMETER, p->name,
                  &result);
    } else {
        *v = (struct openapi_value){.text = text, .json = json};
    }
}

static void take_default(struct reading *r, size_t i)
{
    const struct openapi_param *p = &r->op->params[i];
    r->values->params[i] = (struct openapi_value){.text = p->default_text, .json = p->default_value};
}

static void read_path(struct reading *r)
{
    for (size_t i = 0; i < r->op->nparams; i++) {
        const struct openapi_param *p = &r->op->params[i];
        if (p->in == PARAM_PATH) {
            const struct openapi_capture *c = &r->in->match->captures[p->path_index];
            read_param(r, i, c->p, c->n);
        }
    }
}

static size_t query_param(const struct operation *op, const char *name)
{
    size_t i = 0;
    while (i < op->nparams && (op->params[i].in != PARAM_QUERY || strcmp(op->params[i].name, name) != 0))
        i++;
    return i;
}

/* Each parameter at most once, none that the document does not know: a misspelt filter must not widen a list.
 */
static void read_query(struct reading *r)
{
    const char *p = r->in->query ? r->in->query : "", *end = p + strlen(p);
    bool *seen = ARENA_ARRAY(r->arena, r->op->nparams + 1, bool);
    struct url_pair pair;
    while (r->faults.n < REQUEST_FAULTS_MAX && url_pair_next(&p, end, &pair)) {
        size_t n;
        const char *name = url_decode(r->arena, pair.name, pair.name_n, true, &n);
        size_t i = name ? query_param(r->op, name) : r->op->nparams;
        if (i == r->op->nparams) {
            bool short_name = name && n <= 64;
            fault_add(r->arena, &r->faults,
                      (struct fault){.in = FAULT_PARAMETER,
                                     .at = short_name ? name : "",
                                     .code = name ? "parameter.unknown" : "parameter.encoding",
                                     .detail = name ? "The operation has no such parameter."
                                                    : "Is not valid percent-encoded UTF-8."});
        } else if (seen[i]) {
            param_fault(r, &r->op->params[i], "parameter.repeated", "Is given more than once.");
        } else {
            seen[i] = true;
            read_param(r, i, pair.value, pair.value_n);
        }
    }
    for (size_t i = 0; i < r->op->nparams; i++) {
        const struct openapi_param *param = &r->op->params[i];
        if (param->in != PARAM_QUERY || seen[i])
            continue;
        if (param->required)
            param_fault(r, param, "parameter.required", "Is required.");
        else
            take_default(r, i);
    }
}

/* Says whether If-Match is missing though required: that has a status of its own (428). */
static bool read_headers(struct reading *r)
{
    bool no_if_match = false;
    for (size_t i = 0; i < r->op->nparams; i++) {
        const struct openapi_param *p = &r->op->params[i];
        if (p->in != PARAM_HEADER)
            continue;
        const char *value = r->in->header(r->in->header_arg, p->name);
        if (value)
            read_param(r, i, value, strlen(value));
        else if (!p->required)
            take_default(r, i);
        else if (strcasecmp(p->name, "If-Match") == 0)
            no_if_match = true;
        else
            param_fault(r, p, "header.required", "Is required.");
    }
    return no_if_match;
}

err_t openapi_read(struct arena *a, const struct openapi_input *in, struct openapi_values *ret)
{
    struct reading r = {.arena = a, .in = in, .op = in->match->op, .values = ret};
    *ret = (struct openapi_values){.params = ARENA_ARRAY(a, r.op->nparams + 1, struct openapi_value)};
    read_path(&r);
    read_query(&r);
    bool no_if_match = read_headers(&r);
    TRY(body_read(a, in, &r.faults, ret));
    if (r.faults.n > REQUEST_FAULTS_MAX)
        r.faults.n = REQUEST_FAULTS_MAX;
    TRY(fault_list_err(a, &r.faults, ERR_INVALID, "request.invalid", "The request is not valid."));
    if (no_if_match)
        return err_new(a, ERR_INVALID, "precondition.required",
                       "If-Match is required: send the ETag that the change is based on.");
    return NULL;
}

const struct openapi_value *openapi_value(const struct operation *op, const struct openapi_values *v,
                                          enum param_in in, const char *name)
{
    for (size_t i = 0; i < op->nparams; i++) {
        const struct openapi_param *p = &op->params[i];
        if (p->in == in && (in == PARAM_HEADER ? strcasecmp(p->name, name) : strcmp(p->name, name)) == 0)
            return &v->params[i];
    }
    return NULL;
}

bool openapi_allows(const struct operation *op, const struct principal *who)
{
    if (op->public)
        return true;
    for (size_t i = 0; who && i < op->nalternatives; i++) {
        const struct openapi_alternative *alternative = &op->alternatives[i];
        size_t held = 0;
        while (held < alternative->n && principal_has(who, alternative->scopes[held]))
            held++;
        if (held == alternative->n)
            return true;
    }
    return false;
}
