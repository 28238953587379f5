/* probe_contents.c - the folder of contents; see probes.h */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/findings.h"
#include "ctl/options.h"
#include "ctl/probes.h"

#define ROOM_BYTES 1073741824 /* as the alert WayfareContentsRoom */
#define SHELVES 256

/* As whom the programs run, by the socket that they have made. */
static bool programs_owner(struct ctl *c, uid_t *ret)
{
    struct stat st;

    if (ctl_option(c, "run") == NULL ||
        stat(arena_printf(c->arena, "%s/metrics-cases.sock", ctl_option(c, "run")), &st) != 0)
        return false;
    *ret = st.st_uid;
    return true;
}

static void look_at_rights(struct ctl *c, struct findings *f, const char *folder, const struct stat *st)
{
    uid_t programs;

    if ((st->st_mode & 077) != 0)
        found(f, FINDING_BAD, "contents",
              arena_printf(c->arena, "%s is open to others (mode %03o)", folder, st->st_mode & 0777),
              "chmod 700; what lies there is sealed, but is nobody's business");
    if ((st->st_mode & 0700) != 0700)
        found(f, FINDING_BAD, "contents",
              arena_printf(c->arena, "%s cannot be written by its owner (mode %03o)", folder,
                           st->st_mode & 0777),
              "chmod 700");
    if (programs_owner(c, &programs) && programs != st->st_uid)
        found(f, FINDING_BAD, "contents",
              arena_printf(c->arena, "%s belongs to user %u, and the programs of cases run as %u", folder,
                           st->st_uid, programs),
              "chown -R it to the user of the programs");
}

/* An object is written beside its place and then takes its name, which no name does across file systems. */
static void look_at_shelves(struct ctl *c, struct findings *f, const char *folder, const struct stat *top)
{
    struct stat st;

    for (unsigned i = 0; i < SHELVES; i++) {
        const char *path = arena_printf(c->arena, "%s/%02x", folder, i);

        if (lstat(path, &st) != 0)
            continue; /* nothing was put there yet */
        if (!S_ISDIR(st.st_mode) || st.st_dev != top->st_dev)
            found(f, FINDING_BAD, "contents", arena_printf(c->arena, "%s is elsewhere, or no folder", path),
                  "one file system for all of it: move it back, and mount a larger one at the folder itself");
        else if (st.st_uid != top->st_uid || (st.st_mode & 0700) != 0700)
            found(f, FINDING_BAD, "contents",
                  arena_printf(c->arena, "%s cannot be written by the folder's owner", path),
                  "chown -R the folder to the user of the programs, chmod 700");
    }
}

static void look_at_room(struct ctl *c, struct findings *f, const char *folder)
{
    struct statvfs room;
    int64_t bytes;

    if (statvfs(folder, &room) != 0)
        return; /* told already */
    bytes = (int64_t)room.f_bavail * (int64_t)room.f_frsize;
    if ((room.f_flag & ST_RDONLY) != 0)
        found(f, FINDING_BAD, "contents", arena_printf(c->arena, "%s is mounted for reading only", folder),
              "mount it for writing");
    found(f, bytes < ROOM_BYTES || room.f_favail == 0 ? FINDING_BAD : FINDING_OK, "contents",
          arena_printf(c->arena, "%s has room for %" PRId64 " MB", folder, bytes / 1000000),
          "deploy/runbooks/contents-room.md");
}

static void try_bucket(struct ctl *c, struct findings *f, const char *place)
{
    struct contents *k;
    err_t e = contents_open(c, &k);

    if (e == NULL)
        e = contents_try(k);
    if (e == NULL)
        found(f, FINDING_OK, "contents",
              arena_printf(c->arena, "an object was put into %s, read and removed", place), "");
    else
        found(f, FINDING_BAD, "contents", arena_printf(c->arena, "%s: %s", place, e->detail),
              "is the server there, are endpoint, access key and authority right, may the key put, get, list "
              "and delete? deploy/runbooks/contents-failing.md");
}

void probe_contents(struct ctl *c, struct findings *f)
{
    const char *folder = ctl_option(c, "contents");
    struct stat st;

    if (folder == NULL) {
        found(f, FINDING_NOTE, "contents", "the store was not looked at", "--contents");
        return;
    }
    if (str_starts(folder, "s3://")) {
        try_bucket(c, f, folder);
        return;
    }
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        found(f, FINDING_BAD, "contents", arena_printf(c->arena, "%s is not there, or no folder", folder),
              "mount it, or make it (0700, of the user of the programs); lost: "
              "deploy/runbooks/contents-lost.md");
        return;
    }
    look_at_rights(c, f, folder, &st);
    look_at_shelves(c, f, folder, &st);
    look_at_room(c, f, folder);
}
