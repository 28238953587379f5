/* outcall_internal.h - what the parts of outcall share; for outcall*.c alone. */
#pragma once

#include <curl/curl.h>
#include <netinet/in.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include "io/co.h"
#include "io/outcall.h"

struct evdns_base;
struct loop_timer;

struct outcall_socket {
    struct outcall_socket *next;
    curl_socket_t fd;
    struct event *ev; /* NULL: not watched at the moment */
};

/* A descriptor that a call has opened, until curl closes it. */
struct outcall_opened {
    struct outcall_opened *next;
    curl_socket_t fd;
    const struct outcall_call *call; /* NULL: it has ended, its connection is kept */
    char address[INET6_ADDRSTRLEN];
};

/* An address that did not answer. */
struct outcall_suspect {
    char address[INET6_ADDRSTRLEN];
    int64_t until_us; /* mono */
};
#define OUTCALL_SUSPECTS 16
#define OUTCALL_ADDRESSES 8 /* of one name */
#define OUTCALL_CONNECT_MS 5000

struct outcall {
    struct arena *arena;
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct evdns_base *dns;
    struct outcall_socket *sockets, *spare;
    struct outcall_opened *opened, *closed;               /* closed: to be used again */
    const char *allow;                                    /* host:port list */
    const char *house_ca, *house_certificate, *house_key; /* files; NULL none */
    struct outcall_suspect suspects[OUTCALL_SUSPECTS];
    const char *ca_file; /* authorities beside the system's; NULL none */
    X509_STORE *ca;      /* both, once they were needed; NULL: the system's alone */
};

/* One call; lives on its coroutine's stack. */
struct outcall_call {
    struct co_wait wait;
    struct outcall *c;
    struct ctx *x;
    CURL *easy;
    CURLcode result;
    bool check_address;             /* refuse private addresses */
    bool refused;                   /* one was */
    char address[INET6_ADDRSTRLEN]; /* that the attempt has opened; "": a kept connection serves it */
    const char *host;               /* a name; NULL: nothing was resolved */
    unsigned port;
    const char *addresses[OUTCALL_ADDRESSES]; /* of the name, in the order in which they are tried */
    size_t naddresses, at;
    struct curl_slist *resolve, *headers;
    int64_t begin_us; /* mono */
    int64_t timeout_us;
};

/* Makes the handle with what every call has, and resolves the url's host. Undone by outcall_end, also after
 * an error. */
AWAITS MUST_CHECK err_t outcall_begin(struct outcall_call *call, const char *url, bool public_only);
/* The same for a peer's unix socket: nothing to resolve. */
MUST_CHECK err_t outcall_begin_unix(struct outcall_call *call, const char *url, const char *path);
/* Runs the handle to its end; call->result says how it went. */
AWAITS MUST_CHECK err_t outcall_perform(struct outcall_call *call);
void outcall_end(struct outcall_call *call);
/* The error of a call whose result is not CURLE_OK. */
err_t outcall_error(const struct outcall_call *call);

extern const struct err outcall_err_address, outcall_err_timeout;
/* What is left of the call's time. */
int64_t outcall_left_us(const struct outcall_call *call);

/* ---- outcall_sockets.c ---- */

/* Hands curl's sockets and timer to the loop. */
void outcall_watch_multi(struct outcall *c);
/* The sockets that a call opens are checked, noted and closed here. */
void outcall_watch_call(struct outcall_call *call);
/* An attempt has ended: what it opened is kept by curl for another call, or was closed without a word, since
 * it was never connected. */
void outcall_keep(const struct outcall_call *call, curl_socket_t kept);
/* Shuts the call's connections down: whatever curl waits for on them has come to its end. */
void outcall_hang_up(const struct outcall_call *call);

/* ---- outcall_ca.c ---- */

/* Makes c->ca of the system's authorities and c->ca_file. ERR_INVALID outcall.ca: one cannot be read. */
MUST_CHECK err_t outcall_ca_load(struct outcall *c);
void outcall_ca_close(struct outcall *c);
/* The call holds certificates against c->ca; false: against what else it is told. */
void outcall_ca_trust(struct outcall_call *call, bool trust);

/* ---- outcall_path.c: which address of a name ---- */

/* Resolves the name and hands its first address to curl. */
AWAITS MUST_CHECK err_t outcall_resolve(struct outcall_call *call, const char *host, unsigned port);
/* What the attempt's result says of its address. True: nothing was connected, so nothing was sent, and curl
 * has the next. */
bool outcall_next(struct outcall_call *call);
/* True for an address that did not answer lately. */
bool outcall_suspected(const struct outcall *c, const char *address);

/* True if the list contains host:port. */
bool outcall_allowed(const char *list, const char *host, unsigned port);
/* True for an address of the public internet: none of the special ranges of RFC 6890, and none that carries
 * an IPv4 address inside (NAT64, 6to4, Teredo, mapped). */
bool outcall_address_public(const struct sockaddr *address);

struct outcall_names {
    struct sockaddr_storage v[OUTCALL_ADDRESSES];
    size_t n;
};
/* Resolves a name by evdns, within timeout_us. */
AWAITS MUST_CHECK err_t outcall_lookup(struct outcall_call *call, const char *host, unsigned port,
                                       int64_t timeout_us, struct outcall_names *ret);
