/* outcall_sockets.c - libcurl's multi interface on the loop: sockets, timer, the address check. */
#include <event2/event.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/loop.h"
#include "io/outcall_internal.h"

static void collect(struct outcall *c)
{
    struct CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(c->multi, &left))) {
        struct outcall_call *call = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &call);
        call->result = m->data.result;
        co_wake(&call->wait);
    }
}

static void socket_ready(evutil_socket_t fd, short what, void *arg)
{
    struct outcall *c = arg;
    int running, events = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

    curl_multi_socket_action(c->multi, fd, events, &running);
    collect(c);
}

static struct outcall_socket **socket_find(struct outcall *c, curl_socket_t fd)
{
    struct outcall_socket **at = &c->sockets;

    while (*at && (*at)->fd != fd)
        at = &(*at)->next;
    return at;
}

static void socket_forget(struct outcall *c, curl_socket_t fd)
{
    struct outcall_socket **at = socket_find(c, fd), *s = *at;

    if (!s)
        return;
    event_free(s->ev);
    *at = s->next;
    s->next = c->spare;
    c->spare = s;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct outcall *c = arg;
    struct outcall_socket *s;
    short events =
        (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

    socket_forget(c, fd);
    if (what == CURL_POLL_REMOVE)
        return 0;
    s = c->spare;
    if (s)
        c->spare = s->next;
    else
        s = ARENA_NEW(c->arena, struct outcall_socket);
    *s = (struct outcall_socket){.next = c->sockets, .fd = fd};
    s->ev = event_new(loop_base(c->loop), fd, events, socket_ready, c);
    event_add(s->ev, NULL);
    c->sockets = s;
    return 0;
}

static void forget_opened(struct outcall *c, struct outcall_opened **at)
{
    struct outcall_opened *o = *at;

    *at = o->next;
    o->next = c->closed;
    c->closed = o;
}

/* The event goes before the descriptor: the loop's epoll set has a change list. */
static int on_close(void *arg, curl_socket_t fd)
{
    struct outcall *c = arg;
    struct outcall_opened **at = &c->opened;

    while (*at && (*at)->fd != fd)
        at = &(*at)->next;
    if (*at)
        forget_opened(c, at);
    socket_forget(c, fd);
    return close(fd);
}

void outcall_keep(const struct outcall_call *call, curl_socket_t kept)
{
    struct outcall_opened **at = &call->c->opened;

    while (*at) {
        if ((*at)->call == call && (*at)->fd != kept) {
            forget_opened(call->c, at);
            continue;
        }
        if ((*at)->call == call)
            (*at)->call = NULL;
        at = &(*at)->next;
    }
}

static void timer_fired(void *arg)
{
    struct outcall *c = arg;
    int running;

    c->timer = NULL;
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(c);
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    struct outcall *c = arg;

    loop_timer_cancel(c->timer);
    c->timer = ms < 0 ? NULL : loop_after(c->loop, (int64_t)ms * 1000, timer_fired, c);
    return 0;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct outcall_call *call = arg;
    struct outcall *c = call->c;
    struct outcall_opened *o = c->closed;
    curl_socket_t fd;

    if (call->check_address && !outcall_address_public(&address->addr)) {
        call->refused = true;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    if (o)
        c->closed = o->next;
    else
        o = ARENA_NEW(c->arena, struct outcall_opened);
    *o = (struct outcall_opened){.next = c->opened, .fd = fd, .call = call};
    if (getnameinfo(&address->addr, address->addrlen, o->address, sizeof(o->address), NULL, 0,
                    NI_NUMERICHOST) != 0)
        o->address[0] = '\0'; /* a unix socket */
    memcpy(call->address, o->address, sizeof(call->address));
    c->opened = o;
    return fd;
}

void outcall_hang_up(const struct outcall_call *call)
{
    for (struct outcall_opened *o = call->c->opened; o; o = o->next)
        if (o->call == call)
            shutdown(o->fd, SHUT_RDWR);
}

void outcall_watch_multi(struct outcall *c)
{
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
}

void outcall_watch_call(struct outcall_call *call)
{
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(call->easy, CURLOPT_CLOSESOCKETDATA, call->c);
}
