/*
 * contents.c - what was uploaded for a document (api-spec/cases/documents.yaml).
 *
 * An upload commits twice: that an object is going to be (so that it can be removed whatever happens), and,
 * when the store has it, that it is the document's content (schema/0050_contents.sql). Between the two no
 * connection and no lock is held; the second looks again at all that the first has looked at.
 */
#include "cases/documents/contents.h"

#include <string.h>

#include "app/audit.h"
#include "app/envelope.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/documents/applications.h"
#include "cases/documents/documents.h"
#include "cases/documents/queries.h"
#include "cases/documents/rules.h"
#include "cases/documents/rules_contents.h"
#include "cases/timeline/timeline.h"
#include "io/store.h"
#include "web/metrics.h"

#define KEY_CLASS "document"
#define KEY_PLACE "document_contents.data_key"

ERR_DEFINE(err_none, ERR_MISSING, "content.missing", "Nothing was uploaded for this document.");

/* An upload on its way. */
struct upload {
    struct uuid document_id;
    struct envelope_place place; /* row and object are new */
    const char *type;
    struct bytes content, sealed, key;
    uint8_t digest[ENVELOPE_DIGEST];
    char sha256[2 * ENVELOPE_DIGEST + 1];
};

/* From the request alone. */
static err_t upload_read(struct ctx *x, const struct request *rq, struct upload *u)
{
    *u = (struct upload){.document_id = request_path_uuid(rq, "documentId"),
                         .place = {.cls = KEY_CLASS, .name = KEY_PLACE},
                         .type = request_media_type(rq),
                         .content = request_bytes(rq)};
    u->place.row = uuid_new(x->now_us);
    u->place.object = store_name();
    TRY(rules_content_type(u->type, u->content));
    TRY(envelope_digest(x, u->content, u->digest));
    str_hex(u->sha256, u->digest, sizeof(u->digest));
    return rules_content_digest(x->arena, request_header(rq, "Content-Digest"), u->digest);
}

/* Locks the document. *ret_same: it has this very content, and is the answer: an upload that is repeated
 * because its answer was lost (RFC 9110, 13.1.1). Else it may be changed. */
static err_t upload_look(struct ctx *x, const struct request *rq, struct response *rs, const struct upload *u,
                         struct document_locked *ret, struct content_row *ret_before, bool *ret_same)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_document_lock(tx, u->document_id, ret));
    TRY(q_content_get(tx, u->document_id, ret_before));
    *ret_same = str_eq(ret_before->sha256, u->sha256) && str_eq(ret_before->type, u->type);
    if (*ret_same) {
        audit_read(tx, "document", u->document_id, "");
        return document_reply(tx, u->document_id, rs, 200);
    }
    TRY(etag_match(rq, ret->version));
    return rules_document_editable(ret->status);
}

/* An object is going to be. */
static err_t upload_begin(struct ctx *x, const struct request *rq, struct response *rs,
                          const struct upload *u, bool *ret_same)
{
    struct document_locked document;
    struct content_row before;

    TRY(upload_look(x, rq, rs, u, &document, &before, ret_same));
    if (*ret_same)
        return NULL;
    q_object_begin(x->tx, u->place.object);
    return tx_commit(x);
}

/* The store has it. */
static err_t upload_end(struct ctx *x, const struct request *rq, struct response *rs, const struct upload *u)
{
    struct document_locked document;
    struct content_row before;
    bool same = false;

    TRY(upload_look(x, rq, rs, u, &document, &before, &same));
    if (same) /* another was faster with it; the worker removes ours */
        return NULL;
    struct tx *tx = x->tx;
    struct uuid id = u->document_id;

    q_content_delete(tx, id);
    q_content_add(tx, &(struct q_content_add_in){.id = u->place.row,
                                                 .case_id = document.case_id,
                                                 .document_id = id,
                                                 .object = u->place.object,
                                                 .type = u->type,
                                                 .bytes = (int32_t)u->content.n,
                                                 .sha256 = u->sha256,
                                                 .data_key = u->key,
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    q_document_touch(tx, id, x->now_us);
    timeline_add(tx, document.case_id, before.id.set ? "document.contentReplaced" : "document.contentAdded",
                 document_entry(x, id, document.kind), "");
    audit_write(tx, "document", id, "putContent", NULL);
    return document_reply(tx, id, rs, 200);
}

/* putDocumentContent: PUT /documents/{documentId}/content */
err_t put_document_content(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct upload u;
    bool same = false;

    TRY(upload_read(x, rq, &u));
    TRY(upload_begin(x, rq, rs, &u, &same));
    if (same)
        return NULL;
    TRY(envelope_seal(x, &u.place, u.content, &u.sealed, &u.key));
    TRY(store_put(x, program_of(x)->store, u.place.object, u.sealed));
    return upload_end(x, rq, rs, &u);
}

static const char *digest_field(struct ctx *x, const char *sha256)
{
    uint8_t raw[ENVELOPE_DIGEST];
    bool ok = str_unhex(sha256, raw, sizeof(raw));

    return ok ? arena_printf(x->arena, "sha-256=:%s:", str_base64(x->arena, raw, sizeof(raw))) : "";
}

/* getDocumentContent: GET /documents/{documentId}/content. In the trail before anything of it is read. */
err_t get_document_content(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "documentId");
    struct bytes sealed, content;
    struct content_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_content_get(tx, id, &row));
    if (!row.id.set)
        return err_none;
    audit_read(tx, "document", id, "content");
    TRY(tx_commit(x));
    reply_etag(rs, row.version);
    if (etag_unchanged(rq, row.version))
        return reply_empty(rs, 304);
    if (row.bytes.v > REPLY_LARGE_BYTES)
        TRY(reply_large(rs));
    struct envelope_place place = {
        .cls = KEY_CLASS, .name = KEY_PLACE, .row = row.id.v, .object = row.object.v};

    TRY(store_get(x, program_of(x)->store, row.object.v, (size_t)row.bytes.v + ENVELOPE_MORE, &sealed));
    TRY(envelope_open(x, &place, sealed, row.data_key, &content));
    reply_header(rs, "Content-Digest", digest_field(x, row.sha256));
    return reply_file(rs, row.type, rules_content_name(row.type), content);
}

/* deleteDocumentContent: DELETE /documents/{documentId}/content */
err_t delete_document_content(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct document_locked document;
    struct content_row row;
    struct uuid id;
    struct tx *tx;

    TRY(document_lock(x, rq, &tx, &id, &document));
    TRY(rules_document_editable(document.status));
    TRY(q_content_get(tx, id, &row));
    if (!row.id.set)
        return err_none;
    q_content_delete(tx, id);
    q_document_touch(tx, id, x->now_us);
    timeline_add(tx, document.case_id, "document.contentRemoved", document_entry(x, id, document.kind), "");
    audit_write(tx, "document", id, "deleteContent", NULL);
    return document_reply(tx, id, rs, 200);
}

err_t contents_sweep(struct ctx *x, size_t *ret_done)
{
    struct doomed_object *rows;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    q_objects_give_up(tx);
    TRY(q_objects_doomed(tx, PROGRAM_SETTINGS(x, struct contents_conf)->keep_days, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(store_remove(x, program_of(x)->store, rows[i].object));
        q_object_gone(tx, rows[i].object);
    }
    *ret_done = n;
    return NULL;
}

static struct metric *objects(void)
{
    return metric_gauge("wayfare_contents_objects", "Objects in the store, as the database knows them.",
                        "state");
}

static struct metric *room(void)
{
    return metric_gauge("wayfare_contents_free_bytes", "Room left for contents.", NULL);
}

void contents_metrics(void)
{
    (void)objects();
    (void)room();
}

err_t contents_count(struct ctx *x, size_t *ret_done)
{
    struct objects_counted n;
    struct tx *tx;
    int64_t bytes;

    *ret_done = 0;
    TRY(db_begin(x, &tx));
    TRY(q_objects_count(tx, &n));
    TRY(tx_commit(x));
    metric_set(objects(), "writing", (double)n.writing);
    metric_set(objects(), "live", (double)n.live);
    metric_set(objects(), "doomed", (double)n.doomed);
    TRY(store_room(x, program_of(x)->store, &bytes));
    if (bytes >= 0)
        metric_set(room(), NULL, (double)bytes);
    return NULL;
}
