/* log.c - a line is built in memory and leaves in one write. */
#include "base/log.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/json.h"

enum { TEXT_MAX = 2048 }; /* bytes of one field; the rest is cut */

static const char *program_name = "wayfare";
static enum log_level least_level = LOG_INFO;
static struct arena *line_memory; /* emptied for each line */
static uint64_t lines[LOG_ERROR + 1];

void log_init(const char *program, enum log_level least)
{
    program_name = program;
    least_level = least;
}

bool log_wants(enum log_level level)
{
    return level >= least_level;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    return names[level];
}

/* A text from anywhere: cut, and each byte that is not UTF-8 becomes a question mark. */
static const char *presentable(const char *text)
{
    size_t n = strnlen(text, TEXT_MAX + 1);
    char *copy;

    if (n <= TEXT_MAX && str_utf8_ok(text, n))
        return text;
    n = n <= TEXT_MAX ? n : TEXT_MAX;
    while (n > 0 && text[n] != '\0' && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    copy = arena_strndup(line_memory, text, n);
    if (!str_utf8_ok(copy, n)) {
        for (size_t i = 0; i < n; i++) {
            if ((unsigned char)copy[i] >= 0x80)
                copy[i] = '?';
        }
    }
    return copy;
}

static void put_text(struct buf *out, const char *name, const char *text)
{
    buf_putc(out, ',');
    json_write_text(out, name);
    buf_putc(out, ':');
    json_write_text(out, presentable(text));
}

/* Which request or job the line belongs to. */
static void put_ctx(struct buf *out, const struct ctx *x)
{
    char trace_id[33];

    if (x->operation != NULL)
        put_text(out, "operation", x->operation);
    if (x->request_id[0] != '\0')
        put_text(out, "requestId", x->request_id);
    if (strnlen(x->traceparent, 35) == 35) {
        /* version, trace id, span id, flags (W3C Trace Context) */
        memcpy(trace_id, x->traceparent + 3, 32);
        trace_id[32] = '\0';
        put_text(out, "traceId", trace_id);
    }
}

static void write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDERR_FILENO, p, n);

        if (done <= 0)
            return; /* there is nobody to tell */
        p += done;
        n -= (size_t)done;
    }
}

void log_fields(enum log_level level, const struct ctx *x, const char *msg, const struct log_field *f,
                size_t n)
{
    struct buf out;

    if (!log_wants(level))
        return;
    lines[level]++;
    if (line_memory == NULL)
        line_memory = arena_new();
    buf_init(&out, line_memory, 1024);
    buf_puts(&out, "{\"time\":");
    json_write_instant(&out, clock_now_us());
    put_text(&out, "level", level_name(level));
    put_text(&out, "program", program_name);
    put_text(&out, "msg", msg);
    if (x != NULL)
        put_ctx(&out, x);
    for (size_t i = 0; i < n; i++) {
        if (f[i].text != NULL) {
            put_text(&out, f[i].name, f[i].text);
        } else {
            buf_putc(&out, ',');
            json_write_text(&out, f[i].name);
            buf_putc(&out, ':');
            json_write_i64(&out, f[i].number);
        }
    }
    buf_puts(&out, "}\n");
    write_all(out.p, out.n);
    arena_reset(line_memory);
}

uint64_t log_count(enum log_level level)
{
    return lines[level];
}

void log_err(enum log_level level, const struct ctx *x, const char *msg, err_t e)
{
    log_line(level, x, msg, LOG_TEXT("kind", err_kind_name(e->kind)), LOG_TEXT("code", e->code),
             LOG_TEXT("detail", e->detail), LOG_TEXT("cause", e->cause),
             LOG_INT("faults", (int64_t)e->nfaults));
}
