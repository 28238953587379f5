/* answers.c - the worker's part: what is held here, what the others answered, and the erasure itself. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/keyring.h"
#include "app/outbox.h"
#include "app/peers.h"
#include "app/subjects.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/rights/internal.h"
#include "cases/rights/queries.h"
#include "cases/rights/rights.h"
#include "cases/rights/rules.h"
#include "cases/shares/shares.h"
#include "cases/state.h"

static const struct rights_terms *terms_of(struct ctx *x)
{
    return &PROGRAM_STATE(x, const struct cases_state)->rights;
}

#define ANSWER_TIMEOUT_US (5 * 1000 * 1000)

ERR_DEFINE(err_nobody, ERR_MISSING, "subject.missing", "There is nobody by this id.");

/* A part of an export is opened and then sealed as a whole; others hold identifiers and numbers only. */
static err_t part_add(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w,
                      const char *service, const struct subject_found *found)
{
    struct q_rights_part_add_in in = {.id = uuid_new(x->now_us),
                                      .request_id = id,
                                      .phase = w->phase,
                                      .service = service,
                                      .ask_id = w->ask_id,
                                      .blocks = found->blocks,
                                      .now = x->now_us};

    if (str_eq(w->phase, "export"))
        TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, RIGHTS_PLACE,
                         in.id, found->body, &in.sealed));
    else
        in.body = found->body;
    q_rights_part_add(tx, &in);
    return NULL;
}

/* ---- the question ---- */

err_t rights_subject_ask(struct ctx *x, struct uuid id, json_t **ret)
{
    const char *path = arena_printf(x->arena, "/diaspora/v1/subjects/%s", uuid_text(x->arena, id));
    err_t e = peer_call(x, "diaspora", path, x->who->organisation, NULL, ANSWER_TIMEOUT_US, ret);

    return e && e->kind == ERR_MISSING ? err_nobody : e;
}

/* What is nobody else's: cases of a person; of somebody else what the service says that knows them, or what
 * it said before it erased them. */
static err_t own_of(struct ctx *x, struct tx *tx, const struct rights_work *w, struct uuid_array *ret)
{
    struct rights_own own;
    json_t *who;
    err_t e;

    if (str_eq(w->subject, "person")) {
        TRY(q_rights_own(tx, w->person_id, &own));
        *ret = own.own;
        return NULL;
    }
    e = rights_subject_ask(x, w->person_id, &who);
    if (e && e->kind != ERR_MISSING)
        return e;
    *ret = e ? w->own_cases : subject_uuids(x->arena, who, "own");
    return NULL;
}

static void ask_others(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w,
                       struct uuid_array own)
{
    struct buf b;

    buf_init(&b, x->arena, 256);
    buf_printf(
        &b, "{\"requestId\":\"%s\",\"askId\":\"%s\",\"personId\":\"%s\",\"phase\":\"%s\",\"ownCases\":[",
        uuid_text(x->arena, id), uuid_text(x->arena, w->ask_id), uuid_text(x->arena, w->person_id), w->phase);
    for (size_t i = 0; i < own.n; i++)
        buf_printf(&b, "%s\"%s\"", i ? "," : "", uuid_text(x->arena, own.v[i]));
    buf_puts(&b, "]}");
    outbox_add(tx, &(struct event){.type = "cases.subject.asked", .subject = id, .data = buf_text(&b)});
}

static void hold(struct ctx *x, struct tx *tx, struct uuid id)
{
    q_rights_ready(tx, &(struct q_rights_ready_in){.id = id, .status = "held", .now = x->now_us});
    audit_write(tx, "subjectRequest", id, "hold", NULL);
}

/* Something here stands in the way of the erasure: it is told, and nothing is erased. */
static err_t hold_if_blocked(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w,
                             struct uuid_array own, bool *ret_held)
{
    const struct subject_question q = {.phase = "plan", .person_id = w->person_id, .own = own};
    struct subject_found found;

    TRY(subject_find(x, tx, &q, &found));
    *ret_held = !str_eq(found.blocks, "[]");
    if (!*ret_held)
        return NULL;
    found.body = "[]";
    TRY(part_add(x, tx, id, w, "cases", &found));
    hold(x, tx, id);
    return NULL;
}

/* An erasure begins with a look at what stands in the way here; nothing is erased yet. */
static err_t begin(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w,
                   struct uuid_array own)
{
    const struct subject_question q = {.phase = w->phase, .person_id = w->person_id, .own = own};
    struct subject_found found;
    bool held = false;

    if (str_eq(w->phase, "erase")) {
        TRY(hold_if_blocked(x, tx, id, w, own, &held));
    } else {
        TRY(subject_find(x, tx, &q, &found));
        if (str_eq(w->phase, "export"))
            TRY(subject_open(x, found.body, &found.body));
        TRY(part_add(x, tx, id, w, "cases", &found));
    }
    if (held)
        return NULL;
    q_rights_about(tx, id, own);
    ask_others(x, tx, id, w, own);
    return NULL;
}

static bool is_awaited(const struct rights_work *w, struct uuid ask_id)
{
    return uuid_eq(w->ask_id, ask_id) && (str_eq(w->status, "collecting") || str_eq(w->status, "erasing"));
}

err_t rights_requested(struct ctx *x, const struct inbox_event *e)
{
    struct rights_work w;
    struct uuid_array own;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_rights_work(tx, e->subject, &w));
    if (!is_awaited(&w, json_member_uuid(e->data, "askId").v))
        return NULL;
    TRY(own_of(x, tx, &w, &own));
    audit_write(tx, w.subject, w.person_id, w.phase, NULL);
    return begin(x, tx, e->subject, &w, own);
}

/* ---- the answers ---- */

/* Here, last: shares are taken back, numbers kept for statistics, then everything that the catalogue says. */
static err_t erase(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w)
{
    struct rights_partners partners;
    struct subject_found found;
    struct uuid_array own;
    bool held;

    TRY(own_of(x, tx, w, &own));
    TRY(hold_if_blocked(x, tx, id, w, own, &held));
    if (held)
        return NULL;
    TRY(shares_end_for_erasure(x, tx, own));
    TRY(q_rights_partners(tx, own, &partners));
    q_rights_statistics(tx, w->person_id, own);
    q_rights_exports_end(tx, w->person_id, x->now_us);
    TRY(subject_find(
        x, tx, &(struct subject_question){.phase = "erase", .person_id = w->person_id, .own = own}, &found));
    if (str_eq(w->subject, "person"))
        q_rights_erased_person(tx, w->person_id, x->now_us);
    q_rights_erased_cases(tx, own, x->now_us);
    TRY(part_add(x, tx, id, w, "cases", &found));
    q_rights_done(
        tx, &(struct q_rights_done_in){.id = id,
                                       .partners = partners.partners,
                                       .backups_until = date_today_nl(x->now_us) + terms_of(x)->backup_days,
                                       .now = x->now_us});
    audit_write(tx, "subjectRequest", id, "erase", NULL);
    audit_write(tx, w->subject, w->person_id, "erase", NULL);
    return NULL;
}

static void export_ready(struct ctx *x, struct tx *tx, struct uuid id)
{
    int64_t ends_us = x->now_us + terms_of(x)->export_days * DATE_US_PER_DAY;

    q_rights_ready(tx, &(struct q_rights_ready_in){
                           .id = id, .status = "ready", .expires_at = OPT_I64(ends_us), .now = x->now_us});
    due_set(tx, "subjectExpiry", id, ends_us,
            arena_printf(x->arena, "{\"requestId\":\"%s\"}", uuid_text(x->arena, id)));
}

/* When the last answer is in. */
static err_t complete(struct ctx *x, struct tx *tx, struct uuid id, const struct rights_work *w)
{
    struct rights_answers in;

    TRY(q_rights_answers(tx, id, w->ask_id, &in));
    if (!rules_rights_complete(w->phase, &in.services))
        return NULL;
    if (str_eq(w->phase, "export"))
        export_ready(x, tx, id);
    else if (str_eq(w->phase, "plan"))
        q_rights_ready(tx, &(struct q_rights_ready_in){.id = id, .status = "planned", .now = x->now_us});
    else if (in.blocked)
        hold(x, tx, id);
    else
        return erase(x, tx, id, w);
    return NULL;
}

err_t rights_answered(struct ctx *x, const struct inbox_event *e)
{
    struct uuid ask_id = json_member_uuid(e->data, "askId").v;
    const char *ask = uuid_text(x->arena, ask_id);
    struct subject_found found;
    struct rights_work w;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_rights_work(tx, e->subject, &w));
    if (is_awaited(&w, ask_id)) {
        TRY(subject_answer_take(x, e->source, ask_id, &found));
        TRY(part_add(x, tx, e->subject, &w, e->source, &found));
        TRY(complete(x, tx, e->subject, &w));
    }
    outbox_add(tx, &(struct event){.type = "cases.subject.taken",
                                   .subject = e->subject,
                                   .data = arena_printf(x->arena, "{\"askId\":\"%s\",\"service\":\"%s\"}",
                                                        ask, e->source)});
    return NULL;
}

err_t rights_expire(struct ctx *x, const struct inbox_event *e)
{
    struct uuid id = json_member_uuid(e->data, "requestId").v;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_rights_expire(tx, id, x->now_us);
    q_rights_parts_drop(tx, id);
    return NULL;
}

/* ---- who was told of journeys ---- */

/* Either event makes the row: a worker of the release before may have left the first one aside. */
static err_t addressee_keep(struct ctx *x, const struct inbox_event *e, struct opt_i64 confirmed_us)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_rights_addressee_keep(
        tx, &(struct q_rights_addressee_keep_in){.id = e->subject,
                                                 .request_id = json_member_uuid(e->data, "requestId").v,
                                                 .organisation = json_member_text(e->data, "toOrganisation"),
                                                 .delete_by = json_member_date(e->data, "deleteBy").v,
                                                 .confirmed_at = confirmed_us});
    return NULL;
}

err_t rights_addressee_asked(struct ctx *x, const struct inbox_event *e)
{
    return addressee_keep(x, e, (struct opt_i64){0});
}

err_t rights_addressee_confirmed(struct ctx *x, const struct inbox_event *e)
{
    return addressee_keep(x, e, OPT_I64(e->time_us));
}
