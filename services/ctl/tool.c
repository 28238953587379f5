/* tool.c - see tool.h */
#include "ctl/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

#define SAID_MAX 4096
#define DEBIAN_TOOLS "/usr/lib/postgresql/15/bin"

struct child {
    const char *const *argv;
    const char *variable; /* of the environment, that holds the password */
    const char *password;
    uid_t uid; /* 0: as we are */
    gid_t gid;
    const char *user;
};

/* In the child; never returns. */
static void become(const struct child *c, const char *path, int said, pid_t parent)
{
    int none = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    if (c->uid != 0 && (initgroups(c->user, c->gid) != 0 || setgid(c->gid) != 0 || setuid(c->uid) != 0))
        _exit(126);
    if (c->uid != 0)
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* a change of user clears it */
    umask(077);                           /* what is written is of persons */
    dup2(none, 0);
    dup2(said, 1);
    dup2(said, 2);
    if (c->password != NULL && *c->password != '\0')
        setenv(c->variable, c->password, 1);
    setenv("PATH", path, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (c->uid != 0 && chdir("/") != 0) /* ours may be closed to it */
        _exit(126);
    execvp(c->argv[0], (char *const *)(uintptr_t)c->argv);
    _exit(127);
}

/* What it says, until it closes its end: the last SAID_MAX bytes. */
static const char *listen_to(struct arena *a, int fd)
{
    char *kept = arena_alloc(a, 2 * SAID_MAX + 1);
    size_t n = 0;
    ssize_t got;

    while ((got = read(fd, kept + n, SAID_MAX)) > 0 || (got < 0 && errno == EINTR)) {
        n += got > 0 ? (size_t)got : 0;
        if (n > SAID_MAX) {
            memmove(kept, kept + n - SAID_MAX, SAID_MAX);
            n = SAID_MAX;
        }
    }
    while (n > 0 && kept[n - 1] == '\n')
        n--;
    kept[n] = '\0';
    return kept;
}

/* *ret_said: what it wrote. */
static err_t run(struct arena *a, const struct child *c, const char **ret_said)
{
    const char *had = getenv("PATH"),
               *path = arena_printf(a, "%s:" DEBIAN_TOOLS, had != NULL ? had : "/usr/bin:/bin"), *said;
    pid_t parent = getpid(), pid;
    int ends[2], status;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_new(a, ERR_UNAVAILABLE, "ctl.tool", "%s: %s", c->argv[0], strerror(errno));
    pid = fork();
    if (pid == 0)
        become(c, path, ends[1], parent);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return err_new(a, ERR_UNAVAILABLE, "ctl.tool", "%s: %s", c->argv[0], strerror(errno));
    }
    said = listen_to(a, ends[0]);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *ret_said = said;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && *said == '\0')
        said = "it is not installed";
    return err_new(a, ERR_INVALID, "ctl.tool", "%s failed: %s", c->argv[0], said);
}

err_t tool_run(struct arena *a, const char *const *argv, const char *password)
{
    const char *said;

    return tool_output(a, argv, "PGPASSWORD", password, &said);
}

err_t tool_output(struct arena *a, const char *const *argv, const char *variable, const char *password,
                  const char **ret)
{
    return run(a, &(struct child){.argv = argv, .variable = variable, .password = password}, ret);
}

err_t tool_run_as_owner(struct arena *a, const char *folder, const char *const *argv)
{
    struct child c = {.argv = argv};
    const struct passwd *pw;
    const char *said;
    struct stat st;

    if (stat(folder, &st) != 0)
        return err_new(a, ERR_INVALID, "ctl.file", "%s: %s", folder, strerror(errno));
    if (getuid() != 0 || st.st_uid == 0)
        return run(a, &c, &said);
    pw = getpwuid(st.st_uid);
    if (pw == NULL)
        return err_new(a, ERR_INVALID, "ctl.file", "%s belongs to nobody that is known here", folder);
    c.uid = st.st_uid;
    c.gid = pw->pw_gid;
    c.user = pw->pw_name;
    return run(a, &c, &said);
}
