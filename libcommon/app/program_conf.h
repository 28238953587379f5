/* program_conf.h - the common settings' table; for program.c alone. */
#pragma once

#include "app/program.h"

/* Fills p->conf, p->settings and p->production; faults all at once. */
MUST_CHECK err_t program_conf_load(struct program *p, const char *about, unsigned needs,
                                   const struct program_settings *own, int argc, char **argv);
