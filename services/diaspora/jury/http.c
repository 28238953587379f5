/* http.c - the jury's form, scores and ranking (api-spec/diaspora/jury.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/cohorts/queries.h"
#include "diaspora/jury/form.h"
#include "diaspora/jury/queries.h"
#include "diaspora/jury/rules.h"
#include "diaspora/state.h"
#include "diaspora/ventures/queries.h"

/* listJuryForms: GET /jury-forms */
static err_t list_jury_forms(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    (void)rq;
    TRY(db_read(x, &tx));
    audit_list(tx, "juryForm", NULL, 0);
    return reply_json_text(rs, 200,
                           arena_printf(x->arena, "{\"items\":%s}",
                                        json_text(x->arena, jury_forms_all(diaspora_state(x)->jury_forms))));
}

/* A first score counts; with the last one all are opened. */
static void score_in(struct tx *tx, struct uuid venture_id, bool complete, int64_t now_us)
{
    q_venture_score_in(
        tx, &(struct q_venture_score_in_in){.id = venture_id, .complete = complete, .now = now_us});
    if (complete)
        q_venture_points(tx, venture_id);
}

static void score_keep(struct ctx *x, struct tx *tx, const struct jury_score_row *before,
                       const struct q_jury_score_add_in *in)
{
    if (!before) {
        q_jury_score_add(tx, in);
        return;
    }
    q_jury_score_save(tx, &(struct q_jury_score_save_in){.id = before->id,
                                                         .scores = in->scores,
                                                         .points = in->points,
                                                         .comment = in->comment,
                                                         .now = x->now_us});
}

/* putJuryScore: PUT /ventures/{ventureId}/jury-score */
static err_t put_jury_score(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct q_jury_score_add_in in = {.id = uuid_new(x->now_us),
                                     .venture_id = request_path_uuid(rq, "ventureId"),
                                     .scores = request_member_json(x, rq, "scores"),
                                     .comment = json_member_text(body, "comment"),
                                     .now = x->now_us};
    struct jury_score_row row;
    struct jury_seat seat;
    struct venture_state v;
    struct tx *tx;
    bool found = false;

    TRY(db_begin(x, &tx));
    TRY(q_venture_lock(tx, in.venture_id, &v));
    TRY(q_jury_seat(tx, v.cohort_id, v.country, x->who->subject, &seat));
    in.juror_id = seat.juror_id.v;
    if (seat.juror_id.set) {
        TRY(q_jury_score_mine(tx, in.venture_id, in.juror_id, &found, &row));
        TRY(etag_match(rq, found ? row.version_ : 0));
    }
    TRY(rules_score_allowed(v.status, seat.juror_id.set, v.scored_at.set));
    TRY(rules_score_points(x->arena, jury_form(diaspora_state(x)->jury_forms, seat.jury_form),
                           json_object_get(body, "scores"), &in.points));
    score_keep(x, tx, found ? &row : NULL, &in);
    if (!found)
        score_in(tx, in.venture_id, v.scores_in + 1 >= seat.seats, x->now_us);
    audit_write(tx, "juryScore", found ? row.id : in.id, found ? "update" : "create", NULL);
    TRY(q_jury_score_mine(tx, in.venture_id, in.juror_id, &found, &row));
    reply_etag(rs, row.version_);
    return reply_row(rs, 200, &jury_score_row_json, &row);
}

/* listJuryScores: GET /ventures/{ventureId}/jury-scores */
static err_t list_jury_scores(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct venture_score_state state;
    struct jury_score_row *rows;
    struct buf *out;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_venture_score_state_later(tx, id, &state);
    TRY(q_jury_score_list(tx, id, &rows, &n));
    audit_rows(tx, "juryScore", rows, n, sizeof(*rows), offsetof(struct jury_score_row, id));
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"complete\":%s,\"points\":", state.complete ? "true" : "false");
    if (state.points.set)
        buf_printf(out, "%d", state.points.v);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"items\":");
    json_write_array(out, &jury_score_row_json, rows, n);
    buf_putc(out, '}');
    return NULL;
}

/* rankVentures: GET /cohorts/{cohortId}/ranking */
static err_t rank_ventures(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "cohortId");
    struct cohort_state c;
    struct ranked *rows;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    audit_read(tx, "cohort", id, "ranking");
    q_cohort_state_later(tx, id, &c);
    TRY(q_ranking(tx, id, request_query(rq, "country"), &rows, &n));
    return reply_items(rs, &ranked_json, rows, n);
}

const struct handler jury_handlers[] = {
    {"listJuryForms", list_jury_forms},
    {"putJuryScore", put_jury_score},
    {"listJuryScores", list_jury_scores},
    {"rankVentures", rank_ventures},
    {NULL, NULL},
};
