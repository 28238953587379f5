/* uuid.h - identifiers: UUID version 7 (RFC 9562), rising within a process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

struct uuid {
    uint8_t b[16]; /* network order; all zero is "none" */
};

struct uuid uuid_new(int64_t now_us);
bool uuid_is_nil(struct uuid u);
bool uuid_eq(struct uuid a, struct uuid b);
/* The canonical 36-character form, lower or upper case, nothing else. */
bool uuid_parse(const char *s, struct uuid *ret);
/* out has 37 bytes. */
void uuid_format(struct uuid u, char *out);
const char *uuid_text(struct arena *a, struct uuid u);
