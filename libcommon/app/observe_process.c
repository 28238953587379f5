/* observe_process.c - see observe_internal.h. The names process_* are those that every Prometheus client has.
 */
#include "app/observe_internal.h"

#include <dirent.h>
#include <glob.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/program.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "web/metrics.h"

#define DAY_S 86400

static double open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    double n = -3; /* ".", ".." and the one that looks */

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return dir ? n : 0;
}

static double resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long pages = 0;

    if (f && fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

void observe_process(int64_t started_us)
{
    struct rusage use;
    struct rlimit files;

    if (getrusage(RUSAGE_SELF, &use) == 0)
        metric_set(metric_counter("process_cpu_seconds_total", "Processor time.", NULL), NULL,
                   (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
    observe_gauge("process_resident_memory_bytes", "Memory in use.", resident_bytes());
    observe_gauge("process_open_fds", "Open file descriptors.", open_files());
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        observe_gauge("process_max_fds", "File descriptors that may be open.", (double)files.rlim_cur);
    observe_gauge("process_start_time_seconds", "When the process began, in seconds since 1970.",
                  (double)started_us / 1e6);
}

/* A rotation writes the file anew, so its time is that of its newest key. */
static void key_ages(struct arena *a, const char *folder, const char *pattern)
{
    struct metric *age = metric_gauge("wayfare_key_age_seconds", "Since a key file was written.", "file");
    glob_t files = {0};
    struct stat st;

    if (glob(arena_printf(a, "%s/%s", folder, pattern), 0, NULL, &files) == 0)
        for (size_t i = 0; i < files.gl_pathc; i++)
            if (stat(files.gl_pathv[i], &st) == 0)
                metric_set(age, strrchr(files.gl_pathv[i], '/') + 1,
                           (double)clock_now_us() / 1e6 - (double)st.st_mtim.tv_sec);
    globfree(&files);
}

/* 0 for what cannot be read: it counts as ended. */
static double certificate_left(const char *path)
{
    FILE *f = fopen(path, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    int days = 0, seconds = 0;

    if (f)
        fclose(f);
    if (!x || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) != 1)
        days = seconds = 0;
    X509_free(x);
    return (double)days * DAY_S + seconds;
}

static void certificates(struct arena *a, const char *list)
{
    struct metric *left = metric_gauge("wayfare_certificate_left_seconds",
                                       "Until a certificate of WAYFARE_CERTIFICATES ends.", "file");

    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ":");
        const char *path = arena_strndup(a, at, n);

        if (n > 0)
            metric_set(left, path, certificate_left(path));
        at += n + (at[n] == ':');
    }
}

void observe_files(const struct program *p)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();

    if (p->keyring) {
        key_ages(a, p->conf.keys, "*.key");
        key_ages(a, p->conf.keys, "*.pem");
    }
    certificates(a, p->conf.certificates);
}
