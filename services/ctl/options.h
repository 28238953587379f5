/* options.h - the words after wayfare-ctl: which command, its arguments and options; and the help that
 * follows from the same tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct ctl;

struct option_spec {
    const char *name;  /* "organisation"; given as --organisation X or --organisation=X */
    const char *value; /* what X is, for the help; NULL: a flag */
    const char *env;   /* environment variable that stands in for it; NULL none */
    const char *help;
    bool required;
    bool many; /* may be repeated */
};

#define OPTIONS_MAX 24
struct command {
    const char *words;                       /* "organisations add" */
    const char *argument;                    /* name of the one argument after it, "CODE"; NULL none */
    const char *about;                       /* one line */
    struct option_spec options[OPTIONS_MAX]; /* ended by a NULL name */
    err_t (*run)(struct ctl *c);
};

/* The invocation. */
struct ctl {
    struct arena *arena;
    const struct command *command;
    const char *argument;
    struct text_array values[OPTIONS_MAX]; /* beside command->options; a flag has the value "" */
};

/* The value of an option, NULL if it was not given (nor in the environment). The command must have the
 * option. */
const char *ctl_option(const struct ctl *c, const char *name);
bool ctl_flag(const struct ctl *c, const char *name);
struct text_array ctl_options(const struct ctl *c, const char *name);

/* Fills c. --help prints and answers *ret_done. Faults are ERR_INVALID ctl.usage. */
MUST_CHECK err_t ctl_parse(struct ctl *c, const struct command *const *commands, size_t n, int argc,
                           char **argv, bool *ret_done);
