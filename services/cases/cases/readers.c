/* readers.c - who may know of a case: told to the services that keep something about it, so that what is
 * hidden here is hidden there. */
#include "app/outbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "cases/cases/store.h"

static void put_texts(struct buf *out, const char *name, const struct text_array *texts)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        json_write_text(out, texts->v[i]);
    }
    buf_putc(out, ']');
}

void case_readers_tell(struct ctx *x, struct tx *tx, const char *event, struct uuid id,
                       const struct case_readers *r)
{
    struct buf out;

    buf_init(&out, x->arena, 512);
    buf_printf(&out, "{\"caseId\":\"%s\",\"programme\":\"%s\",\"confidentiality\":\"%s\"",
               uuid_text(x->arena, id), r->programme, r->confidentiality);
    put_texts(&out, "offices", &r->offices);
    put_texts(&out, "team", &r->team);
    buf_putc(&out, '}');
    outbox_add(tx, &(struct event){.type = event, .subject = id, .data = buf_text(&out)});
}

err_t case_readers_changed(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch)
{
    static const char *const members[] = {"confidentiality", "offices", "team"};
    struct case_readers r;
    bool changed = false;

    for (size_t i = 0; i < LENGTH(members); i++)
        changed |= json_object_get(patch, members[i]) != NULL;
    if (!changed)
        return NULL;
    TRY(q_case_readers(tx, id, &r));
    case_readers_tell(x, tx, "cases.case.readersChanged", id, &r);
    return NULL;
}
