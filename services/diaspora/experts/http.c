/* http.c - experts: register, show, change (api-spec/diaspora/experts.yaml). */
#include "app/audit.h"
#include "app/corrections.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/experts/experts.h"
#include "diaspora/experts/internal.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/state.h"
#include "web/page.h"

ERR_DEFINE(err_restricted, ERR_CONFLICT, "expert.restricted",
           "Processing of this expert's data is restricted; nothing may be changed until that is lifted.");

err_t expert_unrestricted(struct tx *tx, struct uuid expert_id)
{
    struct expert_brief brief;
    bool found;

    TRY(q_expert_brief(tx, expert_id, &found, &brief));
    return found && brief.restricted ? err_restricted : NULL;
}

err_t expert_check(struct ctx *x, struct tx *tx, struct uuid expert_id, const char *programme,
                   const char *pointer, struct fault_list *faults)
{
    struct expert_brief brief;
    struct fault f = {.at = pointer};
    bool found;

    TRY(q_expert_brief(tx, expert_id, &found, &brief));
    if (!found) {
        f.code = "expert.missing";
        f.detail = "There is no such expert.";
    } else if (!programme_among(&brief.programmes, programme)) {
        f.code = "expert.notInProgramme";
        f.detail = "The expert takes no part in the programme.";
    } else if (!str_eq(brief.status, "active")) {
        f.code = "expert.inactive";
        f.detail = "The expert is not active.";
    }
    if (f.code)
        fault_add(x->arena, faults, f);
    return found && brief.restricted ? err_restricted : NULL;
}

err_t expert_active(struct tx *tx, struct uuid expert_id, bool *ret, bool *ret_restricted)
{
    struct expert_brief brief;
    bool found;

    TRY(q_expert_brief(tx, expert_id, &found, &brief));
    *ret = found && str_eq(brief.status, "active");
    *ret_restricted = found && brief.restricted;
    return NULL;
}

err_t expert_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct expert_row row;

    (void)x;
    TRY(q_expert_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &expert_row_json, &row);
}

err_t expert_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                  struct expert_locked *ret)
{
    *ret_id = request_path_uuid(rq, "expertId");
    TRY(db_begin(x, ret_tx));
    TRY(q_expert_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version_));
    return ret->restricted_at_.set ? err_restricted : NULL;
}

static err_t check_profile(struct ctx *x, const struct request *rq)
{
    struct fault_list faults = {0};

    rules_expert(x->arena, request_body(rq), date_today_nl(x->now_us), &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The profile is not valid.");
}

/* createExpert: POST /experts */
static err_t create_expert(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct expert_locked in = {
        .sex = "unknown", .languages = "[]", .contact_points = "[]", .documents = "[]"};
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(request_read(x, rq, &expert_locked_json, &in));
    TRY(programmes_mine(x, &in.programmes, "/programmes"));
    TRY(check_profile(x, rq));
    TRY(db_begin(x, &tx));
    q_expert_add(tx, &(struct q_expert_add_in){.id = id,
                                               .programmes = in.programmes,
                                               .names = in.names,
                                               .birth_date = in.birth_date,
                                               .sex = in.sex,
                                               .residence_country = in.residence_country,
                                               .languages = in.languages,
                                               .contact_points = in.contact_points,
                                               .documents = in.documents,
                                               .by = x->who->subject,
                                               .now = x->now_us});
    q_expert_name_keys_add(tx, id, in.names);
    audit_write(tx, "expert", id, "create", json_member_names(x->arena, request_body(rq)));
    reply_location(x, rs, "/experts/%s", uuid_text(x->arena, id));
    return expert_reply(x, tx, id, 201, rs);
}

/* getExpert: GET /experts/{expertId} */
static err_t get_expert(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "expertId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "expert", id, "contact");
    return expert_reply(x, tx, id, 200, rs);
}

/* patchExpert: PATCH /experts/{expertId} */
static err_t patch_expert(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *patch = request_body(rq);
    struct expert_locked in;
    struct text_array before;
    struct uuid id;
    struct tx *tx;

    TRY(expert_lock(x, rq, &tx, &id, &in));
    before = in.programmes;
    TRY(correction_read(x, tx, rq, &(struct correction){.subject = id, .kind = "expert", .object = id},
                        &expert_locked_json, &in));
    TRY(programmes_change_mine(x, &before, &in.programmes, "/programmes"));
    TRY(check_profile(x, rq));
    q_expert_save(tx, &(struct q_expert_save_in){.id = id,
                                                 .programmes = in.programmes,
                                                 .names = in.names,
                                                 .birth_date = in.birth_date,
                                                 .sex = in.sex,
                                                 .residence_country = in.residence_country,
                                                 .languages = in.languages,
                                                 .contact_points = in.contact_points,
                                                 .documents = in.documents,
                                                 .status = in.status,
                                                 .now = x->now_us});
    if (json_object_get(patch, "names")) {
        q_expert_name_keys_drop(tx, id);
        q_expert_name_keys_add(tx, id, in.names);
    }
    audit_write(tx, "expert", id, "update", json_member_names(x->arena, patch));
    return expert_reply(x, tx, id, 200, rs);
}

/* listExpertHistory: GET /experts/{expertId}/history. In the trail before the answer. */
static err_t list_expert_history(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "expertId");
    struct expert_seen seen;
    struct page page;
    struct tx *tx;

    TRY(corrections_page(x, rq, &page));
    TRY(db_begin(x, &tx));
    TRY(q_expert_seen(tx, id, &seen));
    audit_read(tx, "expert", id, "history");
    return corrections_reply(x, rq, tx, &page, id, (struct opt_uuid){0}, NULL, rs);
}

const struct handler experts_handlers[] = {
    {"createExpert", create_expert},
    {"getExpert", get_expert},
    {"patchExpert", patch_expert},
    {"listExpertHistory", list_expert_history},
    {"restrictExpert", restrict_expert},
    {"liftExpertRestriction", lift_expert_restriction},
    {"searchExperts", search_experts},
    {"getExpertResidence", get_expert_residence},
    {"putExpertResidence", put_expert_residence},
    {"createExpertCompetence", create_expert_competence},
    {"patchExpertCompetence", patch_expert_competence},
    {"deleteExpertCompetence", delete_expert_competence},
    {"createExpertWindow", create_expert_window},
    {"deleteExpertWindow", delete_expert_window},
    {"whoSawExpert", who_saw_expert},
    {NULL, NULL},
};
