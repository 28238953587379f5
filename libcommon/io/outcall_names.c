/* outcall_names.c - names by evdns: curl's own resolver would block the loop behind a silent server. */
#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "io/loop.h"
#include "io/outcall_internal.h"

ERR_DEFINE(err_name, ERR_UNAVAILABLE, "outcall.name", "A name could not be resolved.");

/* Outlives a wait that was cancelled: evdns calls back in its own time. */
struct lookup {
    struct co_wait *wait; /* NULL: nobody waits any more */
    struct outcall_names *names;
    bool done, expired;
    bool running; /* evdns still holds it */
};

static void take_addresses(struct outcall_names *names, const struct evutil_addrinfo *found)
{
    for (; found && names->n < OUTCALL_ADDRESSES; found = found->ai_next)
        if (found->ai_addrlen <= sizeof(names->v[0]))
            memcpy(&names->v[names->n++], found->ai_addr, found->ai_addrlen);
}

static void looked_up(int fault, struct evutil_addrinfo *found, void *arg)
{
    struct lookup *l = arg;

    l->running = false;
    l->done = true;
    if (!l->wait) {
        if (found)
            evutil_freeaddrinfo(found);
        free(l);
        return;
    }
    if (!fault)
        take_addresses(l->names, found);
    if (found)
        evutil_freeaddrinfo(found);
    co_wake(l->wait);
}

static void expired(void *arg)
{
    struct lookup *l = arg;

    l->expired = true;
    co_wake(l->wait);
}

err_t outcall_lookup(struct outcall_call *call, const char *host, unsigned port, int64_t timeout_us,
                     struct outcall_names *ret)
{
    struct evutil_addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
    struct lookup *l = calloc(1, sizeof(*l));
    struct evdns_getaddrinfo_request *request;
    struct co_wait wait = {0};
    struct loop_timer *timer;
    char service[8];
    err_t e = NULL;

    if (!l)
        abort();
    *ret = (struct outcall_names){0};
    *l = (struct lookup){.wait = &wait, .names = ret, .running = true};
    snprintf(service, sizeof(service), "%u", port);
    request =
        evdns_getaddrinfo(call->c->dns, host, service, &hints, looked_up, l); /* may call back at once */
    timer = loop_after(call->c->loop, timeout_us, expired, l);
    if (!l->done)
        e = co_wait(&wait);
    if (!l->expired)
        loop_timer_cancel(timer);
    l->wait = NULL;
    if (l->running)
        evdns_getaddrinfo_cancel(request); /* calls back, now or soon, and that frees l */
    else
        free(l);
    if (e)
        return e;
    return ret->n > 0 ? NULL : err_name;
}
