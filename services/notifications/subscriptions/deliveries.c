/* deliveries.c - see deliveries.h. */
#include "notifications/subscriptions/deliveries.h"

#include <string.h>

#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "notifications/subscriptions/queries.h"
#include "notifications/subscriptions/rules.h"

const char *delivery_body(struct arena *a, struct uuid id, const char *event_type, struct uuid subject,
                          int64_t time_us, const char *delete_by)
{
    char at[32];
    const char *until = delete_by ? arena_printf(a, ",\"deleteBy\":\"%s\"", delete_by) : "";
    date_format_instant(time_us, at);
    return arena_printf(a,
                        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/wayfare/%.*s\",\"type\":\"%s\","
                        "\"subject\":\"%s\",\"time\":\"%s\",\"datacontenttype\":\"application/json\","
                        "\"data\":{\"id\":\"%s\"%s}}",
                        uuid_text(a, id), (int)strcspn(event_type, "."), event_type, event_type,
                        uuid_text(a, subject), at, uuid_text(a, subject), until);
}

err_t deliveries_for(struct ctx *x, struct tx *tx, const char *partner, const char *event_type,
                     struct uuid subject, struct uuid event_id, int64_t time_us, const char *delete_by)
{
    struct subscription_of *to;
    size_t n;
    if (str_eq(event_type, "cases.share.recalled"))
        q_deliveries_recall(
            tx, &(struct q_deliveries_recall_in){.partner = partner, .subject = subject, .now = x->now_us});
    TRY(q_subscriptions_of(tx, partner, event_type, &to, &n));
    for (size_t i = 0; i < n; i++) {
        struct uuid id = uuid_new(x->now_us);
        q_delivery_add(tx, &(struct q_delivery_add_in){
                               .id = id,
                               .partner = partner,
                               .subscription_id = to[i].id,
                               .event_id = event_id,
                               .event_type = event_type,
                               .subject = subject,
                               .body = delivery_body(x->arena, id, event_type, subject, time_us, delete_by),
                               .endpoint = rules_hook_endpoint(x->arena, to[i].url),
                               .now = x->now_us});
    }
    return NULL;
}
