/* schema_fault.c - faults in words; and the functions of schema.h that run a schema. */
#include "base/schema_internal.h"

#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

enum { POINTER_BYTES_MAX = 480 };

static size_t token_bytes(const char *s, size_t n)
{
    size_t bytes = n;
    for (size_t i = 0; i < n; i++)
        bytes += s[i] == '/' || s[i] == '~';
    return bytes;
}

static void write_path(struct buf *b, const struct path *path)
{
    if (!path)
        return;
    write_path(b, path->up);
    if (path->key) {
        buf_putc(b, '/');
        for (size_t i = 0; i < path->key_len; i++) {
            char c = path->key[i];
            if (c == '~' || c == '/')
                buf_puts(b, c == '~' ? "~0" : "~1");
            else
                buf_putc(b, c);
        }
    } else {
        buf_printf(b, "/%zu", path->index);
    }
}

/* The pointer of path, or of the nearest place above it for which a pointer is short enough: names are the
 * client's. */
static const char *path_pointer(struct arena *a, const struct path *path)
{
    size_t bytes = 0;
    const struct path *from = path;
    for (const struct path *p = path; p; p = p->up) {
        bytes += 1 + (p->key ? token_bytes(p->key, p->key_len) : 6);
        if (bytes > POINTER_BYTES_MAX) {
            from = p->up;
            bytes = 0;
        }
    }
    struct buf b;
    buf_init(&b, a, bytes + 32);
    write_path(&b, from);
    return buf_text(&b);
}

static void add_fault(struct run *r, struct schema_fault f)
{
    struct schema_result *result = r->result;
    if (!result->faults)
        result->faults = ARENA_ARRAY(r->arena, SCHEMA_FAULTS_MAX, struct schema_fault);
    if (result->nfaults == SCHEMA_FAULTS_MAX)
        result->truncated = true;
    else
        result->faults[result->nfaults++] = f;
}

bool fault(struct run *r, const struct node *n, const char *keyword, const struct path *path, const char *fmt,
           ...)
{
    if (!r->result || r->quiet)
        return false;
    va_list ap;
    va_start(ap, fmt);
    const char *schema =
        n->always == NODE_FALSE ? n->pointer : arena_printf(r->arena, "%s/%s", n->pointer, keyword);
    add_fault(r, (struct schema_fault){.instance_pointer = path_pointer(r->arena, path),
                                       .schema_pointer = schema,
                                       .code = arena_printf(r->arena, "schema.%s", keyword),
                                       .detail = arena_vprintf(r->arena, fmt, ap)});
    va_end(ap);
    return false;
}

bool schema_valid(struct arena *a, const struct schema *s, const json_t *instance, struct schema_result *ret)
{
    struct run r = {.set = s->set, .arena = a, .result = ret};
    if (ret)
        *ret = (struct schema_result){0};
    bool ok = run_node(&r, s->root, instance, NULL, NULL);
    if (!r.too_deep)
        return ok;
    if (ret) {
        *ret = (struct schema_result){0};
        add_fault(&r, (struct schema_fault){"", s->root->pointer, "schema.depth", "Is nested too deeply."});
    }
    return false;
}

err_t schema_check(struct arena *a, const struct schema *s, const json_t *instance)
{
    struct schema_result result;
    struct fault_list list = {0};
    if (schema_valid(a, s, instance, &result))
        return NULL;
    for (size_t i = 0; i < result.nfaults; i++) {
        const struct schema_fault *f = &result.faults[i];
        fault_add(a, &list,
                  (struct fault){
                      .in = FAULT_POINTER, .at = f->instance_pointer, .code = f->code, .detail = f->detail});
    }
    return fault_list_err(a, &list, ERR_INVALID, "request.invalid", "The request is not valid.");
}
