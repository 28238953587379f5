/*
 * store_folder.c - see store.h: the folder. <folder>/<two digits of the name>/<name>; what is being written
 * ends with .part, is flushed, and then takes its name. What root writes (a restore) is left to the folder's
 * owner.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "io/aside.h"
#include "io/store_internal.h"

#define PART ".part"
#define NAME 36 /* of an object */

struct folder {
    struct store store;
    char *path;
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

/* The same for what lies on a shelf. */
struct shelf_job {
    struct file_job file; /* sub is the shelf */
    struct store_entry *v;
    size_t n, cap;
};

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

/* As root: the programs, which are not, have to reach what is written. */
static bool leave(struct file_job *j, int fd)
{
    struct stat st;

    if (geteuid() != 0)
        return true;
    if (stat(j->folder, &st) != 0 || fchown(fd, st.st_uid, st.st_gid) != 0)
        return failed(j, "leave it to the folder's owner");
    return true;
}

static bool make_sub(struct file_job *j)
{
    int fd;
    bool ok;

    if (mkdir(j->sub, 0700) != 0)
        return errno == EEXIST ? true : failed(j, "make the folder");
    fd = open(j->sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = fd >= 0 ? leave(j, fd) : failed(j, "make the folder");
    if (fd >= 0)
        close(fd);
    return ok && flush_folder(j, j->folder);
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
    ok = leave(j, fd) && write_all(j, fd);
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

static bool there(struct file_job *j)
{
    struct stat st;
    bool found = stat(j->folder, &st) == 0;

    if (found && S_ISDIR(st.st_mode))
        return true;
    if (found)
        errno = ENOTDIR;
    return failed(j, "look at the folder");
}

static void check(void *arg)
{
    struct file_job *j = arg;

    if (there(j) && access(j->folder, R_OK | W_OK | X_OK) != 0)
        failed(j, "use the folder");
}

static void note(struct shelf_job *s, const char *name, int64_t bytes)
{
    struct store_entry e = {.bytes = bytes, .part = strlen(name) > NAME};
    char id[NAME + 1];

    snprintf(id, sizeof(id), "%.*s", NAME, name);
    if (!uuid_parse(id, &e.object) || (e.part && strcmp(name + NAME, PART) != 0))
        return; /* nothing of ours */
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->v = realloc(s->v, s->cap * sizeof(*s->v));
        if (!s->v)
            abort();
    }
    s->v[s->n++] = e;
}

/* A shelf that nothing was put on yet is not there. Who looks, such as a backup, need not be who puts. */
static void look(void *arg)
{
    struct shelf_job *s = arg;
    DIR *d = opendir(s->file.sub);
    const struct dirent *name;
    struct stat st;

    if (!d && errno == ENOENT)
        there(&s->file);
    else if (!d)
        failed(&s->file, "look at the shelf");
    while (d && (name = readdir(d)) != NULL)
        if (fstatat(dirfd(d), name->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            note(s, name->d_name, st.st_size);
    if (d)
        closedir(d);
}

static void measure(void *arg)
{
    struct file_job *j = arg;

    if (statvfs(j->folder, j->p) != 0)
        failed(j, "look at the folder");
}

/* ---- on the loop ---- */

static struct folder *folder_of(struct store *s)
{
    return (struct folder *)(void *)s;
}

static struct file_job job_of(struct arena *a, const struct folder *f, struct uuid object)
{
    const char *name = uuid_text(a, object);
    const char *sub = arena_printf(a, "%s/%.2s", f->path, name);
    const char *path = arena_printf(a, "%s/%s", sub, name);

    return (struct file_job){
        .folder = f->path, .sub = sub, .path = path, .part = arena_printf(a, "%s" PART, path)};
}

static err_t err_of(struct ctx *x, const struct file_job *j)
{
    bool full = j->error == ENOSPC || j->error == EDQUOT || j->error == EFBIG;
    bool missing = j->reading && (j->error == ENOENT || j->error == 0);

    return store_err(x,
                     full      ? STORE_FULL
                     : missing ? STORE_MISSING
                               : STORE_AWAY,
                     arena_printf(x->arena, "%s: %s%s%s", j->path ? j->path : j->folder, j->at,
                                  j->error ? ": " : "", j->error ? strerror(j->error) : ""));
}

static err_t run(struct ctx *x, const struct folder *f, void (*fn)(void *arg), struct file_job *j)
{
    TRY(aside_run(x, f->aside, fn, j));
    return j->at ? err_of(x, j) : NULL;
}

static err_t folder_check(struct ctx *x, struct store *s)
{
    const struct folder *f = folder_of(s);
    struct file_job j = {.folder = f->path};

    return run(x, f, check, &j);
}

static err_t folder_put(struct ctx *x, struct store *s, struct uuid object, struct bytes content)
{
    const struct folder *f = folder_of(s);
    struct file_job j = job_of(x->arena, f, object);

    j.p = (void *)(uintptr_t)content.p;
    j.n = content.n;
    return run(x, f, put, &j);
}

static err_t folder_get(struct ctx *x, struct store *s, struct uuid object, size_t n, struct bytes *ret)
{
    const struct folder *f = folder_of(s);
    struct file_job j = job_of(x->arena, f, object);

    j.p = arena_raw(x->arena, n);
    j.n = n;
    j.reading = true;
    ret->p = j.p;
    ret->n = n;
    return run(x, f, get, &j);
}

static err_t folder_remove(struct ctx *x, struct store *s, struct uuid object)
{
    const struct folder *f = folder_of(s);
    struct file_job j = job_of(x->arena, f, object);

    return run(x, f, drop, &j);
}

static err_t folder_list(struct ctx *x, struct store *s, unsigned shelf, struct store_entry **ret,
                         size_t *ret_n)
{
    const struct folder *f = folder_of(s);
    struct shelf_job j = {
        .file = {.folder = f->path, .sub = arena_printf(x->arena, "%s/%02x", f->path, shelf)}};

    TRY(aside_run(x, f->aside, look, &j));
    *ret = j.n ? arena_memdup(x->arena, j.v, j.n * sizeof(*j.v)) : NULL;
    *ret_n = j.n;
    free(j.v);
    return j.file.at ? err_of(x, &j.file) : NULL;
}

static err_t folder_room(struct ctx *x, struct store *s, int64_t *ret_bytes)
{
    const struct folder *f = folder_of(s);
    struct statvfs room = {0};
    struct file_job j = {.folder = f->path, .p = &room};

    TRY(run(x, f, measure, &j));
    *ret_bytes = (int64_t)room.f_bavail * (int64_t)room.f_frsize;
    return NULL;
}

static void folder_close(struct store *s)
{
    struct folder *f = folder_of(s);

    free(f->path);
    free(f);
}

err_t store_folder_open(const struct store_options *o, struct store **ret)
{
    static const struct store_kind kind = {.check = folder_check,
                                           .put = folder_put,
                                           .get = folder_get,
                                           .remove = folder_remove,
                                           .list = folder_list,
                                           .room = folder_room,
                                           .close = folder_close};
    struct folder *f = calloc(1, sizeof(*f));

    if (!f || !(f->path = strdup(o->place)))
        abort();
    f->store.kind = &kind;
    f->aside = o->aside;
    *ret = &f->store;
    return NULL;
}
