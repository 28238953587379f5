/* places.c - see places.h. A sealed column that lacks here is told by keys check. */
#include "ctl/places.h"

#define NAMED(service_, name_, table_, column_, key_, cls_, index_)                                          \
    {                                                                                                        \
        .service = (service_), .name = (name_), .table = (table_), .column = (column_), .key = (key_),       \
        .cls = (cls_), .index = (index_)                                                                     \
    }

#define PLACE(service_, table_, column_, key_, cls_)                                                         \
    NAMED(service_, table_ "." column_, table_, column_, key_, cls_, NULL)

const struct place places[] = {
    NAMED("cases", "person_identifiers.number", "person_identifiers", "number_sealed", "id", "'document'",
          "number_index"),
    PLACE("cases", "residence_statuses", "document_number", "id", "'document'"),
    PLACE("cases", "referrals", "handover", "id", "'document'"),
    PLACE("cases", "protection_clearances", "finding", "case_id", "'protection'"),
    NAMED("cases", "person_history.former", "wf.corrections", "former", "id", "'document'", NULL),
    PLACE("cases", "document_contents", "data_key", "id", "'document'"),
    PLACE("cases", "subject_parts", "sealed", "id", "'document'"),
    PLACE("travel", "passengers", "document_number", "id", "'document'"),
    NAMED("travel", "person_history.former", "wf.corrections", "former", "id", "'document'", NULL),
    PLACE("travel", "clearances", "note", "id",
          "CASE WHEN kind = 'fitness' THEN 'health' ELSE 'document' END"),
    PLACE("travel", "escorts", "name", "id", "'document'"),
    PLACE("travel", "escorts", "phone", "id", "'document'"),
    PLACE("travel", "assistance_points", "receiver_name", "id", "'document'"),
    PLACE("travel", "assistance_points", "receiver_phone", "id", "'document'"),
    PLACE("travel", "abns", "snapshot", "id", "'document'"),
    PLACE("travel", "manifests", "contents", "id", "'document'"),
    PLACE("diaspora", "expert_residences", "sealed", "expert_id", "'document'"),
    NAMED("diaspora", "person_history.former", "wf.corrections", "former", "id", "'document'", NULL),
    PLACE("diaspora", "travel_requests", "party", "id", "'document'"),
    PLACE("diaspora", "survey_respondents", "contact", "id", "'document'"),
    PLACE("notifications", "subscriptions", "secret", "id", "'webhook'"),
    NAMED("notifications", "subscriptions.secret", "subscriptions", "previous_secret", "id", "'webhook'",
          NULL),
    {0},
};
