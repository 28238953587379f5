/* http.c - the question what a route asks of a nationality (api-spec/travel/requirements.yaml). */
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/requirements/rules.h"
#include "travel/state.h"

#define TRANSITS_MAX 6

struct route {
    const char *countries[TRANSITS_MAX + 2]; /* origin, transits, destination */
    size_t n;
};

static const char *stage_of(const struct route *r, size_t i)
{
    return i == 0 ? "origin" : i + 1 == r->n ? "destination" : "transit";
}

static err_t route_read(struct ctx *x, const struct request *rq, struct route *ret)
{
    char *transits = arena_strdup(x->arena, request_query(rq, "transit")), *country;
    struct fault_list faults = {0};

    ret->countries[ret->n++] = request_query(rq, "origin");
    while (transits && ret->n <= TRANSITS_MAX && (country = strsep(&transits, ",")) != NULL)
        ret->countries[ret->n++] = country;
    ret->countries[ret->n++] = request_query(rq, "destination");
    for (size_t i = 0; i < ret->n; i++) {
        if (!codes_country(ret->countries[i]))
            fault_add(x->arena, &faults,
                      (struct fault){.in = FAULT_PARAMETER,
                                     .at = stage_of(ret, i),
                                     .code = "country.unknown",
                                     .detail = "There is no such country."});
    }
    if (!codes_nationality(request_query(rq, "nationality")))
        fault_add(x->arena, &faults,
                  (struct fault){.in = FAULT_PARAMETER,
                                 .at = "nationality",
                                 .code = "nationality.unknown",
                                 .detail = "There is no such nationality."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The question cannot be answered.");
}

static void texts_write(struct buf *out, const struct text_array *texts)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < texts->n; i++) {
        if (i)
            buf_putc(out, ',');
        json_write_text(out, texts->v[i]);
    }
    buf_putc(out, ']');
}

static void point_write(struct buf *out, const char *country, const char *stage, const struct requirement *r)
{
    buf_printf(out, "{\"country\":\"%s\",\"stage\":\"%s\",\"rule\":", country, stage);
    json_write_text(out, r ? r->id : NULL);
    buf_puts(out, ",\"documents\":[");
    for (size_t i = 0; r && i < r->ndocuments; i++) {
        buf_puts(out, i ? ",{\"kinds\":" : "{\"kinds\":");
        texts_write(out, &r->documents[i].kinds);
        buf_printf(out, ",\"daysAfterArrival\":%d,\"clearances\":", r->documents[i].days_after_arrival);
        texts_write(out, &r->documents[i].clearances);
        buf_putc(out, '}');
    }
    buf_printf(out, "],\"verify\":%s,\"note\":", r && r->verify ? "true" : "false");
    json_write_text(out, r ? r->note : NULL);
    buf_putc(out, '}');
}

/* getDocumentRequirements: GET /document-requirements */
static err_t get_document_requirements(struct ctx *x, const struct request *rq, struct response *rs)
{
    static const struct fault none = {.in = FAULT_PARAMETER,
                                      .at = "on",
                                      .code = "requirements.none",
                                      .detail = "No version of the table was in force on the day."};
    const struct requirements *table = travel_state(x)->requirements;
    struct opt_date asked = request_query_date(rq, "on");
    int32_t on = asked.set ? asked.v : date_today_nl(x->now_us), from;
    char version[11], day[11];
    struct route route = {0};
    struct buf *out;

    TRY(route_read(x, rq, &route));
    if (!requirements_version(table, on, &from))
        return err_faults(x->arena, ERR_INVALID, "request.invalid", "The question cannot be answered.", &none,
                          1);
    date_format(from, version);
    date_format(on, day);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"version\":\"%s\",\"on\":\"%s\",\"nationality\":\"%s\",\"points\":[", version, day,
               request_query(rq, "nationality"));
    for (size_t i = 0; i < route.n; i++) {
        const struct requirement_question q = {.country = route.countries[i],
                                               .stage = stage_of(&route, i),
                                               .nationality = request_query(rq, "nationality"),
                                               .purpose = request_query(rq, "purpose"),
                                               .on = on};

        if (i)
            buf_putc(out, ',');
        point_write(out, route.countries[i], q.stage, requirement_find(table, &q));
    }
    buf_puts(out, "]}");
    return NULL;
}

const struct handler requirements_handlers[] = {
    {"getDocumentRequirements", get_document_requirements},
    {NULL, NULL},
};
