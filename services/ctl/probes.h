/* probes.h - what status and doctor look at. What cannot be looked at is a finding, never an error. */
#pragma once

#include "ctl/contents.h"

struct ctl;
struct findings;

#define PROBE_OPTIONS                                                                                         \
    ADMIN_OPTIONS,                                                                                            \
        {"redis",                                                                                             \
         "PLACE",                                                                                             \
         "WAYFARE_REDIS",                                                                                     \
         "unix:/path, host:port or sentinel://host:port,host:port/master; several comma-separated",           \
         false,                                                                                               \
         false},                                                                                              \
        {"redis-password-file",    "FILE", "WAYFARE_REDIS_PASSWORD_FILE",                                     \
         "file with its password", false,  false},                                                            \
        {"sentinel-password-file",                                                                            \
         "FILE",                                                                                              \
         "WAYFARE_SENTINEL_PASSWORD_FILE",                                                                    \
         "file with its sentinels' password",                                                                 \
         false,                                                                                               \
         false},                                                                                              \
        {"run", "DIR", "WAYFARE_RUN", "folder with the programs' metrics-NAME.sock", false, false},           \
        {"keys", "DIR", NULL, "folders of field keys; {{service}} stands for the service", false, false},     \
        {"kek", "FILE", "WAYFARE_KEK", "file of the key that wraps them, if they are wrapped", false, false}, \
        {"tls", "FILE", NULL, "certificate to look at", false, true}, CONTENTS_OPTIONS,                       \
        {"source", "DIR", NULL, "source tree whose migrations are to be applied", false, false},              \
    {                                                                                                         \
        "json", NULL, NULL, "for machines", false, false                                                      \
    }

/* cluster, each, notifications, cases: embedded scripts of findings; NULL none. */
void probe_databases(struct ctl *c, struct findings *f, const char *cluster, const char *each,
                     const char *notifications, const char *cases);
void probe_migrations(struct ctl *c, struct findings *f);
void probe_redis(struct ctl *c, struct findings *f);
void probe_programs(struct ctl *c, struct findings *f);
/* Ages, whether those are there that the databases ask for, and who can read the files. */
void probe_keys(struct ctl *c, struct findings *f);
/* The folder of contents: is it there, for the programs alone, with room? */
void probe_contents(struct ctl *c, struct findings *f);
void probe_certificates(struct ctl *c, struct findings *f);
