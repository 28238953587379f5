/* internal.h - what the files of this area share. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"
#include "web/request.h"

struct case_access;
struct tx;

#define EVALUATIONS_FIELD "credentialEvaluations" /* of a share */

/* Whose it is: the person named, who is of the case, or its principal. ERR_INVALID person.notInCase; a
 * partner names none, since it does not know our persons. */
AWAITS MUST_CHECK err_t evaluation_person_of(struct ctx *x, struct tx *tx, const struct case_access *access,
                                             struct opt_uuid person_id, struct uuid *ret);

handler_fn list_regulated_professions, create_regulated_profession, get_regulated_profession,
    patch_regulated_profession, step_regulated_profession;
