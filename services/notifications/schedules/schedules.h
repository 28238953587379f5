/* schedules.h - which event makes which message, and when: data in schedules/rules.json, checked when it is
 * loaded. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct buf;
struct schedules;
struct templates;

struct schedule {
    const char *event, *template, *topic, *basis, *basis_event;
    const char *moment;    /* member of the event's data (instant or date), or "now" */
    const char *offset;    /* as written: "-PT24H" */
    int64_t offset_us;     /* before the moment: negative */
    const char *recipient; /* person, assignee, respondent */
    const char *basis_id;  /* member of the event's data that names the basis; NULL: the event's subject */
    bool skip_late;        /* its time has passed: not at all, instead of at once */
    const char *told; /* only where a message of the same basis has left (sent) or is to (planned); NULL */
    const char *class;
};

/* Refuses a rule whose template does not exist. */
MUST_CHECK err_t schedules_load(struct arena *a, const char *folder, const struct templates *templates,
                                struct schedules **ret);
/* The rules of an event, in their order; NULL when i is past the last. */
const struct schedule *schedules_for(const struct schedules *s, const char *event, size_t i);
/* Writes {"items":[…]} as the API shows it. */
void schedules_write(const struct schedules *s, struct buf *out);

/* "-PT24H", "-P30D", "PT90M" in microseconds; false if it is none. */
bool schedule_offset(const char *text, int64_t *ret_us);

/* When a message leaves and when it is no longer worth sending. */
struct schedule_time {
    int64_t moment_us;  /* what it is about; 0: now */
    int64_t send_us;    /* not before now_us */
    int64_t expires_us; /* the moment, or 7 days after send_us when the moment is now or has passed */
};
/* False when the event's data has no such moment (null), or it is too late for a rule that skips then: no
 * message. Pure. */
bool schedule_when(const struct schedule *s, const json_t *data, int64_t now_us, struct schedule_time *ret);
