/* terms.c - what a programme says of its assignments; see terms.h. */
#include "diaspora/assignments/terms.h"

#include "base/json.h"
#include "base/str.h"

err_t terms_read(struct arena *a, const json_t *programme, struct assignment_terms *ret)
{
    const json_t *own = json_object_get(programme, "assignments"), *cap = json_object_get(own, "claimCap");

    if (!own)
        return err_internal(a, ERR_BUG, "data.invalid", "the programme says nothing of assignments");
    *ret = (struct assignment_terms){
        .closed_switches_online = str_eq(json_member_text(own, "onCountryClosed"), "switchOnline"),
        .trainings = json_member_texts(a, own, "trainings"),
        .claim_currency = json_member_text(own, "claimCurrency"),
    };
    if (json_is_integer(cap))
        ret->claim_cap = OPT_I64(json_integer_value(cap));
    return NULL;
}
