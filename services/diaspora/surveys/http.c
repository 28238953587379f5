/* http.c - operations on surveys (api-spec/diaspora/surveys.yaml). */
#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/experts/experts.h"
#include "diaspora/state.h"
#include "diaspora/surveys/queries.h"
#include "diaspora/surveys/rules.h"
#include "diaspora/surveys/surveys.h"
#include "web/page.h"
#include "web/request.h"

ERR_DEFINE(err_ended, ERR_CONFLICT, "assignment.ended", "The assignment was aborted.");
ERR_DEFINE(err_wave_not_open, ERR_CONFLICT, "surveyWave.notOpen", "The wave is not open.");
ERR_DEFINE(err_invitation_closed, ERR_CONFLICT, "surveyInvitation.closed",
           "The invitation is answered or has lapsed.");

/* listSurveyInstruments: GET /survey-instruments */
static err_t list_survey_instruments(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct instruments *all = &diaspora_state(x)->instruments;
    struct buf *out = reply_begin(rs, 200);
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_list(tx, "surveyInstrument", NULL, 0);
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; i < all->n; i++) {
        if (i)
            buf_putc(out, ',');
        buf_puts(out, json_text(x->arena, all->v[i].document));
    }
    buf_puts(out, "]}");
    return NULL;
}

/* listSurveyWaves: GET /assignments/{assignmentId}/survey-waves */
static err_t list_survey_waves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct survey_assignment of;
    struct survey_wave_row *rows;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_survey_assignment_later(tx, id, &of);
    TRY(q_survey_wave_list(tx, id, &rows, &n));
    audit_read(tx, "assignment", id, "surveys");
    return reply_items(rs, &survey_wave_row_json, rows, n);
}

/* closeSurveyWave: POST /survey-waves/{surveyWaveId}/close */
static err_t close_survey_wave(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "surveyWaveId");
    struct survey_wave_locked w;
    struct survey_wave_row row;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_survey_wave_lock(tx, id, &found, &w));
    if (!found)
        return err_new(x->arena, ERR_MISSING, "surveyWave.missing", "There is no such wave.");
    TRY(etag_match(rq, w.version));
    if (!str_eq(w.status, "open"))
        return err_wave_not_open;
    survey_close(x, tx, w.assignment_id, id);
    TRY(q_survey_wave_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &survey_wave_row_json, &row);
}

/* listSurveyInvitations: GET /survey-waves/{surveyWaveId}/invitations */
static err_t list_survey_invitations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "surveyWaveId");
    struct survey_invitation_row *rows;
    struct survey_wave_row wave;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_survey_invitation_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_survey_wave_get_later(tx, id, &wave);
    TRY(q_survey_invitation_list(tx, id, &page, &rows, &n));
    audit_read(tx, "surveyWave", id, "invitations");
    return reply_page(x, rq, rs, &q_survey_invitation_list_page, &page, &survey_invitation_row_json, rows, n);
}

static err_t reply_invitation(struct response *rs, const struct survey_invitation_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, 200, &survey_invitation_row_json, row);
}

/* getSurveyInvitation: GET /survey-invitations/{invitationId} */
static err_t get_survey_invitation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "invitationId");
    struct survey_invitation_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "surveyInvitation", id, "");
    TRY(q_survey_invitation_get(tx, id, &row));
    return reply_invitation(rs, &row);
}

/* recordSurveyResponse: POST /survey-invitations/{invitationId}/response */
static err_t record_survey_response(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "invitationId");
    struct survey_invitation_locked before;
    struct survey_invitation_row row;
    const struct instrument *in;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_survey_invitation_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (!str_eq(before.status, "open"))
        return err_invitation_closed;
    if (before.expert_id.set)
        TRY(expert_unrestricted(tx, before.expert_id.v));
    in = instrument_find(&diaspora_state(x)->instruments, before.instrument, before.instrument_version);
    if (!in)
        return err_internal(x->arena, ERR_BUG, "instrument.missing", "no instrument %s version %d",
                            before.instrument, before.instrument_version);
    TRY(answers_check(x->arena, in, json_object_get(request_body(rq), "answers")));
    q_survey_invitation_answer(
        tx, &(struct q_survey_invitation_answer_in){.id = id,
                                                    .answers = request_member_json(x, rq, "answers"),
                                                    .by = x->who->subject,
                                                    .now = x->now_us});
    audit_write(tx, "surveyInvitation", id, "answer", NULL);
    TRY(q_survey_invitation_get(tx, id, &row));
    return reply_invitation(rs, &row);
}

/* ---- whom to ask ---- */

/* listSurveyRespondents: GET /assignments/{assignmentId}/survey-respondents */
static err_t list_survey_respondents(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct survey_respondent_row *rows;
    struct survey_assignment of;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_survey_respondent_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_survey_assignment_later(tx, id, &of);
    TRY(q_survey_respondent_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "respondents");
    return reply_page(x, rq, rs, &q_survey_respondent_list_page, &page, &survey_respondent_row_json, rows, n);
}

static err_t check_respondent(struct ctx *x, const struct text_array *languages, const char *zone)
{
    struct fault_list faults = {0};

    if (!date_zone_ok(zone))
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/zone", .code = "zone.unknown", .detail = "No such IANA time zone."});
    for (size_t i = 0; i < languages->n; i++)
        if (!codes_language(languages->v[i]))
            fault_add(x->arena, &faults,
                      (struct fault){.at = arena_printf(x->arena, "/languages/%zu", i),
                                     .code = "language.unknown",
                                     .detail = "No such language."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The respondent cannot be recorded so.");
}

/* A wave that is open already asks them too. */
static err_t invite_now(struct ctx *x, struct tx *tx, struct uuid assignment_id, struct uuid respondent_id,
                        const char *role)
{
    struct survey_wave_running *waves;
    size_t n;

    TRY(q_survey_waves_running(tx, assignment_id, &waves, &n));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; str_eq(waves[i].status, "open") && k < waves[i].roles.n; k++)
            if (str_eq(waves[i].roles.v[k], role))
                survey_invite(x, tx, assignment_id, waves[i].id, waves[i].wave, respondent_id, role);
    return NULL;
}

/* createSurveyRespondent: POST /assignments/{assignmentId}/survey-respondents */
static err_t create_survey_respondent(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId");
    const json_t *body = request_body(rq);
    struct q_survey_respondent_insert_in in = {
        .id = uuid_new(x->now_us),
        .assignment_id = assignment_id,
        .role = json_member_text(body, "role"),
        .respondent_ref = json_member_text(body, "respondentRef"),
        .languages = json_member_texts(x->arena, body, "languages"),
        .zone = json_member_text(body, "zone"),
        .by = x->who->subject,
        .now = x->now_us,
    };
    struct survey_respondent_row row;
    struct survey_assignment of;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_survey_assignment(tx, assignment_id, &of));
    TRY(check_respondent(x, &in.languages, in.zone));
    if (str_eq(of.status, "aborted"))
        return err_ended;
    TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                     "survey_respondents.contact", in.id, request_member_json(x, rq, "contact"),
                     &in.contact));
    q_survey_respondent_insert(tx, &in);
    audit_write(tx, "surveyRespondent", in.id, "create", NULL);
    TRY(invite_now(x, tx, assignment_id, in.id, in.role));
    TRY(q_survey_respondent_get(tx, in.id, &row));
    reply_location(x, rs, "/assignments/%s/survey-respondents", uuid_text(x->arena, assignment_id));
    return reply_row(rs, 201, &survey_respondent_row_json, &row);
}

/* endSurveyRespondent: POST /survey-respondents/{respondentId}/end */
static err_t end_survey_respondent(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "respondentId");
    struct survey_respondent_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_survey_respondent_get(tx, id, &row));
    if (row.ended_at.set || str_eq(row.role, "expert"))
        return err_new(x->arena, ERR_CONFLICT, "surveyRespondent.fixed",
                       "The expert is always asked; others are taken out once.");
    q_survey_respondent_end(tx, id, x->now_us);
    audit_write(tx, "surveyRespondent", id, "end", NULL);
    TRY(q_survey_respondent_get(tx, id, &row));
    return reply_row(rs, 200, &survey_respondent_row_json, &row);
}

const struct handler surveys_handlers[] = {
    {"listSurveyInstruments", list_survey_instruments},
    {"listSurveyWaves", list_survey_waves},
    {"closeSurveyWave", close_survey_wave},
    {"listSurveyInvitations", list_survey_invitations},
    {"getSurveyInvitation", get_survey_invitation},
    {"recordSurveyResponse", record_survey_response},
    {"listSurveyRespondents", list_survey_respondents},
    {"createSurveyRespondent", create_survey_respondent},
    {"endSurveyRespondent", end_survey_respondent},
    {NULL, NULL},
};
