/* rules.c - see rules.h. */
#include "cases/enquiries/rules.h"

#include "base/date.h"

ERR_DEFINE(err_programme, ERR_DENIED, "enquiry.programme",
           "An enquiry about a programme is recorded by its staff.");

/* A clock that runs ahead a little is no lie. */
#define SKEW_US (5 * 60 * DATE_US_PER_S)

err_t rules_enquiry(struct arena *a, const char *programme, bool known, bool works_in, int64_t happened_us,
                    int64_t now_us)
{
    struct fault_list faults = {0};

    if (programme && !known)
        fault_add(a, &faults,
                  (struct fault){.at = "/programme",
                                 .code = "programme.unknown",
                                 .detail = "There is no such programme."});
    if (happened_us > now_us + SKEW_US)
        fault_add(a, &faults,
                  (struct fault){.at = "/happenedAt",
                                 .code = "enquiry.future",
                                 .detail = "It cannot have been later than now."});
    if (faults.n > 0)
        return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The enquiry is not valid.");
    return programme && !works_in ? err_programme : NULL;
}
