/* signing.c - see signing.h */
#include "identity/tokens/signing.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/auth_folder.h"

#define LOOK_US 10000000LL

struct signing {
    const char *folder, *active_file;
    struct arena *arena; /* of the present keys */
    struct signing_folder keys;
    int64_t looked_us;
    struct timespec folder_at, active_at; /* as they were when they were read */
};

static struct timespec changed_at(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mtim : (struct timespec){0};
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static err_t read_again(struct signing *s, struct arena *errors)
{
    struct arena *a = arena_new();
    struct signing_folder keys;
    err_t e = signing_folder_read(a, s->folder, &keys);

    if (e != NULL) {
        e = err_new(errors, e->kind, e->code, "%s", e->detail); /* outlives the arena of the failed reading */
        arena_free(a);
        return e;
    }
    arena_free(s->arena);
    s->arena = a;
    s->keys = keys;
    return NULL;
}

static void release(void *p)
{
    struct signing *s = p;

    arena_free(s->arena);
}

err_t signing_open(struct arena *a, const char *folder, struct signing **ret)
{
    struct signing *s = ARENA_NEW(a, struct signing);

    s->folder = folder;
    s->active_file = arena_printf(a, "%s/active", folder);
    s->folder_at = changed_at(s->folder);
    s->active_at = changed_at(s->active_file);
    s->looked_us = clock_mono_us();
    TRY(read_again(s, a));
    arena_own(a, s, release);
    *ret = s;
    return NULL;
}

const struct signing_folder *signing_now(struct signing *s)
{
    struct timespec folder_at, active_at;
    struct arena *errors;
    err_t e;

    if (clock_mono_us() - s->looked_us < LOOK_US)
        return &s->keys;
    s->looked_us = clock_mono_us();
    folder_at = changed_at(s->folder);
    active_at = changed_at(s->active_file);
    if (same_time(folder_at, s->folder_at) && same_time(active_at, s->active_at))
        return &s->keys;
    s->folder_at = folder_at;
    s->active_at = active_at;

    errors = arena_new();
    e = read_again(s, errors);
    if (e != NULL)
        log_err(LOG_ERROR, NULL, "signing keys stay as they were", e);
    else
        log_line(LOG_INFO, NULL, "signing keys read again", LOG_INT("keys", (int64_t)s->keys.n));
    arena_free(errors);
    return &s->keys;
}
