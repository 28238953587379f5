/* page.c - see page.h. */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "web/http_internal.h"
#include "web/queries.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200
#define APART "\x1f"                /* between the parts of a text; in none of them */
#define FROM_START "0"              /* changedSince without a token yet */
#define CHANGES_AGE_MAX (1LL << 30) /* transactions; the database compares their numbers modulo 2^32 */

static const struct fault cursor_fault = {.in = FAULT_PARAMETER,
                                          .at = "cursor",
                                          .code = "cursor.invalid",
                                          .detail =
                                              "The cursor is not one of this list, client and filters."};
static const struct err cursor_error = {.kind = ERR_INVALID,
                                        .code = "cursor.invalid",
                                        .detail = "Begin again without a cursor.",
                                        .faults = &cursor_fault,
                                        .nfaults = 1};
ERR_DEFINE(err_token, ERR_INVALID, "cursor.invalid", "The token is not one that this client was given.");
ERR_DEFINE(err_expired, ERR_INVALID, "changes.expired",
           "Read the list anew with changedSince=" FROM_START ".");
ERR_DEFINE(err_unchanging, ERR_BUG, "page.changed",
           "The document offers changedSince where the statement cannot tell.");
ERR_DEFINE(err_sort, ERR_BUG, "page.sort", "The document offers a sort that the statement does not have.");

struct page_changes {
    int64_t since;       /* 0: from the start */
    const char *cluster; /* whose number since is; NULL without one */
    int64_t next;        /* of the walk's first page; 0 on that page itself */
    struct page_horizon horizon;
};

static const struct request *request_of(const struct ctx *x)
{
    return x->edge;
}

/* A parameter of a list: from the query, or (search by POST) a member of the body. NULL if absent. */
static const char *asked(const struct request *rq, const char *name)
{
    const struct openapi_value *v = openapi_value(rq->op, &rq->values, PARAM_QUERY, name);

    return v ? v->text : json_string_value(json_object_get(request_body(rq), name));
}

static uint32_t limit_of(const struct request *rq)
{
    const struct openapi_value *v = openapi_value(rq->op, &rq->values, PARAM_QUERY, "limit");
    const json_t *j = v ? v->json : json_object_get(request_body(rq), "limit");
    json_int_t n = json_is_integer(j) ? json_integer_value(j) : LIMIT_DEFAULT;

    return n < 1 ? 1 : n > LIMIT_MAX ? LIMIT_MAX : (uint32_t)n;
}

static err_t sort_of(const struct request *rq, const struct db_list *list, struct db_list_choice *c)
{
    const char *sort = asked(rq, "sort");

    c->descending = list->sorts[0].descending;
    if (!sort)
        return NULL;
    c->descending = sort[0] == '-';
    for (uint16_t i = 0; i < list->nsorts; i++) {
        if (strcmp(list->sorts[i].name, sort + c->descending) == 0) {
            c->sort = (uint8_t)i;
            return NULL;
        }
    }
    return err_sort;
}

static bool asked_true(const struct request *rq, const char *name)
{
    const struct openapi_value *v = openapi_value(rq->op, &rq->values, PARAM_QUERY, name);

    return json_is_true(v ? v->json : json_object_get(request_body(rq), name));
}

/* Neither the place in the list nor what is told beside it binds a cursor. */
static bool is_bound(const char *name)
{
    return strcmp(name, "cursor") != 0 && strcmp(name, "limit") != 0 && strcmp(name, "count") != 0;
}

/* Whose token it is. */
static void owner_write(struct buf *out, const struct ctx *x)
{
    buf_printf(out, "%s" APART "%s" APART "%s" APART, x->who->organisation, x->who->client_id,
               x->who->is_user ? x->who->subject : "");
}

/* What a cursor is bound to: list, client, sort, and every parameter but the place in the list. */
static struct buf bound_of(const struct ctx *x, const struct request *rq, const struct db_list_choice *c)
{
    json_t *body = request_body(rq);
    struct buf out;

    buf_init(&out, x->arena, 512);
    buf_printf(&out, "%s" APART "%d%d" APART, rq->op->id, c->sort, c->descending);
    owner_write(&out, x);
    for (size_t i = 0; i < rq->op->nparams; i++) {
        const struct openapi_param *p = &rq->op->params[i];
        const char *text = rq->values.params[i].text;
        if (p->in != PARAM_HEADER && text && is_bound(p->name))
            buf_printf(&out, "%s=%s" APART, p->name, text);
    }
    if (json_is_object(body)) {
        json_t *rest = arena_own_json(x->arena, json_copy(body));
        json_object_del(rest, "cursor");
        json_object_del(rest, "limit");
        json_object_del(rest, "count");
        buf_puts(&out, json_text_canonical(x->arena, rest));
    }
    return out;
}

/* The token that this walk through the changes ends with. */
static int64_t next_of(const struct page_changes *c)
{
    return c->next ? c->next : c->horizon.below;
}

/* Direction, id, of a walk through changes its next token, key. */
static const char *cursor_write(struct ctx *x, const struct request *rq, const struct page_kind *kind,
                                const struct page *page, const void *row, bool backwards)
{
    struct buf bound = bound_of(x, rq, &page->choice), plain;
    struct uuid id;
    const char *key = db_list_key(x->arena, kind->statement, &page->choice, row, &id);

    buf_init(&plain, x->arena, 128);
    buf_putc(&plain, backwards ? 'b' : 'f');
    buf_put(&plain, id.b, sizeof(id.b));
    if (page->changes) {
        int64_t xid = next_of(page->changes);
        buf_put(&plain, (const char *)&xid, sizeof(xid));
    }
    buf_puts(&plain, key);
    struct bytes sealed = seal(x->arena, &rq->http->cursor_key, bound.p, bound.n, plain.p, plain.n);

    return str_base64url(x->arena, sealed.p, sealed.n);
}

static err_t cursor_read(struct ctx *x, const struct request *rq, const char *text, struct page *page)
{
    struct db_list_choice *c = &page->choice;
    struct buf bound = bound_of(x, rq, c);
    struct bytes sealed, plain;
    size_t fixed = 1 + sizeof(c->key_id.b) + (page->changes ? sizeof(int64_t) : 0);
    uint8_t *p;

    if (!str_unbase64url(x->arena, text, strlen(text), &p, &sealed.n))
        return &cursor_error;
    sealed.p = p;
    if (!unseal(x->arena, &rq->http->cursor_key, bound.p, bound.n, sealed, &plain) || plain.n < fixed)
        return &cursor_error;
    c->has_key = true;
    c->backwards = plain.p[0] == 'b';
    memcpy(c->key_id.b, plain.p + 1, sizeof(c->key_id.b));
    if (page->changes)
        memcpy(&page->changes->next, plain.p + 1 + sizeof(c->key_id.b), sizeof(int64_t));
    c->key = (const char *)plain.p + fixed;
    return NULL;
}

/* What a token of changes is for: this list. */
static const char *changes_purpose(struct ctx *x, const struct request *rq)
{
    return arena_printf(x->arena, "changedSince %s", rq->op->id);
}

/* "4711 7345678901234567890.1" */
static err_t changes_read(struct ctx *x, const struct request *rq, const struct db_list *list,
                          const char *token, struct page *page)
{
    struct page_changes *c = page->changes = ARENA_NEW(x->arena, struct page_changes);
    const char *text, *space;

    if (!list->changed)
        return err_unchanging;
    if (strcmp(token, FROM_START) == 0)
        return NULL;
    TRY(page_token_read(x, changes_purpose(x, rq), token, &text));
    space = strchr(text, ' ');
    if (!space || !str_to_i64(arena_strndup(x->arena, text, (size_t)(space - text)), 1, INT64_MAX, &c->since))
        return err_token;
    c->cluster = space + 1;
    page->choice.changed = true;
    page->choice.changed_since = c->since;
    return NULL;
}

static void extras_queue(struct tx *tx, const struct page *page, const struct db_statement *count,
                         const void *params)
{
    const struct db_list_choice all = {.filters = page->choice.filters,
                                       .changed = page->choice.changed,
                                       .changed_since = page->choice.changed_since};

    if (page->changes) /* before the rows: what is written between the two comes again */
        q_page_horizon_later(tx, &page->changes->horizon);
    if (page->total)
        db_queue(tx, count, params, &all, page->total, NULL, NULL);
}

err_t page_read(struct ctx *x, const struct request *rq, const struct page_kind *kind, struct page *ret)
{
    const struct db_list *list = kind->statement->list;
    struct page page = {.limit = limit_of(rq)};
    const char *cursor = asked(rq, "cursor"), *changed_since = asked(rq, "changedSince");

    TRY(sort_of(rq, list, &page.choice));
    for (uint16_t i = 0; i < list->nfilters; i++) {
        if (openapi_value(rq->op, &rq->values, PARAM_QUERY, list->filters[i].query) &&
            request_query(rq, list->filters[i].query))
            page.choice.filters |= 1u << i;
    }
    if (asked_true(rq, "count"))
        page.total = ARENA_NEW(x->arena, int64_t);
    if (changed_since)
        TRY(changes_read(x, rq, list, changed_since, &page));
    page.queue = page.total || page.changes ? extras_queue : NULL;
    if (cursor)
        TRY(cursor_read(x, rq, cursor, &page));
    x->lists = !page.changes; /* a token of changes tells of the primary's transactions */
    *ret = page;
    return NULL;
}

void page_filter(struct page *page, const struct page_kind *kind, const char *filter)
{
    const struct db_list *list = kind->statement->list;

    for (uint16_t i = 0; i < list->nfilters; i++) {
        if (strcmp(list->filters[i].name, filter) == 0)
            page->choice.filters |= 1u << i;
    }
}

/* What the body has beside its rows. */
static err_t extras_write(struct ctx *x, const struct request *rq, const struct page *page, struct buf *out)
{
    struct page_changes *c = page->changes;

    if (page->total)
        buf_printf(out, ",\"total\":%" PRId64, *page->total);
    if (!c)
        return NULL;
    if (c->since && (strcmp(c->cluster, c->horizon.cluster) != 0 || c->since > c->horizon.ahead ||
                     c->horizon.ahead - c->since > CHANGES_AGE_MAX))
        return err_expired;
    buf_puts(out, ",\"changedSince\":");
    json_write_text(out,
                    page_token(x, changes_purpose(x, rq),
                               arena_printf(x->arena, "%" PRId64 " %s", next_of(c), c->horizon.cluster)));
    return NULL;
}

/* The query as it came, without its cursor. */
static void query_write(struct buf *out, const char *query)
{
    for (const char *at = query; *at;) {
        size_t n = strcspn(at, "&");
        if (n > 0 && strncmp(at, "cursor=", 7) != 0) {
            buf_put(out, at, n);
            buf_putc(out, '&');
        }
        at += n + (at[n] == '&');
    }
}

static void link_write(struct buf *out, const struct request *rq, const char *cursor, const char *rel)
{
    if (out->n)
        buf_puts(out, ", ");
    buf_putc(out, '<');
    buf_put(out, rq->path, rq->path_bytes);
    buf_putc(out, '?');
    query_write(out, rq->query);
    buf_printf(out, "cursor=%s>; rel=\"%s\"", cursor, rel);
}

err_t reply_page(struct ctx *x, const struct request *rq, struct response *rs, const struct page_kind *kind,
                 const struct page *page, const struct json_shape *shape, const void *rows, size_t n)
{
    bool spare = n > page->limit, backwards = page->choice.backwards;
    size_t shown = spare ? page->limit : n;
    const char *first = (const char *)rows + (backwards && spare ? (n - shown) * shape->size : 0);
    const char *next = NULL, *previous = NULL;
    struct buf *out = reply_begin(rs, 200), link;

    if (shown > 0 && (spare || backwards))
        next = cursor_write(x, rq, kind, page, first + (shown - 1) * shape->size, false);
    if (shown > 0 && (backwards ? spare : page->choice.has_key))
        previous = cursor_write(x, rq, kind, page, first, true);
    buf_puts(out, "{\"items\":");
    json_write_array(out, shape, first, shown);
    buf_puts(out, ",\"next\":");
    json_write_text(out, next);
    TRY(extras_write(x, rq, page, out));
    buf_putc(out, '}');
    if (strcmp(rq->method, "POST") == 0 || (!next && !previous))
        return NULL; /* a link cannot repeat a body */
    buf_init(&link, x->arena, 1024);
    if (next)
        link_write(&link, rq, next, "next");
    if (previous)
        link_write(&link, rq, previous, "prev");
    reply_header(rs, "Link", buf_text(&link));
    return NULL;
}

static struct buf token_bound(struct ctx *x, const char *purpose)
{
    struct buf out;

    buf_init(&out, x->arena, 128);
    buf_printf(&out, "token" APART "%s" APART, purpose);
    owner_write(&out, x);
    return out;
}

const char *page_token(struct ctx *x, const char *purpose, const char *text)
{
    struct buf bound = token_bound(x, purpose);
    struct bytes sealed =
        seal(x->arena, &request_of(x)->http->cursor_key, bound.p, bound.n, text, strlen(text));

    return str_base64url(x->arena, sealed.p, sealed.n);
}

err_t page_token_read(struct ctx *x, const char *purpose, const char *token, const char **ret_text)
{
    struct buf bound = token_bound(x, purpose);
    struct bytes sealed, plain;
    uint8_t *p;

    if (!str_unbase64url(x->arena, token, strlen(token), &p, &sealed.n))
        return err_token;
    sealed.p = p;
    if (!unseal(x->arena, &request_of(x)->http->cursor_key, bound.p, bound.n, sealed, &plain))
        return err_token;
    *ret_text = (const char *)plain.p;
    return NULL;
}
