/* families.c - families: who belongs together, with the history of splits and merges. */
#include "app/audit.h"
#include "base/arena.h"
#include "cases/cases/store.h"

static err_t family_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct family_row row;

    TRY(q_family_get(tx, id, &row));
    audit_read(tx, "family", id, "");
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/families/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &family_row_json, &row);
}

static void member_add(struct ctx *x, struct tx *tx, struct uuid family_id, struct uuid person_id,
                       const char *relation, bool dependant)
{
    q_family_member_add(tx, &(struct q_family_member_add_in){
                                .id = uuid_new(x->now_us),
                                .family_id = family_id,
                                .person_id = person_id,
                                .relation = relation,
                                .dependant = dependant,
                                .now = x->now_us,
                            });
}

/* One line of history; other is nil where no other family has part in it. */
static void change_add(struct ctx *x, struct tx *tx, struct uuid family_id, const char *kind,
                       struct uuid other, const struct uuid_array *persons, const char *reason)
{
    q_family_change_add(tx, &(struct q_family_change_add_in){
                                .id = uuid_new(x->now_us),
                                .family_id = family_id,
                                .kind = kind,
                                .other_id = uuid_is_nil(other) ? (struct opt_uuid){0} : OPT_UUID(other),
                                .person_ids = *persons,
                                .reason = reason,
                                .by = x->who->subject,
                                .now = x->now_us,
                            });
    q_family_touch(tx, family_id, x->now_us);
}

static const struct family_member *member_find(const struct family_member *members, size_t n,
                                               struct uuid person_id)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_eq(members[i].person_id, person_id))
            return &members[i];
    }
    return NULL;
}

/* Locks the family, checks If-Match, reads its members. */
static err_t family_open(struct tx *tx, const struct request *rq, struct uuid id, struct family_member **ret,
                         size_t *ret_n)
{
    struct family_locked family;

    q_family_lock_later(tx, id, &family);
    TRY(q_family_members(tx, id, ret, ret_n));
    return etag_match(rq, family.version);
}

/* createFamily: POST /families */
err_t create_family(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *members = json_object_get(request_body(rq), "members"), *member, *other;
    struct uuid id = uuid_new(x->now_us), person_id;
    struct tx *tx;
    size_t i, k;

    TRY(db_begin(x, &tx));
    q_family_insert(tx, id, x->now_us);
    json_array_foreach(members, i, member)
    {
        json_array_foreach(members, k, other)
        {
            if (k < i && str_eq(json_member_text(member, "personId"), json_member_text(other, "personId")))
                return err_new(x->arena, ERR_INVALID, "family.member", "A person stands twice.");
        }
        TRY(person_of(x, tx, json_object_get(member, "personId"), NULL, "", &person_id));
        member_add(x, tx, id, person_id, json_member_text(member, "relation"),
                   json_member_bool(member, "dependant", false));
    }
    audit_write(tx, "family", id, "create", "[\"members\"]");
    return family_reply(x, tx, id, 201, rs);
}

/* getFamily: GET /families/{familyId} */
err_t get_family(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    return family_reply(x, tx, request_path_uuid(rq, "familyId"), 200, rs);
}

/* addFamilyMember: POST /families/{familyId}/members */
err_t add_family_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "familyId"), person_id;
    const json_t *body = request_body(rq);
    struct family_member *members;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(family_open(tx, rq, id, &members, &n));
    TRY(person_of(x, tx, json_object_get(body, "personId"), NULL, "", &person_id));
    if (member_find(members, n, person_id))
        return err_new(x->arena, ERR_CONFLICT, "family.member", "The person belongs to the family already.");
    member_add(x, tx, id, person_id, json_member_text(body, "relation"),
               json_member_bool(body, "dependant", false));
    change_add(x, tx, id, "joined", (struct uuid){0}, &(struct uuid_array){.v = &person_id, .n = 1}, NULL);
    audit_write(tx, "family", id, "addMember", "[\"members\"]");
    return family_reply(x, tx, id, 201, rs);
}

/* removeFamilyMember: DELETE /families/{familyId}/members/{personId} */
err_t remove_family_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "familyId"), person_id = request_path_uuid(rq, "personId");
    const struct family_member *member;
    struct family_member *members;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(family_open(tx, rq, id, &members, &n));
    member = member_find(members, n, person_id);
    if (!member)
        return err_new(x->arena, ERR_MISSING, "family.noMember", "There is no such member.");
    q_family_member_leave(tx, member->id, x->now_us);
    change_add(x, tx, id, "left", (struct uuid){0}, &(struct uuid_array){.v = &person_id, .n = 1}, NULL);
    audit_write(tx, "family", id, "removeMember", "[\"members\"]");
    return family_reply(x, tx, id, 200, rs);
}

/* Moves a member to another family with what is said of it. */
static void member_move(struct ctx *x, struct tx *tx, const struct family_member *m, struct uuid to)
{
    q_family_member_leave(tx, m->id, x->now_us);
    member_add(x, tx, to, m->person_id, m->relation, m->dependant);
}

/* splitFamily: POST /families/{familyId}/split */
err_t split_family(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "familyId"), other = uuid_new(x->now_us);
    const json_t *body = request_body(rq), *ids = json_object_get(body, "personIds"), *item;
    const char *reason = json_member_text(body, "reason");
    struct uuid *moved = ARENA_ARRAY(x->arena, json_array_size(ids), struct uuid);
    struct uuid_array persons = {.v = moved, .n = json_array_size(ids)};
    struct family_member *members;
    struct tx *tx;
    size_t n, i;

    TRY(db_begin(x, &tx));
    TRY(family_open(tx, rq, id, &members, &n));
    if (persons.n >= n)
        return err_new(x->arena, ERR_CONFLICT, "family.empty", "Somebody must be left in the family.");
    q_family_insert(tx, other, x->now_us);
    json_array_foreach(ids, i, item)
    {
        const struct family_member *m;

        m = uuid_parse(json_string_value(item), &moved[i]) ? member_find(members, n, moved[i]) : NULL;
        if (!m)
            return err_new(x->arena, ERR_CONFLICT, "family.noMember", "One of the persons is no member.");
        member_move(x, tx, m, other);
    }
    change_add(x, tx, id, "split", other, &persons, reason);
    change_add(x, tx, other, "split", id, &persons, reason);
    audit_write(tx, "family", id, "split", "[\"members\"]");
    return family_reply(x, tx, other, 201, rs);
}

/* mergeFamily: POST /families/{familyId}/merge */
err_t merge_family(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "familyId"), other;
    const char *reason = json_member_text(request_body(rq), "reason");
    struct family_member *members, *joining;
    struct uuid_array persons = {0};
    struct family_locked locked;
    struct uuid *moved;
    struct tx *tx;
    size_t n, m;

    if (!uuid_parse(json_member_text(request_body(rq), "familyId"), &other) || uuid_eq(other, id))
        return err_new(x->arena, ERR_INVALID, "family.same", "Name another family.");
    TRY(db_begin(x, &tx));
    TRY(family_open(tx, rq, id, &members, &n));
    q_family_lock_later(tx, other, &locked);
    TRY(q_family_members(tx, other, &joining, &m));
    moved = ARENA_ARRAY(x->arena, m + 1, struct uuid);
    for (size_t i = 0; i < m; i++) {
        if (member_find(members, n, joining[i].person_id))
            q_family_member_leave(tx, joining[i].id, x->now_us);
        else
            member_move(x, tx, &joining[i], id);
        moved[persons.n++] = joining[i].person_id;
    }
    persons.v = moved;
    change_add(x, tx, id, "merge", other, &persons, reason);
    change_add(x, tx, other, "merge", id, &persons, reason);
    audit_write(tx, "family", id, "merge", "[\"members\"]");
    return family_reply(x, tx, id, 200, rs);
}
