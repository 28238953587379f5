"""load.py - callers that keep calling while something is broken, what they were answered, and what the databases hold of it in the end."""
import http.client
import os
import socket
import sys
import threading
import time
import uuid

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "deploy", "local"))

from programs import PATIENCE
from client import opaque
from journey_words import CASES, referral

PERSON = {"names": [{"given": "Asha Cabdi", "family": "Warsame", "kind": "asOnDocument", "script": "Latn"}],
          "birthDate": {"value": "1994-03", "estimated": False}, "nationalities": ["SO"], "languages": [{"language": "so", "reading": "B1"}]}


class Sent:
    """A call that changes something, with its Idempotency-Key, and what became of it."""

    def __init__(self, path, body, match=None, good=201):
        self.path, self.body, self.good = f"{CASES}/referrals{path}", body, good
        self.headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": match}
        self.status, self.code, self.id, self.replayed, self.at = 0, "", None, False, 0.0

    @property
    def ok(self):
        return self.status == self.good

    def send(self, stack, service_socket=None):
        """Status 0: the connection broke before an answer."""
        self.at = time.monotonic()
        try:
            a = stack.call("POST", self.path, who="coa", body=self.body, headers=self.headers, service_socket=service_socket)
        except (OSError, http.client.HTTPException) as broken:
            self.status, self.code = 0, type(broken).__name__
            return self
        self.status = a.status
        self.replayed = a.headers.get("idempotency-replayed") == "true"
        document = a.json if a.raw[:1] == b"{" else {}
        self.id, self.code = (document.get("id"), "") if self.ok else (None, document.get("code", ""))
        return self


class Referral(Sent):
    """COA refers a person."""

    def __init__(self, run, n):
        super().__init__("", referral(run, n, PERSON, "so"))
        self.ref = self.body["externalRef"]


class Revocation(Sent):
    """COA takes back what it has just referred: an event for the addressee goes with it."""

    def __init__(self, made):
        super().__init__(f"/{made.id}/revoke", {"reason": "sentByMistake"}, match='"v1"', good=200)
        self.ref, self.made = made.ref, made.id


def readers_of(stack, n=3):
    """Referrals of COA, read one by one by their key."""
    return [("coa", f"{CASES}/referrals/{refer(stack).id}") for _ in range(n)]


def refer(stack):
    one = Referral("faults", os.urandom(6).hex()).send(stack)
    assert one.ok, f"a referral: {one.status} {one.code}"
    return one


class Writers:
    """Threads that refer persons and take the referral back, one call after the other, until they are ended.
    with Writers(stack, 6) as w: …"""

    def __init__(self, stack, threads):
        self.stack = stack
        self.run = opaque(10)
        self.sent, self.ended, self.lock, self.n = [], threading.Event(), threading.Lock(), 0
        stack.token("coa")  # before anything breaks
        self.since = stack.sql("cases", "SELECT clock_timestamp()")[0][0]
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.ended.set()
        for t in self.threads:
            t.join(60)

    def work(self):
        while not self.ended.is_set():
            with self.lock:
                self.n += 1
                made = Referral(self.run, self.n)
            self.one(made)
            if made.ok:
                self.one(Revocation(made))

    def one(self, call):
        call.send(self.stack)
        self.sent.append(call)
        if not call.ok:
            self.ended.wait(0.02)

    def good(self, kind=Sent):
        return [s for s in list(self.sent) if s.ok and isinstance(s, kind)]

    def refused(self):
        return [s for s in list(self.sent) if not s.ok]

    def codes(self):
        """How often which refusal came."""
        codes = {}
        for s in self.refused():
            codes[f"{s.status} {s.code}"] = codes.get(f"{s.status} {s.code}", 0) + 1
        return codes

    def wait_for(self, n, seconds=20.0):
        """Until n more are acknowledged: it works (again)."""
        goal, until = len(self.good()) + n, time.monotonic() + seconds * PATIENCE
        while len(self.good()) < goal:
            if time.monotonic() > until:
                raise AssertionError(f"not {n} more acknowledged within {seconds:.0f} s: {self.codes()}")
            time.sleep(0.02)

    def outage(self):
        """Longest time between two acknowledged calls, in seconds."""
        times = sorted(s.at for s in self.good())
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)

    # ---- what the database holds ----

    def stored(self):
        """{key: (id, status)} of the referrals of this run."""
        rows = self.stack.sql("cases", f"SELECT external_ref, id, status FROM referrals WHERE external_ref LIKE 'coa:{self.run}-%'")
        found = {ref: (id_, status) for ref, id_, status in rows}
        assert len(rows) == len(found), "a key has two referrals"
        return found

    def audited(self, action):
        """The objects of this run's audit rows, sorted; all of them must be of this run."""
        return sorted(r[0] for r in self.stack.sql(
            "cases", f"SELECT object FROM wf.audit WHERE action = '{action}' AND kind = 'referral' AND at >= '{self.since}'"))

    def check(self, events=True):
        """Every acknowledged change is there, and each that is there is whole: row, audit, event and kept answer. The relay must stand still
        meanwhile where events are counted, for it deletes what it has delivered; nobody else may be writing."""
        stored = self.stored()
        there = sorted(id_ for id_, _ in stored.values())
        revoked = sorted(id_ for id_, status in stored.values() if status == "revoked")
        lost = [s.ref for s in self.good(Referral) if stored.get(s.ref, ("", ""))[0] != s.id]
        lost += [s.ref for s in self.good(Revocation) if stored.get(s.ref) != (s.made, "revoked")]
        assert not lost, f"{len(lost)} acknowledged changes are not there: {lost[:3]}"
        for action, ids in (("create", there), ("revoke", revoked)):
            audits = self.audited(action)
            assert audits == ids, f"{action}: {len(audits)} audit rows of {len(ids)} referrals"
        kept = int(self.stack.sql("cases", f"SELECT count(*) FROM wf.idempotency WHERE org = 'coa' AND created_at >= '{self.since}'")[0][0])
        assert kept == len(there) + len(revoked), f"{kept} kept answers of {len(there) + len(revoked)} changes"
        if events:
            told = sorted(r[0] for r in self.stack.sql(
                "cases", f"SELECT subject FROM wf.outbox o WHERE type = 'cases.referral.revoked' AND created_at >= '{self.since}' "
                         f"AND EXISTS (SELECT FROM wf.delivery d WHERE d.event_id = o.id AND d.grp = 'cases')"))
            assert told == revoked, f"{len(told)} events of {len(revoked)} revocations"
        print(f"  {len(self.sent)} changes sent, {len(self.good())} acknowledged, {len(there) + len(revoked)} there, each whole"
              + (f"; refused: {self.codes()}" if self.refused() else ""))

    def repeat(self):
        """Refused ones again with their own key: each ends as one change, whether it was stored before or not. Then some acknowledged ones: the
        same answer. How many of the refused had been stored."""
        before, known = self.stored(), 0
        for s in self.refused():
            was = before.get(s.ref)
            had = was is not None and (isinstance(s, Referral) or was[1] == "revoked")
            s.send(self.stack)
            assert s.ok, f"repeated: {s.status} {s.code}"
            assert s.replayed == had, f"repeated: {'done again' if had else 'answered as if it had been done'}"
            assert was is None or s.id == was[0], "repeated: another object"
            known += had
        for s in self.good()[-20:]:
            first = s.id
            s.send(self.stack)
            assert s.ok and s.replayed and s.id == first, f"repeated: {s.status} {s.code}"
        return known


class Readers:
    """Threads that read paths over connections of their own and note how long each answer took."""

    def __init__(self, stack, paths, threads=2):
        self.stack, self.paths, self.count = stack, paths, threads

    def measure(self, seconds):
        """(sorted times of answers with 200 in ms, others by status)."""
        times, others, until = [], {}, time.monotonic() + seconds

        def work(offset):
            n = offset
            while time.monotonic() < until:
                who, path = self.paths[n % len(self.paths)]
                n += 1
                begun = time.monotonic()
                try:
                    status = self.stack.call("GET", path, who=who).status
                except (OSError, http.client.HTTPException) as broken:
                    status = type(broken).__name__
                if status == 200:
                    times.append((time.monotonic() - begun) * 1000)
                else:
                    others[status] = others.get(status, 0) + 1

        threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(self.count)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(seconds + 40)
        return sorted(times), others


def by_the_clock(case):
    """A case that finds whom others delay: what it says is true only where nothing else is at work on the machine."""
    case.by_the_clock = True
    return case


def p99(times):
    return times[min(len(times) - 1, int(len(times) * 0.99))]


class Direct:
    """A kept connection to a process's own socket, without the gateway."""

    def __init__(self, stack, name, token):
        self.http = http.client.HTTPConnection("localhost", timeout=30)
        self.http.sock = socket.socket(socket.AF_UNIX)
        self.http.sock.settimeout(30)
        self.http.sock.connect(f"{stack.run}/{name}.sock")
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def get(self, path):
        """(status, True if the connection goes on)."""
        self.http.request("GET", path, headers=self.headers)
        a = self.http.getresponse()
        a.read()
        return a.status, a.getheader("Connection", "").lower() != "close"

    def close(self):
        self.http.close()
