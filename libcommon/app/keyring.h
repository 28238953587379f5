/*
 * keyring.h - field encryption and blind index (architecture.md, Isolation): AES-256-GCM through OpenSSL.
 *
 * Keys per organisation and class are derived (HKDF-SHA-256) from the class's key file in WAYFARE_KEYS
 * (keyfile.h). The associated data binds a value to table.column, organisation and row. The files are looked
 * at again once a second, and at once for a value of a key that is not known: a rotation needs no restart.
 * What is read then never takes a key away that is in use: a file that was lost or exchanged under a running
 * program is told in the log, and the program goes on with the keys that it has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct keyring;

struct key_ref {
    const char *cls; /* "document" */
    const char *id;  /* 8 hexadecimal digits, as sealed values have it */
};

/* kek: file of the wrapping key; NULL or "": the files are in clear. */
MUST_CHECK err_t keyring_open(struct arena *a, const char *folder, const char *kek, struct keyring **ret);
/* For a program's start: an error if there is no field-<cls>.key. */
MUST_CHECK err_t keyring_need(struct arena *a, struct keyring *k, const char *cls);
/* cls: "health", "protection", "document". place: "person_identifiers.number". */
MUST_CHECK err_t keyring_seal(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                              const char *place, struct uuid row, const char *plain, struct bytes *ret);
/* ERR_UNAVAILABLE field.locked: its key is not there. ERR_BUG keyring.sealed: damaged, or another row's. */
MUST_CHECK err_t keyring_unseal(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                                const char *place, struct uuid row, struct bytes sealed,
                                const char **ret_plain);
/* HMAC-SHA-256 of a normalised value for exact search, per organisation; 32 bytes in the arena. The class
 * must be there (keyring_need, assert). */
struct bytes keyring_blind(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                           const char *value);
/* What it was before the index's key was rotated, while rows may still have it; else the same. Searches look
 * for both. */
struct bytes keyring_blind_old(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                               const char *value);

/* ---- for the start of a program (app/keyguard.h) ---- */

/* false: nothing is sealed, keyring_seal answers ERR_UNAVAILABLE field.locked. A keyring opens trusted. */
void keyring_trust(struct keyring *k, bool trusted);
/* The keys in use: what seals, makes the index, or opens what a rotation has not reached. In the arena. */
size_t keyring_keys(struct arena *a, const struct keyring *k, struct key_ref **ret);
/* NULL, or ERR_INVALID keyring.lacking, which says what to do: that key is not in the files. */
MUST_CHECK err_t keyring_has(struct arena *a, const struct keyring *k, const char *cls, const char *id);
