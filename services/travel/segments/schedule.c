/* schedule.c - other times of a segment: former ones are kept, every guard is judged again, who waits is
 * told. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/guards/facts.h"
#include "travel/movements/movements.h"
#include "travel/segments/internal.h"
#include "travel/segments/rules.h"
#include "web/page.h"

/* The journey as it is now, to who rests on the plan. */
static err_t tell_delayed(struct ctx *x, struct tx *tx, struct uuid movement_id, const struct rejudged *now)
{
    struct segment_journey j;
    char departs[32], arrives[32];

    if (!now->known)
        return NULL;
    TRY(q_segment_journey(tx, movement_id, &j));
    date_format_instant(j.departs_at, departs);
    date_format_instant(j.arrives_at, arrives);
    return movement_tell(x, tx, movement_id, "travel.movement.delayed",
                         arena_printf(x->arena,
                                      ",\"departsAt\":\"%s\",\"departureZone\":\"%s\",\"arrivesAt\":\"%s\","
                                      "\"arrivalZone\":\"%s\",\"status\":\"%s\",\"reopened\":%s",
                                      departs, j.departure_zone, arrives, j.arrival_zone, now->status,
                                      now->reopened ? "true" : "false"));
}

static void keep_former(struct ctx *x, struct tx *tx, struct uuid id, const struct segment_locked *before,
                        const json_t *body)
{
    q_segment_times_add(tx, &(struct q_segment_times_add_in){.id = uuid_new(x->now_us),
                                                             .segment_id = id,
                                                             .departs_at = before->departs_at,
                                                             .departure_zone = before->departure_zone,
                                                             .arrives_at = before->arrives_at,
                                                             .arrival_zone = before->arrival_zone,
                                                             .basis = json_member_text(body, "basis"),
                                                             .source = json_member_text(body, "source"),
                                                             .reason = json_member_text(body, "reason"),
                                                             .by = x->who->subject,
                                                             .now = x->now_us});
}

/* The times that are asked for follow the rules of a segment and differ from those that it has. */
static err_t check_times(struct ctx *x, const struct segment_locked *before,
                         const struct segment_times *after, bool observed)
{
    TRY(rules_segment(x->arena, &(struct segment_terms){.from_kind = before->from_kind,
                                                        .from_place = before->from_place,
                                                        .to_kind = before->to_kind,
                                                        .to_place = before->to_place,
                                                        .departs_at = after->departs_at,
                                                        .arrives_at = after->arrives_at,
                                                        .departure_zone = after->departure_zone,
                                                        .arrival_zone = after->arrival_zone}));
    return rules_reschedule(x->arena,
                            &(struct segment_times){.departs_at = before->departs_at,
                                                    .arrives_at = before->arrives_at,
                                                    .departure_zone = before->departure_zone,
                                                    .arrival_zone = before->arrival_zone},
                            after, observed, x->now_us);
}

/* rescheduleSegment: POST /segments/{segmentId}/reschedule */
err_t reschedule_segment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    const json_t *body = request_body(rq);
    struct segment_locked before;
    struct segment_times after;
    struct movement_locked m;
    struct segment_row row;
    struct tx *tx;
    struct rejudged now;

    TRY(segment_lock(x, rq, &tx, &m, &before));
    TRY(rules_segment_moves(m.status));
    after = (struct segment_times){
        .departs_at = json_member_instant(body, "departsAt").v,
        .arrives_at = json_member_instant(body, "arrivesAt").v,
        .departure_zone = json_member_text(body, "departureZone") ?: before.departure_zone,
        .arrival_zone = json_member_text(body, "arrivalZone") ?: before.arrival_zone,
    };
    TRY(check_times(x, &before, &after, str_eq(json_member_text(body, "basis"), "observed")));
    keep_former(x, tx, id, &before, body);
    q_segment_reschedule(tx, &(struct q_segment_reschedule_in){.id = id,
                                                               .departs_at = after.departs_at,
                                                               .departure_zone = after.departure_zone,
                                                               .arrives_at = after.arrives_at,
                                                               .arrival_zone = after.arrival_zone,
                                                               .now = x->now_us});
    audit_write(tx, "segment", id, "reschedule", "[\"departsAt\",\"arrivesAt\"]");
    TRY(segments_changed(x, tx, m.id, &now));
    TRY(tell_delayed(x, tx, m.id, &now));
    TRY(q_segment_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &segment_row_json, &row);
}

/* listSegmentTimes: GET /segments/{segmentId}/times */
err_t list_segment_times(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    struct segment_times_row *rows;
    struct segment_found found;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_segment_times_page, &page));
    TRY(db_begin_read(x, &tx));
    q_segment_find_later(tx, id, &found);
    TRY(q_segment_times(tx, id, &page, &rows, &n));
    audit_read(tx, "segment", id, "times");
    return reply_page(x, rq, rs, &q_segment_times_page, &page, &segment_times_row_json, rows, n);
}
