/*
 * queue.c - how many jobs a second pass through Redis Streams by io/queue: one process adds and takes at
 * once.
 *
 * bench-queue ADDRESS JOBS: prints jobs a second. Nothing of PostgreSQL is in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/queue.h"

enum { BATCH = 100, PATIENCE_US = 60 * 1000 * 1000 };
#define STREAM "bench:queue"

static struct loop *loop;
static struct queue *queue;
static size_t jobs, added, taken;
static bool failed;

static void fault(const char *what, err_t e)
{
    fprintf(stderr, "%s: %s\n", what, e->cause ? e->cause : e->code);
    failed = true;
}

/* A context for one turn. */
static struct ctx turn(struct arena *a)
{
    static const struct principal nobody = {
        .subject = "bench", .client_id = "bench", .organisation = "", .scope = ""};

    return (struct ctx){.arena = a, .who = &nobody, .now_us = clock_now_us()};
}

static void add(void *arg)
{
    while (added < jobs && !failed) {
        struct arena *a = arena_new();
        struct ctx x = turn(a);
        const char *bodies[BATCH];
        size_t n = jobs - added < BATCH ? jobs - added : BATCH;
        err_t e;

        for (size_t i = 0; i < n; i++)
            bodies[i] = arena_printf(a, "{\"type\":\"bench.job\",\"n\":%zu}", added + i);
        e = queue_add(&x, queue, STREAM, bodies, n);
        if (e)
            fault("add", e);
        added += n;
        arena_free(a);
    }
}

static void take(void *arg)
{
    while (taken < jobs && !failed) {
        struct arena *a = arena_new();
        struct ctx x = turn(a);
        const char *ids[BATCH];
        struct queue_message *messages;
        size_t n = 0;
        err_t e = queue_read(&x, queue, STREAM, "bench", "one", BATCH, 1000 * 1000, &messages, &n);

        for (size_t i = 0; !e && i < n; i++)
            ids[i] = messages[i].id;
        if (!e && n > 0)
            e = queue_ack(&x, queue, STREAM, "bench", ids, n);
        if (e)
            fault("take", e);
        taken += n;
        arena_free(a);
    }
    loop_drain(loop);
}

static void begin(void *arg)
{
    while (!queue_ready(queue)) {
        if (co_sleep(1000))
            return;
    }
    if (co_start("take", take, NULL) || co_start("add", add, NULL))
        failed = true;
}

int main(int argc, char **argv)
{
    int64_t begun;

    if (argc != 3 || (jobs = strtoull(argv[2], NULL, 10)) == 0) {
        fprintf(stderr, "usage: %s ADDRESS JOBS\n", argv[0]);
        return 2;
    }
    if (loop_new(&loop) || co_init(loop, 16) ||
        queue_open(loop, &(struct queue_options){.address = argv[1]}, &queue) ||
        co_start("begin", begin, NULL))
        return 1;
    begun = clock_mono_us();
    if (loop_run(loop, PATIENCE_US))
        return 1;
    if (!failed)
        printf("%.0f\n", (double)taken * 1e6 / (double)(clock_mono_us() - begun));
    queue_close(queue);
    co_shutdown();
    loop_free(loop);
    return failed ? 1 : 0;
}
