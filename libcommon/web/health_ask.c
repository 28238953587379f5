/* health_ask.c - asks a running process how it is: the health command of a container, which has no shell and
 * no curl, and wayfare-ctl status. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "web/health.h"
#include "web/listen.h"

#define PATIENCE_S 3
#define ANSWER_BYTES_MAX (4 * 1024 * 1024)

static int connect_to(const struct sockaddr *to, socklen_t n)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(fd, to, n) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(to.sun_path))
        return -1;
    memcpy(to.sun_path, path, strlen(path));
    return connect_to((const struct sockaddr *)&to, sizeof(to));
}

/* "host:port", "[::]:port"; who listens on every address answers on that too. */
static int connect_tcp(const char *host_port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    const char *colon = strrchr(host_port, ':');
    char host[256];
    int fd = -1;

    if (!colon || (size_t)(colon - host_port) >= sizeof(host))
        return -1;
    snprintf(host, sizeof(host), "%.*s", (int)(colon - host_port), host_port);
    if (host[0] == '[' && host[strlen(host) - 1] == ']') {
        memmove(host, host + 1, strlen(host));
        host[strlen(host) - 1] = '\0';
    }
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = connect_to(at->ai_addr, at->ai_addrlen);
    freeaddrinfo(found);
    return fd;
}

bool health_get(const char *listen, const char *path, struct buf *out)
{
    const char *socket_path = listen_unix_path(listen);
    char text[128], piece[4096];
    ssize_t got = -1;
    int fd = socket_path                  ? connect_unix(socket_path)
             : str_starts(listen, "tcp:") ? connect_tcp(listen + 4)
                                          : -1;
    int length = snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);

    if (fd < 0)
        return false;
    if (send(fd, text, (size_t)length, MSG_NOSIGNAL) == length)
        while ((got = recv(fd, piece, sizeof(piece), 0)) > 0 && out->n < ANSWER_BYTES_MAX)
            buf_put(out, piece, (size_t)got);
    close(fd);
    return got == 0 && out->n > 12 && str_starts(buf_text(out), "HTTP/1.") &&
           strncmp(buf_text(out) + 8, " 200", 4) == 0;
}

bool health_ask(const char *listen, const char *path)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct buf answer;

    buf_init(&answer, a, 1024);
    return health_get(listen, path, &answer);
}
