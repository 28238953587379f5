/* external_refs.c - partners' own keys of our persons, cases and referrals. */
#include "base/arena.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"

err_t external_refs_add(struct ctx *x, struct tx *tx, const char *kind, struct uuid subject,
                        const json_t *refs)
{
    struct external_refs_added added;

    if (json_array_size(refs) == 0)
        return NULL;
    TRY(q_external_refs_add(tx, kind, subject, json_text(x->arena, refs), &added));
    if ((size_t)added.n != json_array_size(refs))
        return err_new(x->arena, ERR_CONFLICT, "externalRef.taken",
                       "Another %s has one of these external references.", kind);
    return NULL;
}

err_t external_refs_replace(struct ctx *x, struct tx *tx, const char *kind, struct uuid subject,
                            const json_t *refs)
{
    q_external_refs_drop(tx, kind, subject);
    return external_refs_add(x, tx, kind, subject, refs);
}
