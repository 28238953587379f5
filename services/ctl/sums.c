/* sums.c - see sums.h */
#include "ctl/sums.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

#define HEX 64
#define PATH 48 /* contents/01/ and a name */
#define LINE (HEX + 2 + PATH + 1)

const char *sums_path(struct arena *a, const char *object)
{
    return arena_printf(a, "contents/%.2s/%s", object, object);
}

void sums_add(FILE *f, struct arena *a, const char *hex, const char *object)
{
    fprintf(f, "%s  %s\n", hex, sums_path(a, object));
}

static const char *search(struct arena *a, int fd, off_t lines, const char *path)
{
    char line[LINE];
    off_t low = 0, high = lines;

    while (low < high) {
        off_t at = low + (high - low) / 2;
        int o;

        if (pread(fd, line, LINE, at * LINE) != LINE || line[LINE - 1] != '\n')
            return NULL;
        o = memcmp(line + HEX + 2, path, PATH);
        if (o == 0)
            return arena_strndup(a, line, HEX);
        if (o < 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

const char *sums_find(struct arena *a, const char *folder, const char *object)
{
    int fd = open(arena_printf(a, "%s/" SUMS_FILE, folder), O_RDONLY | O_CLOEXEC);
    const char *ret = NULL;
    struct stat st;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0)
        ret = search(a, fd, st.st_size / LINE, sums_path(a, object));
    close(fd);
    return ret;
}
