/* test_ctl.c - the command line, the files and the profiles of wayfare-ctl. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/airports.h"
#include "ctl/files.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "ctl/profiles.h"
#include "web/auth.h"

#include "unit.h"

static struct arena *a;
static char folder[] = "/tmp/wf-ctl-XXXXXX";

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    a = arena_new();
    unsetenv("CTL_TEST_COLOUR");
}

static void teardown(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    arena_free(a);
}

/* ---- options ---- */

static err_t nothing(struct ctl *c)
{
    (void)c;
    return NULL;
}

static const struct command paint = {
    .words = "wall paint",
    .argument = "WALL",
    .about = "Paints a wall.",
    .options = {{"colour", "COLOUR", "CTL_TEST_COLOUR", "which", true, false},
                {"tool", "TOOL", NULL, "with what", false, true},
                {"twice", NULL, NULL, "two coats", false, false}},
    .run = nothing,
};
static const struct command look = {.words = "wall look", .about = "Looks.", .run = nothing};
static const struct command *const commands[] = {&paint, &look};

/* The words of a line, as main would get them. */
static err_t parse(struct ctl *c, const char *line)
{
    char *argv[20] = {arena_strdup(a, "wayfare-ctl")}, *rest = NULL;
    bool done;
    int argc = 1;

    *c = (struct ctl){.arena = a};
    for (char *w = strtok_r(arena_strdup(a, line), " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    return ctl_parse(c, commands, LENGTH(commands), argc, argv, &done);
}

static const struct {
    const char *line, *says; /* NULL: taken */
} lines[] = {
    {"wall paint north --colour red", NULL},
    {"wall paint --colour=red north", NULL},
    {"wall paint north --colour red --tool brush --tool=roll --twice", NULL},
    {"wall look", NULL},
    {"", "a command is needed"},
    {"wall", "there is no such command: wall"},
    {"wall burn", "there is no such command: wall burn"},
    {"wall paint --colour red", "missing: WALL"},
    {"wall paint north", "missing: --colour"},
    {"wall paint north --colour", "needs a value: --colour"},
    {"wall paint north --colour red --colour blue", "only once: --colour"},
    {"wall paint north south --colour red", "one word too many: south"},
    {"wall paint north --color red", "there is no option --color"},
    {"wall paint north --colour red --twice=yes", "takes no value: --twice"},
    {"wall look north", "one word too many: north"},
};

START_TEST(a_line_is_understood_or_refused)
{
    struct ctl c;
    err_t e = parse(&c, lines[_i].line);

    if (lines[_i].says == NULL) {
        ck_assert_msg(e == NULL, "%s: %s", lines[_i].line, e ? e->detail : "");
        return;
    }
    ck_assert_msg(e != NULL, "%s: taken", lines[_i].line);
    ck_assert_str_eq(e->code, "ctl.usage");
    ck_assert_msg(strstr(e->detail, lines[_i].says), "%s", e->detail);
    ck_assert_ptr_nonnull(strstr(e->detail, "--help"));
}
END_TEST

START_TEST(values_come_from_the_line_and_then_the_environment)
{
    struct ctl c;

    setenv("CTL_TEST_COLOUR", "green", 1);
    ck_assert_ptr_null(parse(&c, "wall paint north --tool brush --tool roll"));
    ck_assert_str_eq(ctl_option(&c, "colour"), "green");
    ck_assert_uint_eq(ctl_options(&c, "tool").n, 2);
    ck_assert_str_eq(ctl_options(&c, "tool").v[1], "roll");
    ck_assert(!ctl_flag(&c, "twice"));
    ck_assert_ptr_null(parse(&c, "wall paint north --colour red --twice"));
    ck_assert_str_eq(ctl_option(&c, "colour"), "red");
    ck_assert(ctl_flag(&c, "twice"));
    ck_assert_str_eq(c.argument, "north");
}
END_TEST

/* ---- files ---- */

START_TEST(a_file_is_written_whole_with_its_mode)
{
    const char *path = arena_printf(a, "%s/a/b/secret", folder), *text;
    struct stat st;

    ck_assert_ptr_null(folder_make(a, arena_printf(a, "%s/a/b", folder), 0700));
    ck_assert_ptr_null(folder_make(a, arena_printf(a, "%s/a/b", folder), 0700));
    ck_assert_ptr_null(file_write(a, path, "one", 0600));
    ck_assert_ptr_null(file_write(a, path, "two", 0600));
    ck_assert_ptr_null(file_read(a, path, &text));
    ck_assert_str_eq(text, "two");
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    ck_assert(!file_exists(arena_printf(a, "%s.part", path)));
    ck_assert_ptr_nonnull(file_write(a, arena_printf(a, "%s/none/x", folder), "x", 0600));
    ck_assert_ptr_nonnull(file_read(a, folder, &text));
}
END_TEST

START_TEST(a_random_file_is_made_once)
{
    const char *path = arena_printf(a, "%s/key", folder), *one, *two;

    ck_assert_ptr_null(file_random(a, path));
    ck_assert_ptr_null(file_read(a, path, &one));
    ck_assert_ptr_null(file_random(a, path));
    ck_assert_ptr_null(file_read(a, path, &two));
    ck_assert_str_eq(one, two);
    ck_assert_uint_eq(strlen(one), 64);
}
END_TEST

START_TEST(a_template_is_filled_or_refused)
{
    const char *const pairs[] = {"owner", "wf_o", "x", "1", NULL};
    const char *out;

    ck_assert_ptr_null(text_fill(a, "t", "GRANT {{x}} TO {{owner}};", pairs, &out));
    ck_assert_str_eq(out, "GRANT 1 TO wf_o;");
    ck_assert_ptr_null(text_fill(a, "t", "plain { text }", pairs, &out));
    ck_assert_str_eq(out, "plain { text }");
    ck_assert_ptr_nonnull(text_fill(a, "t", "{{own}}", pairs, &out));
    ck_assert_ptr_nonnull(text_fill(a, "t", "{{owner", pairs, &out));
    ck_assert_ptr_nonnull(text_fill(a, "t", "{{ owner }}", pairs, &out));
}
END_TEST

START_TEST(names_of_a_service_cannot_carry_sql)
{
    static const char *const bad[] = {"",       "Cases", "cases;drop",
                                      "cases_", "a-b",   "abcdefghijklmnopqrstuvwxyz"};
    struct service_names n;

    ck_assert_ptr_null(names_of(a, "cases", &n));
    ck_assert_str_eq(n.database, "wayfare_cases");
    ck_assert_str_eq(n.role, "wf_cases_service");
    for (size_t i = 0; i < LENGTH(bad); i++)
        ck_assert_ptr_nonnull(names_of(a, bad[i], &n));
}
END_TEST

/* ---- profiles: what is written is what the verifier takes ---- */

START_TEST(what_is_published_is_what_services_take)
{
    const struct profile p = {.name = "demo", .iss = "wayfare-demo", .user = "always", .development = true};
    struct auth_options o = {.issuers_dir = folder, .audience = "wayfare"};
    struct auth_signer *s, *s2;
    struct principal who;
    struct auth *au;
    const char *pem, *token, *claims;

    ck_assert_ptr_null(auth_key_new(a, &pem));
    ck_assert_ptr_null(auth_signer_open(a, pem, NULL, &s));
    ck_assert_ptr_null(auth_key_new(a, &pem));
    ck_assert_ptr_null(auth_signer_open(a, pem, NULL, &s2));
    ck_assert_ptr_null(profile_write(a, folder, &p));
    for (int i = 0; i < 2; i++) { /* the second time changes nothing */
        ck_assert_ptr_null(jwks_add(a, folder, "demo", auth_signer_jwk(a, s)));
        ck_assert_ptr_null(jwks_add(a, folder, "demo", auth_signer_jwk(a, s2)));
    }
    ck_assert_ptr_null(auth_open(NULL, NULL, &o, &au));
    claims = "{\"iss\":\"wayfare-demo\",\"aud\":\"wayfare\",\"sub\":\"amina\",\"client_id\":\"c\",\"org\":"
             "\"iom\",\"name\":"
             "\"Amina\",\"exp\":1790000000}";
    ck_assert_ptr_null(auth_sign(a, s2, "at+jwt", claims, &token));
    ck_assert_ptr_null(auth_verify(au, a, token, strlen(token), 1789999000LL * 1000000, &who));
    ck_assert(who.is_user);
    ck_assert_str_eq(who.name, "Amina");
    auth_close(au);

    o.production = true;
    ck_assert_ptr_nonnull(auth_open(NULL, NULL, &o, &au));
}
END_TEST

START_TEST(an_unchanged_profile_is_not_written_again)
{
    const struct profile p = {.name = "x", .iss = "i", .user = "never", .internal = true};
    const char *path = arena_printf(a, "%s/x.json", folder);
    struct stat one, two;

    ck_assert_ptr_null(profile_write(a, folder, &p));
    ck_assert_int_eq(stat(path, &one), 0);
    ck_assert_ptr_null(profile_write(a, folder, &p));
    ck_assert_int_eq(stat(path, &two), 0);
    ck_assert_uint_eq(one.st_ino, two.st_ino);
}
END_TEST

/* ---- airports ---- */

#define HEADER "id,ident,type,name,latitude_deg,longitude_deg,iso_country,municipality,iata_code\n"
static const char zone_tab[] = "# "
                               "code\nSO\t+0204+04522\tAfrica/Mogadishu\nDE\t+5230+01322\tEurope/"
                               "Berlin\tmost\nDE\t+4742+00841\tEurope/Busingen\n";

static const struct {
    const char *lines, *code, *detail; /* code NULL: taken */
    size_t n, without, twice;
} airport_files[] = {
    {"1,HCMM,medium_airport,Aden Adde,2.01,45.3,SO,Mogadishu,MGQ\n", NULL, NULL, 1, 0, 0},
    {"1,X,closed,Old,2,45,SO,,OLD\n2,Y,small_airport,Strip,2,45,SO,,\n", NULL, NULL, 0, 2, 0},
    {"1,X,small_airport,Small,2,45,SO,,MGQ\n2,Y,large_airport,Large,2,45,SO,,MGQ\n", NULL, NULL, 1, 0, 1},
    {"1,X,small_airport,Small,2,45,SO,,mgq\n", "airports.line", "line 2: iata_code is not three letters", 0,
     0, 0},
    {"1,X,small_airport,Small,91,45,SO,,MGQ\n", "airports.line", "line 2: the place is not in degrees", 0, 0,
     0},
    {"1,X,small_airport,Small,2,x,SO,,MGQ\n", "airports.line", "line 2: the place is not in degrees", 0, 0,
     0},
    {"1,X,small_airport,Small,2,45,Somalia,,MGQ\n", "airports.line", "line 2: iso_country is not two letters",
     0, 0, 0},
    {"1,X,small_airport,,2,45,SO,,MGQ\n", "airports.line", "line 2: name or type is empty", 0, 0, 0},
    {"1,X,small_airport,Small,2,45\n", "csv.invalid", "line 2: there are 6 fields instead of 9", 0, 0, 0},
};

START_TEST(a_file_of_airports_is_taken_whole_or_not_at_all)
{
    const char *text = arena_printf(unit_arena, HEADER "%s", airport_files[_i].lines);
    struct airports found = {0};
    err_t e = airports_read(unit_arena, text, strlen(text), zone_tab, &found);

    ck_assert_str_eq(e ? e->code : "", airport_files[_i].code ? airport_files[_i].code : "");
    if (e) {
        ck_assert_str_eq(e->detail, airport_files[_i].detail);
        return;
    }
    ck_assert_uint_eq(found.n, airport_files[_i].n);
    ck_assert_uint_eq(found.without, airport_files[_i].without);
    ck_assert_uint_eq(found.twice, airport_files[_i].twice);
}
END_TEST

START_TEST(a_country_with_one_zone_gives_it_to_its_airports)
{
    static const char text[] =
        HEADER "1,X,medium_airport,Aden "
               "Adde,2.01,45.3,SO,Mogadishu,MGQ\n2,Y,large_airport,Frankfurt,50,8.5,DE,,FRA\n";
    struct airports found = {0};

    ck_assert_ptr_null(airports_read(unit_arena, text, sizeof(text) - 1, zone_tab, &found));
    ck_assert_str_eq(found.rows,
                     "[{\"code\":\"MGQ\",\"name\":\"Aden "
                     "Adde\",\"municipality\":\"Mogadishu\",\"country\":\"SO\",\"kind\":\"medium_airport\","
                     "\"zone\":\"Africa/Mogadishu\",\"latitude\":2.01,\"longitude\":45.3},"
                     "{\"code\":\"FRA\",\"name\":\"Frankfurt\",\"municipality\":null,\"country\":\"DE\","
                     "\"kind\":\"large_airport\",\"zone\":null,"
                     "\"latitude\":50,\"longitude\":8.5}]");
}
END_TEST

START_TEST(a_column_that_is_missing_is_named)
{
    struct airports found = {0};
    err_t e = airports_read(unit_arena, "id,name\n", 8, "", &found);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "airports.column");
    ck_assert_str_eq(e->detail, "line 1: there is no column iata_code");
}
END_TEST

Suite *unit_suite(void)
{
    const struct {
        const char *name;
        const TTest *test;
        int rows;
    } cases[] = {
        {"ctl_parse", a_line_is_understood_or_refused, LENGTH(lines)},
        {"ctl_parse", values_come_from_the_line_and_then_the_environment, 1},
        {"files", a_file_is_written_whole_with_its_mode, 1},
        {"files", a_random_file_is_made_once, 1},
        {"text_fill", a_template_is_filled_or_refused, 1},
        {"names", names_of_a_service_cannot_carry_sql, 1},
        {"profiles", what_is_published_is_what_services_take, 1},
        {"profiles", an_unchanged_profile_is_not_written_again, 1},
    };
    Suite *s = suite_create("ctl");

    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *tc = tcase_create(cases[i].name);
        tcase_add_checked_fixture(tc, setup, teardown);
        tcase_add_loop_test(tc, cases[i].test, 0, cases[i].rows);
        suite_add_tcase(s, tc);
    }
    UNIT_TABLE(s, "airports_read", airport_files, a_file_of_airports_is_taken_whole_or_not_at_all);
    UNIT_CASE(s, "airports_read rows", a_country_with_one_zone_gives_it_to_its_airports,
              a_column_that_is_missing_is_named);
    return s;
}
