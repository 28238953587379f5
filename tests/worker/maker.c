/* maker.c - a producer for tests: what it finds in todo becomes a row of made and an event, in one
 * transaction. */
#include "app/outbox.h"
#include "app/worker_main.h"
#include "base/arena.h"
#include "io/db.h"
#include "queries.h"

#define BATCH 5

static err_t make(struct ctx *x, size_t *ret_done)
{
    struct todo_row *rows;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_todo_take(tx, BATCH, &rows, ret_done));
    for (size_t i = 0; i < *ret_done; i++) {
        const struct todo_row *r = &rows[i];
        const char *thing = uuid_text(x->arena, r->thing);

        q_made_add(tx, r->thing, r->key, r->n, r->org);
        outbox_add(tx, &(struct event){
                           .type = r->type,
                           .subject = r->thing,
                           .key = r->key,
                           .organisation = r->org,
                           .data = arena_printf(x->arena, "{\"thing\":\"%s\",\"n\":%d,\"mode\":\"%s\"}",
                                                thing, (int)r->n, r->mode),
                       });
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct work works[] = {{.name = "make", .run_once = make, .tick_us = 5 * 1000}};
    static const struct worker worker = {.name = "maker",
                                         .about = "makes events",
                                         .service = "maker",
                                         .works = works,
                                         .nworks = LENGTH(works)};

    return worker_main(argc, argv, &worker);
}
