/*
 * log.h - one JSON object per line on standard error: time, level, program, msg, and named fields.
 *
 * No personal data, tokens or bodies. Control characters are escaped.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct ctx;

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Set once at start. */
void log_init(const char *program, enum log_level least);
bool log_wants(enum log_level level);

/* A field of a line: LOG_TEXT("route", r), LOG_INT("status", 200). */
struct log_field {
    const char *name;
    const char *text; /* NULL: the number is taken */
    int64_t number;
};
static inline const char *log_text(const char *s) /* an array's address is never NULL, and gcc says so */
{
    return s ? s : "";
}
#define LOG_TEXT(name_, text_)                                                                               \
    (struct log_field)                                                                                       \
    {                                                                                                        \
        .name = (name_), .text = log_text(text_)                                                             \
    }
#define LOG_INT(name_, number_)                                                                              \
    (struct log_field)                                                                                       \
    {                                                                                                        \
        .name = (name_), .number = (number_)                                                                 \
    }

/* log_line(LOG_INFO, x, "request", LOG_TEXT("operation", op), LOG_INT("us", 120)); x may be NULL. */
void log_fields(enum log_level level, const struct ctx *x, const char *msg, const struct log_field *f,
                size_t n);
#define log_line(level, x, msg, ...)                                                                         \
    log_fields((level), (x), (msg), (struct log_field[]){{0}, ##__VA_ARGS__} + 1,                            \
               sizeof((struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - 1)

/* Lines written so far of a level, for /metrics. */
uint64_t log_count(enum log_level level);
/* An error with kind, code, detail and cause. */
void log_err(enum log_level level, const struct ctx *x, const char *msg, err_t e);
