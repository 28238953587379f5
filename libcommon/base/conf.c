/* conf.c - configuration from options, environment, file and fallbacks, in that order. */
#include "base/conf.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

enum { SECRET_MAX_BYTES = 64 * 1024, FILE_MAX_BYTES = 256 * 1024 };

struct loader {
    struct arena *arena;
    const struct conf_entry *table;
    size_t n;
    const char **options; /* what each entry got from the command line, or NULL */
    const char **lines;   /* and from the file */
    struct fault_list faults;
};

static void complain(struct loader *l, const char *at, const char *detail)
{
    fault_add(l->arena, &l->faults,
              (struct fault){.in = FAULT_PARAMETER, .at = at, .code = "conf.invalid", .detail = detail});
}

/* WAYFARE_DB_PASSWORD_FILE -> db-password-file */
static char *option_name(struct arena *a, const char *variable)
{
    char *name = arena_strdup(a, str_starts(variable, "WAYFARE_") ? variable + strlen("WAYFARE_") : variable);

    for (char *s = name; *s != '\0'; s++)
        *s = *s == '_' ? '-' : (char)tolower((unsigned char)*s);
    return name;
}

static const struct conf_entry *find(const struct loader *l, const char *option)
{
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(option_name(l->arena, l->table[i].name), option) == 0)
            return &l->table[i];
    }
    return NULL;
}

/* A file of root that we, who are not root, read by our group is what systemd (an ACL shows as the group's
 * bits) and Kubernetes (fsGroup) make of a credential. */
static bool private_file(const struct stat *st)
{
    bool handed = st->st_uid == 0 && geteuid() != 0;

    return (st->st_mode & (handed ? 026 : 066)) == 0;
}

/* A whole file as text; the cause of a failure is in *ret_why. */
static char *read_text(struct arena *a, const char *path, size_t max, bool secret, const char **ret_why)
{
    char *text = NULL;
    struct stat st;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *ret_why = "cannot be opened";
    if (fd < 0)
        return NULL;
    *ret_why = "is not an ordinary file";
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *ret_why = "can be read or written by others";
        if (!secret || private_file(&st)) {
            *ret_why = "is too large";
            if ((size_t)st.st_size <= max) {
                text = arena_raw(a, (size_t)st.st_size + 1);
                n = read(fd, text, (size_t)st.st_size);
                text[n > 0 ? n : 0] = '\0';
                *ret_why = "cannot be read, or contains NUL";
                if (n != st.st_size || strlen(text) != (size_t)st.st_size)
                    text = NULL;
            }
        }
    }
    close(fd);
    return text;
}

err_t conf_secret(struct arena *a, const char *path, const char **ret_text)
{
    const char *why;
    char *text = read_text(a, path, SECRET_MAX_BYTES, true, &why);
    size_t n;

    if (text == NULL)
        return err_internal(a, ERR_INVALID, "conf.secret", "secret file %s %s", path, why);
    n = strlen(text);
    if (n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    if (n == 0)
        return err_internal(a, ERR_INVALID, "conf.secret", "secret file %s is empty", path);
    *ret_text = text;
    return NULL;
}

static char *trimmed(char *s)
{
    char *end;

    while (isspace((unsigned char)*s))
        s++;
    end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return s;
}

static void read_config_file(struct loader *l, const char *path)
{
    const char *why;
    char *rest = read_text(l->arena, path, FILE_MAX_BYTES, false, &why), *line;

    if (rest == NULL) {
        complain(l, "WAYFARE_CONFIG", arena_printf(l->arena, "the file %s %s", path, why));
        return;
    }
    for (int number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        const struct conf_entry *e;
        char *key = trimmed(line), *equals;

        if (*key == '\0' || *key == '#')
            continue;
        equals = strchr(key, '=');
        if (equals == NULL) {
            complain(l, path, arena_printf(l->arena, "line %d is not key=value", number));
            continue;
        }
        *equals = '\0';
        e = find(l, trimmed(key));
        if (e == NULL)
            complain(l, path, arena_printf(l->arena, "line %d names no setting of this program", number));
        else
            l->lines[e - l->table] = trimmed(equals + 1);
    }
}

/* Secrets do not belong on a command line, and are not taken from one: an entry of that type names a file. */
static void read_options(struct loader *l, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        const struct conf_entry *e;
        char *name;

        if (!str_starts(argv[i], "--") || equals == NULL) {
            complain(l, argv[i], "is not of the form --name=value");
            continue;
        }
        name = arena_strndup(l->arena, argv[i] + 2, (size_t)(equals - (argv[i] + 2)));
        e = find(l, name);
        if (e == NULL)
            complain(l, arena_printf(l->arena, "--%s", name), "is not an option of this program");
        else
            l->options[e - l->table] = equals + 1;
    }
}

static void set_value(struct loader *l, const struct conf_entry *e, const char *text, char *out)
{
    void *member = out + e->offset;
    err_t error;

    switch (e->type) {
    case CONF_TEXT:
        *(const char **)member = text;
        break;
    case CONF_INT:
        if (!str_to_i64(text, INT64_MIN, INT64_MAX, member))
            complain(l, e->name, "is not an integer");
        break;
    case CONF_BOOL:
        *(bool *)member = strcmp(text, "true") == 0;
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            complain(l, e->name, "is neither true nor false");
        break;
    case CONF_SECRET:
        *(const char **)member = "";
        if (*text == '\0')
            break;
        error = conf_secret(l->arena, text, (const char **)member);
        if (error != NULL)
            complain(l, e->name, error->cause);
        break;
    }
}

static void print_help(struct loader *l, const char *program, const char *what)
{
    printf(
        "%s: %s\n\n"
        "Settings, from --name=value, the environment, or lines name=value of the file that WAYFARE_CONFIG\n"
        "names, in this order. A secret is the path of a file that only its owner can read.\n\n",
        program, what);
    for (size_t i = 0; i < l->n; i++) {
        const struct conf_entry *e = &l->table[i];

        printf("  --%s=…  %s\n      %s", option_name(l->arena, e->name), e->name, e->help);
        if (e->type == CONF_SECRET)
            printf(" (file)");
        if (e->fallback == NULL)
            printf(" [required]\n");
        else
            printf(*e->fallback ? " [%s]\n" : "\n%s", e->fallback);
    }
    printf(
        "  --check-health[=live]\n      asks the running process at WAYFARE_METRICS whether it is ready (or "
        "live): exit status 0\n  --help\n  --version\n");
}

/* An operator reads all faults in one line of the log. */
static err_t result(struct loader *l)
{
    struct buf text;

    if (l->faults.n == 0)
        return NULL;
    buf_init(&text, l->arena, 256);
    for (size_t i = 0; i < l->faults.n; i++)
        buf_printf(&text, "%s%s %s", i ? "; " : "", l->faults.v[i].at, l->faults.v[i].detail);
    return err_internal(l->arena, ERR_INVALID, "conf.invalid", "%s", buf_text(&text));
}

err_t conf_load(struct arena *a, const char *program, const char *what, const struct conf_entry *table,
                size_t n, int argc, char **argv, void *out)
{
    struct loader l = {.arena = a, .table = table, .n = n};
    const char *path = getenv("WAYFARE_CONFIG");

    l.options = ARENA_ARRAY(a, n, const char *);
    l.lines = ARENA_ARRAY(a, n, const char *);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(&l, program, what);
            exit(EXIT_SUCCESS);
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("%s %s\n", program, WAYFARE_VERSION);
            exit(EXIT_SUCCESS);
        }
    }
    read_options(&l, argc, argv);
    if (path != NULL && *path != '\0')
        read_config_file(&l, path);
    for (size_t i = 0; i < n; i++) {
        const char *text = l.options[i];

        if (text == NULL)
            text = getenv(table[i].name);
        if (text == NULL)
            text = l.lines[i];
        if (text == NULL)
            text = table[i].fallback;
        if (text == NULL)
            complain(&l, table[i].name, "is required");
        else
            set_value(&l, &table[i], text, out);
    }
    return result(&l);
}
