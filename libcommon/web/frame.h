/*
 * frame.h - the head of an HTTP/1.1 request, judged byte by byte before evhttp sees it (RFC 9112).
 *
 * evhttp takes two Content-Length, two Host, NUL, lone line feeds and folded lines [it joins them], reads no
 * body of GET or DELETE and takes those bytes for the next request. Whatever two readers could take
 * differently is refused here, so nobody behind or before us can disagree where a request ends. Pure: no I/O,
 * no memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FRAME_HEAD_BYTES 32768       /* whole head; a token alone may take 8 KiB */
#define FRAME_TARGET_BYTES 8192      /* path and query */
#define FRAME_HEADERS 100            /* header lines */
#define FRAME_BODY_BYTES (1 << 20)   /* body of most operations; the gateway spools what is longer */
#define FRAME_LARGE_BYTES (16 << 20) /* at most, where the operation takes large ones (x-max-body) */

enum frame_verdict {
    FRAME_MORE,    /* fine so far, not all there */
    FRAME_OK,      /* complete */
    FRAME_REFUSED, /* see the fault; the connection cannot be used further */
};

enum frame_body {
    FRAME_NO_BODY,
    FRAME_LENGTH,  /* Content-Length, maybe 0 */
    FRAME_CHUNKED, /* Transfer-Encoding: chunked */
};

struct frame_head {
    size_t bytes;        /* length of the head with its empty line */
    size_t target;       /* offset of the target */
    size_t target_bytes; /* its length */
    enum frame_body body;
    size_t length;   /* Content-Length */
    bool lengthless; /* POST, PUT or PATCH that says nothing about a body: none */
    bool large;      /* longer than FRAME_BODY_BYTES: whether that may be is the operation's affair */
};

/* code is a code of web/problem; unknown_method: the rest of the head is sound, only the method is not known
 * to us. */
struct frame_fault {
    const char *code;
    const char *detail;
    bool unknown_method;
};

/* Judges the first n bytes of a connection or of what follows the request before. */
enum frame_verdict frame_head(const char *p, size_t n, struct frame_head *ret, struct frame_fault *ret_fault);

/* How often the head of n bytes has the field; *ret its value in the first one, *ret_bytes long. The head was
 * judged FRAME_OK. */
unsigned frame_field(const char *p, size_t n, const char *name, const char **ret, size_t *ret_bytes);

/*
 * Follows a chunked body of at most FRAME_BODY_BYTES. Start from zero; p is always the start of the body, n
 * what is there of it. FRAME_OK: state->done bytes are the whole body with its end. Chunk extensions and
 * trailers are refused.
 */
struct frame_chunks {
    size_t done; /* bytes judged */
    size_t body; /* payload bytes so far */
};
enum frame_verdict frame_chunks(struct frame_chunks *state, const char *p, size_t n,
                                struct frame_fault *ret_fault);
