/* unit.c - main() of every unit test program: TAP on standard output, no fork where that would hide findings.
 */
#include "unit.h"

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

int main(void)
{
    SRunner *sr = srunner_create(unit_suite());
    int failed;

    /* The leak check runs when a process ends by itself: Check's children do not. */
#ifdef SANITIZED
    srunner_set_fork_status(sr, CK_NOFORK);
#endif
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
