/*
 * keyring.h - field encryption and blind index (architecture.md, Isolation): AES-256-GCM through OpenSSL.
 *
 * Keys per organisation and class are derived (HKDF-SHA-256) from the class's key file in WAYFARE_KEYS. The
 * associated data binds a value to table.column, organisation and row.
 */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct keyring;

MUST_CHECK err_t keyring_open(struct arena *a, const char *folder, struct keyring **ret);
/* For a program's start: an error if there is no field-<cls>.key. */
MUST_CHECK err_t keyring_need(struct arena *a, const struct keyring *k, const char *cls);
/* cls: "health", "protection", "document". place: "person_identifiers.number". */
MUST_CHECK err_t keyring_seal(struct arena *a, const struct keyring *k, const char *cls,
                              const char *organisation, const char *place, struct uuid row, const char *plain,
                              struct bytes *ret);
MUST_CHECK err_t keyring_unseal(struct arena *a, const struct keyring *k, const char *cls,
                                const char *organisation, const char *place, struct uuid row,
                                struct bytes sealed, const char **ret_plain);
/* HMAC-SHA-256 of a normalised value for exact search, per organisation; 32 bytes in the arena. The class
 * must be there (keyring_need, assert). */
struct bytes keyring_blind(struct arena *a, const struct keyring *k, const char *cls,
                           const char *organisation, const char *value);
