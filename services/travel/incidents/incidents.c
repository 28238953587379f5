/* incidents.c - see incidents.h. */
#include "travel/incidents/incidents.h"

#include "app/audit.h"
#include "travel/incidents/queries.h"

void incident_note(struct ctx *x, struct tx *tx, const struct incident_noted *in)
{
    struct uuid id = uuid_new(x->now_us);

    q_incident_add(tx, &(struct q_incident_add_in){.id = id,
                                                   .movement_id = in->movement_id,
                                                   .passenger_id = in->passenger_id,
                                                   .segment_id = in->segment_id,
                                                   .kind = in->kind,
                                                   .severity = in->severity,
                                                   .at = in->at,
                                                   .source = "system",
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "incident", id, "create", NULL);
}
