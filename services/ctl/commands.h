/* commands.h - every command; each file of this folder has a group of them. */
#pragma once

#include "ctl/options.h"

#define CTL_COMMANDS(X)                                                                                      \
    X(database_create)                                                                                       \
    X(migrate)                                                                                               \
    X(organisations_add)                                                                                     \
    X(organisations_list)                                                                                    \
    X(offices_add)                                                                                           \
    X(offices_list)                                                                                          \
    X(clients_add)                                                                                           \
    X(clients_list)                                                                                          \
    X(clients_rotate)                                                                                        \
    X(clients_disable)                                                                                       \
    X(clients_enable)                                                                                        \
    X(clients_revoke)                                                                                        \
    X(users_add)                                                                                             \
    X(users_list)                                                                                            \
    X(users_disable)                                                                                         \
    X(users_enable)                                                                                          \
    X(keys_generate)                                                                                         \
    X(keys_demo)                                                                                             \
    X(keys_signing_ensure)                                                                                   \
    X(keys_signing_add)                                                                                      \
    X(keys_signing_activate)                                                                                 \
    X(keys_signing_remove)                                                                                   \
    X(keys_signing_list)                                                                                     \
    X(audit_verify)                                                                                          \
    X(audit_export)                                                                                          \
    X(keys_rotate)                                                                                           \
    X(keys_status)                                                                                           \
    X(keys_check)                                                                                            \
    X(keys_rewrap)                                                                                           \
    X(keys_retire)                                                                                           \
    X(backup)                                                                                                \
    X(restore)                                                                                               \
    X(reconcile)                                                                                             \
    X(tables_list)                                                                                           \
    X(tables_part)                                                                                           \
    X(tables_ahead)                                                                                          \
    X(tables_drop)                                                                                           \
    X(status)                                                                                                \
    X(doctor)                                                                                                \
    X(jobs_list)                                                                                             \
    X(jobs_show)                                                                                             \
    X(jobs_replay)                                                                                           \
    X(jobs_drop)                                                                                             \
    X(load_airports)                                                                                         \
    X(dev_token)

#define CTL_COMMAND(name) extern const struct command ctl_##name;
CTL_COMMANDS(CTL_COMMAND)
#undef CTL_COMMAND
