/*
 * keyring.h - field encryption and blind index (architecture.md, Isolation): AES-256-GCM through OpenSSL.
 *
 * Keys per organisation and class are derived (HKDF-SHA-256) from the class's key file in WAYFARE_KEYS
 * (keyfile.h). The associated data binds a value to table.column, organisation and row. The files are looked
 * at again once a second, and at once for a value of a key that is not known: a rotation needs no restart.
 */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct keyring;

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
