/* demo.h - the demo issuer: staff tokens for development, by a random key of this installation. */
#pragma once

#include "base/err.h"

struct auth_signer;
struct ctl;

#define DEMO_ISS "wayfare-demo"

/* ERR_DENIED when --mode (or WAYFARE_MODE) is production. */
MUST_CHECK err_t demo_allowed(const struct ctl *c);
/* The key, profile and key set; made at the first use. */
MUST_CHECK err_t demo_open(struct ctl *c, const char *dir, const char *issuers, struct auth_signer **ret);
