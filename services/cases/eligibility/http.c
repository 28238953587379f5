/* http.c - checks of a case against a rule set: started, answered rule by rule, shown with what comes of
 * them. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/areas.h"
#include "cases/cases/queries.h"
#include "cases/documents/documents.h"
#include "cases/eligibility/queries.h"
#include "cases/eligibility/rules.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_superseded, ERR_CONFLICT, "check.superseded",
           "A later check has taken the place of this one.");

static const struct eligibility_answer_row *answer_to(const struct eligibility_answer_row *answers, size_t n,
                                                      const char *rule)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(answers[i].rule, rule))
            return &answers[i];
    }
    return NULL;
}

static void rule_write(struct ctx *x, struct buf *out, const struct rule *rule, enum rule_outcome outcome,
                       const struct eligibility_answer_row *answer)
{
    buf_printf(
        out,
        "{\"code\":\"%s\",\"stage\":\"%s\",\"question\":%s,\"computed\":%s,\"outcome\":\"%s\",\"answer\":",
        rule->code, rule->at_application ? "application" : "departure", json_text(x->arena, rule->question),
        rule->list ? "true" : "false", rule_outcome_text(outcome));
    json_write_text(out, answer ? answer->answer : NULL);
    buf_puts(out, ",\"evidence\":");
    json_write_text(out, answer ? answer->evidence : NULL);
    buf_puts(out, ",\"documentId\":");
    json_write_text(out,
                    answer && answer->document_id.set ? uuid_text(x->arena, answer->document_id.v) : NULL);
    buf_puts(out, ",\"answeredBy\":");
    json_write_text(out, answer ? answer->answered_by : NULL);
    buf_puts(out, ",\"answeredAt\":");
    if (answer)
        json_write_instant(out, answer->answered_at);
    else
        buf_puts(out, "null");
    buf_putc(out, '}');
}

/* The rules with their outcomes, then the outcomes of all. */
static void rules_write(struct ctx *x, struct buf *out, const struct ruleset *set,
                        const struct eligibility_check_row *check,
                        const struct eligibility_answer_row *answers, size_t n)
{
    const struct applicants who = {.nationalities = check->nationalities_, .incomplete = check->incomplete_};
    enum rule_outcome all = RULE_PASS, application = RULE_PASS;

    buf_puts(out, ",\"rules\":[");
    for (size_t i = 0; i < set->nrules; i++) {
        const struct rule *rule = &set->rules[i];
        const struct eligibility_answer_row *answer = answer_to(answers, n, rule->code);
        enum rule_outcome outcome =
            rule_judge(rule, answer ? answer->answer : NULL, &who, check->reference_on);

        all = rule_outcome_all(all, outcome);
        if (rule->at_application)
            application = rule_outcome_all(application, outcome);
        if (i > 0)
            buf_putc(out, ',');
        rule_write(x, out, rule, outcome, answer);
    }
    buf_printf(out, "],\"outcome\":\"%s\",\"applicationOutcome\":\"%s\"", rule_outcome_text(all),
               rule_outcome_text(application));
}

static err_t check_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct eligibility_answer_row *answers;
    struct eligibility_check_row check;
    const struct ruleset *set;
    struct buf *out;
    size_t n;
    bool may;

    q_eligibility_answers_later(tx, id, &answers, &n);
    TRY(q_eligibility_check_get(tx, id, &check));
    set = rulesets_version(PROGRAM_STATE(x, struct cases_state)->rulesets, check.rule_set, check.rules_from);
    if (!set)
        return err_internal(x->arena, ERR_BUG, "ruleSet.missing", "rule set %s of that day is not loaded",
                            check.rule_set);
    may = !check.superseded_at.set && principal_has(x->who, "eligibility:write");
    audit_read(tx, "eligibilityCheck", id, "");
    reply_etag(rs, check.version);
    if (status == 201)
        reply_location(x, rs, "/eligibility-checks/%s", uuid_text(x->arena, id));
    out = reply_begin(rs, status);
    json_write(out, &eligibility_check_row_json, &check);
    out->n--; /* the object's closing brace */
    rules_write(x, out, set, &check, answers, n);
    buf_printf(out, ",\"allowedActions\":%s}", may ? "[\"answer\"]" : "[]");
    return NULL;
}

/* listEligibilityChecks: GET /cases/{caseId}/eligibility-checks */
static err_t list_eligibility_checks(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct eligibility_check_item *rows;
    struct case_brief brief;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_eligibility_checks_page, &page));
    TRY(db_begin_read(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_eligibility_checks(tx, case_id, &page, &rows, &n));
    audit_read(tx, "case", case_id, "eligibility");
    return reply_page(x, rq, rs, &q_eligibility_checks_page, &page, &eligibility_check_item_json, rows, n);
}

/* getEligibilityCheck: GET /eligibility-checks/{checkId} */
static err_t get_eligibility_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    return check_reply(x, tx, request_path_uuid(rq, "checkId"), 200, rs);
}

/* startEligibilityCheck: POST /cases/{caseId}/eligibility-checks */
static err_t start_eligibility_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    const char *code = json_member_text(request_body(rq), "ruleSet");
    const char *day = json_member_text(request_body(rq), "referenceOn");
    int32_t reference_on = date_today_nl(x->now_us);
    const struct ruleset *set;
    struct case_locked c;
    struct tx *tx;

    if (day && !date_parse(day, &reference_on))
        return err_new(x->arena, ERR_INVALID, "date.missing", "There is no such day.");
    set = rulesets_in_force(PROGRAM_STATE(x, struct cases_state)->rulesets, code, reference_on);
    if (!set)
        return err_new(x->arena, ERR_INVALID, "ruleSet.unknown", "No such rule set is in force on that day.");
    TRY(db_begin(x, &tx));
    TRY(q_case_lock(tx, case_id, &c));
    if (c.closed_at.set)
        return err_new(x->arena, ERR_CONFLICT, "case.closed", "The case is closed.");
    q_eligibility_check_supersede(tx, case_id, code, x->now_us);
    q_eligibility_check_insert(tx, &(struct q_eligibility_check_insert_in){
                                       .id = id,
                                       .case_id = case_id,
                                       .rule_set = code,
                                       .rules_from = set->from,
                                       .reference_on = reference_on,
                                       .by = x->who->subject,
                                       .now = x->now_us,
                                   });
    timeline_add(tx, case_id, "eligibility.started", arena_printf(x->arena, "{\"ruleSet\":\"%s\"}", code),
                 "");
    audit_write(tx, "eligibilityCheck", id, "create", NULL);
    return check_reply(x, tx, id, 201, rs);
}

/* answerEligibilityRule: PUT /eligibility-checks/{checkId}/answers/{ruleCode} */
static err_t answer_eligibility_rule(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "checkId");
    const char *code = request_path_text(rq, "ruleCode");
    const json_t *body = request_body(rq);
    struct q_eligibility_answer_add_in in = {
        .id = uuid_new(x->now_us),
        .check_id = id,
        .rule = code,
        .answer = json_member_text(body, "answer"),
        .evidence = json_member_text(body, "evidence"),
        .document_id = json_member_uuid(body, "documentId"),
        .by = x->who->subject,
        .now = x->now_us,
    };
    struct eligibility_check_locked check;
    const struct ruleset *set;
    const struct rule *rule;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_eligibility_check_lock(tx, id, &check));
    TRY(etag_match(rq, check.version));
    set = rulesets_version(PROGRAM_STATE(x, struct cases_state)->rulesets, check.rule_set, check.rules_from);
    rule = set ? ruleset_rule(set, code) : NULL;
    if (!rule)
        return err_new(x->arena, ERR_MISSING, "rule.missing", "The rule set has no such rule.");
    if (rule->list)
        return err_new(x->arena, ERR_CONFLICT, "rule.computed",
                       "This rule is judged by the persons' nationalities.");
    if (check.superseded_at.set)
        return err_superseded;
    TRY(document_of_case(x, tx, check.case_id, in.document_id));
    q_eligibility_answer_add(tx, &in);
    q_eligibility_check_touch(tx, id, x->now_us);
    timeline_add(tx, check.case_id, "eligibility.answered",
                 arena_printf(x->arena, "{\"ruleSet\":\"%s\",\"rule\":\"%s\"}", check.rule_set, code), "");
    audit_write(tx, "eligibilityCheck", id, "answer", json_member_names(x->arena, body));
    return check_reply(x, tx, id, 200, rs);
}

const struct handler eligibility_handlers[] = {
    {"listEligibilityChecks", list_eligibility_checks},
    {"startEligibilityCheck", start_eligibility_check},
    {"getEligibilityCheck", get_eligibility_check},
    {"answerEligibilityRule", answer_eligibility_rule},
    {NULL, NULL},
};
