/* transitions.c - the moves of an assignment: listed with what they lack, and made. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "web/page.h"
#include "web/request.h"

static void write_transitions(struct ctx *x, struct response *rs, const struct assignment_locked *of,
                              const struct assignment_facts *facts, bool dry_run)
{
    struct buf *out = reply_begin(rs, 200);

    reply_etag(rs, of->version);
    buf_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(x->arena, of->id), of->status, of->version, dry_run ? "true" : "false");
    machine_write(x->arena, out, assignment_machine(), of->status, assignment_judge, facts);
    buf_putc(out, '}');
}

/* listAssignmentTransitions: GET /assignments/{assignmentId}/transitions */
err_t list_assignment_transitions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct assignment_facts facts;
    struct assignment_locked of;
    struct tx *tx;

    TRY(db_begin_read(x, &tx)); /* many statements: not in the lane of the short ones */
    TRY(q_assignment_state(tx, id, &of));
    TRY(assignment_facts_read(x, tx, &of, &facts));
    audit_read(tx, "assignment", id, "transitions");
    write_transitions(x, rs, &of, &facts, false);
    return NULL;
}

/* makeAssignmentTransition: POST /assignments/{assignmentId}/transitions */
err_t make_assignment_transition(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    const char *reason = json_member_text(body, "reason");
    struct uuid id = request_path_uuid(rq, "assignmentId");
    bool dry_run = request_query_bool(rq, "dryRun", false);
    const struct machine_move *move;
    struct assignment_facts facts;
    struct assignment_locked of;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_assignment_lock(tx, id, &of));
    TRY(etag_match(rq, of.version));
    TRY(assignment_facts_read(x, tx, &of, &facts));
    TRY(machine_move(x->arena, assignment_machine(), of.status, json_member_text(body, "transition"), reason,
                     assignment_judge, &facts, &move));
    if (dry_run) {
        audit_read(tx, "assignment", id, "transitions");
    } else {
        TRY(assignment_move_make(x, tx, &of, move, reason));
        TRY(q_assignment_state(tx, id, &of));
        TRY(assignment_facts_read(x, tx, &of, &facts));
    }
    write_transitions(x, rs, &of, &facts, dry_run);
    return NULL;
}

/* listAssignmentMoves: GET /assignments/{assignmentId}/moves */
err_t list_assignment_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct assignment_move_row *rows;
    struct assignment_locked of;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_assignment_moves_page, &page));
    TRY(db_begin_read(x, &tx));
    q_assignment_state_later(tx, id, &of);
    TRY(q_assignment_moves(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "moves");
    return reply_page(x, rq, rs, &q_assignment_moves_page, &page, &assignment_move_row_json, rows, n);
}
