/* alarms.h - a program's own figures against the limits of the alerts (deploy/observability/alerts.yaml). */
#pragma once

#include "base/err.h"

struct ctl;
struct findings;

/* Asks at its metrics address (unix:/path) for what the program tells, and adds what is past a limit. An
 * error if it does not answer. */
MUST_CHECK err_t alarms_look(struct ctl *c, struct findings *f, const char *program, const char *listen);
