/* rules.c - the states of a document; see rules.h. */
#include "cases/documents/rules.h"

#include "base/str.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "document.state", "The document's state does not allow this step.");
ERR_DEFINE(err_verified, ERR_CONFLICT, "document.verified",
           "A verified document changes only by its own steps.");
ERR_DEFINE(err_validity, ERR_CONFLICT, "document.validity", "The document has ended already.");

err_t rules_document_step(const char *from, const char *to)
{
    static const struct {
        const char *from, *to;
    } steps[] = {
        {"needed", "requested"},  {"needed", "received"},    {"requested", "received"},
        {"received", "verified"}, {"received", "rejected"},  {"verified", "rejected"},
        {"verified", "expired"},  {"rejected", "requested"}, {"rejected", "received"},
        {"expired", "requested"}, {"expired", "received"},
    };
    for (size_t i = 0; i < LENGTH(steps); i++)
        if (str_eq(from, steps[i].from) && str_eq(to, steps[i].to))
            return NULL;
    return err_state;
}

err_t rules_document_editable(const char *status)
{
    return str_eq(status, "verified") || str_eq(status, "expired") ? err_verified : NULL;
}

err_t rules_document_dates(struct arena *a, struct opt_date from, struct opt_date until)
{
    static const struct fault fault = {
        .at = "/validUntil", .code = "document.dates", .detail = "The document would end before it begins."};
    if (from.set && until.set && until.v < from.v)
        return err_faults(a, ERR_INVALID, "request.invalid", "The dates do not fit.", &fault, 1);
    return NULL;
}

err_t rules_document_verifiable(struct opt_date until, int32_t today)
{
    return until.set && until.v < today ? err_validity : NULL;
}
