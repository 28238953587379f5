/* main.c - wayfare-relay --service NAME: publishes a service's events, confirms them, seals its audit trail.
 */
#include <unistd.h>

#include "base/arena.h"
#include "relay/relay.h"
#include "web/metrics.h"

static err_t start(struct program *p)
{
    struct relay *r = ARENA_NEW(p->arena, struct relay);
    char host[64] = "";

    gethostname(host, sizeof(host) - 1);
    *r = (struct relay){
        .ack_stream = arena_printf(p->arena, "ack:%s", p->service),
        .consumer = arena_printf(p->arena, "relay-%s-%d", host, (int)getpid()),
        .published = metric_counter("wayfare_relay_published_total", "Deliveries published.", NULL),
        .confirmed = metric_counter("wayfare_relay_confirmed_total", "Deliveries confirmed.", NULL),
        .in_flight = metric_gauge("wayfare_relay_in_flight", "Published and not confirmed.", "group"),
        .backlog = metric_gauge("wayfare_outbox_backlog", "Not published yet.", "group"),
        .oldest =
            metric_gauge("wayfare_outbox_oldest_seconds", "Age of the oldest unconfirmed event.", "group"),
        .sealed = metric_counter("wayfare_audit_sealed_total", "Audit rows sealed.", NULL),
    };
    p->state = r;
    return relay_nodes_open(p, r);
}

static const struct work works[] = {
    {.name = "publish",
     .run_once = relay_publish,
     .tick_us = 25 * 1000,
     .poke = "relay-%s",
     .batch = RELAY_BATCH},
    {.name = "confirm", .run_once = relay_confirm, .each_queue = true},
    {.name = "claim", .run_once = relay_claim, .tick_us = 2000 * 1000, .each_queue = true},
    {.name = "upkeep", .run_once = relay_upkeep, .tick_us = 1000 * 1000, .each_queue = true},
    {.name = "count", .run_once = relay_count, .tick_us = 5000 * 1000},
    {.name = "prune", .run_once = relay_prune, .tick_us = 5000 * 1000},
    {.name = "seal", .run_once = relay_seal, .tick_us = 1000 * 1000},
};

int main(int argc, char **argv)
{
    static const struct worker worker = {
        .name = "relay",
        .about = "publishes a service's events, confirms them, seals its audit trail",
        .works = works,
        .nworks = LENGTH(works),
        .uses_queue = true,
        .needs = PROGRAM_RELAY,
        .start = start,
    };

    return worker_main(argc, argv, &worker);
}
