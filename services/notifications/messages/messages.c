/* messages.c - see messages.h. */
#include "notifications/messages/messages.h"

#include "notifications/messages/queries.h"

struct uuid message_plan(struct ctx *x, struct tx *tx, const struct message_new *m)
{
    struct uuid id = uuid_new(x->now_us);
    q_message_add(tx, &(struct q_message_add_in){.id = id,
                                                 .case_id = m->case_id,
                                                 .person_id = m->person_id,
                                                 .user_id = m->user_id,
                                                 .topic = m->topic,
                                                 .template = m->template,
                                                 .class = m->class,
                                                 .basis_kind = m->basis_kind,
                                                 .basis_id = m->basis_id,
                                                 .basis_event = m->basis_event,
                                                 .basis_starts_at = m->basis_starts_at,
                                                 .ref_kind = m->ref_kind,
                                                 .ref_id = m->ref_id,
                                                 .send_at = m->send_us,
                                                 .expires_at = m->expires_us,
                                                 .sensitivity = m->sensitivity ? m->sensitivity : "",
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    q_message_due_set(tx, id, m->send_us);
    return id;
}
