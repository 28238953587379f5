/* audit.c - the trail of reads and writes. */
#include "app/audit.h"

#include <string.h>

#include "app/queries.h"
#include "base/arena.h"
#include "io/db.h"

static struct q_audit_add_in entry(const struct ctx *x, const char *action, const char *kind)
{
    return (struct q_audit_add_in){
        .now = x->now_us,
        .actor = x->who->subject ? x->who->subject : "",
        .client = x->who->client_id ? x->who->client_id : "",
        .is_user = x->who->is_user,
        .operation = x->operation ? x->operation : "",
        .purpose = x->purpose ? x->purpose : "",
        .request_id = x->request_id,
        .trace = x->traceparent,
        .action = action,
        .kind = kind,
        .fields = "",
    };
}

/* In the segment or transaction of what it tells of; those for reading do not wait for the disk (io/db), so a
 * sensitive class says that this one does. */
static void add_durable(struct tx *tx, const struct q_audit_add_in *in)
{
    q_audit_add_durable(tx, &(struct q_audit_add_durable_in){
                                .now = in->now,
                                .actor = in->actor,
                                .client = in->client,
                                .is_user = in->is_user,
                                .operation = in->operation,
                                .purpose = in->purpose,
                                .request_id = in->request_id,
                                .trace = in->trace,
                                .action = in->action,
                                .kind = in->kind,
                                .object = in->object,
                                .objects = in->objects,
                                .fields = in->fields,
                                .changes = in->changes,
                            });
}

void audit_read(struct tx *tx, const char *kind, struct uuid id, const char *fields)
{
    struct q_audit_add_in in = entry(tx_ctx(tx), "read", kind);

    in.object = OPT_UUID(id);
    in.fields = fields ? fields : "";
    if (in.fields[0])
        add_durable(tx, &in);
    else
        q_audit_add(tx, &in);
}

void audit_list(struct tx *tx, const char *kind, const struct uuid *ids, size_t n)
{
    struct q_audit_add_in in = entry(tx_ctx(tx), "list", kind);
    static const struct uuid none;

    in.objects = (struct uuid_array){.v = n ? ids : &none, .n = n};
    q_audit_add(tx, &in);
}

void audit_rows(struct tx *tx, const char *kind, const void *rows, size_t n, size_t stride, size_t offset)
{
    struct uuid *ids = ARENA_ARRAY(tx_ctx(tx)->arena, n ? n : 1, struct uuid);

    for (size_t i = 0; i < n; i++)
        memcpy(&ids[i], (const char *)rows + i * stride + offset, sizeof(ids[i]));
    audit_list(tx, kind, ids, n);
}

void audit_write(struct tx *tx, const char *kind, struct uuid id, const char *action, const char *changes)
{
    struct q_audit_add_in in = entry(tx_ctx(tx), action, kind);

    in.object = OPT_UUID(id);
    in.changes = changes;
    q_audit_add(tx, &in);
}
