/* load.c - reference data that an administrator loads; as the owner of the service's database. */
#include <stdio.h>

#include "base/arena.h"
#include "ctl/airports.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/queries.h"
#include "ctl/session.h"

#define ZONES "/usr/share/zoneinfo/zone.tab"

static err_t load_airports(struct ctl *c)
{
    struct ctl_airports_loaded loaded;
    struct airports airports;
    const char *text, *zones = "";
    struct ctx *x;
    struct tx *tx;
    size_t n, ignored;

    TRY(file_read_data(c->arena, c->argument, &text, &n));
    if (file_exists(ZONES))
        TRY(file_read_data(c->arena, ZONES, &zones, &ignored));
    TRY(airports_read(c->arena, text, n, zones, &airports));
    TRY(session_open(c, &x, &tx));
    TRY(q_ctl_airports_load(tx, airports.rows, &loaded));
    TRY(session_commit(x));
    printf("%zu airports: %d new, %d there already; left out: %zu closed or without an IATA code, %zu whose "
           "code "
           "stands twice\n",
           airports.n, (int)loaded.added, (int)loaded.changed, airports.without, airports.twice);
    return NULL;
}

const struct command ctl_load_airports = {
    .words = "load airports",
    .argument = "FILE",
    .about = "Loads airports from a CSV with the columns of OurAirports into the travel service's database, "
             "whole or not at all.",
    .options = {SESSION_OPTIONS},
    .run = load_airports,
};
