/* store.h - what the handlers of persons share. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"
#include "web/request.h"

struct person_row;
struct tx;

/* Answers with the person as the reader may see it; created: 201 with Location. */
AWAITS MUST_CHECK err_t person_reply(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                     struct response *rs);
/* What the reader may do with the person. */
void person_actions(struct ctx *x, struct person_row *row);
/* Replaces the identifiers, each number sealed and indexed. The rows of before are dropped by the caller. */
MUST_CHECK err_t identifiers_add(struct ctx *x, struct tx *tx, struct uuid person_id,
                                 const json_t *identifiers);
/* Names with their search keys. */
void names_add(struct ctx *x, struct tx *tx, struct uuid person_id, const json_t *names);
/* A contact point of a validated body. */
MUST_CHECK err_t contact_point_add(struct ctx *x, struct tx *tx, struct uuid person_id, const json_t *point,
                                   struct uuid *ret_id);
/* The person as the API shows it; numbers: with those of its identifiers, opened, and how many: the caller
 * commits to the trail that they were read. */
AWAITS MUST_CHECK err_t person_row_read(struct ctx *x, struct tx *tx, struct uuid id, bool numbers,
                                        struct person_row *ret, size_t *ret_numbers);
/* Keeps what stands there of each member of the patch that it changes; before the change. */
AWAITS MUST_CHECK err_t person_history_keep(struct ctx *x, struct tx *tx, struct uuid id,
                                            const json_t *patch);

handler_fn list_person_history, search_persons;
handler_fn list_contact_points, create_contact_point, get_contact_point, update_contact_point,
    end_contact_point;
handler_fn list_residence_statuses, create_residence_status, get_residence_status, update_residence_status;
handler_fn list_stays, create_stay, get_stay, update_stay;
