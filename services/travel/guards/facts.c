/* facts.c - see facts.h. */
#include "travel/guards/facts.h"

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/abns/abns.h"
#include "travel/bookings/bookings.h"
#include "travel/guards/boarding_rows.h"
#include "travel/guards/queries.h"
#include "travel/movements/movements.h"
#include "travel/movements/queries.h"

struct movement_facts_rows {
    struct movement_fact movement;
    struct movement_fact_passenger *passengers;
    struct movement_fact_segment *segments;
    size_t npassengers, nsegments;
    struct boarding_rows *boarding;
};

struct movement_facts_rows *movement_facts_later(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct movement_facts_rows *r = ARENA_NEW(x->arena, struct movement_facts_rows);

    q_movement_facts_later(tx, movement_id, &r->movement);
    q_movement_fact_passengers_later(tx, movement_id, &r->passengers, &r->npassengers);
    q_movement_fact_segments_later(tx, movement_id, &r->segments, &r->nsegments);
    r->boarding = boarding_rows_later(x, tx, movement_id);
    return r;
}

static const struct fact_passenger *make_passengers(struct arena *a, const struct movement_facts_rows *r)
{
    struct fact_passenger *list = ARENA_ARRAY(a, r->npassengers + 1, struct fact_passenger);

    for (size_t i = 0; i < r->npassengers; i++) {
        const struct movement_fact_passenger *p = &r->passengers[i];

        list[i] = (struct fact_passenger){
            .id = p->id,
            .person_id = p->person_id,
            .ref_id = p->ref_id,
            .given = p->given,
            .family = p->family,
            .birth_known = p->birth_first.set,
            .birth_first = p->birth_first.v,
            .birth_last = p->birth_last.v,
            .nationalities = p->nationalities,
            .document_kind = p->document_kind,
            .document_country = p->document_country,
            .document_expires_on = p->document_expires_on,
            .document_holder_name = p->document_holder_name,
            .needs = p->needs,
            .unaccompanied_minor = p->unaccompanied_minor,
            .open_outcomes = p->open_outcomes,
        };
    }
    return list;
}

static const struct fact_segment *make_segments(struct arena *a, const struct movement_facts_rows *r)
{
    struct fact_segment *list = ARENA_ARRAY(a, r->nsegments + 1, struct fact_segment);

    for (size_t i = 0; i < r->nsegments; i++) {
        const struct movement_fact_segment *s = &r->segments[i];

        list[i] = (struct fact_segment){
            .id = s->id,
            .mode = s->mode,
            .carrier = s->carrier,
            .number = s->number,
            .from_kind = s->from_kind,
            .from_place = s->from_place,
            .to_kind = s->to_kind,
            .to_place = s->to_place,
            .from_country = s->from_country,
            .to_country = s->to_country,
            .departs_us = s->departs_at,
            .arrives_us = s->arrives_at,
            .departure_zone = s->departure_zone,
            .arrival_zone = s->arrival_zone,
        };
    }
    return list;
}

void movement_facts_make(struct ctx *x, const struct movement_facts_rows *rows, struct movement_facts *ret)
{
    const struct movement_fact *m = &rows->movement;

    *ret = (struct movement_facts){
        .now_us = x->now_us,
        .today = date_today_nl(x->now_us),
        .status = m->status,
        .programme = m->programme,
        .purpose = m->purpose,
        .origin_country = m->origin_country,
        .origin_place = m->origin_place,
        .destination_country = m->destination_country,
        .destination_place = m->destination_place,
        .earliest = m->earliest,
        .latest = m->latest,
        .fitness_applies_to = m->fitness_applies_to,
        .fitness_max_age_hours = m->fitness_max_age_hours.v,
        .passengers = make_passengers(x->arena, rows),
        .npassengers = rows->npassengers,
        .segments = make_segments(x->arena, rows),
        .nsegments = rows->nsegments,
        .boarding = boarding_facts_make(x, rows->boarding),
        .open_incidents = m->open_incidents,
        .unsettled = m->unsettled,
    };
}

/* Goes back to where it still stands. */
static void reopen(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *from, const char *to,
                   const struct unmet_list *unmet)
{
    q_movement_reopen(tx, &(struct q_movement_reopen_in){.id = movement_id, .status = to, .now = x->now_us});
    q_movement_reopened(tx, &(struct q_movement_reopened_in){.id = uuid_new(x->now_us),
                                                             .movement_id = movement_id,
                                                             .from_status = from,
                                                             .to_status = to,
                                                             .unmet = unmet_codes(x->arena, unmet),
                                                             .by = x->who->subject,
                                                             .now = x->now_us});
    audit_write(tx, "movement", movement_id, "reopen", "[\"status\"]");
}

/* The plan holds again that a change had broken: ready, and on from there as far as answers are there. */
static err_t restore(struct ctx *x, struct tx *tx, struct uuid movement_id, const char **ret_status)
{
    struct movement_locked m;
    struct movement_state now;

    TRY(q_movement_lock(tx, movement_id, &m));
    TRY(movement_move(x, tx, &m, &(struct movement_wish){.transition = "makeReady"}));
    TRY(abn_advance(x, tx, movement_id));
    TRY(q_movement_state(tx, movement_id, &now));
    *ret_status = now.status;
    return NULL;
}

static bool plan_holds(struct arena *a, const struct movement_facts *facts)
{
    struct unmet_list unmet = {0};

    movement_judge(a, GUARDED_READY, facts, &unmet);
    return unmet.n == 0;
}

err_t movement_rejudge(struct ctx *x, struct tx *tx, struct uuid movement_id, struct rejudged *ret)
{
    struct movement_facts_rows *rows;
    struct unmet_list unmet = {0};
    struct movement_facts facts;
    const char *status;
    bool reopened;

    TRY(abns_refresh(x, tx, movement_id)); /* who was told is told anew, and is to answer again */
    rows = movement_facts_later(x, tx, movement_id);
    TRY(tx_sync(tx));
    movement_facts_make(x, rows, &facts);
    bookings_rejudge(x, tx, rows->boarding, &facts);
    status = movement_standing(x->arena, &facts, &unmet);
    reopened = !str_eq(status, facts.status);
    if (reopened)
        reopen(x, tx, movement_id, facts.status, status, &unmet);
    else if (rows->movement.fell_back && plan_holds(x->arena, &facts))
        TRY(restore(x, tx, movement_id, &status));
    if (ret)
        *ret = (struct rejudged){.status = status,
                                 .reopened = reopened,
                                 .known = rows->movement.fell_back || !str_eq(facts.status, "draft")};
    return NULL;
}
