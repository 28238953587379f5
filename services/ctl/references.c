/* references.c - see references.h */
#include "ctl/references.h"

#include <stddef.h>

#include "ctl/scripts.h"

const struct reference references[] = {
    {"travel", embed_refs_movement_case_sql, "cases", "cases", "id", false, "a movement whose case is gone"},
    {"travel", embed_refs_movement_request_sql, "cases", "travel_requests", "id", false,
     "a movement made for a request that is gone"},
    {"travel", embed_refs_movement_assignment_sql, "diaspora", "assignments", "id", false,
     "a movement whose assignment is gone"},
    {"cases", embed_refs_case_movement_sql, "travel", "movements", "id", false,
     "a case whose movement is gone"},
    {"cases", embed_refs_case_waits_sql, "travel", "movement_refs", "request_id", true,
     "a case that waits for a movement which is there"},
    {"diaspora", embed_refs_expert_movement_sql, "travel", "movements", "id", false,
     "an assignment or mission whose movement is gone"},
    {"notifications", embed_refs_message_case_sql, "cases", "cases", "id", false,
     "messages to be sent of a case that is gone"},
    {0},
};
