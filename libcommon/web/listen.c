/* listen.c - see listen.h. */
#include "web/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

ERR_DEFINE(err_address, ERR_INVALID, "listen.address",
           "The address to listen on is not unix:/path or tcp:host:port.");
ERR_DEFINE(err_long, ERR_INVALID, "listen.address", "The path of a unix socket may have 107 bytes.");
ERR_DEFINE(err_busy, ERR_CONFLICT, "listen.busy", "Another process listens on this address.");
ERR_DEFINE(err_bind, ERR_UNAVAILABLE, "listen.bind", "The address to listen on cannot be bound.");
ERR_DEFINE(err_name, ERR_INVALID, "listen.address", "The host to listen on has no address.");

#define BACKLOG 1024

const char *listen_unix_path(const char *address)
{
    return str_starts(address, "unix:") ? address + 5 : NULL;
}

/* True if someone accepts there. */
static bool answers(const struct sockaddr_un *sa)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return yes;
}

static err_t unix_open(const char *path, int *ret_fd)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};

    if (path[0] != '/')
        return err_address;
    if (strlen(path) >= sizeof(sa.sun_path))
        return err_long;
    memcpy(sa.sun_path, path, strlen(path));
    if (answers(&sa))
        return err_busy;
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 || chmod(path, 0660) != 0 ||
        listen(fd, BACKLOG) != 0) {
        if (fd >= 0)
            close(fd);
        return err_bind;
    }
    *ret_fd = fd;
    return NULL;
}

static err_t tcp_open(const char *host_port, int *ret_fd)
{
    const char *colon = strrchr(host_port, ':');
    char host[256] = "";
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *ai = NULL;
    int on = 1;

    if (!colon || colon == host_port || (size_t)(colon - host_port) >= sizeof(host))
        return err_address;
    memcpy(host, host_port, (size_t)(colon - host_port));
    if (host[0] == '[' && host[strlen(host) - 1] == ']') { /* [::1]:8080 */
        memmove(host, host + 1, strlen(host));
        host[strlen(host) - 1] = '\0';
    }
    if (getaddrinfo(host, colon + 1, &hints, &ai) != 0)
        return err_name;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
              bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;

    freeaddrinfo(ai);
    if (!ok) {
        if (fd >= 0)
            close(fd);
        return err_bind;
    }
    *ret_fd = fd;
    return NULL;
}

err_t listen_open(const char *address, int *ret_fd)
{
    const char *path = listen_unix_path(address);

    if (path)
        return unix_open(path, ret_fd);
    if (str_starts(address, "tcp:"))
        return tcp_open(address + 4, ret_fd);
    return err_address;
}
