/*
 * unmet.h - what a decision still lacks: the guards that are not met, as every service tells them. Pure.
 *
 * Domain: "each unmet guard as {code, message, pointer, remedy, overridable}".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

/* What is not met. Texts are constants or live in the arena. */
struct unmet {
    const char *code;    /* of the guard */
    const char *message; /* one sentence */
    const char *pointer; /* to what lacks, in the resource as it is shown */
    const char *remedy;  /* what would meet it */
    bool overridable;
    bool sensitive; /* shown as protection.pending to who lacks protection:read */
};
/* Begins as {0}. */
struct unmet_list {
    struct unmet *v;
    size_t n, cap;
};

void unmet_add(struct arena *a, struct unmet_list *list, struct unmet u);
/* ERR_CONFLICT guards.unmet with a FAULT_GUARD for each; NULL when the list is empty. */
MUST_CHECK err_t unmet_err(struct arena *a, const struct unmet_list *list);
/* For who lacks protection:read: what is sensitive becomes one line protection.pending. */
struct unmet_list unmet_masked(struct arena *a, const struct unmet_list *list);
/* [{"code","message","pointer","remedy","overridable"}]: schema UnmetGuard of api-spec/common.yaml. */
void unmet_write(struct buf *out, const struct unmet_list *list);
