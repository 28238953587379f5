/* http.c - operations on notes (api-spec/cases/notes.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/notes/queries.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_note_not_author, ERR_DENIED, "note.notAuthor", "Only its author corrects a note.");
ERR_DEFINE(err_note_visibility, ERR_DENIED, "note.visibility",
           "Notes for the protection officers are written by who may read them.");

static err_t reply_note(struct response *rs, int status, const struct note_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &note_row_json, row);
}

/* listCaseNotes: GET /cases/{caseId}/notes */
static err_t list_case_notes(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct note_case of;
    struct note_row *rows;
    size_t n;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(page_read(x, rq, &q_note_list_page, &page));
    struct q_note_list_in in = {.case_id = case_id, .kind = request_query(rq, "kind")};
    TRY(db_begin_read(x, &tx));
    q_note_case_later(tx, case_id, &of);
    TRY(q_note_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "note", rows, n, sizeof *rows, offsetof(struct note_row, id));
    return reply_page(x, rq, rs, &q_note_list_page, &page, &note_row_json, rows, n);
}

/* createNote: POST /cases/{caseId}/notes */
static err_t create_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct note_case of;
    struct note_row row;
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    const json_t *body = request_body(rq);
    const char *visibility = json_member_text(body, "visibility");
    if (!visibility)
        visibility = "team";
    if (str_eq(visibility, "protection") && !principal_has(x->who, "protection:read"))
        return err_note_visibility;
    TRY(db_begin(x, &tx));
    TRY(q_note_case(tx, case_id, &of));
    q_note_add(tx, &(struct q_note_add_in){.id = id,
                                           .case_id = case_id,
                                           .kind = json_member_text(body, "kind"),
                                           .text = json_member_text(body, "text"),
                                           .visibility = visibility,
                                           .by = x->who->subject,
                                           .now = x->now_us});
    /* A note for its author alone leaves no entry that others could see. */
    if (!str_eq(visibility, "author"))
        timeline_add(tx, case_id, "note.written",
                     arena_printf(x->arena, "{\"noteId\":\"%s\"}", uuid_text(x->arena, id)),
                     str_eq(visibility, "protection") ? "protection" : "");
    audit_write(tx, "note", id, "create", NULL);
    TRY(q_note_get(tx, id, &row));
    reply_location(x, rs, "/notes/%s", uuid_text(x->arena, id));
    return reply_note(rs, 201, &row);
}

/* getNote: GET /notes/{noteId} */
static err_t get_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct note_row row;
    struct uuid id = request_path_uuid(rq, "noteId");
    TRY(db_read(x, &tx));
    audit_read(tx, "note", id, "");
    TRY(q_note_get(tx, id, &row));
    return reply_note(rs, 200, &row);
}

/* patchNote: PATCH /notes/{noteId} */
static err_t patch_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct note_locked before;
    struct note_row row;
    struct uuid id = request_path_uuid(rq, "noteId");
    TRY(db_begin(x, &tx));
    TRY(q_note_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (!str_eq(before.created_by, x->who->subject))
        return err_note_not_author;
    q_note_keep(tx, &(struct q_note_keep_in){.id = id,
                                             .version = before.version,
                                             .text = before.text,
                                             .by = before.created_by,
                                             .at = before.updated_at});
    q_note_save(tx, &(struct q_note_save_in){
                        .id = id, .text = json_member_text(request_body(rq), "text"), .now = x->now_us});
    audit_write(tx, "note", id, "update", "[\"text\"]");
    TRY(q_note_get(tx, id, &row));
    return reply_note(rs, 200, &row);
}

/* listNoteVersions: GET /notes/{noteId}/versions */
static err_t list_note_versions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct note_row note;
    struct note_version_row *rows;
    size_t n;
    struct uuid id = request_path_uuid(rq, "noteId");
    TRY(db_read(x, &tx));
    audit_read(tx, "note", id, "versions");
    q_note_get_later(tx, id, &note);
    TRY(q_note_versions(tx, id, &rows, &n));
    struct buf *out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":");
    json_write_array(out, &note_version_row_json, rows, n);
    buf_putc(out, '}');
    return NULL;
}

const struct handler notes_handlers[] = {
    {"listCaseNotes", list_case_notes},
    {"createNote", create_note},
    {"getNote", get_note},
    {"patchNote", patch_note},
    {"listNoteVersions", list_note_versions},
    {NULL, NULL},
};
