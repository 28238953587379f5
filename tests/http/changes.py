"""What a reader of changes is told while fifty write at once, and while one commits late: everything, by the feed each change exactly once."""
import subprocess
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import scenario

WRITERS = 50
CASES = 5
LATE_S = 1.5


def late(stack, statement):
    """A transaction that has written long before it commits."""
    text = f"SET session_replication_role = replica; BEGIN; {statement}; SELECT pg_sleep({LATE_S}); COMMIT"
    return subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", f"{stack.run}/pg", "-U", "postgres", "-d", "wayfare_cases", "-c", text],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Reader(threading.Thread):
    """Reads on and on until it is told that all is written, and then to the end."""

    def __init__(self, read, token):
        super().__init__()
        self.read = read
        self.token = token
        self.items = []
        self.polls = 0
        self.written = threading.Event()
        self.fault = None

    def run(self):
        try:
            while True:
                last = self.written.is_set()
                items, self.token, more = self.read(self.token)
                self.items += items
                self.polls += 1
                if last and not more:
                    return
                if not more:
                    time.sleep(0.02)
        except Exception as e:
            self.fault = f"{type(e).__name__}: {e}"


def must(answer, *wanted):
    if answer.status not in wanted:
        raise scenario.Fault(f"{answer.status} instead of {wanted}: {answer.raw[:300]!r}")
    return answer


def persist(call):
    """A client goes on while the service is busy or its precondition was overtaken."""
    until = time.monotonic() + 90 * scenario.PATIENCE
    while True:
        answer = call()
        if answer.status not in (409, 412, 503) or time.monotonic() > until:
            return must(answer, 200, 201)
        time.sleep(0.05)


def prepare(stack, documents, *uses):
    library, _ = scenario.load()
    names = {}
    for part in scenario.parts_of({"use": uses}, library, []):
        for key, value in part.get("let", {}).items():
            names[key] = scenario.fill(value, names)
        for step in part.get("steps", []):
            scenario.run_step(stack, documents, step, names)
    return names


def seen_by_all(stack):
    """Until nobody's transaction is older than now: a feed tells nothing that is younger than one which still runs, whoever's it is."""
    now = stack.sql("cases", "SELECT pg_current_xact_id()")[0][0]
    until = time.monotonic() + 60 * scenario.PATIENCE
    while stack.sql("cases", f"SELECT pg_snapshot_xmin(pg_current_snapshot()) > '{now}'") != [["t"]]:
        if time.monotonic() > until:
            raise scenario.Fault("an older transaction does not end")
        time.sleep(0.05)


def race(stack, reader, writers, slow):
    """Writers and a late transaction while the reader reads; its faults."""
    reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(w) for w in writers]:
            done.result()
    if slow.wait(timeout=60):
        raise scenario.Fault(slow.stderr.read().decode())
    seen_by_all(stack)
    reader.written.set()
    reader.join(timeout=90 * scenario.PATIENCE)
    return ["the reader does not end"] if reader.is_alive() else [reader.fault] if reader.fault else []


def feed(stack, documents):
    """The feed of changes of a partner."""
    cases = [prepare(stack, documents, "referral", "coa case")["case"] for _ in range(CASES)]

    def read(cursor):
        a = persist(lambda: stack.call("GET", "/cases/v1/changes?limit=200" + (f"&cursor={cursor}" if cursor else ""), who="coa")).json
        return [(i["id"], i["change"], i["at"]) for i in a["items"]], a["next"], a["more"]

    start, more = None, True
    while more:
        _, start, more = read(start)

    def writer(number):
        path = f"/cases/v1/cases/{cases[number % CASES]}"

        def change():
            tag = persist(lambda: stack.call("GET", path, who="amina")).headers["etag"]
            return stack.call("PATCH", path, who="amina", headers={"If-Match": tag}, body={"plannedDepartureOn": f"2030-{number % 12 + 1:02}-{number % 28 + 1:02}"})

        return lambda: persist(change)

    reader = Reader(read, start)
    slow = late(stack, "INSERT INTO partner_changes (id, org, owner_org, kind, subject, change, at)"
                       f" VALUES (gen_random_uuid(), 'coa', 'iom', 'case', '{cases[0]}', 'changed', now())")
    faults = race(stack, reader, [writer(n) for n in range(WRITERS)], slow)
    afterwards, token, more = [], start, True
    while more:
        items, token, more = read(token)
        afterwards += items
    told, there = Counter(reader.items), Counter(afterwards)
    if there - told:
        faults.append(f"{sum((there - told).values())} of {len(afterwards)} were skipped")
    if twice := [k for k, n in told.items() if n > there.get(k, 1)]:
        faults.append(f"{len(twice)} came twice")
    if len(afterwards) < WRITERS // 2:
        faults.append(f"only {len(afterwards)} changes")
    return faults, f"{len(afterwards)} changes in {reader.polls} polls"


def since(stack, documents):
    """changedSince of a list."""
    case = prepare(stack, documents, "asha", "own case")["case"]
    path = f"/cases/v1/cases/{case}/notes"

    def note():
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return persist(lambda: stack.call("POST", path, who="amina", headers=headers, body={"kind": "contact", "text": "Called."}))

    def read(token):
        items, cursor, following = [], "", None
        while True:
            a = persist(lambda: stack.call("GET", f"{path}?limit=20&changedSince={token}{cursor}", who="amina")).json
            items += [i["id"] for i in a["items"]]
            following = following or a["changedSince"]
            if not a["next"]:
                return items, following, False
            cursor = "&cursor=" + a["next"]

    old = note().json["id"]
    _, start, _ = read("0")
    made = []
    reader = Reader(read, start)
    slow = late(stack, f"UPDATE notes SET id = id WHERE id = '{old}'")
    faults = race(stack, reader, [lambda: made.append(note().json["id"])] * WRITERS, slow)
    skipped = {*made, old} - set(reader.items)
    if skipped:
        faults.append(f"{len(skipped)} of {len(made) + 1} were skipped{', the late one too' if old in skipped else ''}")
    if len(set(made)) != WRITERS:
        faults.append(f"{len(set(made))} notes were made")
    return faults, f"{len(made)} rows in {reader.polls} polls, {len(reader.items)} told"


def run_all(stack, documents, result):
    for name, test in (("the feed of changes, fifty writers and one that is late", feed), ("changedSince, fifty writers and one that is late", since)):
        try:
            faults, figures = test(stack, documents)
        except Exception as e:
            faults, figures = [f"{type(e).__name__}: {e}"], ""
        if faults:
            result.bad(name, "; ".join(faults))
        else:
            result.ok(f"{name}: {figures}")
