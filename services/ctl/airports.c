/* airports.c - see airports.h. */
#include "ctl/airports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/str.h"

enum { CODE, NAME, MUNICIPALITY, COUNTRY, KIND, LATITUDE, LONGITUDE, COLUMNS };
static const char *const names[COLUMNS] = {"iata_code", "name",         "municipality", "iso_country",
                                           "type",      "latitude_deg", "longitude_deg"};

struct reading {
    struct arena *a;
    const char *zones;
    int at[COLUMNS];
    json_t *by_code; /* code: index of its row */
};

static err_t wrong(struct reading *r, const struct csv_row *row, const char *what)
{
    return err_new(r->a, ERR_INVALID, "airports.line", "line %zu: %s", row->line, what);
}

static const char *field(const struct reading *r, const struct csv_row *row, int column)
{
    return row->v[r->at[column]];
}

static bool letters(const char *text, size_t n)
{
    return strlen(text) == n && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool degrees(const char *text, double limit)
{
    char *end;
    double d = strtod(text, &end);

    return end != text && *end == '\0' && fabs(d) <= limit;
}

/* large before medium before small before all else. */
static int size_of(const char *kind)
{
    static const char *const kinds[] = {"small_airport", "medium_airport", "large_airport"};

    for (int i = 0; i < (int)LENGTH(kinds); i++) {
        if (str_eq(kinds[i], kind))
            return i + 1;
    }
    return 0;
}

/* The zone of a country that has just one in zone.tab (country TAB coordinates TAB zone…); NULL otherwise. */
static const char *zone_of(const struct reading *r, const char *country)
{
    const char *found = NULL;

    for (const char *line = r->zones; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        const char *tab = strchr(line, '\t'), *zone = tab ? strchr(tab + 1, '\t') : NULL;

        if (strncmp(line, country, 2) != 0 || tab != line + 2 || !zone)
            continue;
        if (found)
            return NULL;
        zone++;
        found = arena_printf(r->a, "%.*s", (int)strcspn(zone, "\t\n"), zone);
    }
    return found;
}

static err_t check(struct reading *r, const struct csv_row *row)
{
    if (!letters(field(r, row, CODE), 3))
        return wrong(r, row, "iata_code is not three letters");
    if (!letters(field(r, row, COUNTRY), 2))
        return wrong(r, row, "iso_country is not two letters");
    if (!*field(r, row, NAME) || !*field(r, row, KIND))
        return wrong(r, row, "name or type is empty");
    if (!degrees(field(r, row, LATITUDE), 90) || !degrees(field(r, row, LONGITUDE), 180))
        return wrong(r, row, "the place is not in degrees");
    return NULL;
}

static void write_row(struct reading *r, struct buf *out, const struct csv_row *row)
{
    static const char *const members[] = {"code", "name", "municipality", "country", "kind"};
    const char *municipality = field(r, row, MUNICIPALITY);

    buf_puts(out, out->n > 1 ? ",{" : "{");
    for (int i = CODE; i <= KIND; i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "", members[i]);
        json_write_text(out, i == MUNICIPALITY && !*municipality ? NULL : field(r, row, i));
    }
    buf_puts(out, ",\"zone\":");
    json_write_text(out, zone_of(r, field(r, row, COUNTRY)));
    buf_printf(out, ",\"latitude\":%.8g,\"longitude\":%.8g}", strtod(field(r, row, LATITUDE), NULL),
               strtod(field(r, row, LONGITUDE), NULL));
}

/* Which line stands for each code. */
static err_t choose(struct reading *r, const struct csv_row *rows, size_t n, struct airports *ret)
{
    for (size_t i = 1; i < n; i++) {
        const char *code = field(r, &rows[i], CODE), *kind = field(r, &rows[i], KIND);
        const json_t *before;

        if (!*code || str_eq(kind, "closed")) {
            ret->without++;
            continue;
        }
        TRY(check(r, &rows[i]));
        before = json_object_get(r->by_code, code);
        ret->twice += before != NULL;
        if (!before || size_of(kind) > size_of(field(r, &rows[json_integer_value(before)], KIND)))
            json_object_set_new(r->by_code, code, json_integer((json_int_t)i));
    }
    return NULL;
}

err_t airports_read(struct arena *a, const char *text, size_t n, const char *zones, struct airports *ret)
{
    struct reading r = {.a = a, .zones = zones, .by_code = arena_own_json(a, json_object())};
    struct airports found = {0};
    struct csv_row *rows;
    struct buf out;
    const char *code;
    json_t *index;
    size_t nrows;

    TRY(csv_read(a, text, n, &rows, &nrows));
    for (int i = 0; i < COLUMNS; i++) {
        r.at[i] = csv_column(&rows[0], names[i]);
        if (r.at[i] < 0)
            return err_new(a, ERR_INVALID, "airports.column", "line 1: there is no column %s", names[i]);
    }
    TRY(choose(&r, rows, nrows, &found));
    buf_init(&out, a, 4096);
    buf_putc(&out, '[');
    json_object_foreach(r.by_code, code, index)
    {
        write_row(&r, &out, &rows[json_integer_value(index)]);
        found.n++;
    }
    buf_putc(&out, ']');
    found.rows = buf_text(&out);
    *ret = found;
    return NULL;
}
