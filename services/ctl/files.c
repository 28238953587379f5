/* files.c - see files.h */
#include "ctl/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/arena.h"
#include "base/str.h"

#define READ_MAX (1 << 20)
#define DATA_MAX (64 << 20)

static void fd_endp(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static err_t file_bad(struct arena *a, const char *path)
{
    return err_new(a, ERR_INVALID, "ctl.file", "%s: %s", path, strerror(errno));
}

err_t folder_make(struct arena *a, const char *path, mode_t mode)
{
    char *part = arena_strdup(a, path);

    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return file_bad(a, part);
        *slash = '/';
    }
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return file_bad(a, path);
    return NULL;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static err_t read_up_to(struct arena *a, const char *path, off_t limit, const char **ret, size_t *ret_n)
{
    CLEANUP(fd_endp) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *text;

    if (fd < 0 || fstat(fd, &st) != 0)
        return file_bad(a, path);
    if (!S_ISREG(st.st_mode) || st.st_size > limit)
        return err_new(a, ERR_INVALID, "ctl.file", "%s: not a file of at most %d MB", path,
                       (int)(limit >> 20));
    text = arena_alloc(a, (size_t)st.st_size + 1);
    text[st.st_size] = '\0';
    for (size_t n = 0; n < (size_t)st.st_size;) {
        ssize_t got = read(fd, text + n, (size_t)st.st_size - n);
        if (got <= 0)
            return file_bad(a, path);
        n += (size_t)got;
    }
    *ret = text;
    *ret_n = (size_t)st.st_size;
    return NULL;
}

err_t file_read_data(struct arena *a, const char *path, const char **ret, size_t *ret_n)
{
    return read_up_to(a, path, DATA_MAX, ret, ret_n);
}

err_t file_read(struct arena *a, const char *path, const char **ret)
{
    const char *text;
    size_t n;

    TRY(read_up_to(a, path, READ_MAX, &text, &n));
    if (strlen(text) != n)
        return err_new(a, ERR_INVALID, "ctl.file", "%s: contains NUL", path);
    *ret = text;
    return NULL;
}

/* A name that a power cut may not take back: what was sealed with a new key is on disk already. */
static bool folder_sync(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/'),
               *folder = slash == NULL ? "." : arena_strndup(a, path, (size_t)(slash - path) + 1);
    CLEANUP(fd_endp) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0;
}

/* A file that is written anew stays its owner's: the programs need not be who runs this. */
static bool owner_keep(const char *path, int fd)
{
    struct stat st;

    return stat(path, &st) != 0 || (st.st_uid == getuid() && st.st_gid == getgid()) ||
           fchown(fd, st.st_uid, st.st_gid) == 0;
}

err_t file_write(struct arena *a, const char *path, const char *text, mode_t mode)
{
    return file_write_data(a, path, text, strlen(text), mode);
}

err_t file_write_data(struct arena *a, const char *path, const void *data, size_t n, mode_t mode)
{
    const char *part = arena_printf(a, "%s.part", path);
    CLEANUP(fd_endp) int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

    if (fd < 0 || !owner_keep(path, fd) || fchmod(fd, mode) != 0)
        return file_bad(a, part);
    for (size_t at = 0; at < n;) {
        ssize_t put = write(fd, (const char *)data + at, n - at);
        if (put <= 0)
            return file_bad(a, part);
        at += (size_t)put;
    }
    if (fsync(fd) != 0 || rename(part, path) != 0 || !folder_sync(a, path))
        return file_bad(a, path);
    return NULL;
}

err_t file_sha256(struct arena *a, const char *path, const char **ret_hex, int64_t *ret_bytes)
{
    CLEANUP(fd_endp) int fd = open(path, O_RDONLY | O_CLOEXEC);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    char *hex = arena_alloc(a, 65);
    uint8_t part[65536], hash[32];
    int64_t bytes = 0;
    ssize_t got = -1;
    bool ok = fd >= 0 && md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

    while (ok && (got = read(fd, part, sizeof(part))) > 0) {
        ok = EVP_DigestUpdate(md, part, (size_t)got) == 1;
        bytes += got;
    }
    ok = ok && got == 0 && EVP_DigestFinal_ex(md, hash, NULL) == 1;
    EVP_MD_CTX_free(md);
    if (!ok)
        return file_bad(a, path);
    str_hex(hex, hash, sizeof(hash));
    *ret_hex = hex;
    *ret_bytes = bytes;
    return NULL;
}

err_t file_random(struct arena *a, const char *path)
{
    uint8_t raw[32];
    char text[65];

    if (file_exists(path))
        return NULL;
    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return err_new(a, ERR_UNAVAILABLE, "ctl.random", "there is no randomness");
    str_hex(text, raw, sizeof(raw));
    return file_write(a, path, text, 0600);
}

err_t folder_lock(struct arena *a, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* kept until the process ends */

    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        return file_bad(a, path);
    return NULL;
}

static const char *pair_of(const char *const *pairs, const char *name, size_t n)
{
    for (; *pairs != NULL; pairs += 2) {
        if (strlen(*pairs) == n && strncmp(*pairs, name, n) == 0)
            return pairs[1];
    }
    return NULL;
}

err_t text_fill(struct arena *a, const char *what, const char *text, const char *const *pairs,
                const char **ret)
{
    const char *open_at, *end, *value;
    struct buf out;

    buf_init(&out, a, strlen(text) + 256);
    while ((open_at = strstr(text, "{{")) != NULL) {
        end = strstr(open_at, "}}");
        value = end == NULL ? NULL : pair_of(pairs, open_at + 2, (size_t)(end - open_at - 2));
        if (value == NULL)
            return err_new(a, ERR_INVALID, "ctl.template", "%s: {{%.20s: not a name that can be filled in",
                           what, open_at + 2);
        buf_put(&out, text, (size_t)(open_at - text));
        buf_puts(&out, value);
        text = end + 2;
    }
    buf_puts(&out, text);
    *ret = buf_text(&out);
    return NULL;
}
