/*
 * subjects.h - what a database holds on a person: to be given, to be planned for erasure, to be erased.
 *
 * The catalogue wf.subject_tables (schema/0006) says for every table how a person's rows are found and what
 * becomes of them, so no service writes statements of its own for this. The cases service asks by the event
 * cases.subject.asked; each worker answers in its own database, says so by its event
 * <service>.subject.answered, and keeps the answer until cases.subject.taken. An erasure is one transaction
 * with its answer: it is done, or it is not.
 */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct request;
struct response;
struct tx;

struct subject_question;
/* Before an erasure that nothing blocks takes its rows, in its transaction: who must hear of it. */
typedef err_t subject_leaving_fn(struct ctx *x, struct tx *tx, const struct subject_question *q);

/* What is asked of a database. */
struct subject_question {
    const char *phase; /* export, plan, erase */
    struct uuid request_id, person_id;
    struct uuid_array own;       /* cases of nobody else */
    subject_leaving_fn *leaving; /* NULL: nobody */
};
struct subject_found {
    const char *body;   /* JSON: what wf.subject_export, _plan or _erase gives; "[]" where something blocks an
                           erasure */
    const char *blocks; /* JSON: [{code, kind, id}]; "[]" for an export */
};
/* For a worker, acting for the person's organisation, with a transaction open. */
AWAITS MUST_CHECK err_t subject_find(struct ctx *x, struct tx *tx, const struct subject_question *q,
                                     struct subject_found *ret);
/* The uuids of a member of JSON texts; what is none is left out. */
struct uuid_array subject_uuids(struct arena *a, const json_t *obj, const char *member);

/* For the workers of the other services. answered: "travel.subject.answered"; leaving: as above. */
AWAITS MUST_CHECK err_t subject_asked(struct ctx *x, const struct inbox_event *e, const char *answered,
                                      subject_leaving_fn *leaving);
/* Handler of cases.subject.taken (an inbox_fn). */
AWAITS MUST_CHECK err_t subject_taken(struct ctx *x, const struct inbox_event *e);
/* Handler of getSubjectAnswer: {phase, personId, body, blocks, next}; an export's sealed values are opened.
 * What is more than a peer takes at once comes in pieces: the next begins with the row `next`. */
AWAITS MUST_CHECK err_t subject_answer_get(struct ctx *x, const struct request *rq, struct response *rs);
/* Takes the whole answer of a service, piece by piece. Errors of peer_call. */
AWAITS MUST_CHECK err_t subject_answer_take(struct ctx *x, const char *service, struct uuid ask_id,
                                            struct subject_found *ret);

/* The text of an export with its sealed values opened and its columns named as the API names things. */
MUST_CHECK err_t subject_open(struct ctx *x, const char *body, const char **ret);
