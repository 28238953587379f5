/* timeline.c - see timeline.h. */
#include "cases/timeline/timeline.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/timeline/kinds.h"
#include "cases/timeline/queries.h"

void timeline_add(struct tx *tx, struct uuid case_id, const char *kind, const char *data,
                  const char *sensitivity)
{
    const struct ctx *x = tx_ctx(tx);
    q_timeline_add(tx, &(struct q_timeline_add_in){.id = uuid_new(x->now_us),
                                                   .case_id = case_id,
                                                   .kind = kind,
                                                   .data = data ? data : "{}",
                                                   .sensitivity = sensitivity,
                                                   .by_user = x->who->subject,
                                                   .at = x->now_us});
}

/* Puts the data's text members into {name}; what is not there stays out. */
static const char *fill(struct arena *a, const char *sentence, const char *data)
{
    json_t *values;
    struct buf out;

    if (!strchr(sentence, '{') || json_parse(a, data, strlen(data), 8, &values))
        return sentence;
    buf_init(&out, a, 128);
    while (*sentence) {
        size_t n = strcspn(sentence, "{");
        const char *close = strchr(sentence + n, '}');

        buf_put(&out, sentence, n);
        sentence += n;
        if (!close)
            break;
        const char *value =
            json_member_text(values, arena_strndup(a, sentence + 1, (size_t)(close - sentence) - 1));
        buf_puts(&out, value ? value : "…");
        sentence = close + 1;
    }
    return buf_text(&out);
}

const char *timeline_sentence(struct arena *a, const char *kind, const char *data)
{
    static const struct {
        const char *kind, *sentence;
    } kinds[] = {
#define KIND(kind_, sentence_) {kind_, sentence_},
        TIMELINE_KINDS(KIND)
#undef KIND
    };
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (str_eq(kinds[i].kind, kind))
            return fill(a, kinds[i].sentence, data);
    return kind;
}
