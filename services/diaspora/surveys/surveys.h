/* surveys.h - what other areas of this service may ask of surveys. Statements stand in
 * "diaspora/surveys/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

/* The waves that the programme has, without days yet, and the expert as the first to ask. */
MUST_CHECK err_t surveys_plan(struct ctx *x, struct tx *tx, struct uuid assignment_id, const char *programme);
/* The days of the assignment may have moved: those of the waves that have not opened move with them. */
AWAITS MUST_CHECK err_t surveys_move(struct ctx *x, struct tx *tx, struct uuid assignment_id);
/* The assignment is aborted: nobody is asked any more. */
AWAITS MUST_CHECK err_t surveys_cancel(struct ctx *x, struct tx *tx, struct uuid assignment_id);
/* Asks a respondent in a wave that is open: an invitation and diaspora.survey.opened. Nothing where the
 * programme has no instrument for the role in this wave. */
void survey_invite(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid wave_id,
                   const char *wave, struct uuid respondent_id, const char *role);
/* Closes an open wave: what is unanswered lapses, diaspora.survey.closed. */
void survey_close(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid wave_id);

/* Handlers of diaspora.due.surveyWave and diaspora.due.surveyClose (inbox_fn). */
AWAITS MUST_CHECK err_t survey_wave_due(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t survey_close_due(struct ctx *x, const struct inbox_event *e);
