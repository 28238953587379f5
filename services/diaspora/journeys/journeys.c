/* journeys.c - asking the travel service for a journey, and calling it off; see journeys.h. */
#include "diaspora/journeys/journeys.h"

#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/outbox.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/journeys/queries.h"
#include "io/db.h"

static void told(struct ctx *x, struct tx *tx, const char *what, struct uuid id, const char *ref_kind,
                 struct uuid ref_id, const char *reason)
{
    struct arena *a = x->arena;
    const char *ref = uuid_text(a, ref_id);
    const char *assignment = str_eq(ref_kind, "assignment") ? arena_printf(a, "\"%s\"", ref) : "null";

    outbox_add(
        tx,
        &(struct event){
            .type = what,
            .subject = id,
            .key = ref_id,
            .data = arena_printf(
                a, "{\"travelRequestId\":\"%s\",\"assignmentId\":%s,\"refKind\":\"%s\",\"refId\":\"%s\"%s}",
                uuid_text(a, id), assignment, ref_kind, ref,
                reason ? arena_printf(a, ",\"reason\":\"%s\"", reason) : "")});
}

err_t journey_add(struct ctx *x, struct tx *tx, const struct journey_new *n)
{
    struct bytes sealed;

    TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                     "travel_requests.party", n->id, n->party, &sealed));
    q_travel_request_insert(tx,
                            &(struct q_travel_request_insert_in){
                                .id = n->id,
                                .programme = n->programme,
                                .ref_kind = n->ref_kind,
                                .ref_id = n->ref_id,
                                .assignment_id = n->phase_id.set ? OPT_UUID(n->ref_id) : (struct opt_uuid){0},
                                .phase_id = n->phase_id,
                                .earliest = n->earliest,
                                .latest = n->latest,
                                .party = sealed,
                                .by = x->who->subject,
                                .now = x->now_us,
                            });
    told(x, tx, "diaspora.travel.requested", n->id, n->ref_kind, n->ref_id, NULL);
    audit_write(tx, "travelRequest", n->id, "create", NULL);
    return NULL;
}

err_t journey_cancel(struct ctx *x, struct tx *tx, struct uuid id, const char *reason)
{
    struct travel_request_locked r;

    TRY(q_travel_request_lock(tx, id, &r));
    q_travel_request_cancel(tx, id, reason, x->now_us);
    told(x, tx, "diaspora.travel.cancelled", id, r.ref_kind, r.ref_id, reason);
    audit_write(tx, "travelRequest", id, "cancel", NULL);
    return NULL;
}

err_t journeys_cancel(struct ctx *x, struct tx *tx, const char *of, struct uuid id, const char *reason)
{
    struct travel_request_open *open;
    size_t n;

    if (str_eq(of, "phase"))
        TRY(q_travel_requests_of_phase(tx, id, &open, &n));
    else
        TRY(q_travel_requests_open(tx, id, &open, &n));
    for (size_t i = 0; i < n; i++)
        TRY(journey_cancel(x, tx, open[i].id, reason));
    return NULL;
}

err_t journeys_dates_moved(struct ctx *x, struct tx *tx, struct uuid phase_id)
{
    struct travel_request_open *open;
    size_t n;

    TRY(q_travel_requests_of_phase(tx, phase_id, &open, &n));
    if (n > 0)
        q_phase_flag(tx, phase_id, "travel.datesMoved", x->now_us);
    return NULL;
}

const char *journey_offices(struct ctx *x)
{
    struct buf out;
    const char *word = x->who->scope;
    bool first = true;

    buf_init(&out, x->arena, 64);
    buf_putc(&out, '[');
    while (word && *word) {
        size_t n = strcspn(word, " ");

        if (str_starts(word, "office:")) {
            buf_printf(&out, "%s\"%s\"", first ? "" : ",", arena_strndup(x->arena, word + 7, n - 7));
            first = false;
        }
        word += n + (word[n] == ' ');
    }
    buf_puts(&out, "]");
    return buf_text(&out);
}
