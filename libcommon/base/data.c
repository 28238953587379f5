/* data.c - reading the JSON files that a program loads at start. */
#include "base/data.h"

#include <fts.h>
#include <string.h>

#include "base/arena.h"
#include "base/schema.h"
#include "base/str.h"

err_t data_file(struct arena *a, const char *path, json_t **ret)
{
    json_error_t why;
    json_t *document = arena_own_json(a, json_load_file(path, JSON_REJECT_DUPLICATES, &why));

    if (!document)
        return err_internal(a, ERR_BUG, "data.unreadable", "%s:%d:%d: %s", path, why.line, why.column,
                            why.text);
    *ret = document;
    return NULL;
}

static int by_path(const FTSENT **one, const FTSENT **other)
{
    return strcmp((*one)->fts_name, (*other)->fts_name);
}

static bool is_json(const char *name)
{
    size_t n = strlen(name);

    return n > 5 && str_eq(name + n - 5, ".json");
}

static err_t walk(struct arena *a, FTS *tree, json_t *documents, json_t *paths)
{
    json_t *document;
    FTSENT *entry;

    while ((entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_D && entry->fts_level > 1)
            fts_set(tree, entry, FTS_SKIP);
        if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS)
            return err_internal(a, ERR_BUG, "data.unreadable", "%s: %s", entry->fts_path,
                                strerror(entry->fts_errno));
        if (entry->fts_info != FTS_F || !is_json(entry->fts_name))
            continue;
        TRY(data_file(a, entry->fts_path, &document));
        json_array_append(documents, document);
        json_array_append_new(paths, json_string(entry->fts_path));
    }
    return NULL;
}

err_t data_folder(struct arena *a, const char *folder, json_t **ret_documents, json_t **ret_paths)
{
    char *const roots[] = {arena_strdup(a, folder), NULL};
    json_t *documents = arena_own_json(a, json_array()), *paths = arena_own_json(a, json_array());
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_path);
    err_t e;

    if (!tree)
        return err_internal(a, ERR_BUG, "data.unreadable", "%s cannot be opened", folder);
    e = walk(a, tree, documents, paths);
    fts_close(tree);
    TRY(e);
    *ret_documents = documents;
    *ret_paths = paths;
    return NULL;
}

static void schema_release(void *schema)
{
    schema_free(schema);
}

err_t data_schema(struct arena *a, const char *path, struct schema **ret)
{
    json_t *document;

    TRY(data_file(a, path, &document));
    TRY(schema_compile(a, document, "", SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS, ret));
    arena_own(a, *ret, schema_release);
    return NULL;
}
