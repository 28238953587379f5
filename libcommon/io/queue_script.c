/* queue_script.c - Lua scripts of one key with whole numbers in and out: what must be read, decided and
 * written at once. */
#include "io/queue_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"

#define ARGS_MAX 12

ERR_DEFINE(err_script, ERR_UPSTREAM, "queue.script", "The queue answered a script as it should not.");

struct numbers {
    int64_t *v;
    size_t n;
};

static err_t take_numbers(struct queue_call *call, const redisReply *r, size_t index)
{
    const struct numbers *out = call->arg;

    (void)index;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != out->n)
        return err_script;
    for (size_t i = 0; i < out->n; i++) {
        if (r->element[i]->type != REDIS_REPLY_INTEGER)
            return err_script;
        out->v[i] = r->element[i]->integer;
    }
    return NULL;
}

err_t queue_script(struct ctx *x, struct queue *q, const char *script, const char *key, const char *who,
                   const int64_t *args, size_t nargs, int64_t *ret, size_t nret)
{
    struct numbers out = {ret, nret};
    struct queue_call call = {.arena = x->arena, .take = take_numbers, .arg = &out};
    const char *argv[5 + ARGS_MAX] = {"EVAL", script, "1", key, who};
    char texts[ARGS_MAX][24];

    if (nargs > ARGS_MAX)
        return err_internal(x->arena, ERR_BUG, "queue.script", "too many arguments");
    for (size_t i = 0; i < nargs; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%" PRId64, args[i]);
        argv[5 + i] = texts[i];
    }
    queue_send(&q->main, &call, 0, (int)(5 + nargs), argv, NULL);
    return queue_wait(&q->main, &call);
}
