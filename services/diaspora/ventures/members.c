/* members.c - who is in a venture's team, and how they are reached. */
#include "app/audit.h"
#include "app/corrections.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/experts/rules.h"
#include "diaspora/state.h"
#include "diaspora/ventures/ventures.h"
#include "io/db.h"
#include "web/page.h"
#include "web/request.h"

ERR_DEFINE(err_member, ERR_MISSING, "member.missing", "There is no such member.");
ERR_DEFINE(err_last, ERR_CONFLICT, "member.last", "The last member stays; drop the venture instead.");

/* A list of the member as it is kept. */
static const char *list_of(struct arena *a, const json_t *body, const char *name)
{
    const json_t *list = json_object_get(body, name);

    return list ? json_text(a, list) : "[]";
}

void venture_member_add(struct ctx *x, struct tx *tx, struct uuid venture_id, const json_t *member)
{
    q_venture_member_add(tx, &(struct q_venture_member_add_in){
                                 .id = uuid_new(x->now_us),
                                 .venture_id = venture_id,
                                 .kind = json_member_text(member, "kind"),
                                 .given = json_member_text(member, "given"),
                                 .family = json_member_text(member, "family"),
                                 .email = json_member_text(member, "email"),
                                 .nationalities = json_member_texts(x->arena, member, "nationalities"),
                                 .origin_country = json_member_text(member, "originCountry"),
                                 .residence_country = json_member_text(member, "residenceCountry"),
                                 .languages = list_of(x->arena, member, "languages"),
                                 .contact_points = list_of(x->arena, member, "contactPoints"),
                                 .now = x->now_us});
}

/* addVentureMember: POST /ventures/{ventureId}/members */
err_t add_venture_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct fault_list faults = {0};
    struct venture_state v;
    struct uuid id;
    struct tx *tx;

    rules_member(x->arena, request_body(rq), "", &faults);
    rules_reach(x->arena, request_body(rq), "", &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The member cannot be kept so."));
    TRY(venture_open(x, rq, &tx, &id, &v));
    venture_member_add(x, tx, id, request_body(rq));
    q_venture_touch(tx, id, x->now_us);
    audit_write(tx, "venture", id, "memberAdded", NULL);
    return venture_reply(x, tx, id, 200, rs);
}

/* patchVentureMember: PATCH /ventures/{ventureId}/members/{memberId} */
err_t patch_venture_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid member_id = request_path_uuid(rq, "memberId"), id;
    const json_t *body = request_body(rq);
    struct venture_member_reach reach;
    struct fault_list faults = {0};
    struct venture_state v;
    struct tx *tx;
    bool found;

    TRY(venture_open(x, rq, &tx, &id, &v));
    TRY(q_venture_member_reach(tx, id, member_id, &found, &reach));
    if (!found)
        return err_member;
    rules_reach(x->arena, body, "", &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The member cannot be kept so."));
    TRY(correction_read(
        x, tx, rq, &(struct correction){.subject = member_id, .kind = "ventureMember", .object = member_id},
        &venture_member_reach_json, &reach));
    q_venture_member_save(tx, &(struct q_venture_member_save_in){.venture_id = id,
                                                                 .id = member_id,
                                                                 .email = reach.email,
                                                                 .languages = reach.languages,
                                                                 .contact_points = reach.contact_points});
    q_venture_touch(tx, id, x->now_us);
    audit_write(tx, "venture", id, "memberUpdated", json_member_names(x->arena, body));
    return venture_reply(x, tx, id, 200, rs);
}

/* listVentureMemberHistory: GET /ventures/{ventureId}/members/{memberId}/history. In the trail before the
 * answer. */
err_t list_venture_member_history(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid member_id = request_path_uuid(rq, "memberId");
    struct venture_member_seen seen;
    struct page page;
    struct tx *tx;
    bool found;

    TRY(corrections_page(x, rq, &page));
    TRY(db_begin(x, &tx));
    TRY(q_venture_member_seen(tx, request_path_uuid(rq, "ventureId"), member_id, &found, &seen));
    if (!found)
        return err_member;
    audit_read(tx, "ventureMember", member_id, "history");
    return corrections_reply(x, rq, tx, &page, member_id, OPT_UUID(member_id), NULL, rs);
}

/* leaveVenture: POST /ventures/{ventureId}/members/{memberId}/leave */
err_t leave_venture(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid member_id = request_path_uuid(rq, "memberId"), id;
    struct venture_teammate *team;
    struct venture_state v;
    struct tx *tx;
    bool found = false;
    size_t n;

    TRY(venture_open(x, rq, &tx, &id, &v));
    TRY(q_venture_team(tx, id, &team, &n));
    for (size_t i = 0; i < n; i++)
        found |= uuid_eq(team[i].id, member_id);
    if (!found)
        return err_member;
    if (n == 1)
        return err_last;
    q_venture_member_leave(tx, id, member_id, x->now_us);
    q_venture_touch(tx, id, x->now_us);
    audit_write(tx, "venture", id, "memberLeft", NULL);
    return venture_reply(x, tx, id, 200, rs);
}
