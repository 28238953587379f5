/*
 * outcall.c - a call by libcurl: its address, certificates and end; outcall_sockets.c runs it on the loop.
 *
 * curl runs only on the loop's stack here (its own functions are called by coroutines too, but curl's TLS
 * work needs some 8 KiB, which theirs have).
 */
#include "io/outcall.h"

#include <errno.h>
#include <event2/dns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/outcall_internal.h"

ERR_DEFINE(err_url, ERR_INVALID, "outcall.url", "The address is no URL that may be called.");
ERR_DEFINE(err_connect, ERR_UNAVAILABLE, "outcall.connect", "The other side could not be reached.");
ERR_DEFINE(err_too_large, ERR_UPSTREAM, "outcall.tooLarge", "The answer is too large.");
ERR_DEFINE(err_tls, ERR_UPSTREAM, "outcall.tls", "The other side's certificate or TLS is not acceptable.");

/* ---- open and close ---- */

/* Files, which curl reads for each handshake: a certificate that was renewed needs no restart. */
static err_t house_open(struct outcall *c, const char *folder)
{
    const char *key;

    c->house_ca = arena_printf(c->arena, "%s/ca.pem", folder);
    c->house_certificate = arena_printf(c->arena, "%s/certificate.pem", folder);
    c->house_key = arena_printf(c->arena, "%s/key.pem", folder);
    if (access(c->house_ca, R_OK) != 0 || access(c->house_certificate, R_OK) != 0)
        return err_internal(c->arena, ERR_INVALID, "outcall.house", "%s: ca.pem, certificate.pem: %s", folder,
                            strerror(errno));
    return conf_secret(c->arena, c->house_key, &key);
}

/* No resolver is not yet a fault: a machine may have none, and unix sockets need none. */
static err_t names_open(struct outcall *c, const char *nameserver)
{
    struct event_base *base = loop_base(c->loop);

    if (!nameserver)
        c->dns = evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!c->dns)
        c->dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!c->dns)
        return err_internal(c->arena, ERR_BUG, "outcall.open", "evdns_base_new failed");
    if (nameserver && evdns_base_nameserver_ip_add(c->dns, nameserver) != 0)
        return err_internal(c->arena, ERR_INVALID, "outcall.nameserver", "%s is no address", nameserver);
    if (nameserver)
        evdns_base_load_hosts(c->dns, "/etc/hosts");
    return NULL;
}

err_t outcall_open(struct loop *l, const struct outcall_options *o, struct outcall **ret)
{
    struct arena *a = arena_new();
    struct outcall *c = ARENA_NEW(a, struct outcall);

    c->arena = a;
    c->loop = l;
    c->allow = o->allow ? arena_strdup(a, o->allow) : "";
    *ret = c;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->multi = curl_multi_init();
    if (!c->multi)
        return err_internal(a, ERR_BUG, "outcall.open", "curl_multi_init failed");
    TRY(names_open(c, o->nameserver));
    outcall_watch_multi(c);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 16L);
    if (o->house)
        TRY(house_open(c, o->house));
    if (o->ca_file && access(o->ca_file, R_OK) != 0)
        return err_internal(a, ERR_INVALID, "outcall.ca", "%s: %s", o->ca_file, strerror(errno));
    c->ca_file = o->ca_file ? arena_strdup(a, o->ca_file) : NULL;
    return NULL;
}

void outcall_close(struct outcall *c)
{
    if (!c)
        return;
    if (c->multi)
        curl_multi_cleanup(c->multi);
    outcall_ca_close(c);
    loop_timer_cancel(c->timer);
    if (c->dns)
        evdns_base_free(c->dns, 0);
    arena_free(c->arena);
}

/* ---- one call ---- */

int64_t outcall_left_us(const struct outcall_call *call)
{
    return call->begin_us + call->timeout_us - clock_mono_us();
}

static bool numeric(const char *host)
{
    struct in6_addr sink;

    return evutil_inet_pton(AF_INET, host, &sink) == 1 || host[0] == '[';
}

static err_t read_url(struct outcall_call *call, CURLU *u, const char *url, bool public_only,
                      const char **ret_host, unsigned *ret_port)
{
    char *host = NULL, *port = NULL, *scheme = NULL;
    err_t e = NULL;
    bool allowed;

    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) || curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        e = err_url;
    if (!e) {
        *ret_host = arena_strdup(call->x->arena, host);
        *ret_port = (unsigned)atoi(port);
        allowed = outcall_allowed(call->c->allow, host, *ret_port);
        if (public_only && (strcmp(scheme, "https") != 0 || (*ret_port != 443 && !allowed)))
            e = err_url;
        call->check_address = public_only && !allowed;
    }
    curl_free(host);
    curl_free(port);
    curl_free(scheme);
    return e;
}

static void set_common(struct outcall_call *call, bool public_only)
{
    CURL *easy = call->easy;
    int64_t left = outcall_left_us(call) / 1000;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)OUTCALL_CONNECT_MS);
    outcall_watch_call(call);
    if (public_only) { /* a kept connection of a call that was not checked must not serve one that is */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (call->c->ca)
        outcall_ca_trust(call, true);
}

err_t outcall_begin(struct outcall_call *call, const char *url, bool public_only)
{
    CURLU *u = curl_url();
    const char *host = NULL;
    unsigned port = 0;
    err_t e = call->c->ca_file && !call->c->ca ? outcall_ca_load(call->c) : NULL;

    call->begin_us = clock_mono_us();
    call->easy = curl_easy_init();
    if (!u || !call->easy)
        abort();
    if (!e)
        e = read_url(call, u, url, public_only, &host, &port);
    curl_url_cleanup(u);
    TRY(e);
    curl_easy_setopt(call->easy, CURLOPT_URL, url);
    set_common(call, public_only);
    return numeric(host) ? NULL : outcall_resolve(call, host, port);
}

err_t outcall_begin_unix(struct outcall_call *call, const char *url, const char *path)
{
    call->begin_us = clock_mono_us();
    call->easy = curl_easy_init();
    if (!call->easy)
        abort();
    curl_easy_setopt(call->easy, CURLOPT_URL, url);
    curl_easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, path);
    set_common(call, false);
    return NULL;
}

err_t outcall_perform(struct outcall_call *call)
{
    curl_socket_t kept;
    err_t e;

    do {
        call->wait = (struct co_wait){0};
        call->address[0] = '\0';
        if (curl_multi_add_handle(call->c->multi, call->easy) != CURLM_OK)
            return err_internal(call->x->arena, ERR_BUG, "outcall.add", "curl_multi_add_handle failed");
        e = co_wait(&call->wait);
        curl_easy_getinfo(call->easy, CURLINFO_ACTIVESOCKET, &kept);
        curl_multi_remove_handle(call->c->multi, call->easy);
        outcall_keep(call, e ? CURL_SOCKET_BAD : kept); /* of a call that is broken off nothing is */
    } while (!e && outcall_next(call));
    return e;
}

void outcall_end(struct outcall_call *call)
{
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->resolve);
    curl_slist_free_all(call->headers);
}

err_t outcall_error(const struct outcall_call *call)
{
    struct arena *a = call->x->arena;

    if (call->refused)
        return &outcall_err_address;
    switch ((int)call->result) { /* of curl's hundred codes those that a caller treats in its own way */
    case CURLE_OPERATION_TIMEDOUT:
        return &outcall_err_timeout;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_connect;
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
        return err_too_large;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
        return err_tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return err_internal(a, ERR_UNAVAILABLE, "outcall.broken", "%s", curl_easy_strerror(call->result));
    default:
        return err_internal(a, ERR_UPSTREAM, "outcall.failed", "%s", curl_easy_strerror(call->result));
    }
}
