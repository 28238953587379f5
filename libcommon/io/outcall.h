/*
 * outcall.h - calls to the outside: HTTP(S) and SMTP by libcurl's multi interface on the loop.
 *
 * Names are resolved by libevent's evdns. The connected address is checked on the socket; private ranges are
 * refused unless allowed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct ctx;
struct loop;
struct outcall;

struct outcall_options {
    const char *allow;      /* comma-separated host:port that may be private (development only); "" none */
    const char *ca_file;    /* further certificate authority; NULL none */
    const char *nameserver; /* address or address:port instead of those of resolv.conf; NULL: those */
    const char *house; /* folder for calls within the house: ca.pem, certificate.pem, key.pem; NULL none */
};
MUST_CHECK err_t outcall_open(struct loop *l, const struct outcall_options *o, struct outcall **ret);
void outcall_close(struct outcall *c);

struct outcall_request {
    const char *method;         /* "GET", "POST" */
    const char *url;            /* https://, or http:// to a peer */
    const char *unix_socket;    /* peer service's socket, "…/cases.sock"; if nobody answers there, those of
                                   its other processes, "…/cases-2.sock" to -9; NULL: network */
    const char *const *headers; /* "Name: value", n of them */
    size_t nheaders;
    const void *body;
    size_t body_bytes;
    const char *traceparent;   /* goes along, with a span of its own if sampled; NULL: no header */
    int64_t timeout_us;        /* whole call; 15 s for webhooks */
    size_t max_response_bytes; /* 64 kB for webhooks */
    bool public_only; /* webhooks: https, port 443 or allow list, address checked, no redirect, no proxy */
    const char *sign; /* the signature of S3 and its kin: "aws:amz:<region>:s3"; NULL none */
    const char *user, *secret; /* whose signature */
    bool house; /* to a program of ours: if it is https, with the certificate of outcall_options.house
                   and trusting its authority alone */
};
struct outcall_response {
    int status;
    const char *body; /* NUL-terminated, in x->arena */
    size_t body_bytes;
    const char *retry_after; /* header, NULL if absent */
    const char *content_type;
    int64_t us; /* duration, of a call that failed too: of that, all else stays as it was */
};
/* Any HTTP status is a success here. Errors: ERR_UPSTREAM (refused address, TLS, too large, no HTTP),
 * ERR_UNAVAILABLE (no connection, name, timeout), ERR_CANCELLED. */
AWAITS MUST_CHECK err_t outcall_http(struct ctx *x, struct outcall *c, const struct outcall_request *rq,
                                     struct outcall_response *ret);

struct outcall_mail {
    const char *server;          /* "smtp://host:port", "smtps://…" */
    const char *user, *password; /* NULL none */
    bool require_tls;
    const char *from, *to; /* envelope addresses */
    const char *message;   /* RFC 5322, CRLF line ends */
    size_t message_bytes;
    int64_t timeout_us;
};
enum mail_outcome {
    MAIL_ACCEPTED,  /* 250 after DATA */
    MAIL_TEMPORARY, /* 4xx, or no connection: nothing was accepted */
    MAIL_PERMANENT, /* 5xx */
    MAIL_UNKNOWN,   /* the connection broke after DATA was sent */
};
/* One attempt. *ret is set in any case; with an error (ERR_CANCELLED, ERR_INVALID for an address that is
 * none) too: a mail whose wait was cancelled may be MAIL_UNKNOWN. *ret_answer: "550 5.1.1", the server's last
 * code and enhanced code (RFC 3463), never its text, which may repeat the address; "" if none came. */
AWAITS MUST_CHECK err_t outcall_mail(struct ctx *x, struct outcall *c, const struct outcall_mail *m,
                                     enum mail_outcome *ret, const char **ret_answer);
