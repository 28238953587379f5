/* rules.c - see rules.h. */
#include "cases/shares/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

ERR_DEFINE(err_ended, ERR_CONFLICT, "share.ended", "The share has ended.");
ERR_DEFINE(err_active, ERR_CONFLICT, "share.active", "The share has not ended: nothing is to be deleted.");
ERR_DEFINE(err_confirmed, ERR_CONFLICT, "share.confirmed", "The deletion is confirmed already.");
ERR_DEFINE(err_recipient, ERR_DENIED, "share.recipient",
           "Only the recipient confirms that its copies are deleted.");

ERR_DEFINE(err_level, ERR_DENIED, "share.level", "The share is for viewing.");
ERR_DEFINE(err_case_ended, ERR_CONFLICT, "case.ended", "The case has ended.");

static bool shares_field(const struct text_array *fields, const char *field)
{
    for (size_t i = 0; i < fields->n; i++) {
        if (str_eq(fields->v[i], field))
            return true;
    }
    return false;
}

static void put_bool(struct buf *b, const struct text_array *fields, const char *field, bool value)
{
    if (shares_field(fields, field))
        buf_printf(b, ",\"%s\":%s", field, value ? "true" : "false");
}

static void put_text(struct buf *b, const struct text_array *fields, const char *field, const char *value)
{
    if (!shares_field(fields, field))
        return;
    buf_printf(b, ",\"%s\":", field);
    json_write_text(b, value);
}

const char *shares_view_bytes(struct arena *a, const struct view_facts *f, const struct text_array *fields,
                              const struct text_array *refs)
{
    char day[11];
    struct buf b;

    buf_init(&b, a, 512);
    buf_printf(&b, "{\"id\":\"%s\",\"externalRefs\":[", uuid_text(a, f->case_id));
    for (size_t i = 0; i < refs->n; i++) {
        if (i > 0)
            buf_putc(&b, ',');
        json_write_text(&b, refs->v[i]);
    }
    buf_putc(&b, ']');
    put_text(&b, fields, "reference", f->reference);
    put_bool(&b, fields, "accepted", true);
    put_text(&b, fields, "status", f->label);
    if (f->planned_departure_on.set)
        date_format(f->planned_departure_on.v, day);
    put_text(&b, fields, "plannedDepartureDate", f->planned_departure_on.set ? day : NULL);
    put_bool(&b, fields, "departed", str_eq(f->told, "departed"));
    put_bool(&b, fields, "cancelled", str_eq(f->told, "cancelled"));
    buf_putc(&b, '}');
    return buf_text(&b);
}

static void refuse(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                   const char *detail)
{
    fault_add(a, faults, (struct fault){.in = FAULT_POINTER, .at = at, .code = code, .detail = detail});
}

void rules_share_terms(struct arena *a, const struct share_terms *t, int32_t today, struct fault_list *faults)
{
    bool rests_on_consent = str_eq(t->legal_basis, "consent");

    if (str_eq(t->owner, t->to_organisation))
        refuse(a, faults, "/toOrganisation", "share.self", "It is the case's own organisation.");
    if (rests_on_consent && !t->consent)
        refuse(a, faults, "/consentId", "share.consent", "Name the consent that it rests on.");
    if (!rests_on_consent && t->consent)
        refuse(a, faults, "/consentId", "share.consent", "Only a share on the ground of consent names one.");
    if (t->until_on.set && t->until_on.v < today)
        refuse(a, faults, "/until", "share.until", "The day is over.");
}

static void lacks(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults,
              (struct fault){.in = FAULT_GUARD,
                             .at = at,
                             .code = code,
                             .detail = detail,
                             .remedy = "Ask for a consent that goes as far, and record it."});
}

void rules_share_ground(struct arena *a, const struct share_ground *ground, const struct text_array *fields,
                        struct opt_date until_on, struct fault_list *faults)
{
    for (size_t i = 0; i < fields->n; i++) {
        if (!shares_field(&ground->fields, fields->v[i]))
            lacks(a, faults, arena_printf(a, "/fields/%zu", i), "consent.categories",
                  "The consent does not cover this.");
    }
    if (ground->last_on.set && until_on.set && until_on.v > ground->last_on.v)
        lacks(a, faults, "/until", "consent.lastDay", "The consent ends before.");
}

err_t rules_share_active(const char *status)
{
    return str_eq(status, "active") ? NULL : err_ended;
}

err_t rules_share_delete_by(struct arena *a, struct opt_date delete_by, int32_t today, int32_t *ret)
{
    struct fault_list faults = {0};

    if (delete_by.set && delete_by.v < today) {
        refuse(a, &faults, "/deleteBy", "share.deleteBy", "The day is over.");
        return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The request is not valid.");
    }
    *ret = delete_by.set ? delete_by.v : today + SHARE_DELETE_DAYS;
    return NULL;
}

err_t rules_share_confirm(bool recipient, const char *status, bool confirmed)
{
    if (!recipient)
        return err_recipient;
    if (str_eq(status, "active"))
        return err_active;
    return confirmed ? err_confirmed : NULL;
}

err_t rules_access_write(bool owner, const char *level, bool closed)
{
    if (!owner && !str_eq(level, "edit"))
        return err_level;
    return closed ? err_case_ended : NULL;
}

struct text_array rules_share_actions(struct arena *a, const char *status, bool confirmed,
                                      const struct share_reader *reader)
{
    bool active = str_eq(status, "active");
    struct text_array actions = {0};

    action_add(a, &actions, reader->owner && reader->writes && active, "change");
    action_add(a, &actions, reader->owner && reader->writes && active, "recall");
    action_add(a, &actions, reader->recipient && !active && !confirmed, "confirmDeletion");
    return actions;
}
