/* dgram.c - datagrams that wake. */
#include "io/dgram.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/loop.h"

ERR_DEFINE(err_path, ERR_INVALID, "dgram.path", "The path is too long for a unix socket.");

struct listener {
    struct listener *next;
    int fd;
    struct event *ev;
    void (*fn)(void *arg);
    void *arg;
};

struct dgram {
    struct arena *arena;
    struct loop *loop;
    int fd;
    struct listener *listeners;
};

static bool address_of(const char *path, struct sockaddr_un *ret)
{
    size_t n = strlen(path);

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (n >= sizeof(ret->sun_path))
        return false;
    memcpy(ret->sun_path, path, n + 1);
    return true;
}

static int dgram_socket(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

err_t dgram_open(struct loop *l, struct dgram **ret)
{
    struct arena *a = arena_new();
    struct dgram *d = ARENA_NEW(a, struct dgram);

    *d = (struct dgram){.arena = a, .loop = l, .fd = dgram_socket()};
    *ret = d;
    return d->fd < 0 ? err_internal(a, ERR_UNAVAILABLE, "dgram.socket", "socket: %s", strerror(errno)) : NULL;
}

void dgram_close(struct dgram *d)
{
    if (!d)
        return;
    for (struct listener *l = d->listeners; l; l = l->next) {
        event_free(l->ev); /* before the descriptor: the loop's epoll set has a change list */
        close(l->fd);
    }
    if (d->fd >= 0)
        close(d->fd);
    arena_free(d->arena);
}

enum dgram_outcome dgram_send(struct dgram *d, const char *path)
{
    struct sockaddr_un to;

    if (!address_of(path, &to))
        return DGRAM_NOBODY;
    if (sendto(d->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof(to)) == 1)
        return DGRAM_SENT;
    return errno == EAGAIN || errno == ENOBUFS ? DGRAM_SENT : DGRAM_NOBODY;
}

static void dgram_arrived(evutil_socket_t fd, short what, void *arg)
{
    const struct listener *l = arg;
    char sink[16];

    while (recv(fd, sink, sizeof(sink), MSG_DONTWAIT) >= 0)
        ;
    l->fn(l->arg);
}

err_t dgram_listen(struct dgram *d, const char *path, void (*fn)(void *arg), void *arg)
{
    struct listener *l = ARENA_NEW(d->arena, struct listener);
    struct sockaddr_un at;

    if (!address_of(path, &at))
        return err_path;
    *l = (struct listener){.fd = dgram_socket(), .fn = fn, .arg = arg};
    if (l->fd < 0)
        return err_internal(d->arena, ERR_UNAVAILABLE, "dgram.socket", "socket: %s", strerror(errno));
    unlink(path);
    if (bind(l->fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
        close(l->fd);
        return err_internal(d->arena, ERR_UNAVAILABLE, "dgram.bind", "%s: %s", path, strerror(errno));
    }
    l->ev = event_new(loop_base(d->loop), l->fd, EV_READ | EV_PERSIST, dgram_arrived, l);
    event_add(l->ev, NULL);
    l->next = d->listeners;
    d->listeners = l;
    return NULL;
}
