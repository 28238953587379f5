/*
 * date_zone.c - zones by name.
 *
 * A zone is read from the system's tz database at its first use and kept as long as the process: there are
 * about 600. A new tz database takes effect when the process starts anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/tzif.h"

#define ZONEINFO "/usr/share/zoneinfo/"

enum { NAME_MAX_BYTES = 64, FILE_MAX_BYTES = 64 * 1024, BUCKETS = 128 };

struct zone {
    struct zone *next;
    struct tzif *tzif;
    char name[];
};

static struct zone *zones[BUCKETS];

/*
 * Each part begins with a capital letter: that keeps out "..", "posix/", "right/" (which counts leap
 * seconds), "localtime" and the tables that lie in the same folder.
 */
static bool name_ok(const char *name)
{
    bool start = true;
    size_t n = 0;

    for (const char *s = name; *s != '\0'; s++) {
        bool capital = *s >= 'A' && *s <= 'Z';

        if (++n > NAME_MAX_BYTES || (start && !capital))
            return false;
        if (!capital && !(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && strchr("/_+-", *s) == NULL)
            return false;
        start = *s == '/';
    }
    return n > 0 && !start;
}

static size_t bucket_of(const char *name)
{
    uint32_t h = 2166136261U; /* FNV-1a */

    for (; *name != '\0'; name++)
        h = (h ^ (uint8_t)*name) * 16777619U;
    return h % BUCKETS;
}

static struct tzif *read_file(const char *name)
{
    char path[sizeof(ZONEINFO) + NAME_MAX_BYTES];
    struct tzif *z = NULL;
    struct stat st;
    uint8_t *content;
    int fd;

    snprintf(path, sizeof(path), ZONEINFO "%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX_BYTES) {
        content = malloc((size_t)st.st_size + 1);
        if (content == NULL)
            abort();
        if (read(fd, content, (size_t)st.st_size) == st.st_size)
            z = tzif_parse(content, (size_t)st.st_size);
        free(content);
    }
    close(fd);
    return z;
}

static const struct tzif *zone_get(const char *name)
{
    struct tzif *tzif;
    struct zone *z;
    size_t bucket;

    if (!name_ok(name))
        return NULL;
    bucket = bucket_of(name);
    for (z = zones[bucket]; z != NULL; z = z->next) {
        if (strcmp(z->name, name) == 0)
            return z->tzif;
    }
    tzif = read_file(name);
    if (tzif == NULL)
        return NULL;
    z = malloc(sizeof(*z) + strlen(name) + 1);
    if (z == NULL)
        abort();
    memcpy(z->name, name, strlen(name) + 1);
    z->tzif = tzif;
    z->next = zones[bucket];
    zones[bucket] = z;
    return tzif;
}

bool date_zone_ok(const char *zone)
{
    return zone_get(zone) != NULL;
}

static int64_t whole_seconds(int64_t us)
{
    return us / DATE_US_PER_S - (us % DATE_US_PER_S < 0);
}

bool date_zone_offset(const char *zone, int64_t us, int32_t *ret_seconds)
{
    const struct tzif *z = zone_get(zone);

    if (z == NULL)
        return false;
    *ret_seconds = tzif_offset(z, whole_seconds(us));
    return true;
}

bool date_zone_instant(const char *zone, int32_t days, int32_t second_of_day, int64_t *ret_us)
{
    const struct tzif *z = zone_get(zone);
    int64_t local = days * 86400LL + second_of_day, first, second;
    int32_t before, after;

    if (z == NULL)
        return false;
    /* No offset is larger than 26 hours, so these are in force before and after any change near this time. */
    before = tzif_offset(z, local - 26 * 3600);
    after = tzif_offset(z, local + 26 * 3600);
    first = local - (before > after ? before : after);
    second = local - (before > after ? after : before);
    if (tzif_offset(z, first) == local - first)
        *ret_us = first * DATE_US_PER_S;
    else if (tzif_offset(z, second) == local - second)
        *ret_us = second * DATE_US_PER_S;
    else
        *ret_us = (local - before) * DATE_US_PER_S; /* in a gap: as if the clock had not been put forward */
    return true;
}
