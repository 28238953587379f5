/*
 * rules.h - whether a message may still be sent, to whom and when; pure (domain.md: a message re-reads the
 * case when it is sent).
 *
 * Order of judgement: does what it rests on still hold; may the person be written to at all; is there a safe
 * way; is it the hour.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

struct arena;

struct send_verdict {
    const char *decision;  /* send, supersede, delay, callTask, refuse */
    const char *reason;    /* code; NULL when it is sent */
    int64_t not_before_us; /* delay: from when */
};

/* An appointment's message: event is reminder, moved or cancelled; expected_us the start it was made for, 0
 * any. NULL decision: go on. */
struct send_verdict rules_send_appointment(const char *event, const char *status, int64_t starts_us,
                                           int64_t expected_us, int64_t now_us);

/* A way to the person: the safest e-mail address first, then a mobile. n contacts in the order of preference,
 * parallel arrays of kind ("email", "mobile") and safe ("yes", "no", "unknown"). The index, or -1: nobody may
 * write automatically. */
int rules_send_contact(const char *const *kinds, const char *const *safe, size_t n);

/* NULL decision when the moment lies in the safe hours of the contact point ({from, until}, or NULL; see
 * date_contact_hours), else delay until they begin, or callTask zone.unknown. */
struct send_verdict rules_send_hours(const char *zone, const json_t *hours, int64_t now_us);

/* Languages that the person reads, best first: preferred before others, known reading before unknown; reading
 * none is left out. languages: array of {language, preferred, reading}. */
struct text_array rules_send_languages(struct arena *a, const json_t *languages);

/* True if the person is, or may be, under 18 on the day: the youngest age that the birth date can mean.
 * Unknown birth date: false. */
bool rules_send_minor(struct opt_date birth_last, int32_t on);
