#!/usr/bin/python3
"""journey.py STATE PORT: a person goes from a COA referral home and into reintegration; others change their mind, do not show, or are refused entry.

Only the public API is used, as a partner (COA, UAF) and as named members of the staff would; PORT is where COA's webhook receiver listens.
"""
import json
import sys
import time

from journey_kit import check, walk
from journey_travel import Travel
from journey_words import CASES, NOTES, all_day, day, instant, referral


def numbered(run, n=0):
    """Eight digits of a run's letters, and the n-th behind them."""
    return (int.from_bytes(run.encode(), "big") + n) % 10**8


def asha(run):
    return {"names": [{"given": "Asha Cabdi", "family": "Warsame", "kind": "asOnDocument", "script": "Latn"},
                      {"given": "عائشة عبدي", "family": "ورسمه", "kind": "otherScript", "script": "Arab"}],
            "birthDate": {"value": "1994-03", "estimated": False}, "sex": "female", "nationalities": ["SO"],
            "languages": [{"language": "so", "preferred": True, "reading": "B1"}], "interpreterNeeded": True,
            "identifiers": [{"kind": "passport", "number": f"P{numbered(run):08d}", "country": "SO", "expiresOn": day(700)}],
            "contactPoints": [{"kind": "email", "value": f"asha-{run}@example.org", "preferred": True, "zone": "Europe/Amsterdam",
                               "safeHours": all_day(), "safeToContact": {"appointment": "yes", "travel": "yes"}}]}


def somali(run, n, given, family):
    return {"names": [{"given": given, "family": family, "kind": "asOnDocument", "script": "Latn"}],
            "birthDate": {"value": "1990-05-0%d" % n, "estimated": False}, "sex": "male", "nationalities": ["SO"],
            "languages": [{"language": "so", "preferred": True, "reading": "B1"}],
            "identifiers": [{"kind": "passport", "number": f"P{numbered(run, n):08d}", "country": "SO", "expiresOn": day(700)}]}


def karim(run):
    return {"names": [{"given": "Karim", "family": "Al-Hashimi", "kind": "asOnDocument", "script": "Latn"},
                      {"given": "كريم", "family": "الهاشمي", "kind": "otherScript", "script": "Arab"}],
            "birthDate": {"value": "1988", "estimated": True}, "sex": "male", "nationalities": ["IQ"],
            "languages": [{"language": "ar", "preferred": True, "reading": "C1"}], "interpreterNeeded": True,
            "contactPoints": [{"kind": "email", "value": f"karim-{run}@example.org", "preferred": True,
                               "zone": "Europe/Amsterdam", "safeHours": all_day(), "safeToContact": {"appointment": "yes"}}]}


# Answers to the rules of return: those that are judged for the application, and those at departure.
APPLICATION = {"leavesPermanently": "yes", "lacksMeans": "yes", "aidedDepartureInFiveYears": "no", "travelDocumentObtainable": "yes",
               "endsProcedures": "yes", "noFalseGrounds": "yes"}
DEPARTURE = {"noObjectionOfState": "yes", "safelyOrganised": "yes"}


class Journey(Travel):
    def subscribe(self):
        self.part("COA listens")
        for old in self.ask("coa", "GET", f"{NOTES}/subscriptions?limit=100").json["items"]:
            tag = self.ask("coa", "GET", f"{NOTES}/subscriptions/{old['id']}").headers["etag"]
            self.ask("coa", "DELETE", f"{NOTES}/subscriptions/{old['id']}", expect=204, match=tag)
        made = self.ask("coa", "POST", f"{NOTES}/subscriptions",
                        {"url": self.hooks.url, "description": "Case follow-up",
                         "eventTypes": ["cases.share.granted", "cases.share.changed", "cases.share.recalled",
                                        "cases.referral.accepted", "cases.referral.rejected", "cases.referral.done",
                                        "travel.abn.sent", "travel.abn.superseded", "travel.abn.recalled",
                                        "travel.movement.delayed"]}, 201).json
        self.hooks.secret = made["secret"]
        self.did("COA subscribes an https endpoint; the signing secret is shown once.")

    def refer(self):
        self.part("COA refers a person")
        self.client.token("coa")
        self.did("COA gets a token by its client credentials.")
        body, key = referral(self.run, 1, asha(self.run), "so"), f"journey-{self.run}"
        first = self.ask("coa", "POST", f"{CASES}/referrals", body, 201, key=key)
        again = self.ask("coa", "POST", f"{CASES}/referrals", body, 201, key=key)
        check(first.raw == again.raw, "the repeated call answers otherwise")
        mine = self.ask("coa", "GET", f"{CASES}/referrals?externalRef=coa:{self.run}-1").json["items"]
        check(len(mine) == 1, f"{len(mine)} referrals instead of one")
        self.did("It pushes person, explicit consent and its own key in one call; the same call again answers the same bytes, and there is one referral.")
        body["reason"] = "Something else."
        self.ask("coa", "POST", f"{CASES}/referrals", body, 422, key=key)
        self.did("The same Idempotency-Key with another body: 422.")
        return first.json["id"]

    def accept(self, referral_id):
        self.part("A caseworker accepts")
        accepted = self.act("amina", f"{CASES}/referrals/{referral_id}/accept", f"{CASES}/referrals/{referral_id}",
                            {"offices": ["nl"]}).json
        case_id = accepted["caseId"]
        case = self.case(case_id).json
        check(case["reference"].startswith("AVRR-") and case["status"] == "intake", f"{case['reference']} is {case['status']}")
        self.did(f"Amina accepts; case {case['reference']} opens in status {case['status']}.")
        view = self.ask("coa", "GET", f"{CASES}/cases/{case_id}").json
        check("status" not in view or view["status"] != "intake", "COA sees the inner status")
        hidden = [k for k in ("caseworker", "principal", "principalId", "confidentiality", "offices") if k in view]
        check(not hidden, f"COA sees {hidden}")
        self.did(f"COA sees its partner view only: {json.dumps(view)}")
        self.ask("uaf", "GET", f"{CASES}/cases/{case_id}", expect=404)
        for place, id_ in (("shared-cases", case_id), ("referrals", referral_id), ("shares", None)):
            seen = self.ask("uaf", "GET", f"{CASES}/{place}?limit=200").json["items"]
            check(not [s for s in seen if id_ == s["id"] or case_id == s.get("caseId")], f"UAF finds it in {place}")
        self.did("UAF gets 404, and lists without it.")
        enquiry = self.ask("amina", "POST", f"{CASES}/enquiries",
                           {"channel": "consultationHour", "language": "ti", "topic": "return", "place": "Ter Apel",
                            "happenedAt": instant(minutes=-30), "outcome": "informed"}, 201).json
        for partner in ("coa", "uaf"):
            self.ask(partner, "GET", f"{CASES}/enquiries/{enquiry['id']}", expect=(403, 404))
        self.did("A walk-in enquiry without a name is recorded; no partner can see it.")
        for kind in ("cases.referral.accepted", "cases.share.granted"):
            at, _, _, good = self.hooks.wait(referral_id if "referral" in kind else case_id, kind)
            check(good, f"the signature of {kind} is wrong")
        self.did("COA's endpoint got `accepted` and `granted`, each with a good signature.")
        return case_id, case["principalId"]

    def appointments(self, case_id):
        self.part("An appointment, its reminder, and a move")
        mail = f"asha-{self.run}@example.org"
        self.move(case_id, "startCounselling")
        first = self.appoint(case_id, instant(hours=26))
        planned = self.until("appointment → reminder planned", lambda: [m for m in self.messages(case_id) if m["status"] == "scheduled"])
        check(planned[0]["template"] == "appointment.reminder", planned[0]["template"])
        self.did(f"Amina makes an appointment; its reminder is planned for {planned[0]['sendAt']}.")
        path = f"{CASES}/appointments/{first['id']}"
        tag = self.ask("amina", "GET", path).headers["etag"]
        self.ask("amina", "PATCH", path, {"startsAt": instant(hours=24, seconds=3)}, match=tag)
        self.until("appointment moved → reminder superseded",
                   lambda: [m for m in self.messages(case_id) if m["id"] == planned[0]["id"] and m["status"] == "superseded"])
        self.did("It moves to an earlier hour: the planned reminder is superseded and says so.")
        mails = self.until("appointment moved → mail received", lambda: [m for m in self.mails_to(mail, self.started) if "beddelay" in m["Subject"]])
        reminders = self.until("reminder due → mail received", lambda: [m for m in self.mails_to(mail, self.started) if m["Subject"] == "Ballantaada"])
        text = reminders[0].get_content()
        check("Waxaan ku xusuusinaynaa ballantaada" in text, f"the Somali text is not intact: {text}")
        for mail_text in (str(reminders[0]), str(mails[0])):
            check(not any(w in mail_text.lower() for w in ("return", "terugkeer", "avrr", "iom")), "the mail reveals what it is about")
        self.did("She is told of the new time, and reminded 24 hours before, in Somali; subject and sender reveal nothing.")
        self.ask("amina", "PATCH", path, {"place": "Elsewhere 1, Den Haag"}, 412, match=tag)
        self.did("A colleague's overtaken edit of the appointment gets 412.")
        return first["id"]

    def counsel(self, case_id, person_id, appointment_id):
        self.part("Moving on too early, and what is missing")
        refused = self.move(case_id, "assessEligibility", expect=409)
        check(set(self.unmet(refused)) >= {"appointment.held", "consent.explicit"}, f"unmet: {sorted(self.unmet(refused))}")
        self.did("Assessing eligibility before the talk: 409 with every unmet guard and its remedy.")
        self.show_unmet(refused)
        self.act("amina", f"{CASES}/appointments/{appointment_id}/attendance", f"{CASES}/appointments/{appointment_id}",
                 {"attended": [person_id], "outcome": "Wishes to go home to her mother."})
        self.consent(case_id, person_id, "casework", ["iom"], "so")
        dry = self.ask("amina", "POST", f"{CASES}/cases/{case_id}/transitions?dryRun=true", {"transition": "assessEligibility"},
                       match=self.case(case_id).headers["etag"])
        check(self.case(case_id).json["status"] == "counselling", "a dry run moved the case")
        self.move(case_id, "assessEligibility")
        self.did("The talk is held, IOM's own consent recorded, a dry run says yes; the case moves to eligibility.")
        del dry

    def eligible(self, case_id, person_id):
        self.part("Eligibility, rule by rule")
        result = self.answer_rules(case_id, APPLICATION)
        for rule in result["rules"]:
            print(f"        {rule['outcome']:8} {rule['code']}: {rule['question']['en']}")
        self.did(f"Amina answers the rules in force since {result['rulesFrom']}, each with its evidence.")
        self.consent(case_id, person_id, "authorityExchange", ["ind", "dtv"], "so")
        declaration = self.declare(case_id, person_id, "so")
        self.move(case_id, "signApplication")
        self.move(case_id, "collectDocuments")
        self.did("She signs her wish to return and the consent to ask the authorities; documents are collected.")
        return declaration

    def ask_authorities(self, case_id):
        for authority in ("ind", "dtv"):
            path = f"{CASES}/authority-checks/" + self.ask("amina", "POST", f"{CASES}/authority-checks",
                                                           {"caseId": case_id, "authority": authority}, 201).json["id"]
            self.act("amina", f"{path}/ask", path)
            self.act("amina", f"{path}/answer", path, {"outcome": "noObjection", "answeredAt": instant(seconds=-1), "expiresOn": day(90)})

    def verify_passport(self, case_id):
        documents = self.ask("amina", "GET", f"{CASES}/cases/{case_id}/documents").json["items"]
        passport = next(d for d in documents if d["kind"] == "passport")
        path = f"{CASES}/documents/{passport['id']}"
        self.act("amina", f"{path}/receive", path, {"country": "SO", "validFrom": day(-400), "validUntil": day(700), "holder": "iom"})
        scan = b"%PDF-1.4\n%" + self.run.encode() + b"\n%%EOF\n"
        tag = self.ask("amina", "GET", path).headers["etag"]
        self.ask("amina", "PUT", f"{path}/content", scan, (200, 201), match=tag, headers={"Content-Type": "application/pdf"})
        check(self.ask("amina", "GET", f"{path}/content", headers={"Accept": "*/*"}).raw == scan, "the scan is not what was sent")
        self.act("amina", f"{path}/verify", path, {})

    def clear_protection(self, case_id):
        path = f"{CASES}/cases/{case_id}/protection-clearance"
        tag = self.ask("dewi", "GET", path).headers["etag"]
        self.ask("dewi", "PUT", path, {"outcome": "cleared", "traffickingRisk": "noIndication", "note": "Spoken with alone, with an interpreter."}, match=tag)

    def ready_at_once(self, n, person, language):
        """The whole way to ready to travel for another person, without a word."""
        referral_id = self.ask("coa", "POST", f"{CASES}/referrals", referral(self.run, n, person, language), 201).json["id"]
        path = f"{CASES}/referrals/{referral_id}"
        case_id = self.act("amina", f"{path}/accept", path, {"offices": ["nl"]}).json["caseId"]
        person_id = self.case(case_id).json["principalId"]
        self.move(case_id, "startCounselling")
        path = f"{CASES}/appointments/{self.appoint(case_id, instant(hours=30), interpreter=language)['id']}"
        self.act("amina", f"{path}/attendance", path, {"attended": [person_id], "outcome": "Wishes to go home."})
        self.consent(case_id, person_id, "casework", ["iom"], language)
        self.move(case_id, "assessEligibility")
        self.answer_rules(case_id, {**APPLICATION, **DEPARTURE})
        self.consent(case_id, person_id, "authorityExchange", ["ind", "dtv"], language)
        self.declare(case_id, person_id, language)
        self.move(case_id, "signApplication")
        self.move(case_id, "collectDocuments")
        self.ask_authorities(case_id)
        self.verify_passport(case_id)
        self.clear_protection(case_id)
        self.ask("amina", "PATCH", f"{CASES}/cases/{case_id}", {"plannedDepartureOn": day(2)}, match=self.case(case_id).headers["etag"])
        self.move(case_id, "makeTravelReady")
        return case_id, person_id

    def ready(self, case_id, person_id):
        self.part("Ready to travel: each guard in turn")
        departure = day(30)
        tag = self.case(case_id).headers["etag"]
        self.ask("amina", "PATCH", f"{CASES}/cases/{case_id}", {"plannedDepartureOn": departure}, match=tag)
        self.ask("amina", "PATCH", f"{CASES}/cases/{case_id}", {"plannedDepartureOn": day(31)}, 412, match=tag)
        self.did(f"The planned departure is set to {departure}; a caseworker's overtaken edit gets 412.")
        task = self.ask("amina", "POST", f"{CASES}/tasks", {"caseId": case_id, "kind": "general", "urgency": "high",
                                                           "title": "Ask the municipality for the birth certificate", "dueOn": day(-3)}, 201).json
        refused = self.move(case_id, "makeTravelReady", expect=409)
        self.did(f"Too early: 409 with {len(self.unmet(refused))} unmet guards.")
        self.show_unmet(refused)
        result = self.answer_rules(case_id, DEPARTURE)
        check(result["outcome"] == "pass", f"eligibility: {result['outcome']}")
        self.did("The last rules are answered: eligible.")
        self.ask_authorities(case_id)
        self.did("IND and DT&V are asked on her signed consent, and have no objection.")
        self.verify_passport(case_id)
        self.did("Her passport is received into custody and verified.")
        self.clear_protection(case_id)
        self.did("Dewi, the protection focal point, has spoken with her alone and clears the case.")
        left = self.unmet(self.move(case_id, "makeTravelReady", expect=409))
        check(set(left) == {"task.noneOverdue"}, f"unmet: {sorted(left)}")
        self.did("One guard is left: an overdue task that waits for a closed municipality.")
        base = f"{CASES}/cases/{case_id}/overrides"
        asked = self.ask("amina", "POST", base, {"transition": "makeTravelReady", "guards": ["task.noneOverdue"],
                                                 "reason": "The municipality is closed this week; the paper is not needed to travel."}, 201).json
        tag = self.ask("bram", "GET", f"{base}/{asked['id']}", expect=200).headers["etag"]
        own = self.ask("amina", "POST", f"{base}/{asked['id']}/grant", {"decision": "Agreed with myself."}, (403, 409), match=tag)
        self.ask("bram", "POST", f"{base}/{asked['id']}/grant", {"decision": "Agreed; it can be sent on.", "days": 2}, match=tag)
        self.did(f"Amina asks for an override; her own grant is refused ({own.status}); Bram grants it for 2 days.")
        self.move(case_id, "makeTravelReady")
        check(self.case(case_id).json["status"] == "travelReady", "not ready")
        self.did("The case is ready to travel.")
        del task, person_id

    def partner_sees(self, case_id):
        self.part("What COA heard")
        self.hooks.wait(case_id, "cases.share.changed")
        time.sleep(0.5)
        heard = [(d[2]["type"], d[3]) for d in self.hooks.of(case_id)]
        check(all(good for _, good in heard), "a signature is wrong")
        check([t for t, _ in heard] == ["cases.share.granted", "cases.share.changed"],
              f"COA heard {[t for t, _ in heard]} instead of one message for each change of its view")
        check(any(c["id"] == case_id and c["change"] == "changed" for c in self.changes()), "the changes feed does not have it")
        self.did("Of all that happened COA got one message for the grant and one for the planned date, none for the rest; its feed says the same.")

    def changes(self):
        """All that COA's feed tells, page by page: a stack that has been used for long has many."""
        page = self.ask("coa", "GET", f"{CASES}/changes?limit=200").json
        yield from page["items"]
        while page["more"]:
            page = self.ask("coa", "GET", f"{CASES}/changes?limit=200&cursor={page['next']}").json
            yield from page["items"]

    def withdraw(self):
        self.part("A second person changes their mind")
        body = referral(self.run, 2, karim(self.run), "ar")
        referral_id = self.ask("coa", "POST", f"{CASES}/referrals", body, 201).json["id"]
        case_id, person_id = None, None
        accepted = self.act("amina", f"{CASES}/referrals/{referral_id}/accept", f"{CASES}/referrals/{referral_id}", {"offices": ["nl"]}).json
        case_id = accepted["caseId"]
        person_id = self.case(case_id).json["principalId"]
        self.move(case_id, "startCounselling")
        appointment = self.appoint(case_id, instant(hours=30), interpreter="ar")
        self.ask("amina", "POST", f"{CASES}/tasks", {"caseId": case_id, "kind": "general", "urgency": "normal", "title": "Ask for the laissez-passer"}, 201)
        declaration = self.declare(case_id, person_id, "ar")
        self.until("appointment → reminder planned (second)", lambda: [m for m in self.messages(case_id) if m["status"] == "scheduled"])
        self.did("Karim's case is in counselling, with an appointment, a task and a signed declaration.")
        self.ask("amina", "POST", f"{CASES}/declarations/{declaration}/withdraw", {"how": "phone"})
        case = self.case(case_id).json
        check(case["status"] == "withdrawn", f"the case is {case['status']}")
        status = self.ask("amina", "GET", f"{CASES}/appointments/{appointment['id']}").json["status"]
        check(status == "cancelled", f"the appointment is {status}")
        open_tasks = self.ask("amina", "GET", f"{CASES}/tasks?caseId={case_id}&status=open").json["items"]
        check(not open_tasks, f"open tasks: {open_tasks}")
        self.until("withdrawal → planned messages superseded",
                   lambda: not [m for m in self.messages(case_id) if m["status"] in ("scheduled", "queued") and m["template"] == "appointment.reminder"])
        self.did("He withdraws it by phone: in one call the case stops, and with it the appointment, the task and the planned reminder.")
        arabic = self.until("cancellation → mail received",
                            lambda: [m for m in self.mails_to(f"karim-{self.run}@example.org", self.started) if m["Subject"] == "أُلغي موعدك"])
        check("أُلغي موعدك يوم" in arabic[0].get_content(), "the Arabic text is not intact")
        self.hooks.wait(case_id, "cases.share.changed")
        view = self.ask("coa", "GET", f"{CASES}/cases/{case_id}").json
        check(view.get("cancelled") is True, f"COA's view: {view}")
        self.did("He is told in Arabic that the appointment is off; COA's view says `cancelled`, and nothing of why.")

    def tell(self, case_id):
        self.part("The story, as a person would read it")
        for entry in self.ask("amina", "GET", f"{CASES}/cases/{case_id}/timeline?limit=200").json["items"]:
            print(f"    {entry['at'][:19].replace('T', ' ')}  {entry['text']} ({entry['byUser']})")
        self.part("Mails")
        for address in (f"asha-{self.run}@example.org", f"karim-{self.run}@example.org"):
            for mail in self.mails_to(address, self.started):
                print(f"    {mail['Subject']}  —  {mail.get_content().split(chr(10))[2]}")
        self.part("Deliveries to COA")
        for at, id_, body, good in self.hooks.received:
            print(f"    {time.strftime('%H:%M:%S', time.localtime(at))}  {body['type']}  {body['subject']}  signature {'good' if good else 'WRONG'}")
        self.part("From a change to its effect")
        for what, seconds in self.times:
            print(f"    {seconds * 1000:7.0f} ms  {what}")

    def go(self):
        self.subscribe()
        referral_id = self.refer()
        case_id, person_id = self.accept(referral_id)
        appointment_id = self.appointments(case_id)
        self.counsel(case_id, person_id, appointment_id)
        self.eligible(case_id, person_id)
        self.ready(case_id, person_id)
        self.partner_sees(case_id)
        self.withdraw()
        people = [somali(self.run, 3, "Cali Maxamed", "Xasan"), somali(self.run, 4, "Faarax Jaamac", "Nuur")]
        self.walk_travel(case_id, person_id, people, self.ready_at_once)
        self.tell(case_id)


if __name__ == "__main__":
    walk(Journey, "The journey: from a referral to reintegration", *sys.argv[1:])
