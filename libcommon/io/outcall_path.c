/*
 * outcall_path.c - which address of a name a call goes to.
 *
 * One after the other, each with its share of the time for connecting: curl, told of all, gives the first
 * half of it and may then sleep through the other half. An address that did not answer comes behind the
 * others for a while, and connections kept to it are given up: a host that is cut off costs one call, not
 * every call.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "io/outcall_internal.h"

#define SUSPECT_US (30 * 1000000LL)

const struct err outcall_err_address = {
    .kind = ERR_UPSTREAM, .code = "outcall.address", .detail = "The address is not public."};
const struct err outcall_err_timeout = {
    .kind = ERR_UNAVAILABLE, .code = "outcall.timeout", .detail = "The other side took too long."};

/* ---- suspects ---- */

/* Until when it is one, 0 if it is none. */
static int64_t suspected_until(const struct outcall *c, const char *address)
{
    for (size_t i = 0; i < OUTCALL_SUSPECTS; i++) {
        const struct outcall_suspect *s = &c->suspects[i];

        if (strcmp(s->address, address) == 0)
            return s->until_us > clock_mono_us() ? s->until_us : 0;
    }
    return 0;
}

bool outcall_suspected(const struct outcall *c, const char *address)
{
    return suspected_until(c, address) > 0;
}

/* In its own place, or in that of the one which is over first. */
static void set_suspect(struct outcall *c, const char *address, int64_t until_us)
{
    struct outcall_suspect *s = &c->suspects[0];

    for (size_t i = 0; i < OUTCALL_SUSPECTS; i++) {
        struct outcall_suspect *other = &c->suspects[i];

        if (strcmp(other->address, address) == 0) {
            s = other;
            break;
        }
        if (other->until_us < s->until_us)
            s = other;
    }
    snprintf(s->address, sizeof(s->address), "%s", address);
    s->until_us = until_us;
}

/* curl looks at a kept connection before it uses it again, and sees that it has ended. */
static void give_up_kept(const struct outcall *c, const char *address)
{
    for (const struct outcall_opened *o = c->opened; o; o = o->next)
        if (!o->call && strcmp(o->address, address) == 0)
            shutdown(o->fd, SHUT_RDWR);
}

static void judge(const struct outcall_call *call)
{
    const char *address = call->address;
    char *kept = NULL;

    if (!address[0] && curl_easy_getinfo(call->easy, CURLINFO_PRIMARY_IP, &kept) == CURLE_OK && kept)
        address = kept;
    if (!address[0])
        return; /* a unix socket, or none was opened */
    switch ((int)call->result) {
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        set_suspect(call->c, address, clock_mono_us() + SUSPECT_US);
        give_up_kept(call->c, address);
        break;
    default: /* somebody is there, whatever he said */
        if (outcall_suspected(call->c, address))
            set_suspect(call->c, address, 0);
    }
}

/* ---- the way ---- */

/* Puts it behind those that are less suspect. */
static void insert(struct outcall_call *call, const char *address)
{
    int64_t until = suspected_until(call->c, address);
    size_t i = call->naddresses++;

    while (i > 0 && suspected_until(call->c, call->addresses[i - 1]) > until) {
        call->addresses[i] = call->addresses[i - 1];
        i--;
    }
    call->addresses[i] = address;
}

/* With all the time that is left, and of it a share for connecting. "+": the entry times out of curl's cache
 * like one that it had looked up. */
static void hand_over(struct outcall_call *call)
{
    const char *address = call->addresses[call->at];
    int64_t left_ms = outcall_left_us(call) / 1000;
    int64_t connect_ms = left_ms / (int64_t)(call->naddresses - call->at);
    struct curl_slist *before = call->resolve;

    if (connect_ms > OUTCALL_CONNECT_MS)
        connect_ms = OUTCALL_CONNECT_MS;
    call->resolve = curl_slist_append(NULL, arena_printf(call->x->arena,
                                                         strchr(address, ':') ? "+%s:%u:[%s]" : "+%s:%u:%s",
                                                         call->host, call->port, address));
    curl_easy_setopt(call->easy, CURLOPT_RESOLVE, call->resolve);
    curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_ms > 0 ? connect_ms : 1));
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 0 ? left_ms : 1));
    curl_slist_free_all(before);
}

err_t outcall_resolve(struct outcall_call *call, const char *host, unsigned port)
{
    struct outcall_names names;
    char text[INET6_ADDRSTRLEN];

    if (outcall_left_us(call) <= 0)
        return &outcall_err_timeout;
    TRY(outcall_lookup(call, host, port, outcall_left_us(call), &names));
    call->host = host;
    call->port = port;
    for (size_t i = 0; i < names.n; i++) {
        const struct sockaddr *address = (const struct sockaddr *)&names.v[i];
        socklen_t bytes =
            address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

        if (call->check_address && !outcall_address_public(address))
            continue;
        if (getnameinfo(address, bytes, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
            insert(call, arena_strdup(call->x->arena, text));
    }
    if (call->naddresses == 0)
        return &outcall_err_address;
    hand_over(call);
    return NULL;
}

bool outcall_next(struct outcall_call *call)
{
    curl_off_t connected_us = 0;

    judge(call);
    if (call->result != CURLE_COULDNT_CONNECT && call->result != CURLE_OPERATION_TIMEDOUT)
        return false;
    curl_easy_getinfo(call->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    if (!call->address[0] || connected_us > 0 || call->at + 1 >= call->naddresses ||
        outcall_left_us(call) <= 0)
        return false;
    call->at++;
    hand_over(call);
    return true;
}
