/* http.c - coaching notes, and the operations of the area (api-spec/cases/coaching.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/coaching/internal.h"
#include "cases/coaching/queries.h"
#include "cases/coaching/rules.h"
#include "cases/shares/shares.h"
#include "cases/tasks/followup.h"
#include "web/page.h"

ERR_DEFINE(err_corrected, ERR_CONFLICT, "note.corrected", "The note is corrected already: correct that one.");

static const char field[] = "coachingNotes"; /* of a share */

static void note_show(struct ctx *x, struct coaching_row *row)
{
    struct note_reader reader = {.author = str_eq(row->author_organisation, x->who->organisation),
                                 .owner = row->owner_,
                                 .writes = principal_has(x->who, "coaching:write")};

    row->allowed_actions = rules_note_actions(x->arena, row->corrected_by.set, &reader);
}

static err_t note_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct coaching_row row;

    TRY(q_coaching_get(tx, id, &row));
    note_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/coaching-notes/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &coaching_row_json, &row);
}

/* listCoachingNotes: GET /cases/{caseId}/coaching-notes */
static err_t list_coaching_notes(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_coaching_list_in in = {.case_id = request_path_uuid(rq, "caseId"),
                                    .category = request_query(rq, "category")};
    struct case_access access;
    struct coaching_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_coaching_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(case_access_read(x, tx, in.case_id, field, &access));
    TRY(q_coaching_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        note_show(x, &rows[i]);
    audit_rows(tx, "coachingNote", rows, n, sizeof(*rows), offsetof(struct coaching_row, id));
    return reply_page(x, rq, rs, &q_coaching_list_page, &page, &coaching_row_json, rows, n);
}

struct note_input {
    const char *category, *text;
    struct opt_date follow_up_on;
    struct text_array shared_with;
};
static const struct json_field note_fields[] = {
    JSON_FIELD(struct note_input, category, "category", JSON_TEXT),
    JSON_FIELD(struct note_input, text, "text", JSON_TEXT),
    JSON_FIELD(struct note_input, follow_up_on, "followUpOn", JSON_OPT_DATE),
    JSON_FIELD(struct note_input, shared_with, "sharedWith", JSON_TEXTS),
};
static const struct json_shape note_shape = JSON_SHAPE(struct note_input, note_fields);

static err_t check_terms(struct ctx *x, const struct case_access *access, const struct note_input *in)
{
    struct note_terms terms = {.organisation = x->who->organisation,
                               .partner = access->partner,
                               .shared_with = in->shared_with,
                               .follow_up_on = in->follow_up_on};

    return rules_note_terms(x->arena, &terms, date_today_nl(x->now_us));
}

/* Adds the note, the task to follow it up, and an entry to the story of the case. */
static err_t note_add(struct ctx *x, struct tx *tx, const struct case_access *access,
                      const struct note_input *in, struct opt_uuid corrects, struct uuid *ret_id)
{
    *ret_id = uuid_new(x->now_us);
    q_coaching_add(tx, &(struct q_coaching_add_in){.id = *ret_id,
                                                   .org = access->org,
                                                   .case_id = access->case_id,
                                                   .author = x->who->subject,
                                                   .category = in->category,
                                                   .text = in->text,
                                                   .follow_up_on = in->follow_up_on,
                                                   .shared_with = in->shared_with,
                                                   .corrects = corrects,
                                                   .now = x->now_us});
    if (in->follow_up_on.set)
        TRY(followup_plan(x, tx,
                          &(struct followup){.case_id = access->case_id,
                                             .organisation = access->partner ? access->org : NULL,
                                             .kind = "coachingFollowUp",
                                             .item_id = *ret_id,
                                             .due_on = in->follow_up_on.v}));
    case_access_wrote(x, tx, access, corrects.set ? "coaching.corrected" : "coaching.noted", *ret_id);
    audit_write(tx, "coachingNote", *ret_id, "create", NULL);
    return NULL;
}

/* createCoachingNote: POST /cases/{caseId}/coaching-notes */
static err_t create_coaching_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id;
    struct note_input in = {0};
    struct case_access access;
    struct tx *tx;

    TRY(request_read(x, rq, &note_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(case_access_write(x, tx, case_id, field, &access));
    TRY(check_terms(x, &access, &in));
    TRY(note_add(x, tx, &access, &in, (struct opt_uuid){0}, &id));
    return note_reply(x, tx, id, 201, rs);
}

/* getCoachingNote: GET /coaching-notes/{coachingNoteId} */
static err_t get_coaching_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "coachingNoteId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "coachingNote", id, "");
    return note_reply(x, tx, id, 200, rs);
}

/* The note of the path, by its author's organisation, in a case that is open. */
static err_t note_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct coaching_row *ret,
                        struct case_access *ret_access)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_coaching_get(*ret_tx, request_path_uuid(rq, "coachingNoteId"), ret));
    TRY(etag_match(rq, ret->version));
    TRY(case_access_write(x, *ret_tx, ret->case_id, field, ret_access));
    return rules_note_author(x->who->organisation, ret->author_organisation);
}

/* patchCoachingNote: PATCH /coaching-notes/{coachingNoteId} */
static err_t patch_coaching_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct note_input in = {0};
    struct case_access access;
    struct coaching_row row;
    struct tx *tx;

    TRY(note_begin(x, rq, &tx, &row, &access));
    TRY(request_read(x, rq, &note_shape, &in));
    TRY(check_terms(x, &access, &in));
    if (!access.partner) { /* a partner's note is shared with nobody, and stays so */
        q_coaching_share(
            tx, &(struct q_coaching_share_in){
                    .id = row.id, .version = row.version, .shared_with = in.shared_with, .now = x->now_us});
        case_access_wrote(x, tx, &access, "coaching.shared", row.id);
    }
    audit_write(tx, "coachingNote", row.id, "update", "[\"sharedWith\"]");
    return note_reply(x, tx, row.id, 200, rs);
}

/* correctCoachingNote: POST /coaching-notes/{coachingNoteId}/correct */
static err_t correct_coaching_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct case_access access;
    struct coaching_row row;
    struct uuid id;
    struct tx *tx;

    TRY(note_begin(x, rq, &tx, &row, &access));
    if (row.corrected_by.set)
        return err_corrected;
    struct note_input in = {.shared_with = row.shared_with};
    TRY(request_read(x, rq, &note_shape, &in));
    TRY(check_terms(x, &access, &in));
    TRY(note_add(x, tx, &access, &in, OPT_UUID(row.id), &id));
    return note_reply(x, tx, id, 201, rs);
}

const struct handler coaching_handlers[] = {
    {"listCoachingNotes", list_coaching_notes},
    {"createCoachingNote", create_coaching_note},
    {"getCoachingNote", get_coaching_note},
    {"patchCoachingNote", patch_coaching_note},
    {"correctCoachingNote", correct_coaching_note},
    {"listMentorLinks", list_mentor_links},
    {"createMentorLink", create_mentor_link},
    {"getMentorLink", get_mentor_link},
    {"recordMentorMeeting", record_mentor_meeting},
    {"endMentorLink", end_mentor_link},
    {NULL, NULL},
};
