/* internal.h - between the files of this area. */
#pragma once

#include "base/ctx.h"
#include "web/request.h"

struct result_assignment;
struct tx;

/* Holds the assignment against an end in the same moment; rules_results_open. */
AWAITS MUST_CHECK err_t result_begin(struct ctx *x, struct uuid assignment_id, struct tx **ret_tx,
                                     struct result_assignment *ret);

handler_fn list_reports, create_report, get_report, accept_report, return_report, resubmit_report;
