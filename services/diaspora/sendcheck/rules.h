/* rules.h - whether a message of an assignment may still be sent, to whom and when; pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"

struct arena;

struct send_verdict {
    const char *decision;  /* supersede, delay, callTask, refuse; NULL: nothing speaks against it */
    const char *reason;    /* code */
    int64_t not_before_us; /* delay */
};

/* An invitation is written of while it is unanswered in an open wave: else survey.answered, survey.closed,
 * respondent.ended. */
struct send_verdict rules_send_survey(const char *invitation, const char *wave, bool respondent_ended);
/* A journey is written of while it is as planned: event reminder, moved or cancelled; expected_us 0: not
 * said. Else movement.ended, movement.moved, movement.past, movement.planned (a cancelling that does not
 * stand). */
struct send_verdict rules_send_movement(const char *event, const char *status, struct opt_i64 departs_at,
                                        int64_t expected_us, int64_t now_us);
/* The contact point to write to: mail before text message, preferred first, and only where the topic was said
 * to be safe. NULL: none. */
const json_t *rules_send_contact(const json_t *contact_points, const char *topic);
/* Languages that are read, best first: [{language, reading}]; without a level the language counts as read. */
struct text_array rules_send_languages(struct arena *a, const json_t *languages);
/* NULL decision when the moment lies in the safe hours of the contact point ({from, until}, or NULL; see
 * date_contact_hours), else delay until they begin, or callTask zone.unknown. */
struct send_verdict rules_send_hours(const char *zone, const json_t *hours, int64_t now_us);
