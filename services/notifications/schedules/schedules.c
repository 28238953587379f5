/* schedules.c - see schedules.h. */
#include "notifications/schedules/schedules.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/date.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"
#include "notifications/templates/templates.h"

#define WORTH_SENDING_US (7 * DATE_US_PER_DAY)

struct schedules {
    struct schedule *v;
    size_t n;
};

bool schedule_offset(const char *text, int64_t *ret_us)
{
    bool before = *text == '-';
    text += before;
    if (*text++ != 'P')
        return false;
    bool time = *text == 'T';
    text += time;
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || n < 0 || n > 999 || strlen(end) != 1)
        return false;
    int64_t unit;
    if (!time && *end == 'D')
        unit = DATE_US_PER_DAY;
    else if (time && *end == 'H')
        unit = 3600 * DATE_US_PER_S;
    else if (time && *end == 'M')
        unit = 60 * DATE_US_PER_S;
    else
        return false;
    *ret_us = (before ? -n : n) * unit;
    return true;
}

static err_t load_rule(struct arena *a, const char *path, size_t i, const json_t *from,
                       const struct templates *templates, struct schedule *ret)
{
    *ret = (struct schedule){.event = json_member_text(from, "event"),
                             .template = json_member_text(from, "template"),
                             .topic = json_member_text(from, "topic"),
                             .basis = json_member_text(from, "basis"),
                             .basis_event = json_member_text(from, "basisEvent"),
                             .moment = json_member_text(from, "moment"),
                             .offset = json_member_text(from, "offset"),
                             .recipient = json_member_text(from, "recipient"),
                             .class = json_member_text(from, "class"),
                             .basis_id = json_member_text(from, "basisId"),
                             .skip_late = str_eq(json_member_text(from, "late"), "skip"),
                             .told = json_member_text(from, "told")};
    if (!schedule_offset(ret->offset, &ret->offset_us))
        return err_internal(a, ERR_BUG, "schedule.offset", "%s: /schedules/%zu/offset is no duration", path,
                            i);
    if (!templates_any(templates, ret->template))
        return err_internal(a, ERR_BUG, "schedule.template", "%s: /schedules/%zu: there is no template %s",
                            path, i, ret->template);
    return NULL;
}

err_t schedules_load(struct arena *a, const char *folder, const struct templates *templates,
                     struct schedules **ret)
{
    struct schedules *s = ARENA_NEW(a, struct schedules);
    const char *path = arena_printf(a, "%s/rules.json", folder);
    json_t *schema_document, *document;
    CLEANUP(schema_endp) struct schema *schema = NULL;
    struct schema_result result;
    TRY(data_file(a, arena_printf(a, "%s/rules.schema.json", folder), &schema_document));
    TRY(schema_compile(a, schema_document, "", SCHEMA_STRICT, &schema));
    TRY(data_file(a, path, &document));
    if (!schema_valid(a, schema, document, &result))
        return err_internal(a, ERR_BUG, "schedule.invalid", "%s: %s: %s", path,
                            result.faults[0].instance_pointer, result.faults[0].detail);
    const json_t *rules = json_object_get(document, "schedules");
    s->n = json_array_size(rules);
    s->v = ARENA_ARRAY(a, s->n + 1, struct schedule);
    for (size_t i = 0; i < s->n; i++)
        TRY(load_rule(a, path, i, json_array_get(rules, i), templates, &s->v[i]));
    *ret = s;
    return NULL;
}

const struct schedule *schedules_for(const struct schedules *s, const char *event, size_t i)
{
    for (size_t at = 0; at < s->n; at++)
        if (str_eq(s->v[at].event, event) && i-- == 0)
            return &s->v[at];
    return NULL;
}

void schedules_write(const struct schedules *s, struct buf *out)
{
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; i < s->n; i++) {
        const struct schedule *r = &s->v[i];
        const char *const members[][2] = {{"event", r->event},
                                          {"template", r->template},
                                          {"topic", r->topic},
                                          {"offset", r->offset},
                                          {"recipient", r->recipient}};
        buf_puts(out, i ? ",{" : "{");
        for (size_t m = 0; m < LENGTH(members); m++) {
            buf_puts(out, m ? "," : "");
            json_write_text(out, members[m][0]);
            buf_putc(out, ':');
            json_write_text(out, members[m][1]);
        }
        buf_putc(out, '}');
    }
    buf_puts(out, "]}");
}

bool schedule_when(const struct schedule *s, const json_t *data, int64_t now_us, struct schedule_time *ret)
{
    *ret = (struct schedule_time){0};
    int64_t moment = now_us;
    int32_t day;
    if (!str_eq(s->moment, "now")) {
        const char *text = json_member_text(data, s->moment);
        if (!text)
            return false;
        if (date_parse(text, &day))
            moment = day * DATE_US_PER_DAY;
        else if (!date_parse_instant(text, &moment))
            return false;
        ret->moment_us = moment;
    }
    if (s->skip_late && moment + s->offset_us <= now_us)
        return false;
    ret->send_us = moment + s->offset_us > now_us ? moment + s->offset_us : now_us;
    ret->expires_us = ret->moment_us > ret->send_us ? ret->moment_us : ret->send_us + WORTH_SENDING_US;
    return true;
}
