/* pack.c - a programme pack made of a document: read, then judged as a whole. All faults at once. */
#include "cases/programmes/pack.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"
#include "cases/cases/guards.h"
#include "cases/programmes/pack_internal.h"

static const char *const kinds[] = {
    [MOVE_STEP] = "step",     [MOVE_STOP] = "stop",   [MOVE_SUSPEND] = "suspend",
    [MOVE_RESUME] = "resume", [MOVE_CLOSE] = "close", [MOVE_OBSERVE] = "observe",
};

/* Where a pack names none (domain.md, partner view). */
static const char *sender_fields[] = {"accepted", "plannedDepartureDate", "departed", "cancelled"};

const char *move_kind_text(enum move_kind kind)
{
    return kinds[kind];
}

static struct text_array texts(struct arena *a, const json_t *array)
{
    struct text_array out = {.v = ARENA_ARRAY(a, json_array_size(array) + 1, const char *)};
    const json_t *item;
    size_t i;

    json_array_foreach(array, i, item) out.v[out.n++] = json_string_value(item);
    return out;
}

static void read_statuses(struct arena *a, const json_t *array, struct pack *p)
{
    const json_t *item;
    size_t i;

    p->statuses = ARENA_ARRAY(a, json_array_size(array), struct pack_status);
    json_array_foreach(array, i, item) p->statuses[p->nstatuses++] = (struct pack_status){
        .code = json_member_text(item, "code"),
        .phase = json_member_text(item, "phase"),
        .partner = json_member_text(item, "partner"),
        .awaits = json_member_text(item, "awaits"),
        .labels = json_object_get(item, "labels"),
    };
}

static enum move_kind kind_of(const char *text)
{
    size_t kind = 0;

    while (!str_eq(kinds[kind], text)) /* the schema has seen it */
        kind++;
    return (enum move_kind)kind;
}

/* Guards of a transition; unknown ones are faults. */
static void read_guards(struct arena *a, const json_t *array, const struct rulesets *rulesets,
                        const json_t *recipients, const char *pointer, struct pack_transition *t,
                        struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    t->guards = ARENA_ARRAY(a, json_array_size(array) + 1, struct pack_guard);
    json_array_foreach(array, i, item)
    {
        const struct guard *guard = guard_find(json_member_text(item, "code"));
        const char *at = arena_printf(a, "%s/guards/%zu", pointer, i);

        if (!guard) {
            pack_fault(a, faults, arena_printf(a, "%s/code", at), "guard.unknown",
                       "No function stands behind this guard.");
            continue;
        }
        guard_check_params(a, guard, json_object_get(item, "params"), rulesets, recipients,
                           arena_printf(a, "%s/params", at), faults);
        t->guards[t->nguards++] =
            (struct pack_guard){.guard = guard, .params = json_object_get(item, "params")};
    }
}

static void read_transitions(struct arena *a, const json_t *document, const struct rulesets *rulesets,
                             struct pack *p, struct fault_list *faults)
{
    const json_t *array = json_object_get(document, "transitions"), *item;
    const json_t *recipients = json_object_get(document, "recipientKinds");
    size_t i;

    p->transitions = ARENA_ARRAY(a, json_array_size(array), struct pack_transition);
    json_array_foreach(array, i, item)
    {
        struct pack_transition *t = &p->transitions[p->ntransitions++];

        *t = (struct pack_transition){
            .code = json_member_text(item, "code"),
            .kind = kind_of(json_member_text(item, "kind")),
            .from = texts(a, json_object_get(item, "from")),
            .to = json_member_text(item, "to"),
            .reason_required = json_member_bool(item, "reasonRequired", false),
            .labels = json_object_get(item, "labels"),
        };
        read_guards(a, json_object_get(item, "guards"), rulesets, recipients,
                    arena_printf(a, "/transitions/%zu", i), t, faults);
    }
}

static void read_deadlines(struct arena *a, const json_t *array, struct pack *p)
{
    const json_t *item;
    size_t i;

    p->deadlines = ARENA_ARRAY(a, json_array_size(array) + 1, struct pack_deadline);
    json_array_foreach(array, i, item)
    {
        bool working = json_object_get(item, "workingDays") != NULL;

        p->deadlines[p->ndeadlines++] = (struct pack_deadline){
            .code = json_member_text(item, "code"),
            .kind = json_member_text(item, "kind"),
            .days = (int32_t)json_member_i64(item, working ? "workingDays" : "days", 0),
            .working_days = working,
            .set_on = json_member_text(item, "setOn"),
            .met_on = json_member_text(item, "metOn"),
        };
    }
}

static void read_documents(struct arena *a, const json_t *array, struct pack *p)
{
    const json_t *item;
    size_t i;

    p->documents = ARENA_ARRAY(a, json_array_size(array) + 1, struct pack_document);
    json_array_foreach(array, i, item) p->documents[p->ndocuments++] = (struct pack_document){
        .code = json_member_text(item, "code"),
        .kind = json_member_text(item, "kind"),
        .each_traveller = str_eq(json_member_text(item, "for"), "eachTraveller"),
    };
}

static void read_results(struct arena *a, const json_t *document, struct pack *p)
{
    const json_t *results = json_object_get(document, "results"),
                 *classes = json_object_get(document, "retention");
    const json_t *item;
    size_t i;

    p->results = ARENA_ARRAY(a, json_array_size(results), struct pack_result);
    json_array_foreach(results, i, item) p->results[p->nresults++] = (struct pack_result){
        .code = json_member_text(item, "code"),
        .from = texts(a, json_object_get(item, "from")),
        .partner = json_member_text(item, "partner"),
        .retention = json_member_text(item, "retentionClass"),
        .labels = json_object_get(item, "labels"),
    };
    p->retentions = ARENA_ARRAY(a, json_array_size(classes), struct pack_retention);
    json_array_foreach(classes, i, item) p->retentions[p->nretentions++] = (struct pack_retention){
        .class = json_member_text(item, "class"),
        .years = (int32_t)json_member_i64(item, "years", 0),
    };
}

static void read_follow_ups(struct arena *a, const json_t *array, struct pack *p)
{
    const json_t *item, *month;
    size_t i, k;

    p->follow_ups = ARENA_ARRAY(a, json_array_size(array) + 1, struct pack_follow_up);
    json_array_foreach(array, i, item)
    {
        const json_t *months = json_object_get(item, "months");
        struct pack_follow_up *f = &p->follow_ups[p->nfollow_ups++];

        *f = (struct pack_follow_up){
            .code = json_member_text(item, "code"),
            .set_on = json_member_text(item, "setOn"),
            .months = ARENA_ARRAY(a, json_array_size(months), int32_t),
            .lead_days = (int32_t)json_member_i64(item, "leadDays", 0),
            .title = json_member_text(item, "title"),
            .urgency = json_member_text(item, "urgency"),
        };
        json_array_foreach(months, k, month) f->months[f->nmonths++] = (int32_t)json_integer_value(month);
    }
}

static void read_travel(struct arena *a, const json_t *travel, struct pack *p)
{
    const json_t *moves = json_object_get(travel, "moves");

    p->travel = (struct pack_travel){.purpose = json_member_text(travel, "purpose"),
                                     .request_from = texts(a, json_object_get(travel, "requestFrom")),
#define TRAVEL_MOVE(member, name, kind) .member = json_member_text(moves, name),
                                     PACK_TRAVEL_MOVES(TRAVEL_MOVE)
#undef TRAVEL_MOVE
    };
}

err_t pack_make(struct arena *a, const struct schema *schema, const struct rulesets *rulesets,
                const json_t *document, struct pack **ret)
{
    struct fault_list faults = {0};
    struct pack *p = ARENA_NEW(a, struct pack);

    TRY(schema_check(a, schema, document));
    *p = (struct pack){
        .programme = json_member_text(document, "programme"),
        .version = (int32_t)json_member_i64(document, "version", 0),
        .prefix = json_member_text(document, "referencePrefix"),
        .initial = json_member_text(document, "initial"),
        .retention = json_member_text(document, "retentionClass"),
        .labels = json_object_get(document, "labels"),
        .sender_fields = texts(a, json_object_get(document, "senderFields")),
        .document = document,
    };
    if (p->sender_fields.n == 0)
        p->sender_fields = (struct text_array){.v = sender_fields, .n = LENGTH(sender_fields)};
    read_statuses(a, json_object_get(document, "statuses"), p);
    read_transitions(a, document, rulesets, p, &faults);
    read_deadlines(a, json_object_get(document, "deadlines"), p);
    read_documents(a, json_object_get(document, "requiredDocuments"), p);
    read_results(a, document, p);
    read_follow_ups(a, json_object_get(document, "followUps"), p);
    read_travel(a, json_object_get(document, "travel"), p);
    pack_check(a, p, &faults);
    TRY(fault_list_err(a, &faults, ERR_INVALID, "pack.invalid", "The programme pack is not valid."));
    *ret = p;
    return NULL;
}

/* ---- asking ---- */

const struct pack_status *pack_status(const struct pack *p, const char *code)
{
    for (size_t i = 0; i < p->nstatuses; i++) {
        if (str_eq(p->statuses[i].code, code))
            return &p->statuses[i];
    }
    return NULL;
}

const struct pack_transition *pack_transition(const struct pack *p, const char *code)
{
    for (size_t i = 0; i < p->ntransitions; i++) {
        if (str_eq(p->transitions[i].code, code))
            return &p->transitions[i];
    }
    return NULL;
}

static bool among(const struct text_array *codes, const char *code)
{
    for (size_t i = 0; i < codes->n; i++) {
        if (str_eq(codes->v[i], code))
            return true;
    }
    return false;
}

bool pack_transition_from(const struct pack_transition *t, const char *status)
{
    return among(&t->from, status);
}

const struct pack_result *pack_result(const struct pack *p, const char *code)
{
    for (size_t i = 0; code && i < p->nresults; i++) {
        if (str_eq(p->results[i].code, code))
            return &p->results[i];
    }
    return NULL;
}

bool pack_result_from(const struct pack_result *r, const char *status)
{
    return r->from.n == 0 || among(&r->from, status);
}

const struct pack_retention *pack_retention(const struct pack *p, const char *class)
{
    for (size_t i = 0; i < p->nretentions; i++) {
        if (str_eq(p->retentions[i].class, class))
            return &p->retentions[i];
    }
    return NULL;
}

const struct pack_transition *pack_entry(const struct pack *p, const char *status)
{
    for (size_t i = 0; i < p->ntransitions; i++) {
        const struct pack_transition *t = &p->transitions[i];

        if (t->kind == MOVE_STEP && t->nguards > 0 && str_eq(t->to, status))
            return t;
    }
    return NULL;
}

const json_t *pack_guard_params(const struct pack *p, const char *code)
{
    for (size_t i = 0; i < p->ntransitions; i++) {
        const struct pack_transition *t = &p->transitions[i];

        for (size_t k = 0; k < t->nguards; k++) {
            if (str_eq(guard_code(t->guards[k].guard), code))
                return t->guards[k].params;
        }
    }
    return NULL;
}

const char *travel_move(const struct pack_travel *t, enum travel_word word)
{
    switch (word) {
#define TRAVEL_WORD(member, name, kind)                                                                      \
    case TRAVEL_##member:                                                                                    \
        return t->member;
        PACK_TRAVEL_MOVES(TRAVEL_WORD)
#undef TRAVEL_WORD
    }
    return NULL;
}

err_t pack_rules_migrate(struct arena *a, const struct pack *to, int32_t from_version, const char *status,
                         const char *resumes_to)
{
    const char *const needed[] = {status, resumes_to};

    if (!to)
        return err_new(a, ERR_INVALID, "version.unknown", "The programme has no such version.");
    if (to->version <= from_version)
        return err_new(a, ERR_CONFLICT, "version.older", "The case is on that version, or on a newer one.");
    for (size_t i = 0; i < LENGTH(needed); i++) {
        const struct pack_status *s = needed[i] ? pack_status(to, needed[i]) : NULL;

        if (needed[i] && (!s || s->awaits))
            return err_new(a, ERR_CONFLICT, "version.status", "That version has no status %s.", needed[i]);
    }
    return NULL;
}

const json_t *pack_recipients(const struct pack *p, const char *kind)
{
    return json_object_get(json_object_get(p->document, "recipientKinds"), kind);
}

const char *pack_status_label(const struct pack_status *s, const char *audience, const char *language)
{
    const json_t *labels = json_object_get(s->labels, audience);
    const char *label = json_member_text(labels, language);

    return label ? label : json_member_text(labels, "en");
}

const char *pack_partner_status(const struct pack *p, const char *status, const char *result)
{
    const struct pack_result *r = pack_result(p, result);

    return r ? r->partner : pack_status(p, status)->partner;
}
