/* manifest.c - see manifest.h */
#include "ctl/manifest.h"

#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "ctl/files.h"

#define FORMAT 1
#define SUM 64

static void sum_line(struct buf *out, const char *hex, const char *file)
{
    buf_printf(out, "%s  %s\n", hex, file);
}

static err_t sum_add(struct arena *a, struct buf *out, const char *folder, const char *file)
{
    const char *hex;
    int64_t bytes;

    TRY(file_sha256(a, arena_printf(a, "%s/%s", folder, file), &hex, &bytes));
    sum_line(out, hex, file);
    return NULL;
}

static void part_write(struct buf *out, const struct backup_part *p)
{
    buf_puts(out, "    {\"service\": ");
    json_write_text(out, p->service);
    buf_puts(out, ", \"file\": ");
    json_write_text(out, p->file);
    buf_puts(out, ", \"at\": ");
    json_write_text(out, p->at);
    buf_puts(out, ", \"cluster\": ");
    json_write_text(out, p->cluster);
    buf_printf(out, ", \"xid\": %lld, \"version\": %lld}", (long long)p->xid, (long long)p->version);
}

const char *backup_lacks(struct arena *a, const struct backup *b)
{
    return arena_printf(
        a,
        "%s, %sthe other secrets of WAYFARE_KEYS, certificates, token issuers, passwords of roles, "
        "configuration, Redis (it holds nothing that cannot be made again)",
        b->with_keys ? "the key that wraps the field keys (WAYFARE_KEK)"
                     : "field keys (without them the sealed fields do not open: --with-keys, or copies of "
                       "your own)",
        b->with_contents ? "" : "contents of documents (--contents), ");
}

err_t backup_write(struct arena *a, const struct backup *b)
{
    struct buf json, sums;

    buf_init(&json, a, 2048);
    buf_init(&sums, a, 2048);
    buf_printf(&json, "{\"wayfareBackup\": %d,\n  \"parts\": [\n", FORMAT);
    for (size_t i = 0; i < b->n; i++) {
        part_write(&json, &b->parts[i]);
        buf_puts(&json, i + 1 < b->n ? ",\n" : "\n");
    }
    buf_puts(&json, "  ],\n  \"notInIt\": ");
    json_write_text(&json, backup_lacks(a, b));
    buf_puts(&json, "}\n");
    TRY(file_write(a, arena_printf(a, "%s/manifest.json", b->folder), buf_text(&json), 0600));
    TRY(sum_add(a, &sums, b->folder, "manifest.json"));
    for (size_t i = 0; i < b->n; i++)
        TRY(sum_add(a, &sums, b->folder, b->parts[i].file));
    for (size_t i = 0; i < b->files.n; i++)
        TRY(sum_add(a, &sums, b->folder, b->files.v[i]));
    return file_write(a, arena_printf(a, "%s/SHA256SUMS", b->folder), buf_text(&sums), 0600);
}

/* ---- reading ---- */

static err_t damaged(struct arena *a, const char *folder, const char *file, const char *why)
{
    return err_new(a, ERR_INVALID, "backup.damaged", "%s/%s %s; nothing was changed", folder, file, why);
}

/* The sum that SHA256SUMS has for a file; NULL if it names none. */
static const char *sum_of(struct arena *a, const char *sums, const char *file)
{
    size_t n = strlen(file);

    while (*sums != '\0') {
        size_t line = strcspn(sums, "\n");

        if (line == SUM + 2 + n && strncmp(sums + SUM + 2, file, n) == 0)
            return arena_strndup(a, sums, SUM);
        sums += line + (sums[line] == '\n');
    }
    return NULL;
}

static err_t check(struct arena *a, const char *folder, const char *sums, const char *file)
{
    const char *wanted = sum_of(a, sums, file), *hex;
    int64_t bytes;

    if (wanted == NULL)
        return damaged(a, folder, file, "is not in SHA256SUMS");
    if (!file_exists(arena_printf(a, "%s/%s", folder, file)))
        return damaged(a, folder, file, "is not there");
    TRY(file_sha256(a, arena_printf(a, "%s/%s", folder, file), &hex, &bytes));
    return str_eq(hex, wanted) ? NULL : damaged(a, folder, file, "is damaged (its SHA-256 is another)");
}

static err_t part_read(struct arena *a, const char *folder, const json_t *j, struct backup_part *ret)
{
    int64_t us;

    *ret = (struct backup_part){.service = json_member_text(j, "service"),
                                .file = json_member_text(j, "file"),
                                .at = json_member_text(j, "at"),
                                .cluster = json_member_text(j, "cluster"),
                                .xid = json_member_i64(j, "xid", -1),
                                .version = json_member_i64(j, "version", -1)};
    if (!ret->service || !ret->file || strchr(ret->file, '/') || !ret->at || !ret->cluster || ret->xid < 0 ||
        ret->version < 0 || !date_parse_instant(ret->at, &us))
        return damaged(a, folder, "manifest.json", "is not of the form that it should have");
    return NULL;
}

static err_t manifest_read(struct arena *a, const char *folder, struct backup *ret)
{
    const char *text;
    const json_t *parts, *part;
    json_t *j;
    size_t i;

    TRY(file_read(a, arena_printf(a, "%s/manifest.json", folder), &text));
    if (json_parse(a, text, strlen(text), 4, &j) != NULL || json_member_i64(j, "wayfareBackup", 0) != FORMAT)
        return err_new(a, ERR_INVALID, "backup.foreign",
                       "%s is not a backup that this version of wayfare-ctl has made", folder);
    parts = json_object_get(j, "parts");
    if (json_array_size(parts) == 0 || json_array_size(parts) > BACKUP_SERVICES)
        return damaged(a, folder, "manifest.json", "is not of the form that it should have");
    json_array_foreach(parts, i, part) TRY(part_read(a, folder, part, &ret->parts[ret->n++]));
    return NULL;
}

static err_t sums_read(struct arena *a, const char *folder, const char **ret)
{
    if (!file_exists(arena_printf(a, "%s/SHA256SUMS", folder)))
        return err_new(a, ERR_INVALID, "backup.incomplete",
                       "%s is no backup, or one that did not come to its end: it has no SHA256SUMS", folder);
    return file_read(a, arena_printf(a, "%s/SHA256SUMS", folder), ret);
}

err_t backup_check(struct arena *a, const char *folder, const char *file)
{
    const char *sums;

    TRY(sums_read(a, folder, &sums));
    return check(a, folder, sums, file);
}

err_t backup_read(struct arena *a, const char *folder, struct text_array services, struct backup *ret)
{
    const char *sums;

    *ret = (struct backup){.folder = folder};
    TRY(sums_read(a, folder, &sums));
    if (sum_of(a, sums, "manifest.json") == NULL)
        return err_new(a, ERR_INVALID, "backup.foreign", "%s is not a backup of Wayfare", folder);
    TRY(check(a, folder, sums, "manifest.json"));
    TRY(manifest_read(a, folder, ret));
    for (size_t i = 0; i < services.n; i++) {
        const struct backup_part *p;

        TRY(backup_part_of(a, ret, services.v[i], &p));
        TRY(check(a, folder, sums, p->file));
    }
    return NULL;
}

err_t backup_part_of(struct arena *a, const struct backup *b, const char *service,
                     const struct backup_part **ret)
{
    for (size_t i = 0; i < b->n; i++)
        if (str_eq(b->parts[i].service, service)) {
            *ret = &b->parts[i];
            return NULL;
        }
    return err_new(a, ERR_MISSING, "backup.service", "%s holds nothing of %s", b->folder, service);
}
