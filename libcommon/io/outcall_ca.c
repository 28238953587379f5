/* outcall_ca.c - the authorities that other hosts' certificates are held against. */
#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "io/outcall_internal.h"

enum { CA_MAX_BYTES = 1024 * 1024, CA_STEP_BYTES = 256 * 1024 };

/* Puts a file behind what buf has, and a line end. */
static err_t ca_add(struct buf *b, const char *path)
{
    CLEANUP(file_endp) FILE *f = fopen(path, "re");
    size_t n;

    if (!f)
        return err_internal(b->arena, ERR_INVALID, "outcall.ca", "%s: %s", path, strerror(errno));
    do {
        buf_reserve(b, CA_STEP_BYTES);
        n = fread(b->p + b->n, 1, CA_STEP_BYTES, f);
        b->n += n;
        if (b->n > CA_MAX_BYTES)
            return err_internal(b->arena, ERR_INVALID, "outcall.ca", "%s is too large", path);
    } while (n > 0);
    buf_putc(b, '\n');
    return NULL;
}

/*
 * curl takes one bundle: the system's and ours are put behind each other. Both are read when the first call
 * needs them: many a process makes none by TLS.
 */
err_t outcall_ca_load(struct outcall *c, struct arena *scratch)
{
    const char *systems = curl_version_info(CURLVERSION_NOW)->cainfo;
    struct buf all;

    buf_init(&all, scratch, CA_STEP_BYTES);
    if (systems && access(systems, R_OK) == 0)
        TRY(ca_add(&all, systems));
    TRY(ca_add(&all, c->ca_file));
    c->ca = (struct curl_blob){
        .data = arena_strndup(c->arena, all.p, all.n), .len = all.n, .flags = CURL_BLOB_NOCOPY};
    return NULL;
}
