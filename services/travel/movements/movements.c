/* movements.c - see movements.h. */
#include "travel/movements/movements.h"

#include "app/outbox.h"
#include "base/arena.h"
#include "io/db.h"
#include "travel/movements/queries.h"

err_t movement_tell(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *type, const char *more)
{
    const char *id = uuid_text(x->arena, movement_id);
    struct movement_ref *refs;
    size_t n;

    TRY(q_movement_refs(tx, movement_id, &refs, &n));
    for (size_t i = 0; i < n; i++)
        outbox_add(tx, &(struct event){
                           .type = type,
                           .subject = movement_id,
                           .key = refs[i].ref_id,
                           .data = arena_printf(
                               x->arena, "{\"movementId\":\"%s\",\"refKind\":\"%s\",\"refId\":\"%s\"%s}", id,
                               refs[i].ref_kind, uuid_text(x->arena, refs[i].ref_id), more),
                       });
    return NULL;
}
