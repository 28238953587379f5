/* files.h - what wayfare-ctl writes: whole or not at all, secrets for the owner only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct arena;

/* Makes the folder and those above it; the last with the mode. */
MUST_CHECK err_t folder_make(struct arena *a, const char *path, mode_t mode);
bool file_exists(const char *path);
/* The bytes of a file of at most 64 MB, NUL-terminated. */
MUST_CHECK err_t file_read_data(struct arena *a, const char *path, const char **ret, size_t *ret_n);
/* The text of a file of at most 1 MB. */
MUST_CHECK err_t file_read(struct arena *a, const char *path, const char **ret);
/* Written beside, synced and renamed, so that a reader sees the old or the new one. */
MUST_CHECK err_t file_write(struct arena *a, const char *path, const char *text, mode_t mode);
MUST_CHECK err_t file_write_data(struct arena *a, const char *path, const void *data, size_t n, mode_t mode);
/* The SHA-256 of a file of any size, in hexadecimal, and its size. */
MUST_CHECK err_t file_sha256(struct arena *a, const char *path, const char **ret_hex, int64_t *ret_bytes);
/* 64 hexadecimal digits of randomness, unless the file is there already. */
MUST_CHECK err_t file_random(struct arena *a, const char *path);
/* Holds a lock on the folder until the process ends, so that two invocations do not lose each other's
 * changes. */
MUST_CHECK err_t folder_lock(struct arena *a, const char *path);
/* Replaces {{name}} by its value; pairs: name, value, …, NULL. ERR_INVALID for a name that is not there. */
MUST_CHECK err_t text_fill(struct arena *a, const char *what, const char *text, const char *const *pairs,
                           const char **ret);
