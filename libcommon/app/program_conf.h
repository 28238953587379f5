/* program_conf.h - the common settings' table; for program.c alone. */
#pragma once

#include "app/program.h"
#include "app/trace_export.h"

/* Fills p->conf, p->settings, p->production and how traces leave; faults all at once. */
MUST_CHECK err_t program_conf_load(struct program *p, const char *about, unsigned needs,
                                   const struct program_settings *own, int argc, char **argv,
                                   struct trace_conf *ret_traces);
