/* unmet.c - see unmet.h. */
#include "base/unmet.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

void unmet_add(struct arena *a, struct unmet_list *list, struct unmet u)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 8;
        struct unmet *grown = ARENA_ARRAY(a, cap, struct unmet);

        if (list->n)
            memcpy(grown, list->v, list->n * sizeof(*grown));
        list->v = grown;
        list->cap = cap;
    }
    list->v[list->n++] = u;
}

err_t unmet_err(struct arena *a, const struct unmet_list *list)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < list->n; i++)
        fault_add(a, &faults,
                  (struct fault){
                      .in = FAULT_GUARD,
                      .at = list->v[i].pointer,
                      .code = list->v[i].code,
                      .detail = list->v[i].message,
                      .remedy = list->v[i].remedy,
                      .overridable = list->v[i].overridable,
                  });
    return fault_list_err(a, &faults, ERR_CONFLICT, "guards.unmet", "The move is not allowed yet.");
}

struct unmet_list unmet_masked(struct arena *a, const struct unmet_list *list)
{
    static const struct unmet pending = {
        .code = "protection.pending",
        .message = "Ask the protection focal point.",
        .pointer = "/protectionClearance",
        .remedy = "The protection focal point clears the case.",
    };
    struct unmet_list out = {0};
    bool masked = false;

    for (size_t i = 0; i < list->n; i++) {
        if (!list->v[i].sensitive)
            unmet_add(a, &out, list->v[i]);
        masked |= list->v[i].sensitive;
    }
    if (masked)
        unmet_add(a, &out, pending);
    return out;
}

static void unmet_write_one(struct buf *out, const struct unmet *u)
{
    buf_puts(out, "{\"code\":");
    json_write_text(out, u->code);
    buf_puts(out, ",\"message\":");
    json_write_text(out, u->message);
    buf_puts(out, ",\"pointer\":");
    json_write_text(out, u->pointer);
    buf_puts(out, ",\"remedy\":");
    json_write_text(out, u->remedy);
    buf_printf(out, ",\"overridable\":%s}", u->overridable ? "true" : "false");
}

void unmet_write(struct buf *out, const struct unmet_list *list)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        unmet_write_one(out, &list->v[i]);
    }
    buf_putc(out, ']');
}
