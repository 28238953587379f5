/* kinds.h - the kinds of timeline entries and the sentence that each is shown with; {name} is a text member
 * of its data. */
#pragma once

#define TIMELINE_KINDS(X)                                                                                    \
    X("appointment.attended", "The appointment took place.")                                                 \
    X("appointment.cancelled", "The appointment was cancelled.")                                             \
    X("appointment.made", "An appointment was made.")                                                        \
    X("appointment.moved", "The appointment was moved.")                                                     \
    X("appointment.noShow", "Nobody came to the appointment.")                                               \
    X("authority.answered", "An authority answered: {authority}.")                                           \
    X("authority.asked", "An authority was asked: {authority}.")                                             \
    X("authority.expired", "An authority's answer no longer holds.")                                         \
    X("authority.planned", "Asking an authority was planned: {authority}.")                                  \
    X("case.assigned", "The caseworker was named.")                                                          \
    X("case.closed", "The case was closed.")                                                                 \
    X("case.incident", "What was observed was not to be expected: {transition}, from {from}.")               \
    X("case.memberAdded", "A member joined the case.")                                                       \
    X("case.memberRemoved", "A member left the case.")                                                       \
    X("case.moved", "The case moved from {from} to {to}.")                                                   \
    X("case.observed", "It was observed that the case came from {from} to {to}.")                            \
    X("case.opened", "The case was opened.")                                                                 \
    X("case.resumed", "The case was resumed.")                                                               \
    X("case.suspended", "The case was suspended.")                                                           \
    X("case.updated", "The case was changed.")                                                               \
    X("case.versionChanged", "The case moved from version {from} of its programme to version {to}.")         \
    X("case.withdrawn", "The case was withdrawn; everything planned has ended.")                             \
    X("coaching.corrected", "A coaching note was corrected, by {organisation}.")                             \
    X("coaching.noted", "A coaching note was written, by {organisation}.")                                   \
    X("coaching.shared", "Who reads a coaching note was changed.")                                           \
    X("consent.given", "A consent was recorded, for {purpose}.")                                             \
    X("consent.withdrawn", "A consent was withdrawn, for {purpose}.")                                        \
    X("deadline.cancelled", "A deadline was cancelled.")                                                     \
    X("deadline.met", "A deadline was met: {code}.")                                                         \
    X("deadline.missed", "A deadline was missed: {code}.")                                                   \
    X("deadline.moved", "A deadline was moved.")                                                             \
    X("deadline.set", "A deadline was set: {code}.")                                                         \
    X("decision.made", "A decision was made.")                                                               \
    X("decision.proposed", "A decision was proposed.")                                                       \
    X("decision.rejected", "A proposed decision was rejected.")                                              \
    X("declaration.corrected", "What was recorded of a declaration was corrected.")                          \
    X("declaration.signed", "A declaration was signed, to {kind}.")                                          \
    X("declaration.withdrawn", "The declaration was withdrawn.")                                             \
    X("document.added", "A document was added: {kind}.")                                                     \
    X("document.applied", "A document was applied for: {kind}.")                                             \
    X("document.contentAdded", "The content of a document was uploaded: {kind}.")                            \
    X("document.contentRemoved", "The content of a document was removed: {kind}.")                           \
    X("document.contentReplaced", "The content of a document was replaced: {kind}.")                         \
    X("document.expired", "A document no longer holds: {kind}.")                                             \
    X("document.handedOver", "A document changed hands: {kind}.")                                            \
    X("document.received", "A document was received: {kind}.")                                               \
    X("document.rejected", "A document was rejected: {kind}.")                                               \
    X("document.requested", "A document was asked for: {kind}.")                                             \
    X("document.verified", "A document was verified: {kind}.")                                               \
    X("eligibility.answered", "Eligibility: {rule} was answered.")                                           \
    X("eligibility.started", "An eligibility check was started by the rule set {ruleSet}.")                  \
    X("evaluation.begun", "A credential evaluation is followed, by {organisation}.")                         \
    X("evaluation.stepped", "A credential evaluation went a step on, by {organisation}.")                    \
    X("followUp.planned", "What follows was planned: {code}.")                                               \
    X("mentor.ended", "The link with a mentor ended.")                                                       \
    X("mentor.linked", "A mentor was linked.")                                                               \
    X("note.written", "A note was written.")                                                                 \
    X("override.asked", "An override was asked for, to {transition}.")                                       \
    X("override.granted", "An override was granted, to {transition}.")                                       \
    X("override.refused", "An override was refused, to {transition}.")                                       \
    X("profession.identified", "A regulated profession was recorded, by {organisation}.")                    \
    X("profession.stepped", "A regulated profession went a step on, by {organisation}.")                     \
    X("profile.changed", "A claim of the profile was changed, by {organisation}.")                           \
    X("profile.claimWithdrawn", "A claim of the profile was withdrawn, by {organisation}.")                  \
    X("profile.claimed", "The profile says more, by {organisation}.")                                        \
    X("profile.confirmed", "A claim of the profile was confirmed, by {organisation}.")                       \
    X("profile.evidenced", "Evidence was put beside a claim of the profile, by {organisation}.")             \
    X("protection.decided", "The protection focal point decided.")                                           \
    X("referral.accepted", "The referral was accepted.")                                                     \
    X("referral.completed", "What the referral asked for is done.")                                          \
    X("referral.revoked", "The partner took its referral back.")                                             \
    X("role.assigned", "Someone was given the role {role}.")                                                 \
    X("role.ended", "Someone's role was given an end.")                                                      \
    X("share.ended", "A partner no longer sees the case: {organisation}.")                                   \
    X("share.granted", "A partner was given sight of the case: {organisation}.")                             \
    X("task.added", "A task was added.")                                                                     \
    X("task.cancelled", "A task was cancelled.")                                                             \
    X("task.done", "A task was done.")                                                                       \
    X("training.attendance", "Attendance at a training was recorded, by {organisation}.")                    \
    X("training.certified", "A certificate of a training was issued.")                                       \
    X("training.completed", "A training was completed.")                                                     \
    X("training.dropped", "The person no longer takes part in a training: {reason}.")                        \
    X("training.enrolled", "The person was enrolled in a training.")                                         \
    X("travel.abnProblem", "Who was told of the journey reports a problem: {problem}.")                      \
    X("travel.arrived", "The travellers arrived.")                                                           \
    X("travel.boarded", "A traveller who had been left behind boarded after all.")                           \
    X("travel.bookingExpired", "A held booking has expired.")                                                \
    X("travel.cancelled", "The movement was cancelled.")                                                     \
    X("travel.clearance", "A clearance was recorded: {kind}.")                                               \
    X("travel.cleared", "Travel is cleared to board.")                                                       \
    X("travel.deniedBoarding", "A traveller was denied boarding.")                                           \
    X("travel.departed", "The travellers departed.")                                                         \
    X("travel.noShow", "A traveller did not show.")                                                          \
    X("travel.planned", "A movement was made for the case.")                                                 \
    X("travel.ready", "The movement is ready to be booked.")                                                 \
    X("travel.refusedEntry", "A traveller was refused entry.")                                               \
    X("travel.requestCancelled", "The request for a journey was taken back.")                                \
    X("travel.requested", "A journey was asked for.")                                                        \
    X("travel.rescheduled", "The schedule of the journey has changed.")                                      \
    X("travel.ticketed", "The journey has its ticket.")

struct arena;

/* The sentence of a kind, its {name}s filled from the entry's data (JSON text); the kind itself when it has
 * none. */
const char *timeline_sentence(struct arena *a, const char *kind, const char *data);
