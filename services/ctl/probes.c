/* probes.c - databases and programs; see probes.h */
#include "ctl/probes.h"

#include <glob.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/alarms.h"
#include "ctl/files.h"
#include "ctl/findings.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "ctl/scripts.h"
#include "ctl/tool.h"
#include "io/db_script.h"
#include "web/health.h"

/* ---- databases ---- */

static void run_script(struct ctl *c, struct findings *f, const char *service, const char *database,
                       const char *script)
{
    char *now = arena_alloc(c->arena, 32);
    struct arena *a = arena_new(); /* its connection */
    struct service_names n = {0};
    struct text_array rows;
    struct admin ad;
    err_t e = names_of(a, service, &n);

    date_format_instant(clock_now_us(), now);
    if (e == NULL)
        e = admin_open(c, a, service, database, &ad);
    if (e == NULL)
        e = admin_run(c->arena, &ad, "probe", script,
                      (const char *const[]){"service", service, "database", database, "owner", n.owner,
                                            "role", n.role, "worker", n.worker, "now", now, NULL},
                      &rows);
    if (e != NULL)
        found(f, FINDING_BAD, service, arena_printf(c->arena, "%s: %s", database, e->detail),
              e->kind == ERR_UNAVAILABLE
                  ? "does PostgreSQL run, is the database there, is --db right?"
                  : "is it migrated? wayfare-ctl migrate; lost: deploy/runbooks/restore-one-service.md");
    else
        found_lines(f, (struct text_array){.v = rows.v, .n = rows.n});
    arena_free(a);
}

static const char *database_of(struct ctl *c, const char *service)
{
    return arena_printf(c->arena, "wayfare_%s", service);
}

void probe_databases(struct ctl *c, struct findings *f, const char *cluster, const char *each,
                     const char *notifications, const char *cases)
{
    struct text_array all = names_services();

    run_script(c, f, "cases", "postgres", cluster);
    for (size_t i = 0; i < all.n; i++)
        run_script(c, f, all.v[i], database_of(c, all.v[i]), each);
    if (notifications != NULL)
        run_script(c, f, "notifications", database_of(c, "notifications"), notifications);
    if (cases != NULL)
        run_script(c, f, "cases", database_of(c, "cases"), cases);
}

/* "common/0001_common" of a path that ends with "…/0001_common.sql". */
static const char *migration_name(struct arena *a, const char *area, const char *path)
{
    const char *file = strrchr(path, '/') + 1;

    return arena_printf(a, "%s/%.*s", area, (int)strlen(file) - 4, file);
}

static bool applied(struct text_array rows, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < rows.n; i++)
        if (str_starts(rows.v[i], name) && rows.v[i][n] == ' ')
            return true;
    return false;
}

static size_t lacking(struct arena *a, struct text_array rows, const char *folder, const char *area,
                      const char **ret_first)
{
    glob_t files = {0};
    size_t n = 0;

    if (glob(arena_printf(a, "%s/[0-9][0-9][0-9][0-9]_*.sql", folder), 0, NULL, &files) == 0)
        for (size_t i = 0; i < files.gl_pathc; i++) {
            const char *name = migration_name(a, area, files.gl_pathv[i]);

            if (!applied(rows, name) && n++ == 0)
                *ret_first = name;
        }
    globfree(&files);
    return n;
}

static void probe_migrated(struct ctl *c, struct findings *f, const char *service, const char *source)
{
    struct arena *a = arena_new();
    const char *first = "", *own = "";
    struct text_array rows;
    struct admin ad;
    size_t n;
    err_t e = admin_open(c, a, service, database_of(c, service), &ad);

    if (e == NULL)
        e = db_script_run(ad.db, "migrations_applied.sql", embed_migrations_applied_sql, &rows);
    if (e == NULL) {
        n = lacking(c->arena, rows, arena_printf(a, "%s/services/%s/schema", source, service), service, &own);
        n += lacking(c->arena, rows, arena_printf(a, "%s/libcommon/app/schema", source), "common", &first);
        found(f, n > 0 ? FINDING_BAD : FINDING_OK, service,
              n > 0 ? arena_printf(c->arena, "%zu migrations lack, the first is %s", n, *first ? first : own)
                    : arena_printf(c->arena, "migrated (%zu)", rows.n),
              arena_printf(c->arena, "wayfare-ctl migrate --service %s", service));
    }
    arena_free(a); /* a database that is away is told already */
}

void probe_migrations(struct ctl *c, struct findings *f)
{
    struct text_array all = names_services();
    const char *source = ctl_option(c, "source");

    for (size_t i = 0; source != NULL && i < all.n; i++)
        probe_migrated(c, f, all.v[i], source);
}

/* ---- programs ---- */

/* Ready, and what of its figures is past a limit is told. */
static bool answers(struct ctl *c, struct findings *f, const char *name)
{
    const char *listen = arena_printf(c->arena, "unix:%s/metrics-%s.sock", ctl_option(c, "run"), name);

    return alarms_look(c, f, name, listen) == NULL && health_ask(listen, "/health/ready");
}

void probe_programs(struct ctl *c, struct findings *f)
{
    static const char *const patterns[] = {"%s", "%s-worker", "relay-%s", "scheduler-%s"};
    struct text_array all = names_services();
    size_t well = 0;

    if (ctl_option(c, "run") == NULL) {
        found(f, FINDING_NOTE, "programs", "were not looked at", "--run");
        return;
    }
    for (size_t i = 0; i < all.n + 1; i++)
        for (size_t k = 0; k < LENGTH(patterns); k++) {
            const char *at = strstr(patterns[k], "%s"), *name;

            if (i < all.n)
                name = arena_printf(c->arena, "%.*s%s%s", (int)(at - patterns[k]), patterns[k], all.v[i],
                                    at + 2);
            else if (k < 2)
                name = k == 0 ? "sender" : "webhooks";
            else
                continue;
            if (str_eq(name, "identity-worker")) /* there is none */
                continue;
            if (answers(c, f, name))
                well++;
            else
                found(f, FINDING_BAD, "programs",
                      arena_printf(c->arena, "%s does not answer, or is not ready", name),
                      "start it, or look into its log");
        }
    found(f, FINDING_OK, "programs", arena_printf(c->arena, "%zu answer", well), "");
}
