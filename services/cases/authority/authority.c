/* authority.c - see authority.h. */
#include "cases/authority/authority.h"

#include "cases/authority/queries.h"

void authority_cancel_for_case(struct tx *tx, struct uuid case_id, int64_t now_us)
{
    q_checks_cancel(tx, case_id, now_us);
    q_surrenders_lapse(tx, case_id, now_us);
}

void authority_departed_for_case(struct tx *tx, struct uuid case_id, int64_t departed_us)
{
    q_surrenders_depart(tx, case_id, departed_us);
}
