"""journey_words.py - words that several journeys use: moments, people, moving a case, consents, declarations, rules."""
import datetime
import time
from zoneinfo import ZoneInfo

from client import opaque
from journey_kit import Kit, check

CASES = "/cases/v1"
NOTES = "/notifications/v1"
TRAVEL = "/travel/v1"
DIASPORA = "/diaspora/v1"


def all_day():
    """Safe hours for the whole day but a minute, half a day away from now, so that the journey can be walked at night too."""
    far = datetime.datetime.now(ZoneInfo("Europe/Amsterdam")) + datetime.timedelta(hours=12)
    return {"from": (far + datetime.timedelta(minutes=1)).strftime("%H:%M"), "until": far.strftime("%H:%M")}


def instant(**delta):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(days=0):
    return (datetime.datetime.now(ZoneInfo("Europe/Amsterdam")).date() + datetime.timedelta(days=days)).isoformat()


def handover(language):
    return {"given": "explicit", "givenAt": instant(days=-1), "method": "written", "language": language,
            "noticeVersion": "coa-2026-1", "recipients": ["iom"]}


def referral(run, n, person, language):
    return {"toOrganisation": "iom", "externalRef": f"coa:{run}-{n}", "programme": "avrr",
            "reason": "Asked about returning during a talk.", "countryOfReturn": person["nationalities"][0],
            "persons": [{"role": "principal", "person": person, "consent": handover(language)}]}


class Words(Kit):
    def __init__(self, state, port):
        super().__init__(state, port)
        self.run = opaque()
        self.started = time.time() - 1

    # -- small words -------------------------------------------------------------------------------------------------
    def case(self, case_id, who="amina"):
        return self.ask(who, "GET", f"{CASES}/cases/{case_id}")

    def move(self, case_id, transition, who="amina", expect=200, **more):
        return self.ask(who, "POST", f"{CASES}/cases/{case_id}/transitions", {"transition": transition, **more}, expect,
                        match=self.case(case_id, who).headers["etag"])

    def unmet(self, answer):
        check(answer.json["code"] == "guards.unmet", f"409, but {answer.json['code']}")
        return {e["guard"] if "guard" in e else e["code"]: e for e in answer.json["errors"]}

    def show_unmet(self, answer):
        for code, e in sorted(self.unmet(answer).items()):
            also = " (two users may override it)" if e.get("overridable") else ""
            print(f"        {code}: {e['detail']}{also}\n          → {e.get('remedy') or e['detail']}")

    def appoint(self, case_id, starts, **more):
        return self.ask("amina", "POST", f"{CASES}/cases/{case_id}/appointments",
                        {"kind": "counselling", "startsAt": starts, "durationMinutes": 45, "zone": "Europe/Amsterdam",
                         "place": "Zeestraat 71, Den Haag", "interpreter": "so", **more}, 201).json

    def messages(self, case_id):
        return self.ask("amina", "GET", f"{NOTES}/messages?caseId={case_id}&limit=100").json["items"]

    def consent(self, case_id, person_id, purpose, recipients, language):
        self.ask("amina", "POST", f"{CASES}/consents",
                 {"personId": person_id, "caseId": case_id, "purpose": purpose, "recipients": recipients,
                  "categories": ["identity", "contact", "travel"], "noticeVersion": "iom-2026-2", "language": language,
                  "method": "written", "given": "explicit", "givenAt": instant(seconds=-5)}, 201)

    def declare(self, case_id, person_id, language):
        return self.ask("amina", "POST", f"{CASES}/declarations",
                        {"caseId": case_id, "personId": person_id, "kind": "return", "textVersion": "avrr-2026-1",
                         "language": language, "method": "written", "signedAt": instant(seconds=-5)}, 201).json["id"]

    def answer_rules(self, case_id, answers):
        check_id = self.eligibility_check(case_id)
        for rule, answer in answers.items():
            path = f"{CASES}/eligibility-checks/{check_id}"
            self.ask("amina", "PUT", f"{path}/answers/{rule}", {"answer": answer, "evidence": "Spoken about and seen."},
                     match=self.ask("amina", "GET", path).headers["etag"])
        return self.ask("amina", "GET", f"{CASES}/eligibility-checks/{check_id}").json

    def eligibility_check(self, case_id):
        found = self.ask("amina", "GET", f"{CASES}/cases/{case_id}/eligibility-checks").json["items"]
        for c in found:
            if c["ruleSet"] == "return":
                return c["id"]
        return self.ask("amina", "POST", f"{CASES}/cases/{case_id}/eligibility-checks", {"ruleSet": "return"}, 201).json["id"]
