/*
 * trail.h - who read or changed what of a person, over the trails of all services.
 *
 * Each service names its objects of a person in the function wf.trail_objects (schema/0014) and answers
 * searchAccessTrail (api-spec/common.yaml) by access_trail_handlers. The service that has the person asks the
 * others, as the reader, and puts everything into one order: time, latest first; within one instant by
 * service. A cursor is a place in that order, so a service that was away is asked for older rows all the
 * same.
 */
#pragma once

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/json.h"
#include "web/request.h"

struct tx;

/* A question, and with trail_ask what the others answered. */
struct trail {
    struct uuid person_id;
    struct uuid_array
        cases; /* the person's: cases, assignments, invitations, as far as the reader may know */
    int64_t from_us, until_us;      /* from <= at < until */
    int32_t limit;                  /* rows in the answer */
    struct text_array own;          /* operations on a person that say nothing of a case */
    struct text_array hidden_kinds; /* of objects that the reader lacks the scope for */
    struct text_array hidden_fields;
    struct trail_reader {
        const char *subject, *scope;
    } reader; /* who asks, for the service that is asked */
    /* What trail_read and trail_ask fill. */
    struct trail_place {
        int64_t at_us;       /* the first page: until_us */
        int64_t position;    /* of the row in its service */
        const char *service; /* NULL on the first page */
    } before;
    struct json_array rows; /* of struct trail_line, peers' */
    struct text_array away; /* services that did not answer */
};

/* What a service says that has persons and answers whoSaw of them. Lists end with NULL. */
struct trail_terms {
    const char *kind, *parameter; /* of a person's row in the trail; its id in the path */
    const char *const *own;       /* operations that say of a person nothing but what is the person's own */
    const struct trail_class {
        const char *scope;        /* without it … */
        const char *kind, *field; /* … neither objects of the kind nor the class of fields are told of */
    } * hidden;                   /* ends with a NULL scope */
    const char *const *peers;     /* who else is asked */
};

/* ERR_DENIED trail.users: a machine client does not ask. ERR_INVALID trail.window: [from, until) has no
 * length, or more than 92 days. Pure. */
MUST_CHECK err_t rules_trail(bool is_user, int64_t from_us, int64_t until_us);
/* What the request asks; refused as rules_trail says. */
MUST_CHECK err_t trail_question(struct ctx *x, const struct request *rq, const struct trail_terms *terms,
                                struct trail *ret);
/* Answers it over the trails of all services. The caller has read that the person is there, and t->cases;
 * nobody's trail has a cursor either. */
AWAITS MUST_CHECK err_t trail_answer(struct ctx *x, const struct request *rq, struct tx *tx,
                                     const struct trail_terms *terms, struct trail *t, struct response *rs);

/* Reads the cursor of an earlier answer (may be NULL) to the same question; 400 cursor.invalid. */
MUST_CHECK err_t trail_read(struct ctx *x, const char *cursor, struct trail *t);
/* Asks the peers, beside each other; who does not answer is named in t->away. */
AWAITS MUST_CHECK err_t trail_ask(struct ctx *x, struct trail *t, const char *const *peers, size_t n);
/* Adds this service's own rows and writes the page. */
AWAITS MUST_CHECK err_t trail_reply(struct ctx *x, struct tx *tx, struct trail *t, struct response *rs);

/* searchAccessTrail, of every service. */
extern const struct handler access_trail_handlers[];
