/* machine.c - see machine.h. */
#include "base/machine.h"

#include "base/actions.h"
#include "base/json.h"
#include "base/str.h"

bool machine_leaves(const struct machine_move *move, const char *status)
{
    for (size_t i = 0; i < MACHINE_FROM_MAX && move->from[i]; i++) {
        if (str_eq(move->from[i], status))
            return true;
    }
    return false;
}

err_t machine_find(struct arena *a, struct machine m, const char *status, const char *code,
                   const char *reason, const struct machine_move **ret)
{
    bool known = false;

    /* One code may lead elsewhere from another status: two lines of the table. */
    for (size_t i = 0; i < m.n; i++) {
        const struct machine_move *move = &m.moves[i];

        if (!str_eq(move->code, code))
            continue;
        known = true;
        if (!machine_leaves(move, status))
            continue;
        if (move->reason_required && (!reason || !*reason))
            return err_new(a, ERR_INVALID, "reason.required", "This move needs a reason.");
        *ret = move;
        return NULL;
    }
    if (!known)
        return err_new(a, ERR_INVALID, "transition.unknown", "There is no such transition.");
    return err_new(a, ERR_CONFLICT, "transition.unavailable",
                   "The move does not leave from the present status.");
}

err_t machine_move(struct arena *a, struct machine m, const char *status, const char *code,
                   const char *reason, machine_judge *judge, const void *facts,
                   const struct machine_move **ret)
{
    struct unmet_list list = {0};

    TRY(machine_find(a, m, status, code, reason, ret));
    if (judge)
        judge(a, facts, *ret, &list);
    return unmet_err(a, &list);
}

static void write_one(struct arena *a, struct buf *out, const struct machine_move *move, machine_judge *judge,
                      const void *facts)
{
    struct unmet_list list = {0};

    if (judge)
        judge(a, facts, move, &list);
    buf_puts(out, "{\"code\":");
    json_write_text(out, move->code);
    buf_puts(out, ",\"to\":");
    json_write_text(out, move->to);
    buf_printf(out, ",\"allowed\":%s,\"reasonRequired\":%s,\"unmet\":", list.n == 0 ? "true" : "false",
               move->reason_required ? "true" : "false");
    unmet_write(out, &list);
    buf_putc(out, '}');
}

void machine_write(struct arena *a, struct buf *out, struct machine m, const char *status,
                   machine_judge *judge, const void *facts)
{
    size_t shown = 0;

    buf_putc(out, '[');
    for (size_t i = 0; i < m.n; i++) {
        if (!machine_leaves(&m.moves[i], status))
            continue;
        if (shown++ > 0)
            buf_putc(out, ',');
        write_one(a, out, &m.moves[i], judge, facts);
    }
    buf_putc(out, ']');
}

void machine_write_transitions(struct arena *a, struct buf *out, const struct machine_shown *shown,
                               struct machine m, machine_judge *judge, const void *facts)
{
    buf_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"version\":%d,\"dryRun\":%s,\"transitions\":",
               uuid_text(a, shown->id), shown->status, shown->version, shown->dry_run ? "true" : "false");
    machine_write(a, out, m, shown->status, judge, facts);
    buf_putc(out, '}');
}

void machine_actions(struct arena *a, struct machine m, const char *status, struct text_array *actions)
{
    for (size_t i = 0; i < m.n; i++)
        action_add(a, actions, machine_leaves(&m.moves[i], status), m.moves[i].code);
}
