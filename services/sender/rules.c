/* rules.c - see rules.h. */
#include "rules.h"

#include <stddef.h>

#include "base/json.h"
#include "base/str.h"

#define FIRST_US 10000000LL
#define LONGEST_US 3600000000LL

#define SERVICES_MAX 2

static const struct {
    const char *basis;
    bool of_case;
    const char *services[SERVICES_MAX + 1];
} knowing[] = {
    {"appointment", true, {"cases"}},
    {"document", true, {"cases"}},
    {"task", true, {"cases"}},
    {"task", false, {"cases"}},
    {"case", true, {"cases"}},
    {"appointment", false, {"cases"}}, /* to a person or to staff, by hand */
    {"document", false, {"cases"}},
    {"case", false, {"cases"}},
    {"movement", true, {"travel", "cases"}},
    {"movement", false, {"travel", "diaspora"}},
    {"survey", false, {"diaspora"}},
};

const char *const *rules_send_services(const char *basis, bool of_case)
{
    for (size_t i = 0; i < LENGTH(knowing); i++)
        if (str_eq(knowing[i].basis, basis) && knowing[i].of_case == of_case)
            return knowing[i].services;
    return NULL;
}

const json_t *rules_send_join(struct arena *a, const json_t *so_far, const json_t *answer)
{
    return so_far ? json_merge_patch(a, so_far, answer) : answer;
}

int64_t rules_send_pause_us(int32_t attempts, uint64_t seed)
{
    int64_t pause = FIRST_US;
    for (int32_t i = 1; i < attempts && pause < LONGEST_US; i++)
        pause *= 2;
    if (pause > LONGEST_US)
        pause = LONGEST_US;
    return pause + (int64_t)(seed % (uint64_t)(pause / 5));
}
