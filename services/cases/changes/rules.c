/* rules.c - see rules.h. */
#include "cases/changes/rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/changes/changes.h"

ERR_DEFINE(err_expired, ERR_INVALID, "changes.expired",
           "The cursor is of before what is kept: read what is shared anew and start without a cursor.");

const char *change_position_text(struct arena *a, const struct change_position *p)
{
    return arena_printf(a, "%" PRId64 " %s %" PRId64 " %" PRId64, p->xid, uuid_text(a, p->id), p->issued_us,
                        p->generation);
}

/* "xid uuid time generation", as change_position_text writes it. */
bool change_position_parse(const char *text, struct change_position *ret)
{
    char xid[24], id[37], issued[24], generation[24];
    char *const words[] = {xid, id, issued, generation};
    const size_t sizes[] = {sizeof xid, sizeof id, sizeof issued, sizeof generation};

    for (size_t i = 0; i < LENGTH(words); i++) {
        size_t n = strcspn(text, " ");

        if (n == 0 || n >= sizes[i])
            return false;
        memcpy(words[i], text, n);
        words[i][n] = '\0';
        text += n;
        if (i + 1 < LENGTH(words) && *text++ != ' ')
            return false;
    }
    return *text == '\0' && str_to_i64(xid, 0, INT64_MAX, &ret->xid) && uuid_parse(id, &ret->id) &&
           str_to_i64(issued, 0, INT64_MAX, &ret->issued_us) &&
           str_to_i64(generation, 0, INT64_MAX, &ret->generation);
}

err_t rules_change_position(const struct change_position *p, int64_t ahead, int64_t generation,
                            int64_t now_us)
{
    if (p->xid > ahead || p->generation != generation ||
        p->issued_us < now_us - CHANGES_KEPT_DAYS * DATE_US_PER_DAY)
        return err_expired;
    return NULL;
}

struct change_position rules_change_next(const struct change_position *last, int64_t below, int64_t now_us)
{
    struct change_position next = {.xid = below, .issued_us = now_us};

    if (last && last->xid >= below) {
        next.xid = last->xid;
        next.id = last->id;
    }
    return next;
}
