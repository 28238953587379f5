/* internal.h - what the files of this area share. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"
#include "web/request.h"

struct tx;

/* Where the case is on its way. ERR_INVALID case.unknown when the reader does not see it. */
struct authority_way {
    const char *phase; /* of its status */
    bool applied;      /* the application has been signed at some time */
};
AWAITS MUST_CHECK err_t authority_way_read(struct ctx *x, struct tx *tx, struct uuid case_id,
                                           struct authority_way *ret);

handler_fn create_authority_check, list_authority_checks, get_authority_check, ask_authority,
    answer_authority_check, expire_authority_check;
handler_fn explain_status_surrender, list_status_surrenders, get_status_surrender, sign_status_surrender,
    hand_in_status_surrender, lapse_status_surrender;
