/* rules.c - see rules.h. */
#include "rules.h"

#define FIRST_US 10000000LL
#define LONGEST_US 3600000000LL

int64_t rules_send_pause_us(int32_t attempts, uint64_t seed)
{
    int64_t pause = FIRST_US;
    for (int32_t i = 1; i < attempts && pause < LONGEST_US; i++)
        pause *= 2;
    if (pause > LONGEST_US)
        pause = LONGEST_US;
    return pause + (int64_t)(seed % (uint64_t)(pause / 5));
}
