/*
 * store.c - see store.h: the folder. <folder>/<two digits of the name>/<name>; what is being written ends
 * with .part, is flushed, and then takes its name.
 */
#include "io/store.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "io/aside.h"

#define PART ".part"

struct store {
    char *folder;
    struct aside *aside;
};

/* One call, as the thread beside the loop sees it. */
struct file_job {
    const char *folder, *sub, *path, *part;
    void *p;
    size_t n;
    bool reading;
    const char *at; /* what failed; NULL: nothing */
    int error;      /* its errno; 0: not the bytes that were asked for */
};

ERR_DEFINE(err_place, ERR_INVALID, "store.place", "The place for contents must be the path of a folder.");

err_t store_open(const struct store_options *o, struct store **ret)
{
    struct store *s;

    if (o->place[0] != '/')
        return err_place;
    s = calloc(1, sizeof(*s));
    if (!s || !(s->folder = strdup(o->place)))
        abort();
    s->aside = o->aside;
    *ret = s;
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    free(s->folder);
    free(s);
}

/* UUID version 4: no time, no order. */
struct uuid store_name(void)
{
    struct uuid u;

    if (RAND_bytes(u.b, sizeof(u.b)) != 1)
        abort();
    u.b[6] = (uint8_t)(0x40 | (u.b[6] & 0x0f));
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
    return u;
}

/* ---- on the thread: nothing but the job is touched ---- */

static bool failed(struct file_job *j, const char *at)
{
    j->error = errno;
    j->at = at;
    return false;
}

static bool flush_folder(struct file_job *j, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (!ok)
        failed(j, "flush the folder");
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool make_sub(struct file_job *j)
{
    if (mkdir(j->sub, 0700) == 0)
        return flush_folder(j, j->folder);
    return errno == EEXIST ? true : failed(j, "make the folder");
}

static bool write_all(struct file_job *j, int fd)
{
    const char *p = j->p;

    for (size_t left = j->n; left > 0;) {
        ssize_t n = write(fd, p, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(j, "write");
        p += n;
        left -= (size_t)n;
    }
    return fsync(fd) == 0 ? true : failed(j, "flush");
}

static bool write_part(struct file_job *j)
{
    int fd = open(j->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok;

    if (fd < 0)
        return failed(j, "make the file");
    ok = write_all(j, fd);
    if (close(fd) != 0 && ok)
        ok = failed(j, "close");
    return ok;
}

static void put(void *arg)
{
    struct file_job *j = arg;

    if (!make_sub(j))
        return;
    if (write_part(j)) {
        if (rename(j->part, j->path) == 0)
            flush_folder(j, j->sub);
        else
            failed(j, "name the file");
    }
    if (j->at)
        unlink(j->part);
}

static void get(void *arg)
{
    struct file_job *j = arg;
    int fd = open(j->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    size_t have = 0;

    if (fd < 0) {
        failed(j, "open");
        return;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == j->n) {
        while (have < j->n) {
            ssize_t n = read(fd, (char *)j->p + have, j->n - have);

            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                failed(j, "read");
            if (n <= 0)
                break;
            have += (size_t)n;
        }
    }
    if (have < j->n && !j->at)
        j->at = "read: it has another length";
    close(fd);
}

static void gone(struct file_job *j, const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT)
        failed(j, "remove");
}

static void drop(void *arg)
{
    struct file_job *j = arg;

    gone(j, j->part);
    gone(j, j->path);
    if (!j->at && access(j->sub, F_OK) == 0)
        flush_folder(j, j->sub);
}

static void check(void *arg)
{
    struct file_job *j = arg;
    struct stat st;

    if (stat(j->folder, &st) != 0)
        failed(j, "look at the folder");
    else if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        failed(j, "look at the folder");
    } else if (access(j->folder, R_OK | W_OK | X_OK) != 0)
        failed(j, "use the folder");
}

/* ---- on the loop ---- */

static struct file_job job_of(struct arena *a, const struct store *s, struct uuid object)
{
    const char *name = uuid_text(a, object);
    const char *sub = arena_printf(a, "%s/%.2s", s->folder, name);
    const char *path = arena_printf(a, "%s/%s", sub, name);

    return (struct file_job){
        .folder = s->folder, .sub = sub, .path = path, .part = arena_printf(a, "%s" PART, path)};
}

/* Whoever asks learns that it did not work; where and why stands in the log. */
static err_t err_of(struct ctx *x, const struct file_job *j)
{
    bool full = j->error == ENOSPC || j->error == EDQUOT || j->error == EFBIG;
    bool missing = j->reading && (j->error == ENOENT || j->error == 0);
    struct err *e = ARENA_NEW(x->arena, struct err);

    *e = (struct err){
        .kind = ERR_UNAVAILABLE,
        .code = full      ? "store.full"
                : missing ? "store.missing"
                          : "store.away",
        .detail = full      ? "There is no room for the content now."
                  : missing ? "The content is not where it was put. Whoever runs the service has to look."
                            : "Contents cannot be stored or read now.",
        .cause = arena_printf(x->arena, "%s: %s%s%s", j->path ? j->path : j->folder, j->at,
                              j->error ? ": " : "", j->error ? strerror(j->error) : "")};
    return e;
}

static err_t run(struct ctx *x, struct store *s, void (*fn)(void *arg), struct file_job *j)
{
    TRY(aside_run(x, s->aside, fn, j));
    return j->at ? err_of(x, j) : NULL;
}

err_t store_check(struct ctx *x, struct store *s)
{
    struct file_job j = {.folder = s->folder};

    return run(x, s, check, &j);
}

err_t store_put(struct ctx *x, struct store *s, struct uuid object, struct bytes content)
{
    struct file_job j = job_of(x->arena, s, object);

    j.p = (void *)(uintptr_t)content.p;
    j.n = content.n;
    return run(x, s, put, &j);
}

err_t store_get(struct ctx *x, struct store *s, struct uuid object, size_t n, struct bytes *ret)
{
    struct file_job j = job_of(x->arena, s, object);

    j.p = arena_raw(x->arena, n);
    j.n = n;
    j.reading = true;
    ret->p = j.p;
    ret->n = n;
    return run(x, s, get, &j);
}

err_t store_remove(struct ctx *x, struct store *s, struct uuid object)
{
    struct file_job j = job_of(x->arena, s, object);

    return run(x, s, drop, &j);
}
