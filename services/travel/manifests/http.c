/* http.c - operations on manifests (api-spec/travel/manifests.yaml). */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/escorts/escorts.h"
#include "travel/guards/facts.h"
#include "travel/manifests/queries.h"
#include "travel/manifests/rules.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"
#include "web/page.h"

#define PLACE "manifests.contents"

struct manifest_shown {
    struct manifest_row row;
    const char *contents; /* NULL in lists */
    struct text_array allowed_actions;
};
static const struct json_field shown_fields[] = {
    JSON_FIELD(struct manifest_shown, row.id, "id", JSON_UUID),
    JSON_FIELD(struct manifest_shown, row.movement_id, "movementId", JSON_UUID),
    JSON_FIELD(struct manifest_shown, row.number, "number", JSON_I32),
    JSON_FIELD(struct manifest_shown, row.status, "status", JSON_TEXT),
    JSON_FIELD(struct manifest_shown, row.passengers, "passengers", JSON_I32),
    JSON_FIELD(struct manifest_shown, row.diff, "diff", JSON_RAW),
    JSON_FIELD(struct manifest_shown, row.current, "current", JSON_BOOL),
    JSON_FIELD(struct manifest_shown, row.made_by, "madeBy", JSON_TEXT),
    JSON_FIELD(struct manifest_shown, row.made_at, "madeAt", JSON_INSTANT),
    JSON_FIELD(struct manifest_shown, row.closed_by, "closedBy", JSON_TEXT),
    JSON_FIELD(struct manifest_shown, row.closed_at, "closedAt", JSON_OPT_INSTANT),
    {.name = "contents",
     .name_bytes = sizeof("contents") - 1,
     .type = JSON_RAW,
     .offset = offsetof(struct manifest_shown, contents),
     .omit_null = true},
    JSON_FIELD(struct manifest_shown, row.version, "version", JSON_I32),
    JSON_FIELD(struct manifest_shown, allowed_actions, "allowedActions", JSON_TEXTS),
};
static const struct json_shape shown_json = JSON_SHAPE(struct manifest_shown, shown_fields);

static struct manifest_shown show(struct ctx *x, const struct manifest_row *row)
{
    return (struct manifest_shown){.row = *row,
                                   .allowed_actions =
                                       rules_manifest_actions(x->arena, row->status, row->current,
                                                              principal_has(x->who, "manifests:write"))};
}

static err_t reply_manifest(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct manifest_row row;

    TRY(q_manifest_get(tx, id, &row));
    struct manifest_shown shown = show(x, &row);
    TRY(told_unseal(x, PLACE, id, row.contents_, &shown.contents));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &shown_json, &shown);
}

/* listManifests: GET /movements/{movementId}/manifests */
static err_t list_manifests(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId");
    struct q_manifest_list_in in = {.movement_id = movement_id, .status = request_query(rq, "status")};
    struct movement_state of;
    struct manifest_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_manifest_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, movement_id, &of);
    TRY(q_manifest_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "manifest", rows, n, sizeof *rows, offsetof(struct manifest_row, id));
    struct manifest_shown *shown = ARENA_ARRAY(x->arena, n + 1, struct manifest_shown);
    for (size_t i = 0; i < n; i++)
        shown[i] = show(x, &rows[i]);
    return reply_page(x, rq, rs, &q_manifest_list_page, &page, &shown_json, shown, n);
}

/* getManifest: GET /manifests/{manifestId} */
static err_t get_manifest(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "manifestId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "manifest", id, "contents");
    return reply_manifest(x, tx, id, 200, rs);
}

static void put_text(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, ",\"%s\":", name);
    json_write_text(b, text);
}

static void put_texts(struct buf *b, const char *name, struct text_array texts)
{
    buf_printf(b, ",\"%s\":[", name);
    for (size_t i = 0; i < texts.n; i++) {
        buf_puts(b, i ? "," : "");
        json_write_text(b, texts.v[i]);
    }
    buf_putc(b, ']');
}

static err_t put_passenger(struct ctx *x, struct buf *b, const struct manifest_passenger *p)
{
    const char *number = NULL;
    char day[11];

    if (p->document_number.p)
        TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                           "passengers.document_number", p->id, p->document_number, &number));
    buf_printf(b, "{\"passengerId\":\"%s\"", uuid_text(x->arena, p->id));
    put_text(b, "given", p->given);
    put_text(b, "family", p->family);
    put_text(b, "birthDate", p->birth_date);
    buf_printf(b, ",\"birthEstimated\":%s", p->birth_estimated ? "true" : "false");
    put_text(b, "sex", p->sex);
    put_texts(b, "nationalities", p->nationalities);
    put_text(b, "documentKind", p->document_kind);
    put_text(b, "documentCountry", p->document_country);
    put_text(b, "documentNumber", number);
    if (p->document_expires_on.set)
        date_format(p->document_expires_on.v, day);
    put_text(b, "documentExpiresOn", p->document_expires_on.set ? day : NULL);
    put_texts(b, "needs", p->needs);
    buf_printf(b, ",\"unaccompaniedMinor\":%s}", p->unaccompanied_minor ? "true" : "false");
    return NULL;
}

static void put_segment(struct ctx *x, struct buf *b, const struct manifest_segment *s)
{
    buf_printf(b, "{\"segmentId\":\"%s\"", uuid_text(x->arena, s->id));
    put_text(b, "mode", s->mode);
    put_text(b, "carrier", s->carrier);
    put_text(b, "number", s->number);
    put_text(b, "from", s->from_place);
    put_text(b, "to", s->to_place);
    buf_puts(b, ",\"departsAt\":");
    json_write_instant(b, s->departs_at);
    put_text(b, "departsLocal", s->departs_local);
    put_text(b, "departureZone", s->departure_zone);
    buf_puts(b, ",\"arrivesAt\":");
    json_write_instant(b, s->arrives_at);
    put_text(b, "arrivesLocal", s->arrives_local);
    put_text(b, "arrivalZone", s->arrival_zone);
    buf_putc(b, '}');
}

/* Who travels, and how, now. */
static err_t contents_make(struct ctx *x, struct tx *tx, struct uuid movement_id, const char **ret,
                           size_t *ret_passengers)
{
    struct manifest_passenger *passengers;
    struct manifest_segment *segments;
    size_t nsegments;
    struct buf b;

    q_manifest_passengers_later(tx, movement_id, &passengers, ret_passengers);
    TRY(q_manifest_segments(tx, movement_id, &segments, &nsegments));
    buf_init(&b, x->arena, 4096);
    buf_puts(&b, "{\"passengers\":[");
    for (size_t i = 0; i < *ret_passengers; i++) {
        buf_puts(&b, i ? "," : "");
        TRY(put_passenger(x, &b, &passengers[i]));
    }
    buf_puts(&b, "],\"segments\":[");
    for (size_t i = 0; i < nsegments; i++) {
        buf_puts(&b, i ? "," : "");
        put_segment(x, &b, &segments[i]);
    }
    buf_puts(&b, "]}");
    *ret = buf_text(&b);
    return NULL;
}

/* The next version, with what is different from the former; found false: it is the first. */
static err_t make_next(struct ctx *x, struct tx *tx, struct uuid movement_id, bool found,
                       const struct manifest_latest *former, struct uuid *ret_id)
{
    struct uuid id = uuid_new(x->now_us);
    const char *contents, *was;
    json_t *before = NULL, *after;
    struct bytes sealed;
    size_t passengers;

    TRY(contents_make(x, tx, movement_id, &contents, &passengers));
    TRY(json_parse(x->arena, contents, strlen(contents), 8, &after));
    if (found) {
        TRY(told_unseal(x, PLACE, former->id, former->contents, &was));
        TRY(json_parse(x->arena, was, strlen(was), 8, &before));
    }
    TRY(told_seal(x, PLACE, id, contents, &sealed));
    q_manifest_add(tx, &(struct q_manifest_add_in){.id = id,
                                                   .movement_id = movement_id,
                                                   .number = found ? former->number + 1 : 1,
                                                   .passengers = (int32_t)passengers,
                                                   .contents = sealed,
                                                   .diff = rules_manifest_diff(x->arena, before, after),
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "manifest", id, "create", NULL);
    *ret_id = id;
    return NULL;
}

/* makeManifest: POST /movements/{movementId}/manifests */
static err_t make_manifest(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id;
    struct manifest_latest former;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(told_movement_open(x, tx, movement_id));
    TRY(q_manifest_latest(tx, movement_id, &found, &former));
    TRY(rules_manifest_make(found ? former.status : NULL, found && former.current));
    TRY(make_next(x, tx, movement_id, found, &former, &id));
    reply_location(x, rs, "/manifests/%s", uuid_text(x->arena, id));
    return reply_manifest(x, tx, id, 201, rs);
}

/* The movement first, then its manifests. */
static err_t lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct manifest_row *ret)
{
    struct uuid id = request_path_uuid(rq, "manifestId");
    struct movement_locked m;

    TRY(db_begin(x, ret_tx));
    TRY(q_manifest_get(*ret_tx, id, ret));
    TRY(q_movement_lock(*ret_tx, ret->movement_id, &m));
    TRY(q_manifest_get(*ret_tx, id, ret));
    TRY(etag_match(rq, ret->version));
    return rules_movement_change(m.status);
}

/* closeManifest: POST /manifests/{manifestId}/close */
static err_t close_manifest(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct manifest_row row;
    struct tx *tx;

    TRY(lock(x, rq, &tx, &row));
    TRY(rules_manifest_close(row.status, row.current));
    q_manifest_close(tx,
                     &(struct q_manifest_close_in){.id = row.id, .by = x->who->subject, .now = x->now_us});
    audit_write(tx, "manifest", row.id, "close", "[\"status\"]");
    return reply_manifest(x, tx, row.id, 200, rs);
}

/* reopenManifest: POST /manifests/{manifestId}/reopen. The closed one stays; the next version is open, so
 * boarding is cleared no more. */
static err_t reopen_manifest(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct manifest_latest latest;
    struct manifest_row row;
    struct uuid id;
    struct tx *tx;
    bool found;

    TRY(lock(x, rq, &tx, &row));
    TRY(q_manifest_latest(tx, row.movement_id, &found, &latest));
    TRY(rules_manifest_reopen(row.status, found && uuid_eq(latest.id, row.id)));
    TRY(make_next(x, tx, row.movement_id, found, &latest, &id));
    TRY(movement_rejudge(x, tx, row.movement_id, NULL));
    reply_location(x, rs, "/manifests/%s", uuid_text(x->arena, id));
    return reply_manifest(x, tx, id, 201, rs);
}

const struct handler manifests_handlers[] = {
    {"listManifests", list_manifests}, {"makeManifest", make_manifest},     {"getManifest", get_manifest},
    {"closeManifest", close_manifest}, {"reopenManifest", reopen_manifest}, {NULL, NULL},
};
