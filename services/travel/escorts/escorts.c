/* escorts.c - see escorts.h. */
#include "travel/escorts/escorts.h"

#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"

void telling_facts_later(struct tx *tx, struct uuid movement_id, struct telling_facts *ret)
{
    q_telling_facts_later(tx, movement_id, ret);
}

err_t told_movement_open(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct movement_locked m;

    (void)x;
    TRY(q_movement_lock(tx, movement_id, &m));
    return rules_movement_change(m.status);
}

err_t told_passengers_judge(struct ctx *x, struct tx *tx, struct uuid movement_id, struct uuid_array ids,
                            struct fault_list *faults)
{
    struct told_passengers p;

    if (ids.n == 0)
        return NULL;
    TRY(q_told_passengers(tx, movement_id, ids, &p));
    if (p.known != (int64_t)ids.n)
        fault_add(x->arena, faults,
                  (struct fault){.at = "/passengerIds",
                                 .code = "passenger.unknown",
                                 .detail = "Not all are planned passengers of this movement."});
    return NULL;
}

err_t told_seal(struct ctx *x, const char *place, struct uuid id, const char *plain, struct bytes *ret)
{
    *ret = (struct bytes){0};
    return plain ? keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, place, id,
                                plain, ret)
                 : NULL;
}

err_t told_unseal(struct ctx *x, const char *place, struct uuid id, struct bytes sealed, const char **ret)
{
    *ret = NULL;
    return sealed.p ? keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                                     place, id, sealed, ret)
                    : NULL;
}
