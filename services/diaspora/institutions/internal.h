/* internal.h - handlers of the area, by file; http.c has the table. */
#pragma once

#include "web/request.h"

err_t list_institution_links(struct ctx *x, const struct request *rq, struct response *rs);
err_t create_institution_link(struct ctx *x, const struct request *rq, struct response *rs);
err_t get_institution_link(struct ctx *x, const struct request *rq, struct response *rs);
err_t patch_institution_link(struct ctx *x, const struct request *rq, struct response *rs);

err_t list_visits(struct ctx *x, const struct request *rq, struct response *rs);
err_t create_visit(struct ctx *x, const struct request *rq, struct response *rs);
err_t get_visit(struct ctx *x, const struct request *rq, struct response *rs);
err_t patch_visit(struct ctx *x, const struct request *rq, struct response *rs);
err_t complete_visit(struct ctx *x, const struct request *rq, struct response *rs);
err_t cancel_visit(struct ctx *x, const struct request *rq, struct response *rs);
