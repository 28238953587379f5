/* request_query.c - query parameters in their own types. The document has checked their form. */
#include "web/request.h"

#include "base/date.h"

struct opt_uuid request_query_uuid(const struct request *rq, const char *name)
{
    const char *text = request_query(rq, name);
    struct opt_uuid u = {0};
    u.set = text != NULL && uuid_parse(text, &u.v);
    return u;
}

struct opt_date request_query_date(const struct request *rq, const char *name)
{
    const char *text = request_query(rq, name);
    struct opt_date d = {0};
    d.set = text != NULL && date_parse(text, &d.v);
    return d;
}
