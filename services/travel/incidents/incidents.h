/* incidents.h - what other areas of this service may ask of incidents. */
#pragma once

#include "base/ctx.h"

struct tx;

struct incident_noted {
    struct uuid movement_id;
    struct opt_uuid passenger_id, segment_id;
    const char *kind;     /* notCleared, noShow, … */
    const char *severity; /* low, medium, high, critical */
    int64_t at;           /* when it happened */
};
/* The house notes by itself what somebody must look into. Queued; audited. */
void incident_note(struct ctx *x, struct tx *tx, const struct incident_noted *in);
