/* session.c - see session.h. The same functions as in a service, in the blocking mode of io/co. */
#include "ctl/session.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/options.h"
#include "io/co.h"
#include "io/db.h"
#include "io/db_script.h"
#include "io/loop.h"

#define CONNECT_US 10000000LL
#define COMMAND_US 60000000LL

struct session {
    struct loop *loop;
    struct db *db;
    struct ctx x;
    struct principal who;
};

static void session_release(void *p)
{
    struct session *s = p;

    tx_rollback(&s->x);
    db_close(s->db);
    co_shutdown();
    loop_free(s->loop);
}

const char *session_caller(struct arena *a)
{
    const struct passwd *pw = getpwuid(getuid());

    return arena_printf(a, "ctl:%s", pw != NULL ? pw->pw_name : "unknown");
}

static err_t wait_ready(struct ctl *c, struct db *db, const char *conninfo, const char *password)
{
    int64_t until = clock_mono_us() + CONNECT_US;
    struct db_script *probe;

    while (!db_ready(db)) {
        if (clock_mono_us() > until) {
            TRY(db_script_open(c->arena, conninfo, password, &probe)); /* says why */
            return err_new(c->arena, ERR_UNAVAILABLE, "db.away", "the database does not answer");
        }
        TRY(co_sleep(2000));
    }
    return NULL;
}

err_t session_open(struct ctl *c, struct ctx **ret_x, struct tx **ret_tx)
{
    const char *file = ctl_option(c, "db-password-file"), *password = NULL;

    if (file != NULL && *file != '\0')
        TRY(conf_secret(c->arena, file, &password));
    return session_open_at(c, ctl_option(c, "db"), password, ret_x, ret_tx);
}

err_t session_open_at(struct ctl *c, const char *conninfo, const char *password, struct ctx **ret_x,
                      struct tx **ret_tx)
{
    struct session *s = ARENA_NEW(c->arena, struct session);
    struct db_options o = {.conninfo = conninfo,
                           .password = password,
                           .shared = 1,
                           .pool = 1,
                           .point_timeout_us = COMMAND_US,
                           .own_timeout_us = COMMAND_US};
    struct db_script *probe;

    TRY(db_script_open(c->arena, o.conninfo, o.password,
                       &probe)); /* a wrong password is said at once and plainly */
    setenv("CO_MODE", "blocking", 1);
    TRY(loop_new(&s->loop));
    TRY(co_init(s->loop, 1));
    TRY(db_open(s->loop, &o, &s->db));
    arena_own(c->arena, s, session_release);
    TRY(wait_ready(c, s->db, o.conninfo, o.password));

    s->who = (struct principal){.subject = session_caller(c->arena),
                                .client_id = "wayfare-ctl",
                                .organisation = ORGANISATION_HOUSE,
                                .scope = "organisations:all"};
    s->x = (struct ctx){.arena = c->arena,
                        .who = &s->who,
                        .now_us = clock_now_us(),
                        .deadline_us = clock_mono_us() + COMMAND_US,
                        .db = s->db,
                        .operation = c->command->words,
                        .purpose = "support"};
    uuid_format(uuid_new(s->x.now_us), s->x.request_id);
    TRY(db_begin(&s->x, ret_tx));
    *ret_x = &s->x;
    return NULL;
}

err_t session_commit(struct ctx *x)
{
    return tx_commit(x);
}
