/* rules.c - advance booking notifications; see rules.h. */
#include "travel/abns/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

ERR_DEFINE(err_not_ready, ERR_CONFLICT, "movement.notReady",
           "Nobody is told of a journey that is still a draft.");
ERR_DEFINE(err_fixed, ERR_CONFLICT, "movement.fixed", "The journey has begun, or does not take place.");
ERR_DEFINE(err_addressee, ERR_DENIED, "abn.addressee", "Only who was told can answer.");
ERR_DEFINE(err_superseded, ERR_CONFLICT, "abn.superseded", "A later version has taken its place.");
ERR_DEFINE(err_confirmed, ERR_CONFLICT, "abnRecall.confirmed", "The deletion is confirmed already.");
ERR_DEFINE(err_acknowledged, ERR_CONFLICT, "abn.acknowledged", "It has been acknowledged already.");

static bool chosen(const struct abn_terms *t, const char *field)
{
    for (size_t i = 0; i < t->fields.n; i++)
        if (str_eq(t->fields.v[i], field))
            return true;
    return false;
}

static void put_text(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "\"%s\":", name);
    json_write_text(b, text);
}

/* "xAt":…,"xLocal":…,"xZone":… with the names as they are given. */
static void put_time(struct buf *b, const char *at, const char *local, const char *zone_name, int64_t us,
                     const char *zone)
{
    char text[32];
    int32_t offset = 0;

    if (!date_zone_offset(zone, us, &offset))
        offset = 0;
    date_format_instant(us, text);
    buf_printf(b, "\"%s\":\"%s\",", at, text);
    date_format_instant(us + offset * DATE_US_PER_S, text);
    buf_printf(b, "\"%s\":\"%.19s\",", local, text);
    put_text(b, zone_name, zone);
}

static void put_segments(struct buf *b, const struct abn_facts *f)
{
    buf_puts(b, ",\"segments\":[");
    for (size_t i = 0; i < f->nsegments; i++) {
        const struct abn_segment *s = &f->segments[i];

        buf_puts(b, i ? ",{" : "{");
        put_text(b, "mode", s->mode);
        buf_putc(b, ',');
        put_text(b, "carrier", s->carrier);
        buf_putc(b, ',');
        put_text(b, "number", s->number);
        buf_puts(b, ",\"from\":{");
        put_text(b, "kind", s->from_kind);
        buf_putc(b, ',');
        put_text(b, "place", s->from_place);
        buf_puts(b, "},\"to\":{");
        put_text(b, "kind", s->to_kind);
        buf_putc(b, ',');
        put_text(b, "place", s->to_place);
        buf_puts(b, "},");
        put_time(b, "departsAt", "departsLocal", "departureZone", s->departs_us, s->departure_zone);
        buf_putc(b, ',');
        put_time(b, "arrivesAt", "arrivesLocal", "arrivalZone", s->arrives_us, s->arrival_zone);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

/* True if an earlier passenger, or an earlier need of the same one, has the code already. */
static bool counted(const struct abn_facts *f, size_t upto, const char *code)
{
    for (size_t i = 0; i < upto; i++)
        for (size_t k = 0; k < f->passengers[i].needs.n; k++)
            if (str_eq(f->passengers[i].needs.v[k], code))
                return true;
    return false;
}

static int count_need(const struct abn_facts *f, const char *code)
{
    int n = 0;

    for (size_t i = 0; i < f->npassengers; i++)
        for (size_t k = 0; k < f->passengers[i].needs.n; k++)
            n += str_eq(f->passengers[i].needs.v[k], code);
    return n;
}

static void put_needs(struct buf *b, const struct abn_facts *f)
{
    bool first = true;

    buf_puts(b, ",\"needs\":[");
    for (size_t i = 0; i < f->npassengers; i++)
        for (size_t k = 0; k < f->passengers[i].needs.n; k++) {
            const char *code = f->passengers[i].needs.v[k];

            if (counted(f, i, code))
                continue;
            buf_puts(b, first ? "{" : ",{");
            put_text(b, "code", code);
            buf_printf(b, ",\"count\":%d}", count_need(f, code));
            first = false;
        }
    buf_putc(b, ']');
}

static void put_names(struct buf *b, const struct abn_facts *f)
{
    buf_puts(b, ",\"names\":[");
    for (size_t i = 0; i < f->npassengers; i++) {
        buf_puts(b, i ? ",{" : "{");
        put_text(b, "given", f->passengers[i].given);
        buf_putc(b, ',');
        put_text(b, "family", f->passengers[i].family);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static bool meets(const struct abn_point *p, const struct abn_terms *t)
{
    return str_eq(p->organisation, t->organisation) && (!t->office || str_eq(p->office, t->office));
}

static void put_points(struct buf *b, const struct abn_facts *f, const struct abn_terms *t)
{
    bool first = true;

    buf_puts(b, ",\"assistance\":[");
    for (size_t i = 0; i < f->npoints; i++) {
        const struct abn_point *p = &f->points[i];

        if (!meets(p, t))
            continue;
        buf_puts(b, first ? "{" : ",{");
        put_text(b, "kind", p->kind);
        buf_putc(b, ',');
        put_text(b, "place", p->place);
        buf_putc(b, ',');
        put_time(b, "at", "atLocal", "zone", p->at_us, p->zone);
        buf_putc(b, '}');
        first = false;
    }
    buf_putc(b, ']');
}

const char *abn_snapshot(struct arena *a, const struct abn_facts *f, const struct abn_terms *t)
{
    struct buf b;

    buf_init(&b, a, 1024);
    buf_printf(&b, "{\"movementId\":\"%s\",\"cancelled\":%s", uuid_text(a, f->movement_id),
               f->cancelled ? "true" : "false");
    put_segments(&b, f);
    if (chosen(t, "count"))
        buf_printf(&b, ",\"count\":%zu", f->npassengers);
    if (chosen(t, "needs"))
        put_needs(&b, f);
    if (chosen(t, "names"))
        put_names(&b, f);
    if (chosen(t, "references")) {
        buf_puts(&b, ",\"references\":[");
        if (f->reference)
            json_write_text(&b, f->reference);
        buf_putc(&b, ']');
    }
    if (chosen(t, "assistance"))
        put_points(&b, f, t);
    buf_putc(&b, '}');
    return buf_text(&b);
}

bool abn_rescheduled(const json_t *before, const json_t *after)
{
    return !json_equal(json_object_get(before, "segments"), json_object_get(after, "segments"));
}

static void addressee_fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                            const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

void rules_abn_terms(struct arena *a, const struct abn_terms *t, struct fault_list *faults)
{
    if (!t->kind)
        addressee_fault(a, faults, "/toOrganisation", "abn.addressee.unknown",
                        "Not among the organisations that may be told.");
    else if (!t->kind->told)
        addressee_fault(a, faults, "/toOrganisation", "abn.addressee.refused",
                        "Nothing is sent to an organisation of this kind.");
    if (str_eq(t->organisation, t->own) != (t->office != NULL))
        addressee_fault(a, faults, "/toOffice", "abn.office",
                        "An office is named exactly when it is one of our own.");
    if ((chosen(t, "names") || chosen(t, "references")) && !t->legal_basis)
        addressee_fault(a, faults, "/legalBasis", "abn.basis",
                        "Names and references are given on a legal basis only.");
}

err_t rules_abn_movement(const char *status)
{
    static const char *const told[] = {"ready", "abnSent", "abnAcknowledged", "clearedToBoard"};

    if (str_eq(status, "draft"))
        return err_not_ready;
    for (size_t i = 0; i < LENGTH(told); i++)
        if (str_eq(status, told[i]))
            return NULL;
    return err_fixed;
}

err_t rules_abn_answer(const char *status, const struct abn_reader *r, bool again)
{
    if (!r->addressee)
        return err_addressee;
    if (str_eq(status, "superseded"))
        return err_superseded;
    if (str_eq(status, "acknowledged") && !again)
        return err_acknowledged;
    return NULL;
}

struct text_array rules_abn_actions(struct arena *a, const char *status, const struct abn_reader *r)
{
    struct text_array actions = {0};

    action_add(a, &actions, r->answers && !rules_abn_answer(status, r, false), "acknowledge");
    action_add(a, &actions, r->answers && !rules_abn_answer(status, r, true), "reportProblem");
    return actions;
}

err_t rules_abn_recall_confirm(bool confirmed, const struct abn_reader *r)
{
    if (!r->addressee)
        return err_addressee;
    return confirmed ? err_confirmed : NULL;
}

struct text_array rules_abn_recall_actions(struct arena *a, bool confirmed, const struct abn_reader *r)
{
    struct text_array actions = {0};

    action_add(a, &actions, r->answers && !rules_abn_recall_confirm(confirmed, r), "confirmDeletion");
    return actions;
}
