/* rules.c - see rules.h. */
#include "cases/declarations/rules.h"

#include <strings.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

ERR_DEFINE(err_departed, ERR_CONFLICT, "case.departed", "The journey has begun.");
ERR_DEFINE(err_ended, ERR_CONFLICT, "case.ended", "The case has ended.");
ERR_DEFINE(err_withdrawn, ERR_CONFLICT, "declaration.withdrawn", "The declaration is withdrawn already.");

/* A clock that runs ahead a little is no lie. */
#define SKEW_US (5 * 60 * DATE_US_PER_S)

static void refuse(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                   const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = at, .code = code, .detail = detail});
}

void rules_declaration_input(struct arena *a, const json_t *body, int64_t now_us, struct fault_list *faults)
{
    bool oral = str_eq(json_member_text(body, "method"), "oral");
    const char *guardian = json_member_text(body, "guardianId"), *person = json_member_text(body, "personId");
    int64_t signed_us;

    if (oral && !json_member_text(body, "interpreter"))
        refuse(a, faults, "/interpreter", "declaration.oral", "An oral declaration names the interpreter.");
    if (oral && !json_member_text(body, "witness"))
        refuse(a, faults, "/witness", "declaration.oral", "An oral declaration names a witness.");
    if (date_parse_instant(json_member_text(body, "signedAt"), &signed_us) && signed_us > now_us + SKEW_US)
        refuse(a, faults, "/signedAt", "declaration.future", "It cannot have been signed later than now.");
    if (guardian && person && strcasecmp(guardian, person) == 0)
        refuse(a, faults, "/guardianId", "declaration.guardian", "Nobody is a guardian of oneself.");
}

err_t rules_declaration_sign(const char *phase)
{
    if (str_eq(phase, "afterBoarding"))
        return err_departed;
    return str_eq(phase, "beforeBoarding") ? NULL : err_ended;
}

err_t rules_declaration_withdraw(struct opt_i64 withdrawn_us, const char *phase)
{
    if (withdrawn_us.set)
        return err_withdrawn;
    return str_eq(phase, "afterBoarding") ? err_departed : NULL;
}

bool rules_declaration_stands(struct opt_i64 withdrawn_us)
{
    return !withdrawn_us.set;
}
