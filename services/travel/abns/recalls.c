/* recalls.c - one who travelled is erased: who was told of the journey is asked for its copies, and confirms
 * that they are deleted (api-spec/travel/abns.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "app/subjects.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/abns/abns.h"
#include "travel/abns/internal.h"
#include "web/page.h"

/* Of both events alike: cases knows all of a recall from either. */
static const char *recall_data(struct arena *a, const struct q_abn_recall_add_in *r)
{
    char day[11];

    date_format(r->delete_by, day);
    return arena_printf(a,
                        "{\"recallId\":\"%s\",\"movementId\":\"%s\",\"requestId\":\"%s\","
                        "\"toOrganisation\":\"%s\",\"deleteBy\":\"%s\"}",
                        uuid_text(a, r->id), uuid_text(a, r->movement_id), uuid_text(a, r->request_id),
                        r->to_organisation, day);
}

/* The key is the erasure's: cases hears who is asked before it hears that it is done
 * (travel.subject.answered).
 */
static void recall_tell(struct ctx *x, struct tx *tx, const struct q_abn_recall_add_in *r)
{
    outbox_add(tx, &(struct event){.type = "travel.abn.recalled",
                                   .subject = r->id,
                                   .key = r->request_id,
                                   .data = recall_data(x->arena, r)});
    audit_write(tx, "abnRecall", r->id, "create", NULL);
}

err_t abns_recall(struct ctx *x, struct tx *tx, const struct subject_question *q)
{
    struct abn_told *told;
    size_t n;

    TRY(q_abn_told(tx, q->person_id, &told, &n));
    for (size_t i = 0; i < n; i++) {
        struct q_abn_recall_add_in r = {.id = uuid_new(x->now_us),
                                        .to_organisation = told[i].to_organisation,
                                        .movement_id = told[i].movement_id,
                                        .abn_ids = told[i].abn_ids,
                                        .request_id = q->request_id,
                                        .delete_by = date_today_nl(x->now_us) + ABN_DELETE_DAYS,
                                        .now = x->now_us};

        q_abn_recall_add(tx, &r);
        recall_tell(x, tx, &r);
    }
    return NULL;
}

static struct abn_reader reader_of(struct ctx *x, const struct abn_recall *row)
{
    return (struct abn_reader){.addressee = str_eq(row->to_organisation, x->who->organisation),
                               .answers = principal_has(x->who, "abns:acknowledge")};
}

static void show(struct ctx *x, struct abn_recall *row)
{
    struct abn_reader reader = reader_of(x, row);

    row->allowed_actions = rules_abn_recall_actions(x->arena, row->deletion_confirmed_at.set, &reader);
}

static err_t reply_recall(struct ctx *x, struct tx *tx, struct uuid id, struct response *rs)
{
    struct abn_recall row;

    TRY(q_abn_recall_get(tx, id, &row));
    show(x, &row);
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &abn_recall_json, &row);
}

/* listAbnRecalls: GET /abn-recalls. An addressee sees what it is asked, the sender what it asks. */
err_t list_abn_recalls(struct ctx *x, const struct request *rq, struct response *rs)
{
    bool sender = principal_of_house(x->who);
    struct q_abn_recall_list_in in = {.asked = OPT_BOOL(true),
                                      .received = OPT_BOOL(true),
                                      .movement_id = request_query_uuid(rq, "movementId"),
                                      .to_organisation = request_query(rq, "toOrganisation")};
    struct abn_recall *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (request_query(rq, "confirmed"))
        in.confirmed = OPT_BOOL(request_query_bool(rq, "confirmed", false));
    TRY(page_read(x, rq, &q_abn_recall_list_page, &page));
    page_filter(&page, &q_abn_recall_list_page, sender ? "asked" : "received");
    TRY(db_begin_read(x, &tx));
    TRY(q_abn_recall_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        show(x, &rows[i]);
    audit_rows(tx, "abnRecall", rows, n, sizeof *rows, offsetof(struct abn_recall, id));
    return reply_page(x, rq, rs, &q_abn_recall_list_page, &page, &abn_recall_json, rows, n);
}

/* getAbnRecall: GET /abn-recalls/{abnRecallId} */
err_t get_abn_recall(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "abnRecallId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "abnRecall", id, "");
    return reply_recall(x, tx, id, rs);
}

static void confirm_tell(struct ctx *x, struct tx *tx, const struct abn_recall *row)
{
    struct q_abn_recall_add_in asked = {.id = row->id,
                                        .movement_id = row->movement_id,
                                        .request_id = row->request_id_,
                                        .to_organisation = row->to_organisation,
                                        .delete_by = row->delete_by};

    outbox_add(tx, &(struct event){.type = "travel.abn.deletionConfirmed",
                                   .subject = row->id,
                                   .key = row->request_id_,
                                   .organisation = row->from_organisation,
                                   .data = recall_data(x->arena, &asked)});
}

/* confirmAbnDeletion: POST /abn-recalls/{abnRecallId}/confirm-deletion. Whose erasure it was for hears it. */
err_t confirm_abn_deletion(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "abnRecallId");
    struct abn_recall_confirmed confirmed;
    struct abn_reader reader;
    struct abn_recall row;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_abn_recall_get(tx, id, &row));
    TRY(etag_match(rq, row.version));
    reader = reader_of(x, &row);
    TRY(rules_abn_recall_confirm(row.deletion_confirmed_at.set, &reader));
    TRY(q_abn_recall_confirm(
        tx, &(struct q_abn_recall_confirm_in){.id = id, .by = x->who->subject, .now = x->now_us}, &found,
        &confirmed));
    TRY(rules_abn_recall_confirm(!found, &reader));
    confirm_tell(x, tx, &row);
    audit_write(tx, "abnRecall", id, "confirmDeletion", NULL);
    return reply_recall(x, tx, id, rs);
}
