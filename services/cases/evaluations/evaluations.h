/* evaluations.h - what other areas of this service may ask of credential evaluations. */
#pragma once

#include "base/ctx.h"
#include "cases/evaluations/queries.h"

/* Fills allowed_actions. */
void evaluation_show(struct ctx *x, struct evaluation_row *row);
