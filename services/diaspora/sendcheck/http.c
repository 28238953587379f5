/* http.c - the send-time check (api-spec/diaspora/sendcheck.yaml): asked by the sender right before a message
 * leaves. */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/sendcheck/queries.h"
#include "diaspora/sendcheck/rules.h"
#include "web/request.h"

#define HOUSE_ZONE "Europe/Amsterdam"

struct answer {
    struct send_verdict verdict;
    const char *channel, *address, *zone; /* address NULL: nobody */
    struct text_array languages;
    struct buf content; /* members of personalisation, separated by commas */
};

static struct send_verdict verdict(const char *decision, const char *reason)
{
    return (struct send_verdict){.decision = decision, .reason = reason};
}

/* The day and the time of an instant, where it happens. */
static void content_instant(struct answer *ans, int64_t us, const char *zone)
{
    int32_t offset = 0, day;
    int64_t local, minute;
    char text[11];

    if (!date_zone_offset(zone, us, &offset))
        offset = 0;
    local = us + offset * DATE_US_PER_S;
    day = date_of_instant(local);
    minute = (local - day * DATE_US_PER_DAY) / (60 * DATE_US_PER_S);
    date_format(day, text);
    buf_printf(&ans->content, "%s\"date\":\"%s\",\"time\":\"%02d:%02d\"", ans->content.n ? "," : "", text,
               (int)(minute / 60), (int)(minute % 60));
}

/* point: {kind, value, safeHours}. */
static void reach(struct ctx *x, struct answer *ans, const json_t *point, const char *zone)
{
    ans->channel = str_eq(json_member_text(point, "kind"), "email") ? "email" : "sms";
    ans->address = json_member_text(point, "value");
    ans->zone = zone ? zone : HOUSE_ZONE;
    ans->verdict = rules_send_hours(ans->zone, json_object_get(point, "safeHours"), x->now_us);
}

/* By the contact points that were said to be safe for the topic, in a language that is read. */
static err_t judge_reach(struct ctx *x, const char *languages_text, const char *contacts_text,
                         const char *topic, struct answer *ans)
{
    json_t *languages, *contacts;
    const json_t *contact;

    TRY(json_parse(x->arena, languages_text, strlen(languages_text), 8, &languages));
    TRY(json_parse(x->arena, contacts_text, strlen(contacts_text), 8, &contacts));
    ans->languages = rules_send_languages(x->arena, languages);
    contact = rules_send_contact(contacts, topic);
    if (!contact)
        ans->verdict = verdict("callTask", json_array_size(contacts) ? "contact.notSafe" : "contact.none");
    else if (ans->languages.n == 0)
        ans->verdict = verdict("callTask", "language.none");
    else
        reach(x, ans, contact, json_member_text(contact, "zone"));
    return NULL;
}

static err_t judge_expert(struct ctx *x, struct tx *tx, struct uuid id, const char *topic, struct answer *ans)
{
    struct send_expert expert;
    bool found;

    TRY(q_send_expert(tx, id, &found, &expert));
    if (!found || !str_eq(expert.status, "active")) {
        ans->verdict = verdict("refuse", "expert.missing");
        return NULL;
    }
    if (expert.restricted) {
        ans->verdict = verdict("refuse", "expert.restricted");
        return NULL;
    }
    TRY(judge_reach(x, expert.languages, expert.contact_points, topic, ans));
    audit_read(tx, "expert", id, "contact");
    return NULL;
}

/* A colleague or the host, by the address that is sealed with the respondent. */
static err_t judge_respondent(struct ctx *x, struct tx *tx, const struct send_invitation *i,
                              struct answer *ans)
{
    const char *plain;
    json_t *contact;

    TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                       "survey_respondents.contact", i->respondent_id, i->contact, &plain));
    TRY(json_parse(x->arena, plain, strlen(plain), 8, &contact));
    ans->languages = i->languages;
    reach(x, ans, contact, i->zone);
    audit_read(tx, "surveyRespondent", i->respondent_id, "contact");
    return NULL;
}

static err_t judge_survey(struct ctx *x, struct tx *tx, struct uuid id, const char *topic, struct answer *ans)
{
    struct send_invitation i;
    bool found;

    TRY(q_send_invitation(tx, id, &found, &i));
    ans->verdict = found ? rules_send_survey(i.status, i.wave_status, i.respondent_ended)
                         : verdict("supersede", "basis.missing");
    if (ans->verdict.decision)
        return NULL;
    buf_puts(&ans->content, "\"wave\":");
    json_write_text(&ans->content, i.wave);
    if (i.closes_at.set)
        content_instant(ans, i.closes_at.v, HOUSE_ZONE);
    return str_eq(i.role, "expert") ? judge_expert(x, tx, i.expert_id, topic, ans)
                                    : judge_respondent(x, tx, &i, ans);
}

/* Whether the journey is as the message says it; its day and time go into the text. */
static bool judge_journey(const json_t *basis, const char *status, struct opt_i64 departs_at,
                          const char *zone, int64_t now_us, struct answer *ans)
{
    const char *event = json_member_text(basis, "event");

    ans->verdict = rules_send_movement(event ? event : "reminder", status, departs_at,
                                       json_member_instant(basis, "startsAt").v, now_us);
    if (ans->verdict.decision)
        return false;
    if (departs_at.set)
        content_instant(ans, departs_at.v, zone ? zone : HOUSE_ZONE);
    return true;
}

/* One of those on a mission: a member of a venture that goes. */
static err_t judge_traveller(struct ctx *x, struct tx *tx, const json_t *body, struct uuid id,
                             struct answer *ans)
{
    const json_t *basis = json_object_get(body, "basis");
    struct send_traveller t;
    bool found;

    TRY(q_send_traveller(tx, json_member_uuid(basis, "id").v, json_member_uuid(body, "refId").v, id, &found,
                         &t));
    if (!found || (!t.goes && !str_eq(json_member_text(basis, "event"), "cancelled"))) {
        ans->verdict = verdict("supersede", found ? "traveller.left" : "basis.missing");
        return NULL;
    }
    if (!judge_journey(basis, t.status, t.departs_at, t.departure_zone, x->now_us, ans))
        return NULL;
    audit_read(tx, "ventureMember", id, "contact");
    return judge_reach(x, t.languages, t.contact_points, json_member_text(body, "topic"), ans);
}

/* A movement names whose part of it a message is on; an assignment's is its expert's, a mission's the named
 * traveller's. */
static err_t judge_movement(struct ctx *x, struct tx *tx, const json_t *body, struct answer *ans)
{
    const json_t *basis = json_object_get(body, "basis");
    struct opt_uuid person = json_member_uuid(body, "personId"), assignment = {0};
    struct send_movement m;
    bool found;

    if (str_eq(json_member_text(body, "refKind"), "assignment"))
        assignment = json_member_uuid(body, "refId");
    if (!person.set && !assignment.set) {
        ans->verdict = verdict("refuse", "recipient.none");
        return NULL;
    }
    if (str_eq(json_member_text(body, "refKind"), "mission"))
        return judge_traveller(x, tx, body, person.v, ans);
    TRY(q_send_movement(tx, json_member_uuid(basis, "id").v, person, assignment, &found, &m));
    if (!found)
        ans->verdict = verdict("supersede", "basis.missing");
    if (!found || !judge_journey(basis, m.status, m.departs_at, m.departure_zone, x->now_us, ans))
        return NULL;
    return judge_expert(x, tx, m.expert_id, json_member_text(body, "topic"), ans);
}

static void write_recipient(struct buf *out, const struct answer *ans)
{
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
}

static void write_answer(struct response *rs, const struct answer *ans)
{
    const char *decision = ans->verdict.decision ? ans->verdict.decision : "send";
    bool reached = ans->address && (str_eq(decision, "send") || str_eq(decision, "delay"));
    struct buf *out = reply_begin(rs, 200);

    buf_printf(out, "{\"decision\":\"%s\",\"reason\":", decision);
    json_write_text(out, ans->verdict.reason);
    buf_puts(out, ",\"notBefore\":");
    if (ans->verdict.not_before_us)
        json_write_instant(out, ans->verdict.not_before_us);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"recipient\":");
    if (reached)
        write_recipient(out, ans);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"personalisation\":{");
    if (reached)
        buf_put(out, ans->content.p, ans->content.n);
    buf_puts(out, "}}");
}

/* checkSend: POST /send-checks */
static err_t check_send(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq), *basis = json_object_get(body, "basis");
    const char *kind = json_member_text(basis, "kind");
    struct uuid id = json_member_uuid(basis, "id").v;
    struct answer ans = {0};
    struct tx *tx;

    buf_init(&ans.content, x->arena, 256);
    TRY(db_begin_read(x, &tx));
    if (str_eq(kind, "survey"))
        TRY(judge_survey(x, tx, id, json_member_text(body, "topic"), &ans));
    else if (str_eq(kind, "movement"))
        TRY(judge_movement(x, tx, body, &ans));
    else
        ans.verdict = verdict("refuse", "basis.unknown");
    audit_read(tx, kind, id, "sendCheck");
    write_answer(rs, &ans);
    return NULL;
}

const struct handler sendcheck_handlers[] = {
    {"checkSend", check_send},
    {NULL, NULL},
};
