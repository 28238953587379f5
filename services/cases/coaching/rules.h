/* rules.h - decisions on coaching notes and mentors; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

struct note_terms {
    const char *organisation; /* of the author */
    bool partner;             /* the author is not of the case's organisation */
    struct text_array shared_with;
    struct opt_date follow_up_on;
};
/* NULL, or ERR_INVALID request.invalid with a fault for each: note.sharedWith (only the case's organisation
 * shares a note, and never with itself), note.followUp (a day that has passed). */
MUST_CHECK err_t rules_note_terms(struct arena *a, const struct note_terms *t, int32_t today);
/* NULL if somebody of the organisation may correct or share the note: ERR_DENIED note.notAuthor. */
MUST_CHECK err_t rules_note_author(const char *organisation, const char *author_organisation);

/* Who looks at a note. */
struct note_reader {
    bool author; /* of its author's organisation */
    bool owner;  /* of the case's */
    bool writes;
};
struct text_array rules_note_actions(struct arena *a, bool corrected, const struct note_reader *r);

struct mentor_span {
    int32_t from;
    struct opt_date until, last_met_on;
};
/* NULL, or ERR_INVALID mentor.metOn: a meeting is not to come, and within the time of the link. */
MUST_CHECK err_t rules_mentor_met(struct arena *a, const struct mentor_span *m, int32_t on, int32_t today);
/* NULL, or ERR_CONFLICT mentor.ended, ERR_INVALID mentor.until: it ends after it began and last met. */
MUST_CHECK err_t rules_mentor_end(struct arena *a, const struct mentor_span *m, int32_t until);
struct text_array rules_mentor_actions(struct arena *a, bool ended, bool writes);
