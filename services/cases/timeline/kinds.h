/* kinds.h - the kinds of timeline entries and the sentence that each is shown with. */
#pragma once

#define TIMELINE_KINDS(X)                                                                                    \
    X("appointment.attended", "The appointment took place.")                                                 \
    X("appointment.cancelled", "The appointment was cancelled.")                                             \
    X("appointment.made", "An appointment was made.")                                                        \
    X("appointment.moved", "The appointment was moved.")                                                     \
    X("appointment.noShow", "Nobody came to the appointment.")                                               \
    X("authority.answered", "An authority answered.")                                                        \
    X("authority.asked", "An authority was asked.")                                                          \
    X("authority.expired", "An authority's answer no longer holds.")                                         \
    X("authority.planned", "Asking an authority was planned.")                                               \
    X("case.assigned", "The caseworker was named.")                                                          \
    X("case.closed", "The case was closed.")                                                                 \
    X("case.memberAdded", "A member joined the case.")                                                       \
    X("case.memberRemoved", "A member left the case.")                                                       \
    X("case.moved", "The case moved on.")                                                                    \
    X("case.opened", "The case was opened.")                                                                 \
    X("case.resumed", "The case was resumed.")                                                               \
    X("case.suspended", "The case was suspended.")                                                           \
    X("case.updated", "The case was changed.")                                                               \
    X("case.withdrawn", "The case was withdrawn; everything planned has ended.")                             \
    X("consent.given", "A consent was recorded.")                                                            \
    X("consent.withdrawn", "A consent was withdrawn.")                                                       \
    X("deadline.cancelled", "A deadline was cancelled.")                                                     \
    X("deadline.met", "A deadline was met.")                                                                 \
    X("deadline.missed", "A deadline was missed.")                                                           \
    X("deadline.moved", "A deadline was moved.")                                                             \
    X("deadline.set", "A deadline was set.")                                                                 \
    X("decision.made", "A decision was made.")                                                               \
    X("decision.proposed", "A decision was proposed.")                                                       \
    X("decision.rejected", "A proposed decision was rejected.")                                              \
    X("declaration.signed", "A declaration was signed.")                                                     \
    X("declaration.withdrawn", "The declaration was withdrawn.")                                             \
    X("document.added", "A document was added.")                                                             \
    X("document.applied", "The document was applied for.")                                                   \
    X("document.expired", "A document no longer holds.")                                                     \
    X("document.handedOver", "A document changed hands.")                                                    \
    X("document.received", "A document was received.")                                                       \
    X("document.rejected", "A document was rejected.")                                                       \
    X("document.requested", "A document was asked for.")                                                     \
    X("document.verified", "A document was verified.")                                                       \
    X("eligibility.answered", "A rule of the eligibility check was answered.")                               \
    X("eligibility.started", "An eligibility check was started.")                                            \
    X("note.written", "A note was written.")                                                                 \
    X("override.asked", "An override was asked for.")                                                        \
    X("override.granted", "An override was granted.")                                                        \
    X("override.refused", "An override was refused.")                                                        \
    X("protection.decided", "The protection focal point decided.")                                           \
    X("referral.accepted", "The referral was accepted.")                                                     \
    X("referral.completed", "What the referral asked for is done.")                                          \
    X("referral.revoked", "The partner took its referral back.")                                             \
    X("role.assigned", "Someone was given a role.")                                                          \
    X("role.ended", "Someone's role was given an end.")                                                      \
    X("share.ended", "A partner no longer sees the case.")                                                   \
    X("share.granted", "A partner was given sight of the case.")                                             \
    X("task.added", "A task was added.")                                                                     \
    X("task.cancelled", "A task was cancelled.")                                                             \
    X("task.done", "A task was done.")

/* The sentence of a kind; the kind itself when it has none. */
const char *timeline_sentence(const char *kind);
