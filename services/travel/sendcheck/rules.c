/* rules.c - whether a message on a movement may still be sent; see rules.h. */
#include "travel/sendcheck/rules.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

#define ISOLATE "\xE2\x81\xA6" /* U+2066 left-to-right isolate */
#define POP "\xE2\x81\xA9"     /* U+2069 */
#define ARROW "\xE2\x86\x92"   /* U+2192 */

/* Before the departure everything may be told; under way only that it goes on at another hour. */
static bool told_in(const char *status, const char *event)
{
    static const char *const planned[] = {"draft", "ready", "abnSent", "abnAcknowledged", "clearedToBoard"};

    for (size_t i = 0; i < LENGTH(planned); i++)
        if (str_eq(status, planned[i]))
            return true;
    return str_eq(event, "moved") && (str_eq(status, "departed") || str_eq(status, "inTransit"));
}

const char *rules_send_journey(const struct send_journey *j, const char *event, int64_t expected_us,
                               int64_t now_us)
{
    if (str_eq(event, "cancelled"))
        return str_eq(j->status, "cancelled") ? NULL : "movement.planned";
    if (str_eq(j->status, "cancelled"))
        return "movement.cancelled";
    if (!told_in(j->status, event))
        return "movement.departed";
    if (!j->travels)
        return "passenger.none";
    if (!j->departs_us.set)
        return "movement.unplanned";
    if (expected_us && j->departs_us.v != expected_us)
        return "movement.moved";
    if (j->departs_us.v <= now_us && !str_eq(event, "moved"))
        return "movement.past";
    return NULL;
}

void rules_send_clock(int64_t us, const char *zone, char out_day[11], char out_time[6])
{
    int32_t offset = 0;

    if (!date_zone_offset(zone, us, &offset))
        offset = 0;
    us += offset * DATE_US_PER_S;
    int32_t day = date_of_instant(us);
    unsigned minute = (unsigned)((us - day * DATE_US_PER_DAY) / (60 * DATE_US_PER_S)) % (24 * 60);
    date_format(day, out_day);
    snprintf(out_time, 6, "%02u:%02u", minute / 60 % 24, minute % 60);
}

const char *rules_send_itinerary(struct arena *a, const struct send_leg *legs, size_t n)
{
    struct buf b;

    buf_init(&b, a, 256);
    for (size_t i = 0; i < n; i++) {
        const struct send_leg *l = &legs[i];
        char day[2][11], time[2][6];

        rules_send_clock(l->departs_us, l->departure_zone, day[0], time[0]);
        rules_send_clock(l->arrives_us, l->arrival_zone, day[1], time[1]);
        buf_printf(&b, "%s" ISOLATE "%s %s %s " ARROW " %s %s %s", i ? "\n" : "", day[0], time[0], l->from,
                   day[1], time[1], l->to);
        if (l->number && l->carrier && !str_starts(l->number, l->carrier))
            buf_printf(&b, ", %s %s", l->carrier, l->number);
        else if (l->number || l->carrier)
            buf_printf(&b, ", %s", l->number ? l->number : l->carrier);
        buf_puts(&b, POP);
    }
    return buf_text(&b);
}
