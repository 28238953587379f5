/* opt.h - values that may be absent (SQL null, JSON null), and arrays. Text uses a NULL pointer instead. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

struct opt_bool {
    bool set, v;
};
struct opt_i32 {
    bool set;
    int32_t v;
};
struct opt_i64 { /* also instants: microseconds since 1970 UTC */
    bool set;
    int64_t v;
};
struct opt_f64 {
    bool set;
    double v;
};
struct opt_date { /* days since 1970-01-01 */
    bool set;
    int32_t v;
};
struct opt_uuid {
    bool set;
    struct uuid v;
};
struct bytes {
    const uint8_t *p; /* NULL: absent */
    size_t n;
};
struct text_array {
    const char **v;
    size_t n;
};
struct uuid_array {
    const struct uuid *v;
    size_t n;
};

#define OPT_UUID(u) ((struct opt_uuid){.set = true, .v = (u)})
#define OPT_I64(x) ((struct opt_i64){.set = true, .v = (x)})
#define OPT_I32(x) ((struct opt_i32){.set = true, .v = (x)})
#define OPT_DATE(x) ((struct opt_date){.set = true, .v = (x)})
#define OPT_BOOL(x) ((struct opt_bool){.set = true, .v = (x)})
