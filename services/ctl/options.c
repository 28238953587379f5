/* options.c - see options.h */
#include "ctl/options.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static size_t option_index(const struct command *cmd, const char *name)
{
    for (size_t i = 0; i < OPTIONS_MAX && cmd->options[i].name != NULL; i++) {
        if (str_eq(cmd->options[i].name, name))
            return i;
    }
    return OPTIONS_MAX;
}

struct text_array ctl_options(const struct ctl *c, const char *name)
{
    size_t i = option_index(c->command, name);

    assert(i < OPTIONS_MAX);
    return c->values[i];
}

const char *ctl_option(const struct ctl *c, const char *name)
{
    struct text_array v = ctl_options(c, name);

    return v.n > 0 ? v.v[v.n - 1] : NULL;
}

bool ctl_flag(const struct ctl *c, const char *name)
{
    return ctl_option(c, name) != NULL;
}

/* ---- help ---- */

static void help_all(const struct command *const *commands, size_t n)
{
    printf("wayfare-ctl COMMAND [ARGUMENT] [--option VALUE]…\n\nSets a Wayfare installation up and looks "
           "after it. "
           "COMMAND --help says more.\n\n");
    for (size_t i = 0; i < n; i++) {
        const struct command *cmd = commands[i];
        char left[64];
        snprintf(left, sizeof(left), "%s%s%s", cmd->words, cmd->argument ? " " : "",
                 cmd->argument ? cmd->argument : "");
        printf("  %-28s %s\n", left, cmd->about);
    }
    printf(
        "\nExit status: 0 done, 1 refused, 2 wrong use, 3 the database or the store of contents is away.\n");
}

static void help_one(const struct command *cmd)
{
    printf("wayfare-ctl %s%s%s [options]\n\n%s\n\n", cmd->words, cmd->argument ? " " : "",
           cmd->argument ? cmd->argument : "", cmd->about);
    for (size_t i = 0; i < OPTIONS_MAX && cmd->options[i].name != NULL; i++) {
        const struct option_spec *o = &cmd->options[i];
        char left[64];
        snprintf(left, sizeof(left), "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-30s %s%s%s%s%s%s\n", left, o->help, o->many ? "; may be repeated" : "",
               o->required || o->env ? " (" : "",
               o->required ? o->env ? "required; or " : "required"
               : o->env    ? "or "
                           : "",
               o->env ? o->env : "", o->required || o->env ? ")" : "");
    }
}

/* ---- reading ---- */

static err_t usage(struct ctl *c, const char *what, const char *word)
{
    const char *words = c->command == NULL ? "" : c->command->words;

    return err_new(c->arena, ERR_INVALID, "ctl.usage", "%s%s; see wayfare-ctl %s%s--help", what, word, words,
                   *words ? " " : "");
}

/* How many of the first words are the command's; 0 if it is another one. */
static int command_words(const char *words, int argc, char **argv)
{
    int n = 0;

    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], words, len) != 0)
            return 0;
        n++;
        words += len;
        words += *words == ' ';
    }
    return n;
}

static const struct command *find_command(const struct command *const *commands, size_t n, int argc,
                                          char **argv, int *ret_words)
{
    *ret_words = 0;
    for (size_t i = 0; i < n; i++) {
        *ret_words = command_words(commands[i]->words, argc, argv);
        if (*ret_words > 0)
            return commands[i];
    }
    return NULL;
}

static void value_add(struct ctl *c, size_t i, const char *value)
{
    struct text_array *v = &c->values[i];
    const char **more = ARENA_ARRAY(c->arena, v->n + 1, const char *);

    for (size_t k = 0; k < v->n; k++)
        more[k] = v->v[k];
    more[v->n] = value;
    *v = (struct text_array){more, v->n + 1};
}

/* One word that begins with --; *at moves over its value. */
static err_t read_option(struct ctl *c, int argc, char **argv, int *at)
{
    const char *word = argv[*at] + 2, *equals = strchr(word, '=');
    const char *name = equals != NULL ? arena_strndup(c->arena, word, (size_t)(equals - word)) : word;
    size_t i = option_index(c->command, name);
    const struct option_spec *o;

    if (i == OPTIONS_MAX)
        return usage(c, "there is no option --", name);
    o = &c->command->options[i];
    if (c->values[i].n > 0 && !o->many)
        return usage(c, "only once: --", name);
    if (o->value == NULL) {
        if (equals != NULL)
            return usage(c, "takes no value: --", name);
        value_add(c, i, "");
        return NULL;
    }
    if (equals == NULL && *at + 1 >= argc)
        return usage(c, "needs a value: --", name);
    value_add(c, i, equals != NULL ? equals + 1 : argv[++*at]);
    return NULL;
}

static err_t fill_in(struct ctl *c)
{
    for (size_t i = 0; i < OPTIONS_MAX && c->command->options[i].name != NULL; i++) {
        const struct option_spec *o = &c->command->options[i];
        const char *env = o->env != NULL ? getenv(o->env) : NULL;
        if (c->values[i].n == 0 && env != NULL && *env != '\0')
            value_add(c, i, env);
        if (c->values[i].n == 0 && o->required)
            return usage(c, "missing: --", o->name);
    }
    if (c->command->argument != NULL && c->argument == NULL)
        return usage(c, "missing: ", c->command->argument);
    return NULL;
}

err_t ctl_parse(struct ctl *c, const struct command *const *commands, size_t n, int argc, char **argv,
                bool *ret_done)
{
    int words;

    *ret_done = false;
    argc--;
    argv++;
    if (argc == 0)
        return usage(c, "a command is needed", "");
    if (str_eq(argv[0], "--help") || str_eq(argv[0], "help")) {
        help_all(commands, n);
        *ret_done = true;
        return NULL;
    }
    if (str_eq(argv[0], "--version")) {
        printf("%s\n", WAYFARE_VERSION);
        *ret_done = true;
        return NULL;
    }
    c->command = find_command(commands, n, argc, argv, &words);
    if (c->command == NULL)
        return usage(c, "there is no such command: ",
                     argc > 1 ? arena_printf(c->arena, "%s %s", argv[0], argv[1]) : argv[0]);

    for (int i = words; i < argc; i++) {
        if (str_eq(argv[i], "--help")) {
            help_one(c->command);
            *ret_done = true;
            return NULL;
        }
        if (str_starts(argv[i], "--"))
            TRY(read_option(c, argc, argv, &i));
        else if (c->command->argument != NULL && c->argument == NULL)
            c->argument = argv[i];
        else
            return usage(c, "one word too many: ", argv[i]);
    }
    return fill_in(c);
}
