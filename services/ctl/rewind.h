/* rewind.h - any moment after a copy of the cluster: a scratch server that replays the archived log up to it,
 * and is dumped. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct backup;
struct backup_part;
struct ctl;

typedef err_t (*restore_fn)(struct ctl *c, const struct backup_part *part, const char *dump);

/* Restores the services to the moment by the function, each out of a dump of the scratch server. */
MUST_CHECK err_t rewind_restore(struct ctl *c, const struct backup *b, struct text_array services,
                                const char *time, restore_fn restore_part);
