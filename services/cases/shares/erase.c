/* erase.c - the persons of a case are erased: what partners see of it ends, and they are asked for their
 * copies. */
#include "base/date.h"
#include "cases/changes/changes.h"
#include "cases/shares/internal.h"
#include "cases/shares/queries.h"
#include "cases/shares/rules.h"
#include "cases/shares/shares.h"

err_t shares_end_for_erasure(struct ctx *x, struct tx *tx, struct uuid_array cases)
{
    struct share_ending *shares;
    struct view_owner *viewers;
    size_t n, nviewers;

    TRY(q_shares_of_cases(tx, cases, &shares, &n));
    TRY(q_viewers_of_cases(tx, cases, &viewers, &nviewers));
    for (size_t i = 0; i < n; i++)
        share_end(x, tx, &shares[i], "recalled", "personErased",
                  date_today_nl(x->now_us) + SHARE_DELETE_DAYS);
    for (size_t i = 0; i < nviewers; i++)
        change_add(x, tx,
                   &(struct change_new){.viewer = viewers[i].viewer,
                                        .owner = x->who->organisation,
                                        .kind = "case",
                                        .subject = viewers[i].case_id,
                                        .external_ref = viewers[i].external_ref,
                                        .change = "erased"});
    return NULL;
}
