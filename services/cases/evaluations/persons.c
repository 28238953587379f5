/* persons.c - whose evaluation it is. */
#include "cases/evaluations/internal.h"
#include "cases/evaluations/queries.h"
#include "cases/shares/shares.h"

err_t evaluation_person_of(struct ctx *x, struct tx *tx, const struct case_access *access,
                           struct opt_uuid person_id, struct uuid *ret)
{
    static const struct fault fault = {
        .at = "/personId", .code = "person.notInCase", .detail = "The person is not one of the case."};
    struct evaluation_person person;
    bool found = false;

    if (!person_id.set) {
        TRY(q_evaluation_principal(tx, access->case_id, &person));
        *ret = person.person_id;
        return NULL;
    }
    if (!access->partner)
        TRY(q_evaluation_person(tx, access->case_id, person_id.v, &found, &person));
    if (!found)
        return err_faults(x->arena, ERR_INVALID, "request.invalid", "It cannot be added so.", &fault, 1);
    *ret = person_id.v;
    return NULL;
}
