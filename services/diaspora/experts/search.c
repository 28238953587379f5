/* search.c - finding experts, by POST since names never stand in a URL. */
#include "app/audit.h"
#include "base/ctx.h"
#include "base/json.h"
#include "diaspora/experts/internal.h"
#include "web/page.h"

static const char *filter_text(struct page *page, const json_t *body, const char *name)
{
    const char *value = json_member_text(body, name);

    if (value)
        page_filter(page, &q_expert_search_page, name);
    return value;
}

/* searchExperts: POST /experts/_search */
err_t search_experts(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq), *window = json_object_get(body, "window");
    struct q_expert_search_in in = {0};
    struct expert_hit *hits;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_expert_search_page, &page));
    in.name = filter_text(&page, body, "name");
    in.competence = filter_text(&page, body, "competence");
    in.language = filter_text(&page, body, "language");
    in.residence_country = filter_text(&page, body, "residenceCountry");
    in.programme = filter_text(&page, body, "programme");
    if (window) {
        in.window_from = json_member_date(window, "startsOn");
        in.window_until = json_member_date(window, "endsOn");
        page_filter(&page, &q_expert_search_page, "window");
    }
    if (in.competence || in.language || in.residence_country || in.programme || window)
        page_filter(&page, &q_expert_search_page, "candidates");
    if (!in.name && !in.competence && !in.language && !in.residence_country && !in.programme && !window)
        return err_new(x->arena, ERR_INVALID, "search.empty", "Name at least one criterion.");
    TRY(db_begin_read(x, &tx));
    TRY(q_expert_search(tx, &in, &page, &hits, &n));
    audit_rows(tx, "expert", hits, n, sizeof *hits, offsetof(struct expert_hit, id));
    return reply_page(x, rq, rs, &q_expert_search_page, &page, &expert_hit_json, hits, n);
}
