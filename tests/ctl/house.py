"""house.py - a stack with an archived log, and the means of whoever runs it: wayfare-ctl as superuser, programs on and off."""
import os
import secrets
import subprocess
import sys
import time
import traceback
import uuid

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from stack import BUILD, PATIENCE, ROOT, SYNCED, Stack, insist, opaque

CTL = os.path.join(BUILD, "services/ctl/wayfare-ctl")
CASES = "/cases/v1"


def wait_for(what, probe, seconds=20):
    until = time.monotonic() + seconds * PATIENCE
    while not (found := probe()):
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return found


class House(Stack):
    def __init__(self):
        super().__init__(environment=SYNCED)  # doctor looks at it too
        self.archive = os.path.join(self.state, "archive")
        os.mkdir(self.archive, 0o777)
        os.chmod(self.archive, 0o777)
        self.environment["WAYFARE_ARCHIVE"] = self.archive
        self.environment["WAYFARE_KEEP_CONTENTS_DAYS"] = "1"
        self.contents = os.path.join(self.state, "contents")
        self.said = []  # all that wayfare-ctl ever wrote

    def sql(self, service, statement):
        """As Stack has it, but with a session that ends at once: a restore refuses while anybody is in the database, and puts another in its place."""
        try:
            return super().sql(service, statement)
        finally:
            session = self.sessions.__dict__.pop(service, None)
            if session:
                session.close()

    def play(self, cases, mend, lines=5):
        """Runs the cases [test_*], the others also when one fails; mend() puts things right behind that one. Whether one failed."""
        passed = failed = 0
        for case in cases:
            begun, what = time.monotonic(), case.__name__.removeprefix("test_").replace("_", " ")
            try:
                case(self)
                passed += 1
                print(f"ok {what} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Exception as e:  # the others run all the same
                failed += 1
                print(f"FAIL {what}: {e}\n{traceback.format_exc()}", flush=True)
                mend()
        if failed:
            self.show_logs(lines)
        print(f"{passed} passed, {failed} failed")
        return failed != 0

    def admin(self):
        return ["--db", f"host={self.run}/pg user=postgres"]

    def ctl(self, *words, status=0):
        """Runs a command and answers what it wrote; another exit status is a failure (None: any is good)."""
        done = subprocess.run([CTL, *words], capture_output=True, text=True, timeout=120 * PATIENCE)
        text = done.stdout + done.stderr
        self.said.append(text)
        assert status is None or done.returncode == status, f"wayfare-ctl {' '.join(words)}: status {done.returncode}: {text}"
        return text

    def keys(self, service):
        return os.path.join(self.state, "keys", service)

    def kek(self):
        path = os.path.join(self.state, "secrets", "kek")
        return ["--kek", path] if os.path.exists(path) else []

    def programs(self, service):
        names = [service, f"{service}-worker", f"relay-{service}", f"scheduler-{service}"]
        return names + (["sender", "webhooks"] if service == "notifications" else [])

    def stop(self, service):
        assert self.supervised().stop(self.programs(service)), f"{service} does not end"

    def start(self, service):
        self.supervised().start(self.programs(service))
        wait_for(f"{service} is ready", lambda: self.metrics_ready(service), 30)

    def metrics_ready(self, service):
        return subprocess.run(["curl", "-sf", "-o", "/dev/null", "--unix-socket", f"{self.run}/metrics-{service}.sock",
                               "http://localhost/health/ready"], timeout=10).returncode == 0

    def quiet(self):
        """Nothing is on its way any more, anywhere."""
        services = ("cases", "travel", "diaspora", "notifications", "identity")
        wait_for("all is delivered", lambda: all(
            self.sql(s, "SELECT (SELECT count(*) FROM wf.delivery) + (SELECT count(*) FROM wf.inbox WHERE state <> 'done')") == [["0"]]
            for s in services), 40)

    def ask(self, who, method, path, body=None, status=200, match=None, headers=None):
        headers = {**({"If-Match": match} if match else {}), **(headers or {})}
        if method == "POST" and "/_search" not in path:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        a = insist(lambda: self.call(method, path, who=who, body=body, headers=headers), 0 if status == 503 else 20)
        assert a.status == status, f"{method} {path} as {who}: {a.status} instead of {status}: {a.raw[:800]!r}"
        return a

    def person(self, number=None):
        number = number or f"P{secrets.randbelow(10**8):08d}"
        return number, {"names": [{"given": "Asha", "family": f"Warsame{secrets.token_hex(3)}", "kind": "asOnDocument", "script": "Latn"}],
                        "birthDate": {"value": "1994-03", "estimated": False}, "nationalities": ["SO"], "sex": "female",
                        "languages": [{"language": "so", "reading": "B1"}],
                        "identifiers": [{"kind": "passport", "number": number, "country": "SO"}]}

    def new_case(self):
        """COA refers, Amina accepts: the case's id."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
        body = {"toOrganisation": "iom", "externalRef": f"coa:{opaque(12)}", "programme": "avrr", "reason": "Asked about returning.",
                "countryOfReturn": "SO", "persons": [{"role": "principal", "person": self.person()[1],
                                                      "consent": {"given": "explicit", "givenAt": now, "method": "written", "language": "so",
                                                                  "noticeVersion": "coa-2026-1", "recipients": ["iom"]}}]}
        referral = self.ask("coa", "POST", f"{CASES}/referrals", body, 201).json["id"]
        tag = self.ask("amina", "GET", f"{CASES}/referrals/{referral}").headers["etag"]
        return self.ask("amina", "POST", f"{CASES}/referrals/{referral}/accept", {"offices": ["nl"]}, match=tag).json["caseId"]

    def new_document(self, case):
        return self.ask("amina", "POST", f"{CASES}/cases/{case}/documents", {"kind": "passport", "country": "SO"}, 201).json["id"]

    def upload(self, document, data):
        """Gives a document this content: the object that it is in the store."""
        path = f"{CASES}/documents/{document}"
        tag = self.ask("amina", "GET", path).headers["etag"]
        self.ask("amina", "PUT", f"{path}/content", data, match=tag, headers={"Content-Type": "application/pdf"})
        return self.sql("cases", f"SELECT object FROM document_contents WHERE document_id = '{document}'")[0][0]

    def take_content(self, document):
        path = f"{CASES}/documents/{document}"
        self.ask("amina", "DELETE", f"{path}/content", match=self.ask("amina", "GET", path).headers["etag"])

    def content(self, document):
        return self.ask("amina", "GET", f"{CASES}/documents/{document}/content", headers={"Accept": "*/*"}).raw

    def stored(self, obj, folder=None):
        """Where an object lies: in the store, or in a backup."""
        return os.path.join(folder or self.contents, obj[:2], obj)

    def case(self, id_):
        return self.ask("amina", "GET", f"{CASES}/cases/{id_}").json
