/* party.c - who is to travel; see party.h. */
#include "diaspora/journeys/party.h"

#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/journeys/queries.h"
#include "io/db.h"

static void member(struct buf *out, const char *name, const char *json)
{
    json_write_text(out, name);
    buf_putc(out, ':');
    buf_puts(out, json ? json : "null");
}

static void member_text(struct buf *out, const char *name, const char *text)
{
    json_write_text(out, name);
    buf_putc(out, ':');
    json_write_text(out, text);
}

static void member_date(struct buf *out, const char *name, int32_t day)
{
    char text[11];

    date_format(day, text);
    member_text(out, name, text);
}

/* The name as on the document, else the first. */
static const json_t *document_name(const json_t *names)
{
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        if (str_eq(json_member_text(name, "kind"), "asOnDocument"))
            return name;
    }
    return json_array_get(names, 0);
}

/* The sealed record of nationalities and residence; an empty object where there is none. */
static err_t residence_of(struct ctx *x, struct tx *tx, struct uuid expert_id, json_t **ret)
{
    struct traveller_residence row;
    const char *plain = "{}";
    bool found;

    TRY(q_traveller_residence(tx, expert_id, &found, &row));
    if (found)
        TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                           "expert_residences.sealed", expert_id, row.sealed, &plain));
    return json_parse(x->arena, plain, strlen(plain), 8, ret);
}

static err_t write_passenger(struct ctx *x, struct tx *tx, struct buf *out, struct uuid expert_id,
                             const json_t *asked)
{
    struct traveller_row expert;
    json_t *names, *residence;
    const json_t *name, *document = json_object_get(asked, "document"),
                        *needs = json_object_get(asked, "needs");

    TRY(q_traveller(tx, expert_id, &expert));
    TRY(residence_of(x, tx, expert_id, &residence));
    TRY(json_parse(x->arena, expert.names, strlen(expert.names), 8, &names));
    name = document_name(names);
    buf_putc(out, '{');
    member_text(out, "personId", uuid_text(x->arena, expert_id));
    buf_putc(out, ',');
    member_text(out, "given", json_member_text(name, "given"));
    buf_putc(out, ',');
    member_text(out, "family", json_member_text(name, "family") ? json_member_text(name, "family") : "");
    buf_putc(out, ',');
    member(out, "birthDate", expert.birth_date);
    buf_putc(out, ',');
    member_text(out, "sex", str_eq(expert.sex, "unknown") ? NULL : expert.sex);
    buf_putc(out, ',');
    member(out, "nationalities",
           json_object_get(residence, "nationalities")
               ? json_text(x->arena, json_object_get(residence, "nationalities"))
               : "[]");
    buf_putc(out, ',');
    member(out, "document", document ? json_text(x->arena, document) : "null");
    buf_putc(out, ',');
    member(out, "needs", needs ? json_text(x->arena, needs) : "[]");
    buf_puts(out, ",\"unaccompaniedMinor\":false}");
    audit_read(tx, "expert", expert_id, "travel");
    return NULL;
}

static void write_destination(struct ctx *x, struct buf *out, const struct phase_locked *phase,
                              const json_t *asked)
{
    const json_t *destination = json_object_get(asked, "destination");

    if (destination) {
        member(out, "destination", json_text(x->arena, destination));
        return;
    }
    buf_puts(out, "\"destination\":{");
    member_text(out, "country", phase->country);
    buf_putc(out, ',');
    member_text(out, "place", phase->place);
    buf_putc(out, '}');
}

err_t party_of_expert(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                      const struct phase_locked *phase, const struct journey_new *n, const json_t *asked,
                      const char **ret)
{
    struct buf out;

    buf_init(&out, x->arena, 1024);
    buf_printf(&out, "{\"requestId\":\"%s\",\"refKind\":\"assignment\",\"refId\":\"%s\",",
               uuid_text(x->arena, n->id), uuid_text(x->arena, of->id));
    member_text(&out, "reference", of->reference);
    buf_printf(&out, ",\"programme\":\"%s\",\"purpose\":\"assignment\",", of->programme);
    member(&out, "origin", json_text(x->arena, json_object_get(asked, "origin")));
    buf_putc(&out, ',');
    write_destination(x, &out, phase, asked);
    buf_putc(&out, ',');
    member_date(&out, "earliest", n->earliest);
    buf_putc(&out, ',');
    member_date(&out, "latest", n->latest);
    buf_printf(&out,
               ",\"fitness\":null,\"readers\":{\"programme\":\"%s\",\"confidentiality\":\"normal\","
               "\"offices\":%s,\"team\":[]},\"passengers\":[",
               of->programme, journey_offices(x));
    TRY(write_passenger(x, tx, &out, of->expert_id, asked));
    buf_puts(&out, "]}");
    *ret = buf_text(&out);
    return NULL;
}
