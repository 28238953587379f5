/* names.h - how a service's database and roles are called. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;

struct service_names {
    const char *service;               /* cases */
    const char *database;              /* wayfare_cases */
    const char *owner, *role, *worker; /* wf_cases_owner, wf_cases_service, wf_cases_worker */
};

/* ERR_INVALID unless it is a service's name: small letters only. */
MUST_CHECK err_t names_of(struct arena *a, const char *service, struct service_names *ret);
/* All services, in the order in which they are set up. */
struct text_array names_services(void);
/* Fills {{database}}, {{owner}}, {{service}}, {{worker}} of a script. */
MUST_CHECK err_t names_fill(struct arena *a, const char *what, const char *script,
                            const struct service_names *n, const char **ret);
