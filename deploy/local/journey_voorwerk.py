"""journey_voorwerk.py - from reception to work: COA enrols twenty residents, IOM accepts them, COA records who came to the training, UAF coaches three of
them, IOM closes a case with its result; and what each of the three sees of it, member by member."""
import sys

from journey_kit import check, walk
from journey_words import CASES, Words, day, handover, instant

RESIDENTS = 20
COACHED = 3

# What each sees, exactly: a member more or less is a failure.
CASE = {
    "iom": {"id", "programme", "programmeVersion", "reference", "status", "statusLabels", "clientStatus", "confidentiality", "offices", "caseworker",
            "team", "principalId", "members", "familyId", "countryOfReturn", "countryOfOrigin", "plannedDepartureOn", "suspension", "result", "externalRefs",
            "fund", "referralId", "openedAt", "closedAt", "retention", "version", "createdAt", "updatedAt", "allowedActions"},
    "coa": {"id", "externalRefs", "accepted", "status", "cancelled"},
    "uaf": {"id", "externalRefs", "status"},
}
REFERRAL = {"id", "fromOrganisation", "toOrganisation", "externalRef", "programme", "urgency", "personCount", "status", "caseId", "rejectReason", "rejectNote",
            "decidedAt", "revokedAt", "revokeReason", "doneAt", "createdAt", "updatedAt", "allowedActions", "handover"}
CLAIM = {"id", "caseId", "kind", "education", "employment", "skill", "language", "ownWording", "editedWording", "verifiedWording", "level", "evidence",
         "confirmation", "authorOrganisation", "author", "withdrawnAt", "withdrawnByOrganisation", "withdrawReason", "createdAt", "updatedAt", "allowedActions"}
ATTENDANCE = {"participantId", "caseId", "externalRefs", "expected", "outcome", "minutes", "recordedByOrganisation", "recordedAt"}
PARTICIPATION = {"id", "courseId", "course", "caseId", "personId", "externalRefs", "enrolledOn", "status", "endedOn", "dropReason", "sessionsAttended",
                 "certificate", "version", "createdBy", "createdAt", "updatedAt", "allowedActions"}
NOTE = {"id", "caseId", "authorOrganisation", "author", "category", "text", "followUpOn", "sharedWith", "corrects", "correctedBy", "version", "createdAt",
        "updatedAt", "allowedActions"}
EVALUATION = {"id", "caseId", "personId", "qualification", "country", "institution", "obtained", "purpose", "deskReference", "letter", "letterCheckedOn", "free",
              "professionId", "status", "statusOn", "waitingFor", "dueOn", "comparableLevel", "authorOrganisation", "author", "version", "createdAt",
              "updatedAt", "allowedActions"}


def exactly(what, got, wanted):
    check(set(got) == wanted, f"{what}: more {sorted(set(got) - wanted)}, less {sorted(wanted - set(got))}")


class Journey(Words):
    def go(self):
        self.part("Enrolment: twenty residents in one call")
        self.enrol()
        self.accept()
        self.part("Need-to-know: inside IOM, and towards partners")
        self.hidden()
        self.share()
        self.part("Training: three days at COA")
        self.train()
        self.part("Coaching: UAF writes by an edit share")
        self.profile()
        self.coach()
        self.part("What each of the three sees")
        self.seen()
        self.part("The end")
        self.recall()
        self.close()

    # -- enrolment ---------------------------------------------------------------------------------------------------
    def enrol(self):
        def resident(n, key=None):
            person = {"names": [{"given": f"Selam {n}", "family": f"Tesfay {self.run}", "kind": "asOnDocument", "script": "Latn"}],
                      "birthDate": {"value": "1996", "estimated": True}, "nationalities": ["ER"],
                      "languages": [{"language": "ti", "preferred": True, "reading": "B1"}]}
            return {"toOrganisation": "iom", "externalRef": key or f"vw:r{n}-{self.run}", "programme": "labour_market", "reason": "Wishes to work.",
                    "persons": [{"role": "principal", "person": person, "consent": handover("ti")}]}

        batch = {"items": [resident(n) for n in range(RESIDENTS)] + [resident(99, "V2712345678")]}
        key = f"voorwerk-{self.run}"
        first = self.ask("coa", "POST", f"{CASES}/referrals/_batch", batch, key=key)
        results = first.json["items"]
        check([r["index"] for r in results] == list(range(RESIDENTS + 1)), "the results are not in the order of the items")
        check([r["status"] for r in results] == [201] * RESIDENTS + [400], f"batch: {[r['status'] for r in results]}")
        check(results[-1]["errors"][0]["code"] == "externalRef.personal", "a V-number was taken as a key")
        for r in results[:-1]:
            exactly("a result", r, {"index", "status", "externalRef", "id"})
        self.referrals = [r["id"] for r in results[:-1]]
        self.did(f"COA enrols {RESIDENTS} residents by one batch; the one whose key is a V-number is refused, and stops no other.")
        check(self.ask("coa", "POST", f"{CASES}/referrals/_batch", batch, key=key).raw == first.raw, "the same key has another answer")
        self.ask("coa", "POST", f"{CASES}/referrals/_batch", {"items": batch["items"][:1]}, 422, key=key)
        again = self.ask("coa", "POST", f"{CASES}/referrals/_batch", {"items": batch["items"][:RESIDENTS]}).json["items"]
        check([(r["status"], r["id"]) for r in again] == [(200, r) for r in self.referrals], "sent anew, they are not the ones that are there")
        self.did("The same call again has the same answer, another body 422; sent anew under another key, nobody is enrolled twice.")

    def accept(self):
        waiting, path = {}, f"{CASES}/referrals?status=inProgress&programme=labour_market&limit=200"
        cursor = ""
        while cursor is not None:
            page = self.ask("lotte", "GET", path + (f"&cursor={cursor}" if cursor else "")).json
            waiting.update((r["id"], r["updatedAt"]) for r in page["items"])
            cursor = page["next"]
        items = [{"referralId": r, "updatedAt": waiting[r]} for r in self.referrals]
        share = {"fields": ["accepted", "status", "cancelled", "trainings", "attendance"], "level": "edit", "document": "Covenant IOM–COA"}
        results = self.ask("lotte", "POST", f"{CASES}/referrals/_accept", {"items": items, "offices": ["nl"], "share": share}).json["items"]
        check([r["status"] for r in results] == [200] * RESIDENTS, f"accepted: {results}")
        self.cases = [r["caseId"] for r in results]
        check(len(set(self.cases)) == RESIDENTS, "two referrals became one case")
        self.did(f"Lotte accepts all {RESIDENTS} in one call; COA sees the status of each, and may record attendance.")
        late = self.ask("lotte", "POST", f"{CASES}/referrals/_accept", {"items": items[:1]}).json["items"][0]
        check((late["status"], late["code"]) == (409, "referral.state"), f"accepted twice: {late}")

    # -- who knows ---------------------------------------------------------------------------------------------------
    def hidden(self):
        enquiry = self.ask("amina", "POST", f"{CASES}/enquiries", {"channel": "consultationHour", "language": "ti", "topic": "return", "programme": "avrr",
                           "place": "Den Haag", "happenedAt": instant(hours=-1), "outcome": "informed"}, 201).json["id"]
        self.ask("lotte", "GET", f"{CASES}/enquiries/{enquiry}", expect=404)
        for path in (f"cases/{self.cases[0]}", f"cases/{self.cases[0]}/profile-claims", f"referrals/{self.referrals[0]}"):
            self.ask("amina", "GET", f"{CASES}/{path}", expect=404)
        self.did("Amina, who works in return, does not see the participants; Lotte does not learn of an enquiry about return.")

    def share(self):
        for case_id in self.cases[:COACHED]:
            self.ask("lotte", "POST", f"{CASES}/shares", {"caseId": case_id, "toOrganisation": "uaf", "level": "edit", "legalBasis": "contract", "regime": "GDPR",
                     "fields": ["status", "profile", "coachingNotes", "credentialEvaluations"]}, 201)
        shown, cursor = set(), ""
        while cursor is not None:
            page = self.ask("uaf", "GET", f"{CASES}/shared-cases?limit=200" + (f"&cursor={cursor}" if cursor else "")).json
            shown |= {c["id"] for c in page["items"]}
            cursor = page["next"]
        check(shown & set(self.cases) == set(self.cases[:COACHED]), "UAF sees other cases than those shared with it")
        for case_id in self.cases[COACHED:]:
            self.ask("uaf", "GET", f"{CASES}/cases/{case_id}", expect=404)
        for referral in self.referrals:
            self.ask("uaf", "GET", f"{CASES}/referrals/{referral}", expect=404)
        self.did(f"Lotte shares {COACHED} of them with UAF: it sees those, and the others are not there for it.")

    # -- training ----------------------------------------------------------------------------------------------------
    def train(self):
        course = self.ask("lotte", "POST", f"{CASES}/training-courses", {"programme": "labour_market", "title": "VOORwerk orientation", "kind": "orientation",
                          "hostOrganisation": "coa", "language": "nl", "place": "AZC Utrecht, room 2", "capacity": RESIDENTS,
                          "sessions": [{"date": day(-n), "from": "09:30", "until": "12:30"} for n in (3, 2, 1)]}, 201).json["id"]
        for case_id in self.cases:
            self.ask("lotte", "POST", f"{CASES}/training-courses/{course}/participants", {"caseId": case_id}, 201)
        self.act("lotte", f"{CASES}/training-courses/{course}/start", f"{CASES}/training-courses/{course}")
        self.sessions = [s["id"] for s in self.ask("coa", "GET", f"{CASES}/training-courses/{course}/sessions").json["items"]]
        check(len(self.sessions) == 3, f"{len(self.sessions)} sessions instead of 3")
        for n, session in enumerate(self.sessions):
            path = f"{CASES}/training-sessions/{session}/attendance"
            now = self.ask("coa", "GET", path)
            lines = now.json["items"]
            check({line["caseId"] for line in lines} == set(self.cases), "COA does not see whom it hosts")
            sent = [{"participantId": line["participantId"], "outcome": "absent" if line["caseId"] == self.cases[-1] and n == 2 else "present"} for line in lines]
            recorded = self.ask("coa", "PUT", path, {"attendance": sent}, match=now.headers["etag"]).json["items"]
            check(all(line["recordedByOrganisation"] == "coa" for line in recorded), "attendance is not in COA's name")
        self.ask("uaf", "GET", f"{CASES}/training-sessions/{self.sessions[0]}/attendance", expect=404)
        self.did(f"COA hosts the course and records attendance of {RESIDENTS} for three days, one call a day; UAF sees none of it.")

    # -- the path of one -------------------------------------------------------------------------------------------------
    def profile(self):
        case_id = self.cases[0]
        person = self.case(case_id, "lotte").json["principalId"]
        self.move(case_id, "startScreening", "lotte")
        self.show_unmet(self.move(case_id, "startProfile", "lotte", 409))
        talk = self.ask("lotte", "POST", f"{CASES}/cases/{case_id}/appointments", {"kind": "interview", "startsAt": instant(minutes=5), "zone": "Europe/Amsterdam",
                        "place": "Zeestraat 71, Den Haag", "interpreter": "ti"}, 201).json["id"]
        self.act("lotte", f"{CASES}/appointments/{talk}/attendance", f"{CASES}/appointments/{talk}", {"attended": [person]})
        self.ask("lotte", "POST", f"{CASES}/consents", {"personId": person, "caseId": case_id, "purpose": "casework", "recipients": ["iom"],
                 "categories": ["education", "work"], "noticeVersion": "iom-2026-2", "language": "ti", "method": "written", "given": "explicit",
                 "givenAt": instant(seconds=-5)}, 201)
        checked = self.ask("lotte", "POST", f"{CASES}/cases/{case_id}/eligibility-checks", {"ruleSet": "labourMarket"}, 201).json["id"]
        for rule in ("permitOrProcedure", "mayWorkOrLearn", "takesPartFreely"):
            self.ask("lotte", "PUT", f"{CASES}/eligibility-checks/{checked}/answers/{rule}", {"answer": "yes", "evidence": "Spoken about and seen."},
                     match=self.ask("lotte", "GET", f"{CASES}/eligibility-checks/{checked}").headers["etag"])
        self.move(case_id, "startProfile", "lotte")
        self.did("The talk is held, consent recorded, the rules answered: the profile may begin.")
        self.claim = self.ask("lotte", "POST", f"{CASES}/cases/{case_id}/profile-claims",
                              {"kind": "employment", "employment": {"title": "Dressmaker", "country": "ER", "from": "2014", "until": "2021", "iscoCode": "7531"},
                               "ownWording": "I made dresses for my neighbours."}, 201).json["id"]
        path = f"{CASES}/profile-claims/{self.claim}"
        evidence = self.ask("uaf", "POST", f"{path}/evidence", {"level": "documented", "description": "Reference letter, original seen."}, 201).json["evidence"][0]["id"]
        confirmed = self.act("lotte", f"{path}/confirm", path, {"evidenceId": evidence, "verifiedWording": "Dressmaker, seven years, on reference."}).json
        check((confirmed["level"], confirmed["ownWording"]) == ("confirmed", "I made dresses for my neighbours."), f"confirmed: {confirmed}")
        self.move(case_id, "startTraining", "lotte")
        self.move(case_id, "startCoaching", "lotte")
        self.did("A claim in her own words, UAF documents it, IOM confirms it; three days attended, so the coaching may begin.")

    def coach(self):
        case_id = self.cases[0]
        self.note = self.ask("uaf", "POST", f"{CASES}/cases/{case_id}/coaching-notes", {"category": "progress", "text": "Has sent three applications."}, 201).json["id"]
        self.evaluation = self.ask("uaf", "POST", f"{CASES}/cases/{case_id}/credential-evaluations",
                                   {"qualification": "Vocational diploma in dressmaking", "country": "ER", "purpose": "work"}, 201).json["id"]
        ours = self.ask("lotte", "POST", f"{CASES}/cases/{case_id}/coaching-notes", {"category": "obstacle", "text": "For ourselves."}, 201).json["id"]
        self.ask("uaf", "GET", f"{CASES}/coaching-notes/{ours}", expect=404)
        self.until("the story of the case tells that UAF wrote", lambda: any(
            e["data"].get("organisation") == "uaf" for e in self.ask("lotte", "GET", f"{CASES}/cases/{case_id}/timeline?limit=100").json["items"]))
        self.did("UAF writes a coaching note and begins a credential evaluation; the case's story names the organisation that wrote.")

    # -- seen --------------------------------------------------------------------------------------------------------------
    def seen(self):
        case_id = self.cases[0]
        for organisation, who in (("iom", "lotte"), ("coa", "coa"), ("uaf", "uaf")):
            exactly(f"the case as {organisation} sees it", self.case(case_id, who).json, CASE[organisation])
        check(self.case(case_id, "coa").json["status"] == self.case(case_id, "uaf").json["status"] == "In coaching", "the status in the programme's words")
        self.did("Of the case: IOM all, COA whether it is accepted, its status and whether it is cancelled, UAF the status.")
        for who in ("lotte", "coa"):
            exactly(f"the referral as {who} sees it", self.ask(who, "GET", f"{CASES}/referrals/{self.referrals[0]}").json, REFERRAL)
        for who, author in (("lotte", "lotte"), ("uaf", None)):
            claim = self.ask(who, "GET", f"{CASES}/profile-claims/{self.claim}").json
            exactly(f"the claim as {who} sees it", claim, CLAIM)
            check((claim["authorOrganisation"], claim["author"]) == ("iom", author), f"the author of a claim, for {who}: {claim['author']}")
        note = self.ask("lotte", "GET", f"{CASES}/coaching-notes/{self.note}").json
        exactly("the note as IOM sees it", note, NOTE)
        check((note["authorOrganisation"], note["author"]) == ("uaf", None), "IOM sees which organisation wrote, and not who in it")
        check(self.ask("uaf", "GET", f"{CASES}/coaching-notes/{self.note}").json["author"] is not None, "UAF does not see its own author")
        for who in ("lotte", "uaf"):
            evaluation = self.ask(who, "GET", f"{CASES}/credential-evaluations/{self.evaluation}").json
            exactly(f"the evaluation as {who} sees it", evaluation, EVALUATION)
            check(evaluation["authorOrganisation"] == "uaf", "the evaluation is not UAF's")
        self.did("Of the profile, the notes and the evaluation: IOM and UAF, each its own authors by name and the other's by organisation.")
        for who, personal in (("lotte", True), ("coa", False)):
            line = next(p for p in self.ask(who, "GET", f"{CASES}/cases/{case_id}/trainings").json["items"])
            exactly(f"the participation as {who} sees it", line, PARTICIPATION)
            check((line["personId"] is not None, line["sessionsAttended"]) == (personal, 3), f"the participation, for {who}: {line}")
            for seen in self.ask(who, "GET", f"{CASES}/training-sessions/{self.sessions[0]}/attendance").json["items"]:
                exactly(f"attendance as {who} sees it", seen, ATTENDANCE)
        self.did("Of the training: IOM and COA; COA knows its residents by its own keys.")
        hidden = {"coa": ["profile-claims", "coaching-notes", "credential-evaluations", "timeline", "transitions"], "uaf": ["trainings", "timeline", "transitions"]}
        for who, parts in hidden.items():
            for part in parts:
                self.ask(who, "GET", f"{CASES}/cases/{case_id}/{part}", expect=(403, 404))
        self.ask("coa", "GET", f"{CASES}/profile-claims/{self.claim}", expect=404)
        self.ask("coa", "GET", f"{CASES}/coaching-notes/{self.note}", expect=404)
        self.ask("coa", "GET", f"{CASES}/credential-evaluations/{self.evaluation}", expect=404)
        self.did("And nothing else: what is not shared is not there.")

    # -- the end -----------------------------------------------------------------------------------------------------------
    def recall(self):
        case_id = self.cases[1]
        claim = self.ask("uaf", "POST", f"{CASES}/cases/{case_id}/profile-claims", {"kind": "skill", "skill": {"title": "Sewing"}}, 201).json["id"]
        share = self.ask("lotte", "GET", f"{CASES}/shares?caseId={case_id}&toOrganisation=uaf").json["items"][0]["id"]
        self.act("lotte", f"{CASES}/shares/{share}/recall", f"{CASES}/shares/{share}", {"reason": "personAsked"})
        for path in (f"cases/{case_id}", f"cases/{case_id}/profile-claims", f"profile-claims/{claim}"):
            self.ask("uaf", "GET", f"{CASES}/{path}", expect=404)
        self.ask("uaf", "POST", f"{CASES}/cases/{case_id}/coaching-notes", {"category": "progress", "text": "Too late."}, 404)
        check(self.ask("lotte", "GET", f"{CASES}/profile-claims/{claim}").json["authorOrganisation"] == "uaf", "what UAF wrote has gone")
        self.did("One participant asks for it: the share with UAF is recalled, and with it all reading and writing; what it wrote stays with IOM.")

    def close(self):
        case_id = self.cases[0]
        self.ask("lotte", "POST", f"{CASES}/cases/{case_id}/transitions", {"transition": "close", "result": "completed"},
                 match=self.case(case_id, "lotte").headers["etag"])
        for who in ("coa", "uaf"):
            check(self.case(case_id, who).json["status"] == "Closed", f"{who} does not see that the case is closed")
        check(self.case(case_id, "coa").json["cancelled"] is False, "completed is not cancelled")
        refused = self.ask("uaf", "POST", f"{CASES}/cases/{case_id}/coaching-notes", {"category": "progress", "text": "One more."}, 409).json
        check(refused["code"] == "case.ended", f"a note in a closed case: {refused['code']}")
        self.ask("uaf", "GET", f"{CASES}/profile-claims/{self.claim}")
        self.did("IOM closes the case as completed, without placement; partners see that it is closed and write no more.")


if __name__ == "__main__":
    walk(Journey, "VOORwerk: from reception to work.", *sys.argv[1:3])
