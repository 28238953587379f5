/*
 * db_error.c - what PostgreSQL's refusals mean for a caller.
 *
 * Messages of class 22 quote the value at fault and DETAIL quotes rows: neither reaches a log.
 */
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "io/db_internal.h"

const struct err db_err_away = {
    .kind = ERR_UNAVAILABLE, .code = "db.away", .detail = "The database is away."};

static const char *field(const PGresult *r, int code)
{
    const char *s = PQresultErrorField(r, code);

    return s ? s : "";
}

static const char *state_of(const PGresult *r)
{
    return field(r, PG_DIAG_SQLSTATE);
}

static bool in_class(const char *state, const char *class)
{
    return strncmp(state, class, strlen(class)) == 0;
}

bool db_error_is_stale(const PGresult *r)
{
    return strcmp(state_of(r), "26000") == 0 || strcmp(state_of(r), "0A000") == 0;
}

bool db_error_is_cut(const PGresult *r)
{
    return state_of(r)[0] == '\0';
}

bool db_error_is_fatal(const PGresult *r)
{
    return strcmp(field(r, PG_DIAG_SEVERITY_NONLOCALIZED), "FATAL") == 0;
}

static const char *cause_of(struct arena *a, const struct pending *p, const PGresult *r)
{
    const char *state = state_of(r);
    const char *constraint = field(r, PG_DIAG_CONSTRAINT_NAME);

    return arena_printf(a, "%s: %s %s%s%s", p ? p->s->name : "?", state,
                        in_class(state, "22") ? "" : field(r, PG_DIAG_MESSAGE_PRIMARY),
                        *constraint ? " / " : "", constraint);
}

static err_t make(struct arena *a, enum err_kind kind, const char *code, const char *detail,
                  const char *cause)
{
    struct err *e = ARENA_NEW(a, struct err);

    *e = (struct err){.kind = kind, .code = code, .detail = detail, .cause = cause};
    return e;
}

/* Class 23: a constraint says no, and its name tells the client which. */
static err_t integrity(struct arena *a, const char *state, const PGresult *r, const char *cause)
{
    static const struct {
        const char *state;
        enum err_kind kind;
        const char *prefix, *detail;
    } rules[] = {
        {"23505", ERR_CONFLICT, "unique", "There is one like this already."},
        {"23P01", ERR_CONFLICT, "exclusion", "It overlaps another one."},
        {"23503", ERR_INVALID, "reference", "It refers to something that is not there."},
        {"23514", ERR_INVALID, "check", "A value is not allowed here."},
    };

    for (size_t i = 0; i < LENGTH(rules); i++) {
        if (strcmp(state, rules[i].state) == 0)
            return make(a, rules[i].kind,
                        arena_printf(a, "%s.%s", rules[i].prefix, field(r, PG_DIAG_CONSTRAINT_NAME)),
                        rules[i].detail, cause);
    }
    return make(a, ERR_BUG, "db.integrity", "Something went wrong on our side.", cause);
}

/* sqlgen's wrap of "exactly 1" casts this sentence to a number; see gen/README.md. */
static bool is_row_count(const struct pending *p, const char *state, const PGresult *r)
{
    return p && p->s->rows == DB_EXACTLY_1 && strcmp(state, "22P02") == 0 &&
           strstr(field(r, PG_DIAG_MESSAGE_PRIMARY), "rows instead of 1");
}

err_t db_error_of(struct arena *a, const struct pending *p, const PGresult *r)
{
    const char *state = state_of(r);
    const char *cause = cause_of(a, p, r);

    if (db_error_is_stale(r) && p && p->text->fault_state[0]) { /* what its Parse met is what happened */
        state = p->text->fault_state;
        cause = arena_printf(a, "%s: cannot be prepared: %s %s", p->s->name, state, p->text->fault);
    }
    if (db_error_is_cut(r))
        return make(a, ERR_UNAVAILABLE, "db.away", db_err_away.detail,
                    arena_strdup(a, PQresultErrorMessage(r)));
    if (is_row_count(p, state, r))
        return make(a, ERR_CONFLICT, "row.changed", "What is to be changed is no longer as expected.", cause);
    if (in_class(state, "WF")) /* RAISE EXCEPTION USING ERRCODE = 'WF001', MESSAGE = 'some.code' */
        return make(a, ERR_CONFLICT, arena_strdup(a, field(r, PG_DIAG_MESSAGE_PRIMARY)),
                    "The state does not allow it.", cause);
    if (in_class(state, "23"))
        return integrity(a, state, r, cause);
    if (in_class(state, "22"))
        return make(a, ERR_INVALID, "db.value", "A value cannot be stored.", cause);
    if (in_class(state, "40") || strcmp(state, "55P03") == 0)
        return make(a, ERR_UNAVAILABLE, "db.again", "Others were working on the same; please try again.",
                    cause);
    if (strcmp(state, "57014") == 0 || strcmp(state, "25P03") == 0)
        return make(a, ERR_UNAVAILABLE, "db.timeout", "The database took too long.", cause);
    if (strcmp(state, "53100") == 0)
        return make(a, ERR_UNAVAILABLE, "db.full", "There is no room to store it now.", cause);
    if (in_class(state, "57P") || in_class(state, "08") || in_class(state, "53") ||
        strcmp(state, "25006") == 0)
        return make(a, ERR_UNAVAILABLE, "db.away", db_err_away.detail, cause);
    if (strcmp(state, "42501") == 0 && strstr(field(r, PG_DIAG_MESSAGE_PRIMARY), "row-level security"))
        return make(a, ERR_DENIED, "db.rowSecurity", "This may not be written by you.", cause);
    return make(a, ERR_BUG, "db.error", "Something went wrong on our side.", cause);
}

void db_error_log(const char *msg, const char *statement, const PGresult *r)
{
    const char *state = state_of(r);

    log_line(LOG_ERROR, NULL, msg, LOG_TEXT("statement", statement), LOG_TEXT("sqlstate", state),
             LOG_TEXT("cause", in_class(state, "22") ? "" : field(r, PG_DIAG_MESSAGE_PRIMARY)));
}
