/* guards_internal.h - between the table of guards and the functions behind it. */
#pragma once

#include "travel/guards/guards.h"

struct judging {
    struct arena *a;
    const char *code; /* of the guard */
    const struct movement_facts *facts;
    struct unmet_list *list;
};

/* One thing that is not met. pointer and remedy are borrowed. */
void guard_unmet(struct judging *j, const char *pointer, const char *remedy, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* "/passengers/2/document", "/segments/0/from" */
const char *passenger_pointer(struct judging *j, size_t i, const char *rest);
const char *segment_pointer(struct judging *j, size_t i, const char *rest);

/* guards_journey.c: who travels, and whether the segments make a journey. */
void judge_passengers(struct judging *j);
void judge_segments(struct judging *j);
void judge_connections(struct judging *j);
void judge_window(struct judging *j);
void judge_destination(struct judging *j);
/* guards_after.c: what must be known before the books are closed. */
void judge_outcomes(struct judging *j);
void judge_incidents(struct judging *j);
void judge_costs(struct judging *j);

/* ---- what bookings, clearances and other services say ---- */

/* The passenger, or the segment, is of the booking that is judged, or no booking is. */
bool judged_passenger(const struct judging *j, size_t i);
bool judged_segment(const struct judging *j, size_t i);

/* guards_documents.c: documents and visas, by the dates of the segments. */
void judge_names(struct judging *j);
void judge_document_covers(struct judging *j);
void judge_document_accepted(struct judging *j);
void judge_visa(struct judging *j);
/* guards_people.c: children, fitness, the wish. */
void judge_birth_known(struct judging *j);
void judge_minor_accompanied(struct judging *j);
void judge_unaccompanied_minor(struct judging *j);
void judge_fitness(struct judging *j);
void judge_declared(struct judging *j);
/* guards_boarding.c: money, the hour, tickets, manifest, notification. */
void judge_budget(struct judging *j);
void judge_departure_within(struct judging *j);
void judge_ticketed(struct judging *j);
void judge_manifest(struct judging *j);
void judge_abn_sent(struct judging *j);
void judge_abn(struct judging *j);
