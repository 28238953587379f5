/* fuzz_csv.c - comma-separated values: what is read has the header's number of fields, and reads the same
 * when written again. */
#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/str.h"
#include "fuzz.h"

static void write_rows(struct buf *out, const struct csv_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < rows[i].n; k++) {
            buf_puts(out, k ? ",\"" : "\"");
            for (const char *p = rows[i].v[k]; *p; p++) {
                if (*p == '"')
                    buf_putc(out, '"');
                buf_putc(out, *p);
            }
            buf_putc(out, '"');
        }
        buf_putc(out, '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct csv_row *rows, *again;
    struct buf out;
    size_t n, m;

    if (!csv_read(a, (const char *)data, size, &rows, &n)) {
        buf_init(&out, a, size + 16);
        write_rows(&out, rows, n);
        FUZZ_CHECK(!csv_read(a, out.p, out.n, &again, &m));
        FUZZ_CHECK(m == n);
        for (size_t i = 0; i < n; i++) {
            FUZZ_CHECK(rows[i].n == rows[0].n && again[i].n == rows[i].n);
            for (size_t k = 0; k < rows[i].n; k++)
                FUZZ_CHECK(strcmp(rows[i].v[k], again[i].v[k]) == 0);
        }
    }
    arena_free(a);
    return 0;
}
