/* test_http_list.c - lists with cursors, ETag and If-Match, row-level security, on a real PostgreSQL. */
#include "edge_fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "unit.h"

static struct edge edge;
static const char *token;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){.conninfo = edge_database});
    token = edge_token("things:read things:write", "iom", "desk", NULL);
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

static struct answer make(const char *who, const char *name, const char *kind)
{
    static int serial;
    const char *headers =
        arena_printf(unit_arena, "Idempotency-Key: make-%d-%s-%d\r\n", (int)getpid(), name, ++serial);
    struct answer a = edge_ask(&edge, "POST", "/sample/v1/things", who, headers,
                               arena_printf(unit_arena, "{\"name\":\"%s\",\"kind\":\"%s\"}", name, kind));

    ck_assert_msg(a.status == 201, "%d %s", a.status, a.body);
    return a;
}

/* Every test has an organisation of its own, so that they see none of each other's rows. */
static const char *own(const char *organisation)
{
    return edge_token("things:read things:write", organisation, "desk", NULL);
}

static void make_some(const char *who, int n)
{
    for (int i = 0; i < n; i++)
        make(who, arena_printf(unit_arena, "n%02d", i), i % 2 ? "blue" : "red");
}

static struct answer list(const char *who, const char *query)
{
    return edge_ask(&edge, "GET", arena_printf(unit_arena, "/sample/v1/things%s", query), who, "", NULL);
}

static json_t *json_of(const struct answer *a)
{
    json_t *j = json_loadb(a->body, a->body_bytes, 0, NULL);

    ck_assert_msg(j != NULL, "%s", a->body);
    return arena_own_json(unit_arena, j);
}

/* "n00 n01 n02" */
static const char *names(const struct answer *a)
{
    struct buf out;
    size_t i;
    json_t *item;

    ck_assert_msg(a->status == 200, "%d %s", a->status, a->body);
    buf_init(&out, unit_arena, 256);
    json_array_foreach(json_object_get(json_of(a), "items"), i, item)
        buf_printf(&out, "%s%s", i ? " " : "", json_string_value(json_object_get(item, "name")));
    return buf_text(&out);
}

static const char *next(const struct answer *a)
{
    return json_string_value(json_object_get(json_of(a), "next"));
}

/* The target of a Link, from the base path on. */
static const char *link_of(const struct answer *a, const char *rel)
{
    const char *all = edge_header(a, "Link"),
               *end = strstr(all, arena_printf(unit_arena, ">; rel=\"%s\"", rel)), *start;

    if (!end)
        return NULL;
    for (start = end; *start != '<'; start--)
        ;
    return arena_strndup(unit_arena, start + 1, (size_t)(end - start - 1));
}

START_TEST(pages_follow_one_another)
{
    const char *who = own("pages");
    struct answer a;

    make_some(who, 7);
    a = list(who, "?limit=3");
    ck_assert_str_eq(names(&a), "n00 n01 n02");
    ck_assert_ptr_null(link_of(&a, "prev"));
    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n03 n04 n05");
    const char *back = link_of(&a, "prev");

    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n06");
    ck_assert_ptr_null(next(&a));
    ck_assert_ptr_null(link_of(&a, "next"));
    a = edge_ask(&edge, "GET", back, who, "", NULL);
    ck_assert_str_eq(names(&a), "n00 n01 n02");
    ck_assert_ptr_null(link_of(&a, "prev"));
    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n03 n04 n05");
}
END_TEST

START_TEST(pages_stay_while_rows_are_inserted)
{
    const char *who = own("stable");
    struct answer a;

    make_some(who, 4);
    a = list(who, "?limit=2");
    make(who, "a-before", "red");
    a = list(who, arena_printf(unit_arena, "?limit=2&cursor=%s", next(&a)));
    ck_assert_str_eq(names(&a), "n02 n03");
}
END_TEST

START_TEST(sort_and_filter_are_kept)
{
    const char *who = own("sorted");
    struct answer a;

    make_some(who, 6);
    a = list(who, "?sort=-name&kind=blue&limit=2");
    ck_assert_str_eq(names(&a), "n05 n03");
    const char *target = link_of(&a, "next");

    ck_assert_ptr_nonnull(strstr(target, "sort=-name&kind=blue&limit=2&cursor="));
    a = edge_ask(&edge, "GET", target, who, "", NULL);
    ck_assert_str_eq(names(&a), "n01");
    a = list(who, "?sort=-madeAt&limit=1");
    ck_assert_str_eq(names(&a), "n05");
    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n04");
}
END_TEST

static json_int_t total(const struct answer *a)
{
    return json_integer_value(json_object_get(json_of(a), "total"));
}

START_TEST(count_is_told_when_asked)
{
    const char *who = own("counted");
    struct answer a;

    make_some(who, 7);
    a = list(who, "?limit=2");
    ck_assert_ptr_null(json_object_get(json_of(&a), "total"));
    a = list(who, "?limit=2&count=true");
    ck_assert_int_eq(total(&a), 7);
    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n02 n03");
    ck_assert_int_eq(total(&a), 7);
    a = list(who, "?kind=blue&count=true&sort=-madeAt");
    ck_assert_int_eq(total(&a), 3);
    a = list(who, "?count=false");
    ck_assert_ptr_null(json_object_get(json_of(&a), "total"));
    a = list(own("counted-none"), "?count=true");
    ck_assert_int_eq(total(&a), 0);
}
END_TEST

/* The token of a list's changes. */
static const char *since(const struct answer *a)
{
    const char *told = json_string_value(json_object_get(json_of(a), "changedSince"));

    ck_assert_msg(told != NULL, "%s", a->body);
    return told;
}

START_TEST(changes_are_told_since_a_token)
{
    const char *who = own("changing"), *begin, *later;
    struct answer a;

    make_some(who, 3);
    a = list(who, "?changedSince=0&limit=2");
    ck_assert_str_eq(names(&a), "n00 n01");
    begin = since(&a);
    make(who, "n03", "red"); /* while the reader walks: it may come in this walk, and comes in the next */
    a = edge_ask(&edge, "GET", link_of(&a, "next"), who, "", NULL);
    ck_assert_str_eq(names(&a), "n02 n03");
    a = list(who, arena_printf(unit_arena, "?count=true&changedSince=%s", since(&a)));
    ck_assert_str_eq(names(&a), "n03");
    ck_assert_int_eq(total(&a), 1);
    later = since(&a);
    a = list(who, arena_printf(unit_arena, "?changedSince=%s", begin));
    ck_assert_str_eq(names(&a), "n03");
    a = list(who, arena_printf(unit_arena, "?changedSince=%s", later));
    ck_assert_str_eq(names(&a), "");
    make(who, "n04", "red");
    make(who, "n05", "blue");
    a = list(who, arena_printf(unit_arena, "?kind=blue&changedSince=%s", later));
    ck_assert_str_eq(names(&a), "n05");
}
END_TEST

START_TEST(tokens_of_others_are_refused)
{
    const char *who = own("changed-token");
    struct answer a = list(who, "?changedSince=0");
    const char *query = arena_printf(unit_arena, "?changedSince=%s", since(&a));

    a = list(who, query);
    ck_assert_int_eq(a.status, 200);
    a = list(own("changed-other"), query);
    ck_assert_int_eq(a.status, 400);
    a = list(edge_token("things:read", "changed-token", "desk", "amina"), query);
    ck_assert_int_eq(a.status, 400);
    a = list(who, "?changedSince=AAAA");
    ck_assert_int_eq(a.status, 400);
    ck_assert_str_eq(edge_text(&a, "code"), "cursor.invalid");
}
END_TEST

static void refused(struct answer a)
{
    ck_assert_msg(a.status == 400, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_text(&a, "code"), "cursor.invalid");
    ck_assert_str_eq(edge_fault(&a, 0, "parameter"), "cursor");
}

START_TEST(cursor_of_another_is_refused)
{
    const char *who = own("cursors");
    struct answer a;
    const char *cursor;

    make_some(who, 4);
    a = list(who, "?limit=2&kind=red&sort=name");
    a = list(who, "?limit=1&kind=red&sort=name");
    cursor = next(&a);
    a = list(who, arena_printf(unit_arena, "?limit=200&kind=red&sort=name&cursor=%s", cursor));
    ck_assert_str_eq(names(&a), "n02"); /* another limit is fine */
    refused(list(who, arena_printf(unit_arena, "?kind=blue&cursor=%s", cursor)));
    refused(list(who, arena_printf(unit_arena, "?cursor=%s", cursor)));
    refused(list(who, arena_printf(unit_arena, "?kind=red&sort=-name&cursor=%s", cursor)));
    refused(list(edge_token("things:read", "cursors", "other-client", NULL),
                 arena_printf(unit_arena, "?kind=red&cursor=%s", cursor)));
    refused(list(edge_token("things:read", "other", "desk", NULL),
                 arena_printf(unit_arena, "?kind=red&cursor=%s", cursor)));
    refused(list(edge_token("things:read", "cursors", "desk", "amina"),
                 arena_printf(unit_arena, "?kind=red&cursor=%s", cursor)));
}
END_TEST

START_TEST(changed_cursor_is_refused)
{
    const char *who = own("tampered");
    struct answer a;

    make_some(who, 3);
    a = list(who, "?limit=1");
    char *cursor = arena_strdup(unit_arena, next(&a));

    ck_assert_ptr_null(strstr(cursor, "bjAw")); /* base64url of "n00": the key is not readable */
    for (size_t i = 0; i < strlen(cursor); i += 7) {
        char was = cursor[i];
        cursor[i] = was == 'A' ? 'B' : 'A';
        refused(list(who, arena_printf(unit_arena, "?cursor=%s", cursor)));
        cursor[i] = was;
    }
    refused(list(who, "?cursor=AAAA"));
    refused(list(who, "?cursor=x"));
    cursor[strlen(cursor) - 4] = '\0';
    refused(list(who, arena_printf(unit_arena, "?cursor=%s", cursor)));
}
END_TEST

START_TEST(search_by_post_pages_too)
{
    const char *who = own("search");
    struct answer a;

    make_some(who, 5);
    a = edge_ask(&edge, "POST", "/sample/v1/things/_search", who, "", "{\"kind\":\"red\",\"limit\":2}");
    ck_assert_str_eq(names(&a), "n00 n02");
    ck_assert_str_eq(edge_header(&a, "Link"), "");
    const char *cursor = next(&a);

    a = edge_ask(&edge, "POST", "/sample/v1/things/_search", who, "",
                 arena_printf(unit_arena, "{\"cursor\":\"%s\", \"kind\":\"red\"}", cursor));
    ck_assert_str_eq(names(&a), "n04");
    refused(edge_ask(&edge, "POST", "/sample/v1/things/_search", who, "",
                     arena_printf(unit_arena, "{\"cursor\":\"%s\",\"kind\":\"blue\"}", cursor)));
}
END_TEST

START_TEST(another_organisation_sees_nothing)
{
    struct answer a = make(own("mine"), "secret", "red");
    const char *target = arena_printf(unit_arena, "/sample/v1/things/%s", edge_text(&a, "id"));
    struct answer there, missing;

    a = edge_ask(&edge, "GET", target, own("mine"), "", NULL);
    ck_assert_int_eq(a.status, 200);
    there = edge_ask(&edge, "GET", target, own("theirs"), "", NULL);
    missing = edge_ask(&edge, "GET", "/sample/v1/things/01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", own("theirs"),
                       "", NULL);
    ck_assert_int_eq(there.status, 404);
    ck_assert_uint_eq(there.body_bytes, missing.body_bytes);
    ck_assert_str_eq(edge_text(&there, "code"), edge_text(&missing, "code"));
    ck_assert_str_eq(edge_text(&there, "detail"), edge_text(&missing, "detail"));
    a = list(own("theirs"), "");
    ck_assert_str_eq(names(&a), "");
}
END_TEST

static struct answer change(const char *id, const char *match, const char *body)
{
    return edge_ask(
        &edge, "PATCH", arena_printf(unit_arena, "/sample/v1/things/%s", id), token,
        arena_printf(unit_arena, "Content-Type: application/merge-patch+json\r\nIf-Match: %s\r\n", match),
        body);
}

START_TEST(if_match_guards_a_change)
{
    struct answer a = make(token, "first", "red");
    const char *id = edge_text(&a, "id");

    ck_assert_str_eq(edge_header(&a, "ETag"), "\"v1\"");
    ck_assert_str_eq(edge_header(&a, "Location"), arena_printf(unit_arena, "/sample/v1/things/%s", id));
    a = change(id, "\"v1\"", "{\"name\":\"second\"}");
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_header(&a, "ETag"), "\"v2\"");
    ck_assert_str_eq(edge_text(&a, "name"), "second");
    a = change(id, "\"v1\"", "{\"name\":\"third\"}");
    ck_assert_int_eq(a.status, 412);
    ck_assert_str_eq(edge_text(&a, "code"), "precondition.stale");
    a = change(id, "W/\"v2\"", "{}"); /* strong comparison */
    ck_assert_int_eq(a.status, 412);
    a = change(id, "v2", "{}");
    ck_assert_int_eq(a.status, 412);
    a = change(id, "\"v9\", W/\"v1\", \"v2\"", "{\"name\":\"third\"}");
    ck_assert_int_eq(a.status, 200);
    a = change(id, "*", "{\"name\":\"fourth\"}");
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_header(&a, "ETag"), "\"v4\"");
}
END_TEST

/* Longer than a read may take beside others, and not too long for one by itself. */
START_TEST(a_read_too_slow_beside_others_goes_by_itself)
{
    struct answer made = make(own("slow"), "held", "red");
    const char *id = edge_text(&made, "id");
    char line[16] = "";
    FILE *holder =
        popen("printf \"BEGIN; LOCK TABLE things; SELECT 'held'; SELECT pg_sleep(0.6); COMMIT;\" | "
              "psql -qAtX -U s_owner -d sample",
              "r");

    ck_assert_ptr_nonnull(holder);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), holder));
    ck_assert_str_eq(line, "held\n");
    struct answer a =
        edge_ask(&edge, "GET", arena_printf(unit_arena, "/sample/v1/things/%s", id), own("slow"), "", NULL);
    ck_assert_int_eq(pclose(holder), 0);
    ck_assert_msg(a.status == 200, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_text(&a, "name"), "held");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("http_list");
    TCase *c = tcase_create("lists and rows");

    tcase_add_unchecked_fixture(c, edge_once_with_database, NULL);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, pages_follow_one_another);
    tcase_add_test(c, pages_stay_while_rows_are_inserted);
    tcase_add_test(c, sort_and_filter_are_kept);
    tcase_add_test(c, count_is_told_when_asked);
    tcase_add_test(c, changes_are_told_since_a_token);
    tcase_add_test(c, tokens_of_others_are_refused);
    tcase_add_test(c, cursor_of_another_is_refused);
    tcase_add_test(c, changed_cursor_is_refused);
    tcase_add_test(c, search_by_post_pages_too);
    tcase_add_test(c, another_organisation_sees_nothing);
    tcase_add_test(c, if_match_guards_a_change);
    tcase_add_test(c, a_read_too_slow_beside_others_goes_by_itself);
    suite_add_tcase(s, c);
    return s;
}
