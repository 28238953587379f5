/* Tests of base/csv.h. */
#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "unit.h"

static const struct {
    const char *text;
    size_t rows;
    const char *last; /* last field of the last row */
} good[] = {
    {"a,b\n1,2\n", 2, "2"},
    {"a,b\n1,2", 2, "2"},
    {"a,b\r\n1,\"2\"\r\n", 2, "2"},
    {"a,b\n1,\"x, \"\"y\"\"\nz\"\n", 2, "x, \"y\"\nz"},
    {"a,b\n,\n", 2, ""},
    {"a\n\n", 2, ""},
    {"\"a\"", 1, "a"},
    {"a,b\n1,\xC3\xA9\n", 2, "\xC3\xA9"},
};

START_TEST(what_is_well_formed_is_read)
{
    struct csv_row *rows;
    size_t n;

    ck_assert_ptr_null(csv_read(unit_arena, good[_i].text, strlen(good[_i].text), &rows, &n));
    ck_assert_uint_eq(n, good[_i].rows);
    ck_assert_str_eq(rows[n - 1].v[rows[n - 1].n - 1], good[_i].last);
}
END_TEST

static const struct {
    const char *text, *detail;
} bad[] = {
    {"a,b\n1,2,3\n", "line 2: there are 3 fields instead of 2"},
    {"a,b\n1\n", "line 2: there are 1 fields instead of 2"},
    {"a,b\n1,\"2\n", "line 3: a quote is not closed"},
    {"a,b\n1,2\"3\n", "line 2: a quote stands in the middle of a field"},
    {"a,b\n\"1\"x,2\n", "line 2: something follows a closing quote"},
    {"a,b\r1,2\n", "line 1: a carriage return stands alone"},
    {"a,b\n1,\xFF\n", "the file is no UTF-8 text"},
};

START_TEST(what_is_not_is_refused_with_its_line)
{
    struct csv_row *rows;
    size_t n;
    err_t e = csv_read(unit_arena, bad[_i].text, strlen(bad[_i].text), &rows, &n);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "csv.invalid");
    ck_assert_str_eq(e->detail, bad[_i].detail);
}
END_TEST

START_TEST(fields_and_their_number_have_limits)
{
    static char text[CSV_FIELD_BYTES_MAX + 2];
    struct csv_row *rows;
    size_t n;

    memset(text, 'x', CSV_FIELD_BYTES_MAX);
    ck_assert_ptr_null(csv_read(unit_arena, text, CSV_FIELD_BYTES_MAX, &rows, &n));
    text[CSV_FIELD_BYTES_MAX] = 'x';
    ck_assert_ptr_nonnull(csv_read(unit_arena, text, CSV_FIELD_BYTES_MAX + 1, &rows, &n));
    memset(text, ',', CSV_FIELDS_MAX);
    ck_assert_ptr_null(csv_read(unit_arena, text, CSV_FIELDS_MAX - 1, &rows, &n));
    ck_assert_ptr_nonnull(csv_read(unit_arena, text, CSV_FIELDS_MAX, &rows, &n));
}
END_TEST

START_TEST(a_column_is_found_by_its_name)
{
    struct csv_row *rows;
    size_t n;

    ck_assert_ptr_null(csv_read(unit_arena, "id,name\n", 8, &rows, &n));
    ck_assert_int_eq(csv_column(&rows[0], "name"), 1);
    ck_assert_int_eq(csv_column(&rows[0], "zone"), -1);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("csv");

    UNIT_TABLE(s, "csv_read", good, what_is_well_formed_is_read);
    UNIT_TABLE(s, "csv_read refuses", bad, what_is_not_is_refused_with_its_line);
    UNIT_CASE(s, "csv_read limits", fields_and_their_number_have_limits);
    UNIT_CASE(s, "csv_column", a_column_is_found_by_its_name);
    return s;
}
