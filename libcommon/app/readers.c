/* readers.c - see readers.h. */
#include "app/readers.h"

#include "app/inbox.h"
#include "app/queries.h"
#include "base/json.h"
#include "io/db.h"

void readers_set(struct ctx *x, struct tx *tx, struct uuid case_id, const json_t *readers)
{
    q_case_readers_set(
        tx, &(struct q_case_readers_set_in){.case_id = case_id,
                                            .programme = json_member_text(readers, "programme"),
                                            .confidentiality = json_member_text(readers, "confidentiality"),
                                            .offices = json_member_texts(x->arena, readers, "offices"),
                                            .team = json_member_texts(x->arena, readers, "team")});
}

err_t readers_told(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    readers_set(x, tx, e->subject, e->data);
    return NULL;
}

err_t readers_know(struct tx *tx, struct uuid case_id, bool *ret)
{
    struct case_known known;

    return q_case_known(tx, case_id, ret, &known);
}
