/*
 * alarms.c - what Prometheus judges all the time, status judges once, by the same limits: tests/deploy holds
 * this table to deploy/observability/alerts.yaml.
 */
#include "ctl/alarms.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/findings.h"
#include "ctl/options.h"
#include "web/health.h"

ERR_DEFINE(err_silent, ERR_UNAVAILABLE, "ctl.silent", "The program does not answer on its metrics socket.");

enum alarm_side { ABOVE, BELOW };

/* Of an alert: which series of a program, and its limit. */
struct alarm {
    const char *alert, *metric;
    const char *label; /* that the series must have, or a part of it, as it is written; NULL: any */
    enum alarm_side side;
    double limit;
    const char *of;   /* the limit is this share of another metric; NULL: a figure */
    const char *page; /* in deploy/runbooks */
};

static const struct alarm alarms[] = {
    {"WayfareDatabaseAway", "wayfare_ready", "part=\"database\"", BELOW, 1, NULL, "database-away"},
    {"WayfareQueueAway", "wayfare_ready", "\"queue", BELOW, 1, NULL, "queue-away"},
    {"WayfareTokensStale", "wayfare_ready", "part=\"tokens\"", BELOW, 1, NULL, "tokens-stale"},
    {"WayfareTokensStale", "wayfare_revocations_age_seconds", NULL, ABOVE, 20, NULL, "tokens-stale"},
    {"WayfareIssuerKeysOld", "wayfare_issuer_keys_age_seconds", NULL, ABOVE, 3600, NULL, "issuer-keys-old"},
    {"WayfareCoroutinesMany", "wayfare_coroutines", NULL, ABOVE, 0.8, "wayfare_coroutines_max",
     "coroutines-many"},
    {"WayfareStackDeep", "wayfare_stack_high_water_bytes", NULL, ABOVE, 131072, NULL, "stack-deep"},
    {"WayfareFilesMany", "process_open_fds", NULL, ABOVE, 0.8, "process_max_fds", "files-many"},
    {"WayfareContentsRoom", "wayfare_contents_free_bytes", NULL, BELOW, 1073741824, NULL, "contents-room"},
    {"WayfareGroupBehind", "wayfare_group_unread", NULL, ABOVE, 5000, NULL, "group-behind"},
    {"WayfareJobsRetrying", "wayfare_inbox_oldest_seconds", "state=\"retry\"", ABOVE, 900, NULL,
     "jobs-retrying"},
};

/* ---- judging ---- */

/* The next series of a metric behind at, or NULL: its value, and its labels as they are written. */
static const char *next_series(struct arena *a, const char *at, const char *metric, const char **ret_labels,
                               double *ret)
{
    size_t n = strlen(metric);

    for (at = strchr(at, '\n'); at != NULL; at = strchr(at, '\n')) {
        const char *end = ++at, *space;

        if (strncmp(at, metric, n) != 0 || (at[n] != ' ' && at[n] != '{'))
            continue;
        end += strcspn(at, "\n");
        for (space = end; *space != ' ';)
            space--;
        *ret_labels = arena_strndup(a, at + n, (size_t)(space - at) - n);
        *ret = strtod(space + 1, NULL);
        return at;
    }
    return NULL;
}

static bool is_past(struct ctl *c, const struct alarm *m, const char *text, double v, double *ret_limit)
{
    const char *labels;
    double whole = 1;

    if (m->of != NULL && next_series(c->arena, text, m->of, &labels, &whole) == NULL)
        return false;
    *ret_limit = m->limit * whole;
    return m->side == ABOVE ? v > *ret_limit : v < *ret_limit;
}

static void judge(struct ctl *c, struct findings *f, const char *program, const struct alarm *m,
                  const char *text)
{
    const char *at = text, *labels;
    double v, limit = 0;

    while ((at = next_series(c->arena, at, m->metric, &labels, &v)) != NULL)
        if ((m->label == NULL || strstr(labels, m->label) != NULL) && is_past(c, m, text, v, &limit))
            found(f, FINDING_BAD, program,
                  arena_printf(c->arena, "%s%s is %g, and should not be %s %g", m->metric, labels, v,
                               m->side == ABOVE ? "above" : "below", limit),
                  arena_printf(c->arena, "deploy/runbooks/%s.md (%s)", m->page, m->alert));
}

err_t alarms_look(struct ctl *c, struct findings *f, const char *program, const char *listen)
{
    struct buf text;

    buf_init(&text, c->arena, 65536);
    if (!health_get(listen, "/metrics", &text))
        return err_silent;
    for (size_t i = 0; i < LENGTH(alarms); i++)
        judge(c, f, program, &alarms[i], buf_text(&text));
    return NULL;
}
