/* main.c - wayfare-ctl: sets an installation up and looks after it (README.md). */
#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "ctl/commands.h"

enum { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_AWAY };

static const struct command *const commands[] = {
#define CTL_COMMAND(name) &ctl_##name,
    CTL_COMMANDS(CTL_COMMAND)
#undef CTL_COMMAND
};

static int exit_status(err_t e)
{
    if (e == NULL)
        return EXIT_DONE;
    if (str_eq(e->code, "ctl.usage"))
        return EXIT_USAGE;
    return e->kind == ERR_UNAVAILABLE || e->kind == ERR_CANCELLED ? EXIT_AWAY : EXIT_REFUSED;
}

static void say(err_t e)
{
    fprintf(stderr, "wayfare-ctl: %s\n", e->detail);
    for (size_t i = 0; i < e->nfaults; i++)
        fprintf(stderr, "  %s: %s\n", e->faults[i].at, e->faults[i].detail);
    if (e->cause != NULL)
        fprintf(stderr, "  (%s)\n", e->cause);
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct ctl c = {.arena = a};
    bool done;
    err_t e;
    int status;

    log_init("wayfare-ctl", LOG_ERROR);
    e = ctl_parse(&c, commands, LENGTH(commands), argc, argv, &done);
    if (e == NULL && !done)
        e = c.command->run(&c);
    if (e != NULL)
        say(e);
    status = exit_status(e);
    arena_free(a);
    return status;
}
