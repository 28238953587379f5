/* http.c - the programmes that are loaded, as far as the caller works in them; and countries that close
 * (api-spec/diaspora/programmes.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/programmes/queries.h"
#include "diaspora/programmes/rules.h"
#include "diaspora/state.h"
#include "web/page.h"

static bool works_in(struct ctx *x, const char *programme)
{
    return principal_has(x->who, arena_printf(x->arena, "programme:%s", programme));
}

/* The programme of the path at a version (0: the newest), or ERR_MISSING: also when the caller does not work
 * in it. */
static err_t programme_of_path(struct ctx *x, const struct request *rq, int32_t version,
                               const struct programme **ret)
{
    const struct programmes *all = diaspora_state(x)->programmes;
    const char *code = request_path_text(rq, "programme");

    *ret = version ? programmes_version(all, code, version) : programmes_find(all, code);
    if (!*ret || !works_in(x, code))
        return err_new(x->arena, ERR_MISSING, "programme.missing", "There is no such programme.");
    return NULL;
}

/* listProgrammes: GET /programmes */
static err_t list_programmes(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct programme *p;
    struct buf *out;
    struct tx *tx;
    bool first = true;

    (void)rq;
    TRY(db_read(x, &tx));
    audit_list(tx, "programme", NULL, 0);
    out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; (p = programmes_at(diaspora_state(x)->programmes, i)) != NULL; i++) {
        if (!works_in(x, p->code))
            continue;
        buf_printf(out, "%s{\"programme\":\"%s\",\"version\":%d,\"labels\":%s}", first ? "" : ",", p->code,
                   p->version, json_text(x->arena, p->labels));
        first = false;
    }
    buf_puts(out, "]}");
    return NULL;
}

/* getProgramme: GET /programmes/{programme} */
static err_t get_programme(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct programme *p;
    struct tx *tx;

    TRY(programme_of_path(x, rq, (int32_t)request_query_int(rq, "version", 0), &p));
    TRY(db_read(x, &tx));
    audit_list(tx, "programme", NULL, 0);
    return reply_json_text(rs, 200, json_text(x->arena, p->document));
}

/* ---- closures ---- */

/* listCountryClosures: GET /programmes/{programme}/country-closures */
static err_t list_country_closures(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct programme *p;
    struct page page;
    struct closure_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_closure_list_page, &page));
    TRY(programme_of_path(x, rq, 0, &p));
    struct q_closure_list_in in = {.programme = p->code, .country = request_query(rq, "country")};
    TRY(db_begin_read(x, &tx));
    TRY(q_closure_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "countryClosure", rows, n, sizeof *rows, offsetof(struct closure_row, id));
    return reply_page(x, rq, rs, &q_closure_list_page, &page, &closure_row_json, rows, n);
}

struct closure_input {
    const char *country, *reason;
    int32_t from;
    struct opt_date until;
};
static const struct json_field closure_fields[] = {
    JSON_FIELD(struct closure_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct closure_input, reason, "reason", JSON_TEXT),
    JSON_FIELD(struct closure_input, from, "fromOn", JSON_DATE),
    JSON_FIELD(struct closure_input, until, "untilOn", JSON_OPT_DATE),
};
static const struct json_shape closure_shape = JSON_SHAPE(struct closure_input, closure_fields);

/* Tells whoever works there: a closure, or its new end. */
static void tell_closed(struct ctx *x, struct tx *tx, struct uuid id, const char *programme,
                        const struct closure_input *in)
{
    char from[11], until[11];

    date_format(in->from, from);
    if (in->until.set)
        date_format(in->until.v, until);
    outbox_add(tx, &(struct event){
                       .type = "diaspora.country.closed",
                       .subject = id,
                       .data = arena_printf(x->arena,
                                            "{\"closureId\":\"%s\",\"programme\":\"%s\",\"country\":\"%s\","
                                            "\"fromOn\":\"%s\",\"untilOn\":%s%s%s}",
                                            uuid_text(x->arena, id), programme, in->country, from,
                                            in->until.set ? "\"" : "", in->until.set ? until : "null",
                                            in->until.set ? "\"" : ""),
                   });
}

static err_t reply_closure(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct closure_row row;

    TRY(q_closure_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &closure_row_json, &row);
}

/* createCountryClosure: POST /programmes/{programme}/country-closures */
static err_t create_country_closure(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct programme *p;
    struct closure_input in = {0};
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(programme_of_path(x, rq, 0, &p));
    TRY(request_read(x, rq, &closure_shape, &in));
    TRY(rules_closure(x->arena, p, in.country, in.from, in.until));
    TRY(db_begin(x, &tx));
    q_closure_add(tx, &(struct q_closure_add_in){.id = id,
                                                 .programme = p->code,
                                                 .country = in.country,
                                                 .from_on = in.from,
                                                 .until_on = in.until,
                                                 .reason = in.reason,
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    tell_closed(x, tx, id, p->code, &in);
    audit_write(tx, "countryClosure", id, "create", NULL);
    reply_location(x, rs, "/country-closures/%s", uuid_text(x->arena, id));
    return reply_closure(tx, id, 201, rs);
}

/* getCountryClosure: GET /country-closures/{closureId} */
static err_t get_country_closure(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "closureId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "countryClosure", id, "");
    return reply_closure(tx, id, 200, rs);
}

/* patchCountryClosure: PATCH /country-closures/{closureId} */
static err_t patch_country_closure(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "closureId");
    struct closure_locked before;
    const struct programme *p;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_closure_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(programme_mine(x, before.programme, "", &p));
    struct closure_input in = {.country = before.country, .from = before.from_on, .until = before.until_on};
    TRY(request_read(x, rq, &closure_shape, &in));
    TRY(rules_closure(x->arena, p, in.country, in.from, in.until));
    q_closure_end(tx, id, in.until, x->now_us);
    tell_closed(x, tx, id, before.programme, &in);
    audit_write(tx, "countryClosure", id, "update", "[\"untilOn\"]");
    return reply_closure(tx, id, 200, rs);
}

const struct handler programmes_handlers[] = {
    {"listProgrammes", list_programmes},
    {"getProgramme", get_programme},
    {"listCountryClosures", list_country_closures},
    {"createCountryClosure", create_country_closure},
    {"getCountryClosure", get_country_closure},
    {"patchCountryClosure", patch_country_closure},
    {NULL, NULL},
};
