/* fuzz_tzif.c - files of the tz database. */
#include "base/tzif.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tzif *z = tzif_parse(data, size);

    if (z == NULL)
        return 0;
    for (int64_t t = -62135596800; t < 253402300800; t += 777777777) {
        int32_t offset = tzif_offset(z, t);

        FUZZ_CHECK(offset >= -26 * 3600 && offset <= 26 * 3600);
    }
    tzif_free(z);
    return 0;
}
