/*
 * suite.c - runs a folder of the official JSON Schema Test Suite against base/schema.
 *
 *   json-schema-suite DIR
 *
 * Every *.json below DIR is a list of groups {description, schema, tests: [{description, data, valid}]}. In a
 * folder named "format" format is an assertion, elsewhere it is not, as the suite's README says. A group that
 * needs what base/schema.h leaves out is skipped with the reason. Each test runs twice, with and without
 * collecting faults.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/schema.h"
#include "base/str.h"

struct tally {
    size_t passed, failed, skipped;
};

struct file {
    const char *path; /* below DIR, for messages */
    bool formats, optional;
};

static struct tally total;

static void fail(const struct file *f, const char *group, const char *test, const char *what)
{
    total.failed++;
    printf("FAIL %s: %s: %s: %s\n", f->path, group, test, what);
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *s = json_string_value(json_object_get(object, member));
    return s ? s : "(no name)";
}

/* Left out on purpose: the reason, or NULL for an error that is a failure. */
static const char *left_out(err_t err)
{
    if (str_eq(err->code, "schema.remote"))
        return "remote reference";
    if (str_eq(err->code, "schema.unsupported") || str_eq(err->code, "schema.format"))
        return err->detail;
    return NULL;
}

static bool uses(const json_t *schema, const char *keyword)
{
    return json_is_object(schema) && json_object_get(schema, keyword);
}

/* The faults of an instance that should have been valid, in a line. */
static const char *faults_text(struct arena *a, const struct schema_result *result)
{
    struct buf b;
    buf_init(&b, a, 256);
    buf_puts(&b, "should be valid, but:");
    for (size_t i = 0; i < result->nfaults && i < 3; i++) {
        const struct schema_fault *f = &result->faults[i];
        buf_printf(&b, " [%s] %s by %s: %s", f->instance_pointer, f->code, f->schema_pointer, f->detail);
    }
    return buf_text(&b);
}

static void run_test(const struct file *f, const char *group, const struct schema *schema, const json_t *test)
{
    struct arena *a = arena_new();
    struct schema_result result;
    const json_t *data = json_object_get(test, "data"), *expected = json_object_get(test, "valid");
    const char *name = text_of(test, "description");
    if (!data || !json_is_boolean(expected)) {
        fail(f, group, name, "the test has no data or no verdict");
    } else {
        bool ok = schema_valid(a, schema, data, &result);
        if (schema_valid(a, schema, data, NULL) != ok)
            fail(f, group, name, "the verdict depends on whether faults are collected");
        else if (ok != (result.nfaults == 0))
            fail(f, group, name, "faults and verdict disagree");
        else if (ok != json_is_true(expected))
            fail(f, group, name, ok ? "should be invalid" : faults_text(a, &result));
        else
            total.passed++;
    }
    arena_free(a);
}

static void run_group(const struct file *f, const json_t *group)
{
    struct arena *a = arena_new();
    struct schema *s = NULL;
    const char *name = text_of(group, "description"), *reason = NULL;
    const json_t *schema = json_object_get(group, "schema"), *tests = json_object_get(group, "tests");
    size_t count = json_array_size(tests);
    if (!schema || count == 0) {
        fail(f, name, "*", "the group has no schema or no tests");
        arena_free(a);
        return;
    }
    err_t err = schema_compile(a, schema, "", f->formats ? SCHEMA_ASSERT_FORMATS : 0, &s);
    if (err)
        reason = left_out(err);
    else if (f->optional && uses(schema, "dependencies"))
        reason = "dependencies is a keyword of older drafts";
    if (reason) {
        total.skipped += count;
        printf("skip %s: %s (%zu test%s): %s\n", f->path, name, count, count == 1 ? "" : "s", reason);
    } else if (err) {
        for (size_t i = 0; i < count; i++)
            fail(f, name, text_of(json_array_get(tests, i), "description"), err->detail);
    } else {
        for (size_t i = 0; i < count; i++)
            run_test(f, name, s, json_array_get(tests, i));
    }
    schema_free(s);
    arena_free(a);
}

/* Integers that no int64 holds become doubles, only where a file has such. */
static json_t *load(const char *path, json_error_t *error)
{
    json_t *j = json_load_file(path, JSON_ALLOW_NUL, error);
    if (!j && json_error_code(error) == json_error_numeric_overflow)
        j = json_load_file(path, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, error);
    return j;
}

static void run_file(const char *path, const struct file *f)
{
    json_error_t error;
    struct tally before = total;
    json_t *groups = load(path, &error);
    if (!groups)
        fail(f, "*", "*", error.text);
    else if (!json_is_array(groups))
        fail(f, "*", "*", "is not a list of groups");
    for (size_t i = 0; i < json_array_size(groups); i++)
        run_group(f, json_array_get(groups, i));
    json_decref(groups);
    printf("%s: %zu passed, %zu failed, %zu skipped\n", f->path, total.passed - before.passed,
           total.failed - before.failed, total.skipped - before.skipped);
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static bool ends_json(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

/* Files first, then folders, each in the order of their names. below is the path without DIR. */
static size_t run_folder(const char *folder, const char *below, bool formats, bool optional)
{
    struct dirent **entries;
    size_t files = 0;
    int n = scandir(folder, &entries, visible, alphasort);
    if (n < 0) {
        fprintf(stderr, "json-schema: %s: %s\n", folder, strerror(errno));
        exit(2);
    }
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < n; i++) {
            struct arena *a = arena_new();
            const char *name = entries[i]->d_name, *path = arena_printf(a, "%s/%s", folder, name);
            const char *label = arena_printf(a, "%s%s", below, name);
            struct stat st;
            if (stat(path, &st) == 0 && pass == 0 && S_ISREG(st.st_mode) && ends_json(name)) {
                run_file(path, &(struct file){label, formats, optional});
                files++;
            } else if (stat(path, &st) == 0 && pass == 1 && S_ISDIR(st.st_mode)) {
                files += run_folder(path, arena_printf(a, "%s/", label), formats || strstr(name, "format"),
                                    optional || str_eq(name, "optional"));
            }
            arena_free(a);
        }
    }
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return files;
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX];
    if (argc != 2) {
        fprintf(stderr, "usage: json-schema DIR\n");
        return 2;
    }
    if (!realpath(argv[1], folder)) {
        fprintf(stderr, "json-schema: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    const char *last = strrchr(folder, '/');
    size_t files =
        run_folder(folder, "", strstr(last, "format") != NULL, strstr(folder, "/optional") != NULL);
    if (files == 0)
        fprintf(stderr, "json-schema: %s: no .json files\n", folder);
    printf("%zu passed, %zu failed, %zu skipped\n", total.passed, total.failed, total.skipped);
    return total.failed > 0 || total.passed == 0;
}
