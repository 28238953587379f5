/* status.c - status: what is wrong at this moment, and what to do; doctor: what is set up wrongly. */
#include "base/arena.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/findings.h"
#include "ctl/months.h"
#include "ctl/probes.h"
#include "ctl/scripts.h"

static err_t status(struct ctl *c)
{
    struct findings *f = ARENA_NEW(c->arena, struct findings);

    f->arena = c->arena;
    probe_databases(c, f, embed_status_cluster_sql, embed_status_service_sql, embed_status_notifications_sql,
                    embed_status_cases_sql);
    probe_migrations(c, f);
    months_probe(c, f);
    probe_redis(c, f);
    probe_programs(c, f);
    probe_keys(c, f);
    probe_contents(c, f);
    probe_certificates(c, f);
    return findings_tell(f, ctl_flag(c, "json"));
}

const struct command ctl_status = {
    .words = "status",
    .about =
        "One screen: what is wrong at this moment, and what to do about it. Exit status 1 when something "
        "needs a person.",
    .options = {PROBE_OPTIONS},
    .run = status,
};

static err_t doctor(struct ctl *c)
{
    struct findings *f = ARENA_NEW(c->arena, struct findings);

    f->arena = c->arena;
    probe_databases(c, f, embed_doctor_cluster_sql, embed_doctor_service_sql, NULL, NULL);
    probe_migrations(c, f);
    months_probe(c, f);
    probe_redis(c, f);
    probe_keys(c, f);
    probe_contents(c, f);
    probe_certificates(c, f);
    return findings_tell(f, ctl_flag(c, "json"));
}

const struct command ctl_doctor = {
    .words = "doctor",
    .about = "Looks over the set-up: databases and their roles, clocks, versions, Redis, keys, files and "
             "certificates; says in plain words what is wrong and what to do.",
    .options = {PROBE_OPTIONS},
    .run = doctor,
};
