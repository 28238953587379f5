/* guards.c - the table of guards: code, the decisions that ask for it, and the function behind it in
 * guards_*.c. Pure. */
#include "travel/guards/guards.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/guards/guards_internal.h"

static const struct guard {
    const char *code;
    unsigned before; /* enum guarded, or'ed */
    void (*judge)(struct judging *j);
} guards[] = {
    {"passengers.present", GUARDED_READY, judge_passengers},
    {"segments.present", GUARDED_READY, judge_segments},
    {"segments.connect", GUARDED_READY, judge_connections},
    {"segments.withinWindow", GUARDED_READY, judge_window},
    {"segments.destination", GUARDED_READY, judge_destination},
    {"travel.nameMatches", GUARDED_TICKET | GUARDED_CLEAR, judge_names},
    {"travel.documentCovers", GUARDED_TICKET | GUARDED_CLEAR, judge_document_covers},
    {"travel.documentAccepted", GUARDED_TICKET | GUARDED_CLEAR, judge_document_accepted},
    {"visa.coversEntry", GUARDED_TICKET | GUARDED_CLEAR, judge_visa},
    {"travel.birthKnown", GUARDED_TICKET, judge_birth_known},
    {"travel.minorAccompanied", GUARDED_TICKET, judge_minor_accompanied},
    {"travel.unaccompaniedMinor", GUARDED_TICKET | GUARDED_CLEAR, judge_unaccompanied_minor},
    {"budget.free", GUARDED_TICKET, judge_budget},
    {"travel.departureWithin", GUARDED_CLEAR, judge_departure_within},
    {"travel.ticketed", GUARDED_CLEAR, judge_ticketed},
    {"medical.fitToTravel", GUARDED_CLEAR, judge_fitness},
    {"travel.manifestClosed", GUARDED_CLEAR, judge_manifest},
    {"travel.abnSent", GUARDED_CLEAR, judge_abn_sent},
    {"travel.abnAcknowledged", GUARDED_ABN_ANSWERED | GUARDED_CLEAR, judge_abn},
    {"travel.declared", GUARDED_TICKET | GUARDED_CLEAR, judge_declared},
    {"outcomes.recorded", GUARDED_RECONCILE, judge_outcomes},
    {"incidents.closed", GUARDED_RECONCILE, judge_incidents},
    {"costs.settled", GUARDED_RECONCILE, judge_costs},
};

void movement_judge(struct arena *a, enum guarded decision, const struct movement_facts *facts,
                    struct unmet_list *list)
{
    for (size_t i = 0; i < LENGTH(guards); i++) {
        struct judging j = {.a = a, .code = guards[i].code, .facts = facts, .list = list};

        if (guards[i].before & (unsigned)decision)
            guards[i].judge(&j);
    }
}

/* The statuses before departure in their order, each with the decision that led to it. Of a movement of which
 * nobody was told the two in the middle are passed over. */
static const struct {
    const char *status;
    enum guarded by;
} way[] = {
    {"draft", 0},
    {"ready", GUARDED_READY},
    {"abnSent", GUARDED_ABN_SENT},
    {"abnAcknowledged", GUARDED_ABN_ANSWERED},
    {"clearedToBoard", GUARDED_CLEAR},
};

const char *movement_standing(struct arena *a, const struct movement_facts *facts,
                              struct unmet_list *ret_unmet)
{
    size_t at = 0;

    while (at < LENGTH(way) && !str_eq(way[at].status, facts->status))
        at++;
    if (at == LENGTH(way))
        return facts->status;
    for (size_t i = 1; i <= at; i++) {
        movement_judge(a, way[i].by, facts, ret_unmet);
        if (ret_unmet->n > 0)
            return way[i].by == GUARDED_CLEAR && !facts->boarding.abn_sent ? "ready" : way[i - 1].status;
    }
    return facts->status;
}

void guard_unmet(struct judging *j, const char *pointer, const char *remedy, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    unmet_add(j->a, j->list,
              (struct unmet){
                  .code = j->code,
                  .message = arena_vprintf(j->a, fmt, ap),
                  .pointer = pointer,
                  .remedy = remedy,
              });
    va_end(ap);
}

struct text_array unmet_codes(struct arena *a, const struct unmet_list *unmet)
{
    struct text_array codes = {.v = ARENA_ARRAY(a, unmet->n + 1, const char *)};

    for (size_t i = 0; i < unmet->n; i++) {
        if (codes.n == 0 || !str_eq(codes.v[codes.n - 1], unmet->v[i].code))
            codes.v[codes.n++] = unmet->v[i].code;
    }
    return codes;
}

const char *passenger_pointer(struct judging *j, size_t i, const char *rest)
{
    return arena_printf(j->a, "/passengers/%zu%s", i, rest);
}

const char *segment_pointer(struct judging *j, size_t i, const char *rest)
{
    return arena_printf(j->a, "/segments/%zu%s", i, rest);
}

/* ---- what several ask for ---- */

static int32_t day_in(int64_t us, const char *zone)
{
    int32_t offset = 0;

    if (!date_zone_offset(zone, us, &offset))
        offset = 0;
    return date_of_instant(us + offset * DATE_US_PER_S);
}

int32_t facts_departure_on(const struct movement_facts *f)
{
    return f->nsegments ? day_in(f->segments[0].departs_us, f->segments[0].departure_zone) : f->earliest;
}

int32_t facts_arrival_on(const struct movement_facts *f)
{
    const struct fact_segment *last = f->nsegments ? &f->segments[f->nsegments - 1] : NULL;

    return last ? day_in(last->arrives_us, last->arrival_zone) : f->latest;
}

int fact_age(const struct fact_passenger *p, int32_t on)
{
    if (!p->birth_known)
        return 0;
    return date_age_youngest((struct date_partial){.first = p->birth_first, .last = p->birth_last}, on);
}

bool fact_needs(const struct fact_passenger *p, const char *need)
{
    for (size_t i = 0; i < p->needs.n; i++) {
        if (str_eq(p->needs.v[i], need))
            return true;
    }
    return false;
}
