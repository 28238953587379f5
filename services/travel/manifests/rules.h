/*
 * rules.h - manifests: who travels, in versions, each with what is different from the former. Pure: base
 * only.
 *
 *   open ──► closed        never opened again: reopening makes the next version
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* {"added":[id],"removed":[id],"changed":[{"passengerId","fields":[…]}],"segments":bool}: by ids and names of
 * members, never their values. before NULL: the first version, all are added. Both are contents
 * {"passengers":[{"passengerId",…}],"segments":[…]}. */
const char *rules_manifest_diff(struct arena *a, const json_t *before, const json_t *after);

/* What a step asks: make a version (none yet, or an open one that is out of date), close it (open and up to
 * date), reopen (closed). status NULL: there is none. ERR_CONFLICT manifest.closed, manifest.current,
 * manifest.stale, manifest.open. */
MUST_CHECK err_t rules_manifest_make(const char *status, bool current);
MUST_CHECK err_t rules_manifest_close(const char *status, bool current);
MUST_CHECK err_t rules_manifest_reopen(const char *status, bool latest);
struct text_array rules_manifest_actions(struct arena *a, const char *status, bool current, bool writes);
