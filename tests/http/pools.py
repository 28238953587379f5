"""Requests of several organisations, interleaved on the few connections that a service shares among them, with errors, timeouts and clients
that leave in between: each answer has its own organisation's rows and no other's."""
import http.client
import json
import random
import secrets
import socket
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

ORGANISATIONS = 6
PERSONS = 3
REQUESTS = 3000
AT_ONCE = 50
SCOPE = "persons:read persons:write cases:read cases:write office:nl programme:avrr"


class Organisation:
    def __init__(self, stack, family):
        self.code = f"pool-{secrets.token_hex(4)}"
        self.mark = f"Zwembad{self.code[5:]}"  # stands in each name of its persons
        self.token = stack.foreign_token(self.code, SCOPE, exp=int(time.time()) + 3600)
        self.persons = []
        for _ in range(PERSONS):
            body = {"names": [{"given": self.mark, "family": family, "kind": "asOnDocument", "script": "Latn"}], "nationalities": ["SO"]}
            for _ in range(20):
                answer = stack.call("POST", "/cases/v1/persons", body=body, token=self.token, headers={"Idempotency-Key": str(uuid.uuid4())})
                if answer.status != 503:
                    break
            if answer.status != 201:
                raise RuntimeError(f"a person for {self.code}: {answer.status} {answer.raw[:300]!r}")
            self.persons.append((answer.json["id"], answer.headers["etag"]))


class Swimmer:
    """Kept connections to the service's own socket, one for each thread."""

    def __init__(self, stack, organisations, family, result):
        self.path = f"{stack.run}/cases.sock"
        self.organisations, self.family, self.result = organisations, family, result
        self.kept = threading.local()
        self.statuses = {}
        self.leaks = []

    def connection(self):
        if getattr(self.kept, "connection", None) is None:
            self.kept.connection = http.client.HTTPConnection("localhost", timeout=60)
            self.kept.connection.sock = socket.socket(socket.AF_UNIX)
            self.kept.connection.sock.settimeout(60)
            self.kept.connection.sock.connect(self.path)
        return self.kept.connection

    def leave(self):
        self.kept.connection.close()
        self.kept.connection = None

    def swim(self, number):
        rnd = random.Random(number)
        own = rnd.choice(self.organisations)
        other = rnd.choice([o for o in self.organisations if o is not own])
        person, tag = rnd.choice(own.persons)
        what = rnd.choice(("read", "search", "search", "theirs", "wrong", "stale", "locked", "gone", "list"))
        body, headers = None, {"Authorization": f"Bearer {own.token}", "Content-Type": "application/json"}
        method, path = "GET", f"/cases/v1/persons/{person}"
        if what in ("search", "gone"):
            method, path, body = "POST", "/cases/v1/persons/_search", {"name": self.family}
        elif what == "theirs":
            path = f"/cases/v1/persons/{other.persons[0][0]}"
        elif what == "wrong":
            path = "/cases/v1/persons/nobody"
        elif what == "list":
            path = "/cases/v1/cases?limit=200"
        elif what in ("stale", "locked"):
            # The first organisation's first person is held by a lock all the while: that statement runs into its timeout.
            if what == "locked":
                own, (person, tag) = self.organisations[0], self.organisations[0].persons[0]
                headers["Authorization"] = f"Bearer {own.token}"
            method, path, body = "PATCH", f"/cases/v1/persons/{person}", {"sex": "female"}
            headers.update({"If-Match": '"v77"' if what == "stale" else tag, "Content-Type": "application/merge-patch+json"})
        if what == "locked" and number % 8:  # each of them waits: a few are enough
            method, path, body = "GET", f"/cases/v1/persons/{person}", None
        connection = self.connection()
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            if what == "gone":
                return self.leave()  # while the answer is being made
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            return self.leave()
        self.judge(what, own, answer.status, raw, f"{method} {path}")

    def judge(self, what, own, status, raw, request):
        self.statuses[(what, status)] = self.statuses.get((what, status), 0) + 1
        strange = [o.code for o in self.organisations if o is not own and o.mark.encode() in raw]
        if strange:
            self.leaks.append(f"{request} as {own.code} shows {strange}: {raw[:200]!r}")
        elif what == "search" and status == 200 and {i["id"] for i in json.loads(raw)["items"]} != {p for p, _ in own.persons}:
            self.leaks.append(f"{request} as {own.code}: not its {PERSONS} persons: {raw[:300]!r}")
        elif what == "theirs" and status not in (404, 503):
            self.leaks.append(f"{request} as {own.code}: {status}")


def run_all(stack, result):
    family = f"Poel{secrets.token_hex(4)}"
    try:
        organisations = [Organisation(stack, family) for _ in range(ORGANISATIONS)]
    except (OSError, RuntimeError) as e:
        return result.bad("pools", str(e))
    held = organisations[0].persons[0][0]
    command = ["psql", "-XAtq", "-h", f"{stack.run}/pg", "-U", "postgres", "-d", "wayfare_cases"]
    lock = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lock.stdin.write(f"BEGIN; SELECT id FROM persons WHERE id = '{held}' FOR UPDATE;\n")
    lock.stdin.flush()
    lock.stdout.readline()  # it is held
    swimmer = Swimmer(stack, organisations, family, result)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for future in [pool.submit(swimmer.swim, number) for number in range(REQUESTS)]:
                future.result()
    finally:
        lock.stdin.close()
        lock.wait(10)
    good = sum(n for (what, status), n in swimmer.statuses.items() if status < 500)
    held_up = sum(n for (what, status), n in swimmer.statuses.items() if what == "locked" and status == 503)
    for name, bad in (("pools: each answer has its own organisation's rows", "; ".join(swimmer.leaks[:3])),
                      ("pools: there were answers", "" if good > REQUESTS / 3 else str(swimmer.statuses)),
                      ("pools: some ran into their timeout", "" if held_up else str(swimmer.statuses))):
        result.bad(name, bad) if bad else result.ok(name)
    print(f"pools: {REQUESTS} requests of {ORGANISATIONS} organisations, {AT_ONCE} at once: {dict(sorted(swimmer.statuses.items()))}")
