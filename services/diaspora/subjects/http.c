/* http.c - persons as data subjects, for the cases service (api-spec/diaspora/subjects.yaml). */
#include "app/audit.h"
#include "app/subjects.h"
#include "base/arena.h"
#include "diaspora/areas.h"
#include "diaspora/subjects/queries.h"
#include "io/db.h"

/* getSubject: GET /subjects/{subjectId} */
static err_t get_subject(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "subjectId");
    struct subject_who who;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    TRY(q_subject_who(tx, id, &who));
    audit_read(tx, who.kind, id, "subject");
    return reply_row(rs, 200, &subject_who_json, &who);
}

const struct handler subjects_handlers[] = {
    {"getSubject", get_subject},
    {"getSubjectAnswer", subject_answer_get},
    {NULL, NULL},
};
