/* timeline.c - see timeline.h. */
#include "cases/timeline/timeline.h"

#include "base/cleanup.h"
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

const char *timeline_sentence(const char *kind)
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
            return kinds[i].sentence;
    return kind;
}
