/* organisations.c - organisations and offices. */
#include <stdio.h>
#include <string.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/queries.h"
#include "ctl/session.h"

#define ZONES "/usr/share/zoneinfo/zone.tab"

static err_t add_organisation(struct ctl *c)
{
    const char *kind = ctl_option(c, "kind") ?: "partner";
    struct uuid id;
    struct ctl_organisation before;
    struct ctx *x;
    struct tx *tx;
    bool found;

    if (!str_eq(kind, "iom") && !str_eq(kind, "partner"))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--kind is iom or partner");
    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_organisation(tx, c->argument, &found, &before));
    if (found && ctl_flag(c, "if-missing")) {
        printf("%s was there\n", c->argument);
        return NULL;
    }
    if (found)
        return err_new(c->arena, ERR_CONFLICT, "ctl.there", "there is an organisation '%s' already",
                       c->argument);
    id = uuid_new(x->now_us);
    q_ctl_organisation_add(
        tx,
        &(struct q_ctl_organisation_add_in){
            .id = id, .code = c->argument, .name = ctl_option(c, "name"), .kind = kind, .now = x->now_us});
    audit_write(tx, "organisation", id, "create", NULL);
    TRY(session_commit(x));
    printf("%s added\n", c->argument);
    return NULL;
}

const struct command ctl_organisations_add = {
    .words = "organisations add",
    .argument = "CODE",
    .about = "Adds an organisation; its code is never changed.",
    .options = {{"name", "TEXT", NULL, "its name", true, false},
                {"kind", "KIND", NULL, "iom (the one that runs Wayfare) or partner, the default", false,
                 false},
                {"if-missing", NULL, NULL, "is content if it is there already", false, false},
                SESSION_OPTIONS},
    .run = add_organisation,
};

static err_t list_organisations(struct ctl *c)
{
    struct ctl_organisation_line *rows;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_organisations(tx, &rows, &n));
    printf("code\tkind\tstatus\toffices\tclients\tusers\tname\n");
    for (size_t i = 0; i < n; i++)
        printf("%s\t%s\t%s\t%lld\t%lld\t%lld\t%s\n", rows[i].code, rows[i].kind, rows[i].status,
               (long long)rows[i].offices, (long long)rows[i].clients, (long long)rows[i].users,
               rows[i].name);
    return session_commit(x);
}

const struct command ctl_organisations_list = {
    .words = "organisations list",
    .about = "Lists organisations, one a line, columns separated by tabs.",
    .options = {SESSION_OPTIONS},
    .run = list_organisations,
};

/* The only zone of a country, from the tz database; ERR_INVALID if it has several. */
static err_t zone_of(struct ctl *c, const char *country, const char **ret)
{
    const char *text, *zone = NULL;
    char *line, *rest = NULL;

    TRY(file_read(c->arena, ZONES, &text));
    line = strtok_r(arena_strdup(c->arena, text), "\n", &rest);
    for (; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) { /* NL<tab>+5222+00454<tab>Europe/Amsterdam[<tab>…] */
        char *at = str_starts(line, country) && line[2] == '\t' ? strchr(line + 3, '\t') : NULL;
        if (at == NULL)
            continue;
        if (zone != NULL)
            return err_new(c->arena, ERR_INVALID, "ctl.usage", "%s has several time zones; say --zone",
                           country);
        zone = arena_strndup(c->arena, at + 1, strcspn(at + 1, "\t"));
    }
    if (zone == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "'%s' is no country that has a time zone",
                       country);
    *ret = zone;
    return NULL;
}

static err_t add_office(struct ctl *c)
{
    const char *country = ctl_option(c, "country"), *zone = ctl_option(c, "zone");
    const char *organisation = ctl_option(c, "organisation");
    struct ctl_organisation owner;
    struct ctl_office before;
    struct uuid id;
    struct ctx *x;
    struct tx *tx;
    bool found;

    if (zone == NULL)
        TRY(zone_of(c, country, &zone));
    if (!date_zone_ok(zone))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "'%s' is no time zone", zone);
    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_organisation(tx, organisation, &found, &owner));
    if (!found)
        return err_new(c->arena, ERR_MISSING, "ctl.missing", "there is no organisation '%s'", organisation);
    TRY(q_ctl_office(tx, organisation, c->argument, &found, &before));
    if (found && ctl_flag(c, "if-missing")) {
        printf("%s was there\n", c->argument);
        return NULL;
    }
    if (found)
        return err_new(c->arena, ERR_CONFLICT, "ctl.there", "%s has an office '%s' already", organisation,
                       c->argument);
    id = uuid_new(x->now_us);
    q_ctl_office_add(tx, &(struct q_ctl_office_add_in){.id = id,
                                                       .organisation = organisation,
                                                       .code = c->argument,
                                                       .name = ctl_option(c, "name"),
                                                       .country = country,
                                                       .zone = zone,
                                                       .now = x->now_us});
    audit_write(tx, "office", id, "create", NULL);
    TRY(session_commit(x));
    printf("%s added\n", c->argument);
    return NULL;
}

const struct command ctl_offices_add = {
    .words = "offices add",
    .argument = "CODE",
    .about = "Adds an office of an organisation.",
    .options = {{"organisation", "CODE", NULL, "whose it is", true, false},
                {"name", "TEXT", NULL, "its name", true, false},
                {"country", "CC", NULL, "ISO 3166-1 alpha-2", true, false},
                {"zone", "ZONE", NULL, "IANA time zone; not needed where the country has one only", false,
                 false},
                {"if-missing", NULL, NULL, "is content if it is there already", false, false},
                SESSION_OPTIONS},
    .run = add_office,
};

static err_t list_offices(struct ctl *c)
{
    struct ctl_office_line *rows;
    struct ctx *x;
    struct tx *tx;
    size_t n;

    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_offices(tx, &rows, &n));
    printf("organisation\tcode\tcountry\tzone\tstatus\tname\n");
    for (size_t i = 0; i < n; i++)
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", rows[i].organisation, rows[i].code, rows[i].country, rows[i].zone,
               rows[i].status, rows[i].name);
    return session_commit(x);
}

const struct command ctl_offices_list = {
    .words = "offices list",
    .about = "Lists offices, one a line, columns separated by tabs.",
    .options = {SESSION_OPTIONS},
    .run = list_offices,
};
