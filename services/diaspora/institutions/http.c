/* http.c - host institutions and their Dutch counterparts (api-spec/diaspora/institutions.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/institutions/institutions.h"
#include "diaspora/institutions/internal.h"
#include "diaspora/institutions/queries.h"
#include "diaspora/institutions/rules.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/state.h"
#include "web/page.h"

err_t institution_check(struct ctx *x, struct tx *tx, struct uuid id, const char *wanted,
                        const char *programme, const char *pointer, struct fault_list *faults)
{
    struct institution_brief brief;
    struct institution_ref ref = {0};

    TRY(q_institution_brief(tx, id, &ref.found, &brief));
    if (ref.found) {
        ref.role = brief.role;
        ref.status = brief.status;
        ref.programmes = brief.programmes;
    }
    rules_institution_ref(x->arena, &ref, wanted, programme, pointer, faults);
    return NULL;
}

err_t institution_active(struct tx *tx, struct uuid id, bool *ret)
{
    struct institution_brief brief;
    bool found;

    TRY(q_institution_brief(tx, id, &found, &brief));
    *ret = found && str_eq(brief.status, "active");
    return NULL;
}

err_t institution_country(struct tx *tx, struct uuid id, const char **ret)
{
    struct institution_brief brief;
    bool found;

    TRY(q_institution_brief(tx, id, &found, &brief));
    *ret = found ? brief.country : NULL;
    return NULL;
}

static err_t reply_institution(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct institution_row row;

    TRY(q_institution_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &institution_row_json, &row);
}

/* listInstitutions: GET /institutions */
static err_t list_institutions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct institution_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_institution_list_page, &page));
    struct q_institution_list_in in = {.programme = request_query(rq, "programme"),
                                       .role = request_query(rq, "role"),
                                       .country = request_query(rq, "country"),
                                       .sector = request_query(rq, "sector"),
                                       .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    TRY(q_institution_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "institution", rows, n, sizeof *rows, offsetof(struct institution_row, id));
    return reply_page(x, rq, rs, &q_institution_list_page, &page, &institution_row_json, rows, n);
}

/* Its programmes are known (programmes_mine has seen those that are new). */
static err_t check_terms(struct ctx *x, const struct institution_locked *in)
{
    const struct programme **all = ARENA_ARRAY(x->arena, in->programmes.n + 1, const struct programme *);
    struct institution_terms t = {
        .role = in->role, .country = in->country, .sector = in->sector, .programmes = all};
    struct fault_list faults = {0};

    for (size_t i = 0; i < in->programmes.n; i++) {
        all[t.nprogrammes] = programmes_find(diaspora_state(x)->programmes, in->programmes.v[i]);
        if (all[t.nprogrammes])
            t.nprogrammes++;
    }
    rules_institution(x->arena, &t, &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The institution is not valid.");
}

/* createInstitution: POST /institutions */
static err_t create_institution(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct institution_locked in = {.contacts = "[]"};
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(request_read(x, rq, &institution_locked_json, &in));
    TRY(programmes_mine(x, &in.programmes, "/programmes"));
    TRY(check_terms(x, &in));
    TRY(db_begin(x, &tx));
    q_institution_add(tx, &(struct q_institution_add_in){.id = id,
                                                         .programmes = in.programmes,
                                                         .role = in.role,
                                                         .name = in.name,
                                                         .country = in.country,
                                                         .sector = in.sector,
                                                         .profile = in.profile,
                                                         .contacts = in.contacts,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    audit_write(tx, "institution", id, "create", json_member_names(x->arena, request_body(rq)));
    reply_location(x, rs, "/institutions/%s", uuid_text(x->arena, id));
    return reply_institution(tx, id, 201, rs);
}

/* getInstitution: GET /institutions/{institutionId} */
static err_t get_institution(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "institutionId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "institution", id, "contact");
    return reply_institution(tx, id, 200, rs);
}

/* patchInstitution: PATCH /institutions/{institutionId} */
static err_t patch_institution(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "institutionId");
    struct institution_locked in;
    struct text_array before;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_institution_lock(tx, id, &in));
    TRY(etag_match(rq, in.version_));
    before = in.programmes;
    TRY(request_read(x, rq, &institution_locked_json, &in));
    TRY(programmes_change_mine(x, &before, &in.programmes, "/programmes"));
    TRY(check_terms(x, &in));
    q_institution_save(tx, &(struct q_institution_save_in){.id = id,
                                                           .programmes = in.programmes,
                                                           .name = in.name,
                                                           .sector = in.sector,
                                                           .profile = in.profile,
                                                           .contacts = in.contacts,
                                                           .status = in.status,
                                                           .now = x->now_us});
    audit_write(tx, "institution", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_institution(tx, id, 200, rs);
}

const struct handler institutions_handlers[] = {
    {"listInstitutions", list_institutions},
    {"createInstitution", create_institution},
    {"getInstitution", get_institution},
    {"patchInstitution", patch_institution},
    {"listInstitutionLinks", list_institution_links},
    {"createInstitutionLink", create_institution_link},
    {"getInstitutionLink", get_institution_link},
    {"patchInstitutionLink", patch_institution_link},
    {"listVisits", list_visits},
    {"createVisit", create_visit},
    {"getVisit", get_visit},
    {"patchVisit", patch_visit},
    {"completeVisit", complete_visit},
    {"cancelVisit", cancel_visit},
    {NULL, NULL},
};
