/* unit.c - main() of every unit test program: TAP on standard output, no fork where that would hide findings.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

struct arena *unit_arena;

void unit_set_up(void)
{
    unit_arena = arena_new();
}

void unit_tear_down(void)
{
    arena_endp(&unit_arena);
}

int unit_child(void (*fn)(void *arg), void *arg, char *out, size_t bytes)
{
    int ends[2], status = -1;
    size_t n = 0;
    ssize_t got;
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        fn(arg);
        fflush(NULL);
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    while (n + 1 < bytes && (got = read(ends[0], out + n, bytes - 1 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

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
