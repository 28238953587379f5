/*
 * rules.h - how a request of a data subject is decided. Pure: base only.
 *
 *   export:   collecting ──► ready ──► expired
 *   erasure:  collecting ──► planned ──approve──► erasing ──► done
 *                 ▲             ├──reject──► rejected  ╰─────► held
 *                 ╰──replan─────┴───────────────────────────────╯
 *
 * An erasure is approved by another user than who asked. What retention proposes has two users: the first
 * approval stands for it, the second carries it out.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* What is judged. */
struct rights_facts {
    const char *kind; /* export, erasure */
    const char *status;
    const char *asked_by; /* who stands for it, or NULL */
    const char *actor;    /* who acts now */
    const char *blocks;   /* JSON: [{code, kind, id}] of the present plan */
};
/* What an action leads to. */
struct rights_step {
    const char *status;
    bool second; /* an approval that only stands for the proposal */
};

/* ERR_DENIED subjectRequest.users: programs neither ask nor decide, whatever their scopes are. */
MUST_CHECK err_t rules_rights_user(bool is_user);
/* action: approve, reject, replan. ERR_CONFLICT subjectRequest.state, subjectRequest.fourEyes;
 * subjectRequest.blocked names each code that stands in the way. */
MUST_CHECK err_t rules_rights_step(struct arena *a, const struct rights_facts *f, const char *action,
                                   struct rights_step *ret);
struct text_array rules_rights_actions(struct arena *a, const struct rights_facts *f);
/* Whose answers complete a phase: export and plan of all databases, an erasure first of the others. */
bool rules_rights_complete(const char *phase, const struct text_array *services);
