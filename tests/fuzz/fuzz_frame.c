/* fuzz_frame.c - the first judge of bytes from the network: heads and chunked bodies. */
#include "web/frame.h"

#include <string.h>

#include "fuzz.h"

/* A verdict must not depend on how the bytes arrive. */
static void check_head(const char *p, size_t n)
{
    struct frame_head head = {0}, again = {0};
    struct frame_fault fault = {0};

    if (frame_head(p, n, &head, &fault) != FRAME_OK)
        return;
    FUZZ_CHECK(head.bytes <= n && head.bytes <= FRAME_HEAD_BYTES);
    FUZZ_CHECK(head.target + head.target_bytes <= head.bytes && head.target_bytes <= FRAME_TARGET_BYTES);
    FUZZ_CHECK(memchr(p, '\0', head.bytes) == NULL);
    FUZZ_CHECK(frame_head(p, head.bytes, &again, &fault) == FRAME_OK && again.bytes == head.bytes);
    for (size_t cut = head.bytes / 2; cut < head.bytes; cut += 1 + head.bytes / 16)
        FUZZ_CHECK(frame_head(p, cut, &again, &fault) == FRAME_MORE);
}

static enum frame_verdict chunks_by(const char *p, size_t n, size_t step, struct frame_chunks *state)
{
    struct frame_fault fault = {0};
    enum frame_verdict v = FRAME_MORE;

    *state = (struct frame_chunks){0};
    for (size_t have = 0; v == FRAME_MORE && have < n;) {
        have = have + step < n ? have + step : n;
        v = frame_chunks(state, p, have, &fault);
        FUZZ_CHECK(state->done <= have && state->body <= FRAME_BODY_BYTES);
    }
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    struct frame_chunks whole, parts;
    enum frame_verdict v;

    check_head(p, size);
    v = chunks_by(p, size, size ? size : 1, &whole);
    FUZZ_CHECK(chunks_by(p, size, 3, &parts) == v);
    if (v == FRAME_OK)
        FUZZ_CHECK(whole.done == parts.done && whole.body == parts.body);
    return 0;
}
