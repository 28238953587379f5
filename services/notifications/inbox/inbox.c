/* inbox.c - see inbox.h. */
#include "notifications/inbox/inbox.h"

#include "app/program.h"
#include "io/queue.h"
#include "notifications/inbox/queries.h"
#include "web/http.h"

#define CHANNEL "inbox"

void inbox_add(struct ctx *x, struct tx *tx, const struct inbox_new *in)
{
    q_staff_inbox_add(tx, &(struct q_staff_inbox_add_in){.id = uuid_new(x->now_us),
                                                         .user_id = in->user_id,
                                                         .topic = in->topic,
                                                         .subject = in->subject,
                                                         .body = in->body,
                                                         .case_id = in->case_id,
                                                         .message_id = in->message_id,
                                                         .now = x->now_us});
}

void inbox_poke(const struct program *p)
{
    if (p->queue)
        queue_poke(p->queue, CHANNEL);
}

static void poked(void *arg)
{
    struct program *p = arg;
    if (p->http)
        http_poke(p->http, CHANNEL);
}

void inbox_listen(struct program *p)
{
    if (p->queue)
        queue_listen(p->queue, CHANNEL, poked, p);
}
