/* surveys.c - waves planned, moved, opened and closed; see surveys.h. */
#include "diaspora/surveys/surveys.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"
#include "diaspora/surveys/queries.h"
#include "diaspora/surveys/rules.h"
#include "io/db.h"

#define ZONE "Europe/Amsterdam"
#define OPENS_AT (8 * 3600) /* seconds of the day, there */

static const struct programme_wave *wave_of(const struct programme *p, const char *code)
{
    for (size_t i = 0; p && i < p->nwaves; i++)
        if (str_eq(p->waves[i].code, code))
            return &p->waves[i];
    return NULL;
}

err_t surveys_plan(struct ctx *x, struct tx *tx, struct uuid assignment_id, const char *programme)
{
    const struct programme *p = programmes_find(diaspora_state(x)->programmes, programme);

    if (!p)
        return err_internal(x->arena, ERR_BUG, "programme.gone", "there is no programme %s any more",
                            programme);
    for (size_t i = 0; i < p->nwaves; i++)
        q_survey_wave_insert(tx, &(struct q_survey_wave_insert_in){.id = uuid_new(x->now_us),
                                                                   .assignment_id = assignment_id,
                                                                   .wave = p->waves[i].code,
                                                                   .roles = p->waves[i].respondents,
                                                                   .open_days = p->waves[i].open_days,
                                                                   .now = x->now_us});
    q_survey_respondent_insert(tx, &(struct q_survey_respondent_insert_in){.id = uuid_new(x->now_us),
                                                                           .assignment_id = assignment_id,
                                                                           .role = "expert",
                                                                           .respondent_ref = "expert",
                                                                           .zone = ZONE,
                                                                           .by = x->who->subject,
                                                                           .now = x->now_us});
    return NULL;
}

static const char *wave_data(struct ctx *x, struct uuid wave_id, struct uuid assignment_id)
{
    return arena_printf(x->arena, "{\"surveyWaveId\":\"%s\",\"assignmentId\":\"%s\"}",
                        uuid_text(x->arena, wave_id), uuid_text(x->arena, assignment_id));
}

static void move_one(struct ctx *x, struct tx *tx, struct uuid assignment_id,
                     const struct survey_wave_to_move *w)
{
    const struct programme_wave *terms =
        wave_of(programmes_find(diaspora_state(x)->programmes, w->programme), w->wave);
    struct opt_date day = terms ? wave_opens_on(terms, w->starts_on, w->ends_on) : w->opens_on;
    int64_t at = x->now_us;

    if (day.set == w->opens_on.set && day.v == w->opens_on.v)
        return;
    q_survey_wave_move(tx, w->id, day, x->now_us);
    if (!day.set) {
        due_cancel(tx, "surveyWave", w->id);
        return;
    }
    if (!date_zone_instant(ZONE, day.v, OPENS_AT, &at))
        at = day.v * DATE_US_PER_DAY;
    due_set(tx, "surveyWave", w->id, at, wave_data(x, w->id, assignment_id));
}

err_t surveys_move(struct ctx *x, struct tx *tx, struct uuid assignment_id)
{
    struct survey_wave_to_move *waves;
    size_t n;

    TRY(q_survey_waves_to_move(tx, assignment_id, &waves, &n));
    for (size_t i = 0; i < n; i++)
        move_one(x, tx, assignment_id, &waves[i]);
    return NULL;
}

err_t surveys_cancel(struct ctx *x, struct tx *tx, struct uuid assignment_id)
{
    struct survey_wave_running *waves;
    size_t n;

    TRY(q_survey_waves_running(tx, assignment_id, &waves, &n));
    for (size_t i = 0; i < n; i++) {
        q_survey_wave_cancel(tx, waves[i].id, x->now_us);
        q_survey_invitations_lapse(tx, waves[i].id, x->now_us);
        due_cancel(tx, str_eq(waves[i].status, "open") ? "surveyClose" : "surveyWave", waves[i].id);
        audit_write(tx, "surveyWave", waves[i].id, "cancel", NULL);
    }
    return NULL;
}

void survey_invite(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid wave_id,
                   const char *wave, struct uuid respondent_id, const char *role)
{
    const struct instrument *in = instrument_for(&diaspora_state(x)->instruments, role, wave);
    struct uuid id = uuid_new(x->now_us);

    if (!in)
        return;
    q_survey_invitation_insert(tx, &(struct q_survey_invitation_insert_in){.id = id,
                                                                           .assignment_id = assignment_id,
                                                                           .wave_id = wave_id,
                                                                           .respondent_id = respondent_id,
                                                                           .instrument = in->code,
                                                                           .instrument_version = in->version,
                                                                           .now = x->now_us});
    outbox_add(
        tx,
        &(struct event){
            .type = "diaspora.survey.opened",
            .subject = id,
            .key = assignment_id,
            .data = arena_printf(
                x->arena, "{\"invitationId\":\"%s\",\"surveyWaveId\":\"%s\",\"assignmentId\":\"%s\"}",
                uuid_text(x->arena, id), uuid_text(x->arena, wave_id), uuid_text(x->arena, assignment_id))});
}

void survey_close(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid wave_id)
{
    q_survey_wave_close(tx, wave_id, x->now_us);
    q_survey_invitations_lapse(tx, wave_id, x->now_us);
    due_cancel(tx, "surveyClose", wave_id);
    outbox_add(tx, &(struct event){.type = "diaspora.survey.closed",
                                   .subject = wave_id,
                                   .key = assignment_id,
                                   .data = wave_data(x, wave_id, assignment_id)});
    audit_write(tx, "surveyWave", wave_id, "close", NULL);
}

err_t survey_wave_due(struct ctx *x, const struct inbox_event *e)
{
    struct survey_respondent_asked *asked;
    struct survey_wave_locked w;
    struct tx *tx;
    bool found;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(q_survey_wave_lock(tx, json_member_uuid(e->data, "surveyWaveId").v, &found, &w));
    /* Moved or cancelled meanwhile: another due time stands, or none. */
    if (!found || !str_eq(w.status, "scheduled") || !w.opens_on.set ||
        w.opens_on.v > date_today_nl(x->now_us))
        return NULL;
    q_survey_wave_open(tx, w.id, x->now_us);
    TRY(q_survey_respondents_of(tx, w.assignment_id, w.roles, &asked, &n));
    for (size_t i = 0; i < n; i++)
        survey_invite(x, tx, w.assignment_id, w.id, w.wave, asked[i].id, asked[i].role);
    due_set(tx, "surveyClose", w.id, x->now_us + w.open_days * DATE_US_PER_DAY,
            wave_data(x, w.id, w.assignment_id));
    audit_write(tx, "surveyWave", w.id, "open", NULL);
    return NULL;
}

err_t survey_close_due(struct ctx *x, const struct inbox_event *e)
{
    struct survey_wave_locked w;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_survey_wave_lock(tx, json_member_uuid(e->data, "surveyWaveId").v, &found, &w));
    if (found && str_eq(w.status, "open"))
        survey_close(x, tx, w.assignment_id, w.id);
    return NULL;
}
