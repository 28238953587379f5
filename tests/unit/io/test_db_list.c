/* test_db_list.c - list statements: filters, sorts, cursors both ways, and how many variants are kept. */
#include <stdio.h>
#include <string.h>

#include "db_fixture.h"
#include "queries.h"
#include "unit.h"
#include "web/page.h"

enum { RANK, TITLES, BY_ID }; /* sorts */
enum { ORG = 1, RANK_FROM = 2, NOTED = 4, TITLE = 8 };

/* 24 rows: titles "a" … "h" thrice, ranks 0 … 5 four times, every third with a note. */
static void fill(void)
{
    sql("INSERT INTO t.items SELECT ('01000000-0000-0000-0000-0000000000' || lpad(to_hex(n), 2, '0'))::uuid, "
        "'iom',"
        " chr(97 + n / 3), CASE WHEN n % 3 = 0 THEN 'noted' END, n % 6 FROM generate_series(0, 23) n");
}

static char got[256];

/* The ranks of the rows, or their titles. */
static void write_down(const struct item_row *rows, size_t n, bool titles)
{
    got[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), titles ? "%s" : "%s%d",
                 titles ? rows[i].title : "", rows[i].rank);
}

static void list(struct job *j, const struct q_item_list_in *in, struct page page, bool titles)
{
    struct item_row *rows;
    struct tx *tx;
    size_t n = 0;

    OK(db_begin_read(&j->x, &tx));
    OK(q_item_list(tx, in, &page, &rows, &n));
    write_down(rows, n, titles);
}

static void filters(struct job *j)
{
    struct q_item_list_in in = {.org = "iom", .rank = OPT_I32(4), .title = "b"};

    list(j, &in, (struct page){.limit = 99}, false);
    ck_assert_str_eq(got, "000011112222333344445555");
    list(j, &in, (struct page){.limit = 99, .choice = {.filters = RANK_FROM}}, false);
    ck_assert_str_eq(got, "44445555");
    list(j, &in, (struct page){.limit = 99, .choice = {.filters = RANK_FROM | TITLE}}, false);
    ck_assert_str_eq(got, "45");
    list(j, &in, (struct page){.limit = 99, .choice = {.filters = NOTED}}, false);
    ck_assert_str_eq(got, "00003333");
    list(j, &in, (struct page){.limit = 99, .choice = {.filters = ORG | NOTED | RANK_FROM | TITLE}}, false);
    ck_assert_str_eq(got, "");
    in.org = "coa";
    list(j, &in, (struct page){.limit = 99, .choice = {.filters = ORG}}, false);
    ck_assert_str_eq(got, "");
}

START_TEST(filters_are_taken_one_by_one)
{
    fill();
    in_job("iom", filters);
}
END_TEST

static void sorts(struct job *j)
{
    struct q_item_list_in in = {0};

    list(j, &in, (struct page){.limit = 5}, false);
    ck_assert_str_eq(got, "000011"); /* one more than the page shows */
    list(j, &in, (struct page){.limit = 5, .choice = {.descending = true}}, false);
    ck_assert_str_eq(got, "555544");
    list(j, &in, (struct page){.limit = 5, .choice = {.sort = TITLES, .descending = true}}, true);
    ck_assert_str_eq(got, "hhhggg");
    list(j, &in, (struct page){.limit = 5, .choice = {.sort = TITLES}}, true);
    ck_assert_str_eq(got, "aaabbb");
    list(j, &in, (struct page){.limit = 3, .choice = {.sort = BY_ID}}, false);
    ck_assert_str_eq(got, "0123");
    ck_assert_str_eq(q_item_list_page.statement->list->sorts[TITLES].name, "title");
    ck_assert(q_item_list_page.statement->list->sorts[TITLES].descending);
    ck_assert_uint_eq(q_item_list_page.statement->list->nfilters, 4);
    ck_assert_str_eq(q_item_list_page.statement->list->filters[2].query, "noted");
}

START_TEST(sorts_go_both_ways)
{
    fill();
    in_job("iom", sorts);
}
END_TEST

struct walk {
    struct page page;
    const char *forth, *back;
    bool titles;
};
static const struct walk walks[] = {
    {{.limit = 7, .choice = {.sort = RANK}}, "0000111|1222233|3344445|555", "0000111|1222233|3344445", false},
    {{.limit = 7, .choice = {.sort = RANK, .descending = true}},
     "5555444|4333322|2211110|000",
     "5555444|4333322|2211110",
     false},
    {{.limit = 7, .choice = {.sort = TITLES}},
     "aaabbbc|ccdddee|efffggg|hhh",
     "aaabbbc|ccdddee|efffggg",
     true},
    {{.limit = 7, .choice = {.sort = BY_ID}},
     "0123450|1234501|2345012|345",
     "0123450|1234501|2345012",
     false},
    {{.limit = 7, .choice = {.sort = TITLES, .filters = NOTED, .descending = true}},
     "hgfedcb|a",
     "hgfedcb",
     true},
};
static int walked;

static void to_key(struct job *j, const struct page_kind *kind, struct page *page, const void *row)
{
    page->choice.has_key = true;
    page->choice.key = db_list_key(j->x.arena, kind->statement, &page->choice, row, &page->choice.key_id);
}

/* Pages from the first to the last by the key of each page's last row, then back by that of its first. */
static void walk_pages(struct job *j)
{
    const struct walk *w = &walks[walked];
    struct page page = w->page;
    struct item_row *rows, first = {0};
    struct tx *tx;
    const char *all = "", *back = "";
    size_t n = page.limit + 1;

    OK(db_begin_read(&j->x, &tx));
    while (n > page.limit) {
        OK(q_item_list(tx, &(struct q_item_list_in){0}, &page, &rows, &n));
        write_down(rows, n < page.limit ? n : page.limit, w->titles);
        all = arena_printf(j->x.arena, "%s%s%s", all, *all ? "|" : "", got);
        first = rows[0];
        if (n > page.limit)
            to_key(j, &q_item_list_page, &page, &rows[page.limit - 1]);
    }
    ck_assert_str_eq(all, w->forth);
    page.choice.backwards = true;
    do {
        to_key(j, &q_item_list_page, &page, &first);
        OK(q_item_list(tx, &(struct q_item_list_in){0}, &page, &rows, &n));
        size_t spare = n > page.limit ? 1 : 0; /* the spare one comes first */
        write_down(rows + spare, n - spare, w->titles);
        back = arena_printf(j->x.arena, "%s%s%s", got, *back ? "|" : "", back);
        first = rows[spare];
    } while (n > page.limit);
    ck_assert_str_eq(back, w->back);
}

START_TEST(cursors_lead_through_all_pages_and_back)
{
    fill();
    walked = _i;
    in_job("iom", walk_pages);
}
END_TEST

static const struct {
    unsigned sort;
    bool descending;
    const char *ranks;
} dues[] = {
    {0, false,
     "2222111|1000034|5345345|345"}, /* rows without the value come last, in the order of their ids */
    {0, true, "5435435|4354300|0011112|222"},
    {1, false, "5555444|4333301|2012012|012"},
};

/* By the key of each page's last row, also where that has no value. */
static void walk_dues(struct job *j)
{
    struct page page = {.limit = 7,
                        .choice = {.sort = dues[walked].sort, .descending = dues[walked].descending}};
    struct due_row *rows;
    struct tx *tx;
    size_t n = page.limit + 1;

    OK(db_begin_read(&j->x, &tx));
    got[0] = '\0';
    while (n > page.limit) {
        OK(q_due_list(tx, &page, &rows, &n));
        if (page.choice.has_key)
            strcat(got, "|");
        for (size_t i = 0; i < n && i < page.limit; i++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%d", rows[i].rank);
        if (n <= page.limit)
            break;
        to_key(j, &q_due_list_page, &page, &rows[page.limit - 1]);
    }
    ck_assert_str_eq(got, dues[walked].ranks);
}

START_TEST(cursors_lead_through_rows_without_the_value)
{
    fill();
    walked = _i;
    in_job("iom", walk_dues);
}
END_TEST

static void bad_keys(struct job *j)
{
    struct page page = {.limit = 5, .choice = {.has_key = true, .key = "not a number"}};
    struct item_row *rows;
    struct tx *tx;
    size_t n = 0;

    OK(db_begin_read(&j->x, &tx));
    FAILS(q_item_list(tx, &(struct q_item_list_in){0}, &page, &rows, &n), ERR_INVALID, "cursor.invalid");
    tx_rollback(&j->x);
    page.choice.key = NULL;
    OK(db_begin_read(&j->x, &tx));
    FAILS(q_item_list(tx, &(struct q_item_list_in){0}, &page, &rows, &n), ERR_INVALID, "cursor.invalid");
}

START_TEST(a_key_of_another_type_is_refused)
{
    in_job("iom", bad_keys);
}
END_TEST

static void lists_on_shared(struct job *j)
{
    struct page page = {.limit = 5};
    struct item_row *rows;
    struct tx *tx;
    size_t n = 0;

    OK(db_read(&j->x, &tx));
    FAILS(q_item_list(tx, &(struct q_item_list_in){0}, &page, &rows, &n), ERR_BUG, "db.lane");
}

START_TEST(a_list_takes_a_connection_of_its_own)
{
    in_job("iom", lists_on_shared);
}
END_TEST

/* 16 sets of filters, 3 sorts, 2 directions, with and without key: 192 variants; a connection keeps 128. */
static void all_variants(struct job *j)
{
    struct page page = {.limit = 5, .choice = {.key = "1"}};
    struct q_item_list_in in = {.org = "iom", .rank = OPT_I32(1), .title = "b"};
    struct item_row *rows;
    struct tx *tx;
    size_t n = 0;

    j->x.lists = walked > 0;
    OK(db_begin_read(&j->x, &tx));
    for (unsigned v = 0; v < 192; v++) {
        page.choice.filters = v & 15;
        page.choice.descending = v >> 4 & 1;
        page.choice.has_key = v >> 5 & 1;
        page.choice.sort = (uint8_t)(v >> 6);
        page.choice.key = page.choice.sort == BY_ID ? "01000000-0000-0000-0000-000000000001" : "1";
        OK(q_item_list(tx, &in, &page, &rows, &n));
        if (page.choice.filters == 0 && !page.choice.has_key)
            ck_assert_uint_eq(n, 6);
        ck_assert(tx_shared(tx) == (walked > 0 && v < 128));
    }
    OK(tx_commit(&j->x));
}

static void count_prepared(struct job *j)
{
    struct prepared_row r;
    struct tx *tx;

    OK(db_begin_read(&j->x, &tx));
    OK(q_prepared(tx, &r));
    ck_assert_int_eq(r.lists, walked ? 64 : 128);
}

START_TEST(variants_are_prepared_up_to_a_limit)
{
    struct db_options o = db_defaults();

    walked = _i; /* with a shared connection for lists: what it does not keep goes over the other */
    o.pool = 1;
    o.lists = (unsigned)_i;
    db_open_with(o);
    fill();
    in_job("iom", all_variants);
    in_job("iom", all_variants);
    in_job("iom", count_prepared);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("db list");
    TCase *c = tcase_create("q_x -> list");

    tcase_add_checked_fixture(c, db_set_up, db_tear_down);
    tcase_add_test(c, filters_are_taken_one_by_one);
    tcase_add_test(c, sorts_go_both_ways);
    tcase_add_loop_test(c, cursors_lead_through_all_pages_and_back, 0, (int)LENGTH(walks));
    tcase_add_loop_test(c, cursors_lead_through_rows_without_the_value, 0, (int)LENGTH(dues));
    tcase_add_test(c, a_key_of_another_type_is_refused);
    tcase_add_test(c, a_list_takes_a_connection_of_its_own);
    tcase_add_loop_test(c, variants_are_prepared_up_to_a_limit, 0, 2);
    suite_add_tcase(s, c);
    return s;
}
