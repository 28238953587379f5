/* mail.h - one message as RFC 5322 text: UTF-8, neutral, the same bytes every time it is built. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct uuid;

struct mail {
    const char *from_name;  /* "Wayfare" */
    const char *from, *to;  /* addresses */
    const char *subject;    /* UTF-8, one line */
    const char *body;       /* UTF-8, lines end with \n */
    const char *language;   /* BCP 47, for Content-Language */
    const char *message_id; /* stable over attempts: uuid text */
    const char *domain;     /* of the Message-ID */
    int64_t date_us;
};

/* Headers and body with CRLF line ends; subject by RFC 2047 (base64 words of at most 75 characters), body in
 * quoted-printable. */
const char *mail_text(struct arena *a, const struct mail *m, size_t *ret_bytes);
