/*
 * manifest.h - what lies in the folder of a backup: SHA256SUMS over all its files (sha256sum -c reads it
 * too), written last, so that a folder without it is no backup; and manifest.json, what each of them is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

#define BACKUP_SERVICES 8
struct backup_part {
    const char *service;
    const char *file;    /* in the folder */
    const char *at;      /* RFC 3339: the moment of its snapshot */
    const char *cluster; /* system identifier of the cluster that it is from */
    int64_t xid;         /* transactions had come so far */
    int64_t version;     /* server_version_num */
};

struct backup {
    const char *folder;
    struct backup_part parts[BACKUP_SERVICES];
    size_t n;
    struct text_array files; /* further ones: keys, base */
    bool with_keys;
    bool with_contents;
    size_t contents_lack; /* so many of the documents' contents were not in the store */
};

/* What it does not contain, for people: told by backup and in the manifest. */
const char *backup_lacks(struct arena *a, const struct backup *b);
/* Writes manifest.json, then SHA256SUMS. */
MUST_CHECK err_t backup_write(struct arena *a, const struct backup *b);
/* Reads and believes it only if the sums of manifest.json and of the parts of these services hold.
 * ERR_INVALID backup.incomplete, backup.damaged, backup.foreign. */
MUST_CHECK err_t backup_read(struct arena *a, const char *folder, struct text_array services,
                             struct backup *ret);
/* A further file of a backup, which has come to its end. */
MUST_CHECK err_t backup_check(struct arena *a, const char *folder, const char *file);
MUST_CHECK err_t backup_part_of(struct arena *a, const struct backup *b, const char *service,
                                const struct backup_part **ret);
