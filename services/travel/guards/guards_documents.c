/* guards_documents.c - whether the travel document bears the ticket's name, is accepted along the route, and
 * covers the dates; and whether the visas and permits that it calls for are there. Pure. */
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/guards/guards_internal.h"
#include "travel/names/names.h"
#include "travel/requirements/rules.h"

/* ---- names ---- */

/* The name as the document has it: as printed where that was recorded in two parts, else as frozen. */
static struct travel_name document_name(struct arena *a, const struct fact_passenger *p)
{
    struct travel_name name = {.family = p->family, .given = p->given}, printed;

    if (p->document_holder_name && name_split(a, p->document_holder_name, &printed))
        return printed;
    return name;
}

static void judge_name(struct judging *j, size_t i, const struct fact_ticket *t)
{
    const struct fact_passenger *p = &j->facts->passengers[i];
    struct travel_name document = document_name(j->a, p), ticket;
    enum name_verdict verdict;

    name_split(j->a, t->name, &ticket);
    verdict = name_compare(j->a, &document, &ticket);
    if (verdict == NAME_SAME)
        return;
    guard_unmet(j, passenger_pointer(j, i, "/document/holderName"),
                "Have the ticket issued in the name of the document, or correct the passenger.",
                verdict == NAME_SWAPPED
                    ? "The document says %s, the ticket %s: family and given names have changed places."
                    : "The document says %s, the ticket %s.",
                name_mrz(j->a, &document), name_mrz(j->a, &ticket));
}

void judge_names(struct judging *j)
{
    const struct boarding_facts *b = &j->facts->boarding;

    for (size_t i = 0; i < j->facts->npassengers; i++) {
        const struct fact_passenger *p = &j->facts->passengers[i];
        struct travel_name name = {.family = p->family, .given = p->given}, printed;

        if (!judged_passenger(j, i))
            continue;
        if (p->document_holder_name && !name_split(j->a, p->document_holder_name, &printed) &&
            !name_whole_is(j->a, p->document_holder_name, &name))
            guard_unmet(j, passenger_pointer(j, i, "/document/holderName"),
                        "Correct the passenger, or the name that was recorded from the document.",
                        "The document was issued to %s, the passenger is %s.", name_mrz(j->a, &printed),
                        name_mrz(j->a, &name));
        for (size_t k = 0; k < b->ntickets; k++) {
            if (uuid_eq(b->tickets[k].passenger_id, p->id) &&
                (!b->booking || uuid_eq(b->tickets[k].booking_id, b->booking->id)))
                judge_name(j, i, &b->tickets[k]);
        }
    }
}

/* ---- the route ---- */

/* A country that the journey touches. */
struct point {
    const char *country, *stage;
    int32_t from, until; /* days there, as far as the journey goes */
};

static int32_t local_day(int64_t us, const char *zone)
{
    int32_t offset = 0;

    if (!date_zone_offset(zone, us, &offset))
        offset = 0;
    return date_of_instant(us + offset * DATE_US_PER_S);
}

/* Origin, the countries between segments, destination. A change in the country of origin or of destination is
 * no transit; of one where the country is not known judge_transits says so. */
static size_t route(struct judging *j, struct point **ret)
{
    const struct movement_facts *f = j->facts;
    struct point *v = ARENA_ARRAY(j->a, f->nsegments + 2, struct point);
    int32_t departs = facts_departure_on(f), arrives = facts_arrival_on(f);
    size_t n = 0;

    v[n++] = (struct point){f->origin_country, "origin", departs, departs};
    for (size_t i = 0; i + 1 < f->nsegments; i++) {
        const struct fact_segment *s = &f->segments[i], *next = &f->segments[i + 1];

        if (!s->to_country || str_eq(s->to_country, f->origin_country) ||
            str_eq(s->to_country, f->destination_country) || str_eq(s->to_country, v[n - 1].country))
            continue;
        v[n++] = (struct point){s->to_country, "transit", local_day(s->arrives_us, s->arrival_zone),
                                local_day(next->departs_us, next->departure_zone)};
    }
    v[n++] = (struct point){f->destination_country, "destination", arrives, arrives};
    *ret = v;
    return n;
}

/* A change where nobody knows the country cannot be judged, and what cannot be judged does not hold. */
static void judge_transits(struct judging *j)
{
    for (size_t i = 0; i + 1 < j->facts->nsegments; i++) {
        if (judged_segment(j, i) && !j->facts->segments[i].to_country)
            guard_unmet(j, segment_pointer(j, i, "/to/country"), "Say in which country the place is.",
                        "Which country the change at %s is in is not known.", j->facts->segments[i].to_place);
    }
}

/* Of the nationalities the one whose document it is. */
static const char *nationality(const struct fact_passenger *p)
{
    for (size_t i = 0; i < p->nationalities.n; i++) {
        if (str_eq(p->nationalities.v[i], p->document_country))
            return p->nationalities.v[i];
    }
    return p->nationalities.n ? p->nationalities.v[0] : "XXX";
}

static const struct requirement *asked(struct judging *j, const struct fact_passenger *p,
                                       const struct point *at)
{
    return requirement_find(j->facts->boarding.requirements,
                            &(struct requirement_question){.country = at->country,
                                                           .stage = at->stage,
                                                           .nationality = nationality(p),
                                                           .purpose = j->facts->purpose,
                                                           .on = at->from});
}

static bool asks_nothing(const struct requirement *r)
{
    return r && str_eq(r->stage, "origin") && r->ndocuments == 0;
}

static const char *day_text(struct judging *j, int32_t day)
{
    char text[11];

    date_format(day, text);
    return arena_strdup(j->a, text);
}

/* Runs fn for each judged passenger and point where the table asks for something and accepts the document. */
typedef void point_fn(struct judging *j, size_t i, const struct point *at, const struct document_rule *rule);

static void each_point(struct judging *j, point_fn *fn)
{
    struct point *points;
    size_t n = route(j, &points);

    for (size_t i = 0; i < j->facts->npassengers; i++) {
        if (!judged_passenger(j, i))
            continue;
        for (size_t k = 0; k < n; k++) {
            const struct requirement *r = asked(j, &j->facts->passengers[i], &points[k]);
            const struct document_rule *rule =
                r ? requirement_document(r, j->facts->passengers[i].document_kind) : NULL;

            if (rule)
                fn(j, i, &points[k], rule);
        }
    }
}

/* ---- the guards ---- */

static void covers(struct judging *j, size_t i, const struct point *at, const struct document_rule *rule)
{
    const struct fact_passenger *p = &j->facts->passengers[i];
    int32_t needed = at->until + rule->days_after_arrival;

    if (!p->document_expires_on.set)
        guard_unmet(j, passenger_pointer(j, i, "/document/expiresOn"),
                    "Record until when the document is valid.",
                    "It is not known whether the document is valid in %s until %s.", at->country,
                    day_text(j, needed));
    else if (p->document_expires_on.v < needed)
        guard_unmet(j, passenger_pointer(j, i, "/document/expiresOn"),
                    "Have the document renewed, or travel earlier.",
                    "The document ends on %s; %s asks for validity until %s.",
                    day_text(j, p->document_expires_on.v), at->country, day_text(j, needed));
}

void judge_document_covers(struct judging *j)
{
    each_point(j, covers);
}

void judge_document_accepted(struct judging *j)
{
    struct point *points;
    size_t n = route(j, &points);

    judge_transits(j);
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        const struct fact_passenger *p = &j->facts->passengers[i];

        if (!judged_passenger(j, i))
            continue;
        if (!p->document_kind) {
            guard_unmet(j, passenger_pointer(j, i, "/document"), "Record the travel document.",
                        "The passenger has no travel document.");
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            const struct requirement *r = asked(j, p, &points[k]);

            if (!r && str_eq(points[k].stage, "origin"))
                continue;
            if (!r || (!asks_nothing(r) && !requirement_document(r, p->document_kind)))
                guard_unmet(j, passenger_pointer(j, i, "/document/kind"),
                            "Travel on another document, or by another route.",
                            "%s (%s) accepts no %s of nationality %s.", points[k].country, points[k].stage,
                            p->document_kind, nationality(p));
        }
    }
}

static bool cleared(const struct judging *j, struct uuid passenger_id, const struct point *at,
                    const char *kind)
{
    const struct boarding_facts *b = &j->facts->boarding;

    for (size_t i = 0; i < b->nclearances; i++) {
        const struct fact_clearance *c = &b->clearances[i];

        if (uuid_eq(c->passenger_id, passenger_id) && str_eq(c->kind, kind) &&
            str_eq(c->country, at->country) && str_eq(c->outcome, "granted") &&
            (!c->valid_from.set || c->valid_from.v <= at->from) &&
            (!c->valid_until.set || c->valid_until.v >= at->until))
            return true;
    }
    return false;
}

static void has_visa(struct judging *j, size_t i, const struct point *at, const struct document_rule *rule)
{
    struct buf kinds;

    if (rule->clearances.n == 0)
        return;
    buf_init(&kinds, j->a, 64);
    for (size_t k = 0; k < rule->clearances.n; k++) {
        if (cleared(j, j->facts->passengers[i].id, at, rule->clearances.v[k]))
            return;
        buf_printf(&kinds, "%s%s", k ? " or " : "", rule->clearances.v[k]);
    }
    guard_unmet(
        j, passenger_pointer(j, i, "/clearances"), "Record the clearance when it is granted for these days.",
        "%s (%s) asks for %s, valid on %s.", at->country, at->stage, buf_text(&kinds), day_text(j, at->from));
}

void judge_visa(struct judging *j)
{
    each_point(j, has_visa);
}
