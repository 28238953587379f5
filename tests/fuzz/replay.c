/* replay.c - main() of a target without libFuzzer: every file of the folders given as arguments, in TAP. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

static int by_name_not_hidden(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* The input has memory of its own size, so that a byte read outside is found. */
static void replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data;
    long size;

    FUZZ_CHECK(f != NULL);
    FUZZ_CHECK(fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0);
    rewind(f);
    data = malloc((size_t)size);
    FUZZ_CHECK(size == 0 || data != NULL);
    FUZZ_CHECK(fread(data, 1, (size_t)size, f) == (size_t)size);
    fclose(f);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int n = scandir(argv[i], &entries, by_name_not_hidden, alphasort);

        if (n <= 0) {
            printf("not ok %d - %s has no files\n", ++count, argv[i]);
            continue;
        }
        for (int e = 0; e < n; e++) {
            char path[4096];

            snprintf(path, sizeof(path), "%s/%s", argv[i], entries[e]->d_name);
            replay(path);
            printf("ok %d - %s\n", ++count, entries[e]->d_name);
            fflush(stdout);
            free(entries[e]);
        }
        free(entries);
    }
    printf("1..%d\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
