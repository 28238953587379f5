/*
 * events.c - wayfare-bench-events --service cases --events-rate N: adds events at a fixed rate, each in a
 * transaction of its own and with nothing beside it, as the peer's jobs are: what an effect waits for,
 * without the cost of the change that it follows. Runs until it is ended.
 */
#include "app/outbox.h"
#include "app/worker_main.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "io/db.h"

enum { SIDE_BY_SIDE = 16 };

struct bench_conf {
    int64_t rate;
};

static int64_t begun_us, made;

static err_t run_once(struct ctx *x, size_t *ret_done)
{
    const struct bench_conf *c = program_of(x)->settings;
    int64_t now = clock_mono_us();
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    if (begun_us == 0)
        begun_us = now;
    if (made >= (now - begun_us) * c->rate / 1000000)
        return NULL;
    made++;
    TRY(db_begin(x, &tx));
    outbox_add(tx, &(struct event){
                       .type = "cases.case.opened",
                       .subject = id,
                       .organisation = "iom",
                       .data = arena_printf(x->arena,
                                            "{\"caseId\":\"%s\",\"programme\":\"avrr\",\"confidentiality\":"
                                            "\"normal\",\"offices\":[\"nl\"],\"team\":[]}",
                                            uuid_text(x->arena, id)),
                   });
    *ret_done = 1;
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct conf_entry table[] = {
        {"WAYFARE_EVENTS_RATE", CONF_INT, offsetof(struct bench_conf, rate), NULL, "Events a second."},
    };
    static const struct program_settings settings = {table, LENGTH(table), sizeof(struct bench_conf)};
    static const struct work works[] = {
        {.name = "add", .run_once = run_once, .tick_us = 1000, .parallel = SIDE_BY_SIDE}};
    static const struct worker worker = {
        .name = "bench-events",
        .about = "adds events at a fixed rate",
        .works = works,
        .nworks = LENGTH(works),
        .settings = &settings,
    };

    return worker_main(argc, argv, &worker);
}
