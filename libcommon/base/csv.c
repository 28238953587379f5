/* csv.c - see csv.h. */
#include "base/csv.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct reader {
    struct arena *a;
    const char *p, *end;
    size_t line;
    struct buf field;
};

static err_t wrong(struct reader *r, const char *what)
{
    return err_new(r->a, ERR_INVALID, "csv.invalid", "line %zu: %s", r->line, what);
}

/* At a line's end, or the text's: skips it. */
static bool line_ends(struct reader *r)
{
    if (r->p == r->end)
        return true;
    if (*r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n')
        r->p++;
    if (*r->p != '\n')
        return false;
    r->p++;
    r->line++;
    return true;
}

static err_t read_quoted(struct reader *r)
{
    r->p++;
    for (;;) {
        if (r->p == r->end)
            return wrong(r, "a quote is not closed");
        if (*r->p == '"') {
            r->p++;
            if (r->p == r->end || *r->p != '"')
                return NULL;
        }
        r->line += *r->p == '\n';
        buf_putc(&r->field, *r->p++);
        if (r->field.n > CSV_FIELD_BYTES_MAX)
            return wrong(r, "a field is too long");
    }
}

static err_t read_plain(struct reader *r)
{
    while (r->p < r->end && *r->p != ',' && *r->p != '\n' && *r->p != '\r') {
        if (*r->p == '"')
            return wrong(r, "a quote stands in the middle of a field");
        buf_putc(&r->field, *r->p++);
        if (r->field.n > CSV_FIELD_BYTES_MAX)
            return wrong(r, "a field is too long");
    }
    return NULL;
}

static err_t read_row(struct reader *r, struct csv_row *ret)
{
    const char *fields[CSV_FIELDS_MAX];

    *ret = (struct csv_row){.line = r->line};
    for (;;) {
        if (ret->n == CSV_FIELDS_MAX)
            return wrong(r, "there are too many fields");
        buf_init(&r->field, r->a, 32);
        TRY(r->p < r->end && *r->p == '"' ? read_quoted(r) : read_plain(r));
        fields[ret->n++] = buf_text(&r->field);
        if (r->p < r->end && *r->p == ',') {
            r->p++;
            continue;
        }
        if (!line_ends(r))
            return wrong(r, *r->p == '\r' ? "a carriage return stands alone"
                                          : "something follows a closing quote");
        break;
    }
    ret->v = ARENA_ARRAY(r->a, ret->n, const char *);
    memcpy(ret->v, fields, ret->n * sizeof(fields[0]));
    return NULL;
}

err_t csv_read(struct arena *a, const char *text, size_t n, struct csv_row **ret, size_t *ret_n)
{
    struct reader r = {.a = a, .p = text, .end = text + n, .line = 1};
    struct csv_row *rows;
    size_t lines = 1, count = 0;

    if (memchr(text, '\0', n) || !str_utf8_ok(text, n))
        return err_new(a, ERR_INVALID, "csv.invalid", "the file is no UTF-8 text");
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    rows = ARENA_ARRAY(a, lines, struct csv_row);
    while (r.p < r.end || count == 0) {
        TRY(read_row(&r, &rows[count]));
        if (rows[count].n != rows[0].n)
            return err_new(a, ERR_INVALID, "csv.invalid", "line %zu: there are %zu fields instead of %zu",
                           rows[count].line, rows[count].n, rows[0].n);
        count++;
    }
    *ret = rows;
    *ret_n = count;
    return NULL;
}

int csv_column(const struct csv_row *header, const char *name)
{
    for (size_t i = 0; i < header->n; i++) {
        if (str_eq(header->v[i], name))
            return (int)i;
    }
    return -1;
}
