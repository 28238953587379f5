/*
 * events.h - the catalogue of events: api-spec/events.yaml, bundled to events.json.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct events;

struct event_type {
    const char *name;         /* "cases.case.opened" */
    const char *source;       /* "cases" */
    struct text_array groups; /* consumers, sorted, each once */
    const char *on_dead;      /* "hold" or "skip" */
    const json_t *data;       /* member: type */
};

/* Reads the file; refuses a type of data that it does not know. Lives in the arena. */
MUST_CHECK err_t events_open(struct arena *a, const char *path, struct events **ret);
/* NULL if there is none of this name. */
const struct event_type *events_find(const struct events *ev, const char *name);
/* All of them, by index; NULL behind the last. */
const struct event_type *events_at(const struct events *ev, size_t i);
bool event_type_goes_to(const struct event_type *t, const char *group);

/* Every member is there (may be null or absent where the type says "?"), of its type, and nothing else is.
 * ERR_BUG event.data; names members, never values. */
MUST_CHECK err_t event_check(struct arena *a, const struct event_type *t, const json_t *data);
