/* internal.h - what the files of this area share. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"
#include "web/request.h"

struct tx;

/* A request to be. */
struct rights_new {
    struct uuid person_id;
    const char *subject; /* person, or what another service knows: expert, ventureMember, surveyRespondent */
    const char *kind;    /* export, erasure */
    const char *origin;  /* person, retention */
    const char *reason;
    const char *asked_by; /* NULL: retention */
};
/* Adds it, and the question to the worker. ERR_CONFLICT subjectRequest.exists: an erasure is under way. */
AWAITS MUST_CHECK err_t rights_add(struct ctx *x, struct tx *tx, const struct rights_new *in,
                                   struct uuid *ret_id);
/* Puts a (new) question: phase plan or erase. */
void rights_ask(struct ctx *x, struct tx *tx, struct uuid id, const char *status, const char *phase);

/* Writes [{"service":…,"tables":…}] of a phase's parts. */
AWAITS MUST_CHECK err_t rights_parts_write(struct ctx *x, struct tx *tx, struct buf *out, struct uuid id,
                                           const char *phase);
/* Who the diaspora service knows by the id, and what is theirs alone: {kind, own}. ERR_MISSING: nobody, or
 * one who is erased; any other error: it is away. */
AWAITS MUST_CHECK err_t rights_subject_ask(struct ctx *x, struct uuid id, json_t **ret);
#define RIGHTS_PLACE "subject_parts.sealed"

handler_fn get_subject_export, get_subject_plan, get_subject_certificate, list_case_statistics;
