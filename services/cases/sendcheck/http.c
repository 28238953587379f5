/* http.c - the send-time check (api-spec/cases/sendcheck.yaml): asked by the sender right before a message
 * leaves. */
#include <string.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/sendcheck/queries.h"
#include "cases/sendcheck/rules.h"

/* What is asked, and what the answer is made of. */
struct question {
    struct opt_uuid case_id, person_id;
    const char *user_id, *topic, *basis, *event;
    struct uuid basis_id;
    int64_t starts_us; /* 0: not said */
};
struct answer {
    struct send_verdict verdict;
    const char *channel, *address, *zone; /* NULL address: nobody */
    struct text_array languages;
    struct buf content; /* members of personalisation, each "name":"value", separated by commas */
};

static struct question read_question(const json_t *body)
{
    const json_t *basis = json_object_get(body, "basis");
    struct question q = {.user_id = json_member_text(body, "userId"),
                         .topic = json_member_text(body, "topic"),
                         .basis = json_member_text(basis, "kind"),
                         .event = json_member_text(basis, "event")};
    q.case_id = json_member_uuid(body, "caseId");
    q.person_id = json_member_uuid(body, "personId");
    q.basis_id = json_member_uuid(basis, "id").v;
    q.starts_us = json_member_instant(basis, "startsAt").v;
    if (!q.event)
        q.event = "reminder";
    return q;
}

static void content_add(struct answer *ans, const char *name, const char *value)
{
    if (ans->content.n)
        buf_putc(&ans->content, ',');
    json_write_text(&ans->content, name);
    buf_putc(&ans->content, ':');
    json_write_text(&ans->content, value ? value : "");
}

static void content_day(struct answer *ans, const char *name, int32_t day)
{
    char text[11];
    date_format(day, text);
    content_add(ans, name, text);
}

static struct send_verdict verdict(const char *decision, const char *reason)
{
    return (struct send_verdict){.decision = decision, .reason = reason};
}

static err_t judge_appointment(struct ctx *x, struct tx *tx, const struct question *q, struct answer *ans)
{
    bool found = false;
    struct send_appointment ap;
    TRY(q_send_appointment(tx, q->basis_id, q->case_id, &found, &ap));
    if (!found) {
        ans->verdict = verdict("supersede", "basis.missing");
        return NULL;
    }
    ans->verdict = rules_send_appointment(q->event, ap.status, ap.starts_at, q->starts_us, x->now_us);
    int32_t offset = 0;
    if (!date_zone_offset(ap.zone, ap.starts_at, &offset))
        offset = 0;
    int64_t local_us = ap.starts_at + offset * DATE_US_PER_S;
    int32_t day = date_of_instant(local_us);
    int64_t minute = (local_us - day * DATE_US_PER_DAY) / (60 * DATE_US_PER_S);
    content_day(ans, "date", day);
    content_add(ans, "time", arena_printf(x->arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60)));
    content_add(ans, "place", ap.place ? ap.place : ap.link);
    return NULL;
}

static err_t judge_document(struct ctx *x, struct tx *tx, const struct question *q, struct answer *ans)
{
    bool found = false;
    struct send_document d;
    TRY(q_send_document(tx, q->basis_id, q->case_id, &found, &d));
    if (!found || !str_eq(d.status, "verified") || !d.valid_until.set ||
        d.valid_until.v < date_today_nl(x->now_us))
        ans->verdict = verdict("supersede", found ? "document.changed" : "basis.missing");
    else
        content_day(ans, "date", d.valid_until.v);
    return NULL;
}

static err_t judge_task(struct tx *tx, const struct question *q, struct answer *ans)
{
    bool found = false;
    struct send_task t;
    TRY(q_send_task(tx, q->basis_id, q->case_id, &found, &t));
    if (!found || !str_eq(t.status, "open"))
        ans->verdict = verdict("supersede", found ? "task.ended" : "basis.missing");
    else if (q->user_id && !str_eq(t.assignee, q->user_id))
        ans->verdict = verdict("supersede", "task.reassigned");
    else
        content_day(ans, "dueOn", t.due_on);
    return NULL;
}

/* Still true? A movement is judged, and described, by the travel service; here only who it is for. */
static err_t judge_basis(struct ctx *x, struct tx *tx, const struct question *q, struct answer *ans,
                         bool case_ended)
{
    if (str_eq(q->basis, "appointment"))
        TRY(judge_appointment(x, tx, q, ans));
    else if (str_eq(q->basis, "document"))
        TRY(judge_document(x, tx, q, ans));
    else if (str_eq(q->basis, "task"))
        TRY(judge_task(tx, q, ans));
    if (!ans->verdict.decision && case_ended && !q->user_id && !str_eq(q->event, "cancelled"))
        ans->verdict = verdict("supersede", "case.ended");
    return NULL;
}

/* An unaccompanied minor's messages go to the guardian: replaces *person_id, or calls for a human when there
 * is none. */
static err_t choose_person(struct ctx *x, struct tx *tx, const struct question *q, struct uuid *person_id,
                           struct send_person *person, struct answer *ans)
{
    int32_t today = date_today_nl(x->now_us);
    if (!rules_send_minor(person->birth_last, today) || !q->case_id.set)
        return NULL;
    struct send_guardian *guardians;
    struct send_adult *adults;
    size_t nguardians, nadults;
    q_send_guardian_later(tx, q->case_id.v, today, &guardians, &nguardians);
    TRY(q_send_adults(tx, q->case_id.v, date_add_months(today, -18 * 12), &adults, &nadults));
    if (nguardians) {
        bool found = false;
        *person_id = guardians[0].person_id;
        TRY(q_send_person(tx, *person_id, &found, person));
        if (found)
            return NULL;
    } else if (nadults) {
        return NULL; /* accompanied: the family's own contact points serve */
    }
    ans->verdict = verdict("callTask", "guardian.none");
    return NULL;
}

/* Nobody writes to the dead, nor to those whose data are restricted; a verdict that is there stays. */
static void judge_standing(const struct send_person *person, struct answer *ans)
{
    if (!ans->verdict.decision && (person->restricted || person->deceased))
        ans->verdict = verdict("refuse", person->deceased ? "person.deceased" : "person.restricted");
}

/* May the person be written to, how, in which language, and is it the hour? */
static err_t judge_person(struct ctx *x, struct tx *tx, const struct question *q, struct uuid person_id,
                          struct answer *ans)
{
    bool found = false;
    struct send_person person;
    TRY(q_send_person(tx, person_id, &found, &person));
    if (!found) {
        ans->verdict = verdict("refuse", "person.missing");
        return NULL;
    }
    judge_standing(&person, ans);
    if (ans->verdict.decision)
        return NULL;
    TRY(choose_person(x, tx, q, &person_id, &person, ans));
    judge_standing(&person, ans);
    if (ans->verdict.decision)
        return NULL;
    struct send_contact *contacts;
    size_t n;
    TRY(q_send_contacts(tx, person_id, q->topic, &contacts, &n));
    const char **kinds = ARENA_ARRAY(x->arena, n + 1, const char *),
               **safe = ARENA_ARRAY(x->arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        kinds[i] = contacts[i].kind, safe[i] = contacts[i].safe;
    int at = rules_send_contact(kinds, safe, n);
    if (at < 0) {
        ans->verdict = verdict("callTask", n ? "contact.notSafe" : "contact.none");
        return NULL;
    }
    json_t *languages, *hours = NULL;
    TRY(json_parse(x->arena, person.languages, strlen(person.languages), 8, &languages));
    if (contacts[at].safe_hours)
        TRY(json_parse(x->arena, contacts[at].safe_hours, strlen(contacts[at].safe_hours), 8, &hours));
    ans->languages = rules_send_languages(x->arena, languages);
    if (ans->languages.n == 0) {
        ans->verdict = verdict("callTask", "language.none");
        return NULL;
    }
    ans->channel = str_eq(contacts[at].kind, "email") ? "email" : "sms";
    ans->address = contacts[at].value;
    ans->zone = contacts[at].zone;
    ans->verdict = rules_send_hours(ans->zone, hours, x->now_us);
    audit_read(tx, "person", person_id, "contact");
    return NULL;
}

static err_t write_answer(struct response *rs, const struct answer *ans)
{
    struct buf *out = reply_begin(rs, 200);
    bool address =
        ans->address && (str_eq(ans->verdict.decision, "send") || str_eq(ans->verdict.decision, "delay"));
    buf_puts(out, "{\"decision\":");
    json_write_text(out, ans->verdict.decision);
    buf_puts(out, ",\"reason\":");
    json_write_text(out, ans->verdict.reason);
    buf_puts(out, ",\"notBefore\":");
    if (ans->verdict.not_before_us)
        json_write_instant(out, ans->verdict.not_before_us);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"recipient\":");
    if (address) {
        buf_puts(out, "{\"channel\":");
        json_write_text(out, ans->channel);
        buf_puts(out, ",\"address\":");
        json_write_text(out, ans->address);
        buf_puts(out, ",\"languages\":[");
        for (size_t i = 0; i < ans->languages.n; i++) {
            if (i)
                buf_putc(out, ',');
            json_write_text(out, ans->languages.v[i]);
        }
        buf_puts(out, "],\"zone\":");
        json_write_text(out, ans->zone);
        buf_putc(out, '}');
    } else {
        buf_puts(out, "null");
    }
    buf_puts(out, ",\"personalisation\":{");
    if (address)
        buf_put(out, ans->content.p, ans->content.n);
    buf_puts(out, "}}");
    return NULL;
}

/* checkSend: POST /send-checks */
static err_t check_send(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct question q = read_question(request_body(rq));
    struct answer ans = {0};
    struct send_case of = {0};
    bool found = false;
    buf_init(&ans.content, x->arena, 256);
    TRY(db_begin_read(x, &tx));
    if (q.case_id.set) {
        TRY(q_send_case(tx, q.case_id.v, q.user_id, &found, &of));
        audit_read(tx, "case", q.case_id.v, "sendCheck");
    }
    if (q.case_id.set && !found)
        ans.verdict = verdict("refuse", "case.missing");
    else if (of.hidden)
        ans.verdict = verdict("supersede", "case.hidden");
    else
        TRY(judge_basis(x, tx, &q, &ans, of.ended));
    if (!ans.verdict.decision && q.user_id) {
        static const char *const staff_languages[] = {"en"};
        ans.channel = "inbox", ans.address = q.user_id, ans.zone = "Europe/Amsterdam";
        ans.languages = (struct text_array){.v = ARENA_ARRAY(x->arena, 1, const char *), .n = 1};
        ans.languages.v[0] = staff_languages[0];
    } else if (!ans.verdict.decision) {
        if (q.person_id.set || found)
            TRY(judge_person(x, tx, &q, q.person_id.set ? q.person_id.v : of.principal_id, &ans));
        else
            ans.verdict = verdict("refuse", "recipient.none");
    }
    if (!ans.verdict.decision)
        ans.verdict.decision = "send";
    if (!q.case_id.set)
        audit_read(tx, q.basis, q.basis_id, "sendCheck");
    return write_answer(rs, &ans);
}

const struct handler sendcheck_handlers[] = {{"checkSend", check_send}, {NULL, NULL}};
