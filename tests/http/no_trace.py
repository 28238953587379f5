"""What is hidden leaves no trace: a reader asks everything, others write what the reader may not see, and the reader asks again.

Every answer is the same to the byte (cursors apart, which are sealed anew each time): lists, counts, orders, ETags, updatedAt, refusals,
change feeds. What was written carries canaries, which then are looked for wherever things leave the house or stay behind.
"""
import glob
import os
import re
import secrets
import statistics
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import scenario
import tokens
from documents import SERVICES
from isolation import difference, plain

# Scopes that show what is sensitive; the readers are without them.
SENSITIVE = re.compile(r"^(protection:|cases\.restricted:|persons\.residence:|clearances\.health:|passengers\.documents:|experts\.residence:)")
READERS = ("bram", "joost", "noor", "lena", "coa", "uaf")
HIDDEN = {
    "a protection note": [
        {"as": "dewi", "do": "POST /cases/v1/cases/${case}/notes", "body": {"kind": "observation", "text": "${open}", "visibility": "protection"}, "expect": 201,
         "save": {"note": "/id", "noteTag": "header ETag"}},
        {"as": "dewi", "do": "PATCH /cases/v1/notes/${note}", "ifMatch": "${noteTag}", "body": {"text": "${open} again"}}],
    "a note for its author alone": [
        {"as": "amina", "do": "POST /cases/v1/cases/${case}/notes", "body": {"kind": "general", "text": "${open}", "visibility": "author"}, "expect": 201}],
    "a task for the protection officers": [
        {"as": "dewi", "do": "POST /cases/v1/tasks", "body": {"caseId": "${case}", "kind": "protectionReview", "title": "${open}", "urgency": "high", "assignee": "dewi",
                                                              "sensitivity": "protection"}, "expect": 201}],
    "what the protection focal point found": [
        {"as": "dewi", "do": "GET /cases/v1/cases/${case}/protection-clearance", "save": {"findingTag": "header ETag"}},
        {"as": "dewi", "do": "PUT /cases/v1/cases/${case}/protection-clearance", "ifMatch": "${findingTag}",
         "body": {"outcome": "notCleared", "traffickingRisk": "indication", "note": "${sealed}"}}],
    "a residence status": [
        {"as": "amina", "do": "POST /cases/v1/persons/${person}/residence-statuses",
         "body": {"country": "NL", "kind": "asylumRejected", "documentNumber": "${number}", "source": "ind"}, "expect": 201}],
    "a secret case of the same person": [
        {"as": "amina", "do": "POST /cases/v1/cases", "body": {"programme": "avrr", "principalId": "${person}", "confidentiality": "secret"}, "expect": 201, "save": {"second": "/id"}},
        {"as": "amina", "do": "POST /cases/v1/cases/${second}/appointments", "body": {"kind": "counselling", "startsAt": "${now+2d}", "zone": "Europe/Amsterdam", "place": "${open}"},
         "expect": 201, "save": {"hiddenAppointment": "/id"}},
        {"as": "amina", "do": "POST /cases/v1/cases/${second}/notes", "body": {"kind": "general", "text": "${open}", "visibility": "team"}, "expect": 201}],
    "a secret case of somebody of the same name": [
        {"as": "amina", "do": "POST /cases/v1/cases", "body": {"programme": "avrr", "confidentiality": "secret", "principal": {
            "names": [{"given": "${open}", "family": "${family}", "kind": "asOnDocument", "script": "Latn"}], "nationalities": ["SO"],
            "identifiers": [{"kind": "passport", "number": "${number}", "country": "SO"}]}}, "expect": 201, "save": {"third": "/id", "hiddenPerson": "/principalId"}},
        {"as": "amina", "do": "POST /cases/v1/tasks", "body": {"caseId": "${third}", "kind": "general", "title": "${open}", "urgency": "low"}, "expect": 201}],
}
# Where the open canary may stand: the tables of what it was written into, and what is sealed or chained around it.
AT_HOME = {"cases", "notes", "note_versions", "tasks", "appointments", "person_names", "person_name_keys"}


class Reader:
    def __init__(self, stack, who):
        self.who = who
        held = tokens.claims_of(stack.token(who))["scope"].split()
        self.scopes = {s for s in held if not SENSITIVE.match(s)}
        self.token = stack.token(who, " ".join(sorted(self.scopes)))

    def may(self, operation):
        return any(set(*a.values()) <= self.scopes for a in operation.spec["security"] if a)


def questions(documents, names):
    """Paths of all that can be read about the case and its person, and every list with each of its filters, orders and counts."""
    values = {"caseId": names["case"], "personId": names["person"], "referralId": names["referral"], "appointmentId": names["appointment"]}
    for operation in documents.operations():
        needed = re.findall(r"\{(\w+)\}", operation.path)
        if operation.method != "GET" or operation.public or "text/event-stream" in operation.kinds or not set(needed) <= set(values):
            continue
        path = re.sub(r"\{(\w+)\}", lambda m: values[m.group(1)], operation.path)
        if any(p["in"] == "query" and p.get("required") for p in operation.parameters):
            continue
        yield operation, path
        for p in operation.parameters:
            name, schema = p["name"], operation.document.resolve(p.get("schema", {}))
            if p["in"] != "query" or name == "cursor":
                continue
            choices = [values[name]] if name in values else [True] if name == "count" else schema.get("enum", schema.get("items", {}).get("enum", []))
            if name == "limit":
                choices = [200]
            for choice in list(choices)[:6]:
                yield operation, f"{path}?{name}={str(choice).lower() if choice is True else choice}"


def do(stack, documents, step, names):
    """A step; a busy database is asked again."""
    for patience in range(10, -1, -1):
        try:
            return scenario.run_step(stack, documents, step, names)
        except scenario.Fault as fault:
            if " 503 instead of " not in str(fault) or not patience:
                raise


def settle(stack):
    """Until the events have arrived and done what they do."""
    until = time.monotonic() + 20 * scenario.PATIENCE
    while time.monotonic() < until:
        left = sum(int(stack.sql(s, "SELECT (SELECT count(*) FROM wf.delivery) + (SELECT count(*) FROM wf.inbox WHERE state IN ('retry', 'waiting'))")[0][0]) for s in SERVICES)
        if left == 0:
            return
        time.sleep(0.2)


def give_up(stack):
    """What an endpoint did not answer until now is not tried again, and what waits for one that rests is not tried: its subscription counts
    failures by itself."""
    until = time.monotonic() + 20 * scenario.PATIENCE
    while time.monotonic() < until:
        stack.sql("notifications", "SET session_replication_role = replica; UPDATE deliveries SET status = 'dead', next_at = NULL WHERE status IN ('pending', 'retry')")
        if stack.sql("notifications", "SELECT count(*) FROM deliveries WHERE status NOT IN ('done', 'dead')")[0][0] == "0":
            return
        time.sleep(0.2)
    raise scenario.Fault("deliveries do not end")


def ask_all(stack, readers, asked, names):
    def ask(item):
        reader, operation, path = item
        for _ in range(20):
            answer = stack.call("GET", path, token=reader.token)
            if answer.status != 503:
                break
        return plain(answer)

    items = [(r, o, p) for r in readers for o, p in asked if r.may(o)]
    with ThreadPoolExecutor(scenario.AT_ONCE) as pool:
        answers = list(pool.map(ask, items))
    found = {(r.who, o.id, p): a for (r, o, p), a in zip(items, answers)}
    for reader in readers:
        if "persons:read" in reader.scopes:
            answer = stack.call("POST", "/cases/v1/persons/_search", token=reader.token, body={"name": names["family"]})
            found[reader.who, "searchPersons", names["family"]] = plain(answer)
    return found


def timing(stack, reader, hidden, result):
    """A hidden object is refused in the time of a missing one: the medians are alike."""
    for what, path in hidden.items():
        for _ in range(4):  # what comes of the hiding comes each time, what comes of the machine does not
            times = {"hidden": [], "missing": []}
            for _ in range(60):  # in turns, so that what else is at work falls on both alike
                for target, asked in (("hidden", path[0]), ("missing", path[1].replace("*", str(uuid.uuid4())))):
                    begun = time.perf_counter()
                    stack.call("GET", asked, token=reader.token)
                    times[target].append(time.perf_counter() - begun)
            ratio = statistics.median(times["hidden"]) / statistics.median(times["missing"])
            if 1 / 3 < ratio < 3:
                break
        if 1 / 3 < ratio < 3:
            result.ok(f"no trace: {what} is refused as fast as nothing")
        else:
            result.bad(f"no trace: {what} is refused as fast as nothing", f"the medians' ratio is {ratio:.2f}")


def dumps(stack, service):
    """The service's database as text, table by table."""
    command = ["pg_dump", "-h", f"{stack.run}/pg", "-U", "postgres", "--data-only", f"wayfare_{service}"]
    table, path = "", os.path.join(os.environ.get("PG_BINDIR", "/usr/lib/postgresql/15/bin"), "pg_dump")
    command[0] = path if os.path.exists(path) else "pg_dump"
    for line in subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120).stdout.splitlines():
        if line.startswith("COPY "):
            table = line.split(" ")[1]
        yield table, line


def look_for(stack, canaries, result):
    """Sealed canaries are nowhere; open ones in their own tables alone: not in logs, mails, streams, outbox, inbox, webhooks, audit."""
    places = [(os.path.basename(p), open(p, "rb").read()) for p in glob.glob(os.path.join(stack.state, "log", "*")) + stack.mails()]
    streams = subprocess.run(["redis-cli", "-s", f"{stack.run}/redis.sock", "--scan"], capture_output=True, text=True, timeout=30).stdout.split()
    for key in streams:
        places.append((f"redis {key}", subprocess.run(["redis-cli", "-s", f"{stack.run}/redis.sock", "DUMP", key], capture_output=True, timeout=30).stdout))
    at_home = False
    found = {(name, what) for name, text in places for what, canary in canaries.items() if canary.encode() in text}
    for service in SERVICES:
        for table, line in dumps(stack, service):
            for what, canary in canaries.items():
                home = what == "open" and table.startswith("public.") and table.rpartition(".")[2] in AT_HOME
                at_home |= home and canary in line
                if canary in line and not home:
                    found.add((f"{service} {table}", what))
    if not at_home:
        result.bad("no trace: the open canary is where it belongs", "it is nowhere")
    for what in canaries:
        where = sorted(name for name, w in found if w == what)
        if where:
            result.bad(f"no trace: the {what} canary is nowhere but where it belongs", ", ".join(where))
        else:
            result.ok(f"no trace: the {what} canary is nowhere but where it belongs")


class Watched:
    """A case of its own, what the readers see of all before something hidden is written and after it, and what one sees after something open is."""

    def __init__(self, stack, documents):
        mark = secrets.token_hex(6)
        self.names = names = {"open": f"kanarie{mark}", "sealed": f"verzegeld{mark}", "number": f"NL{mark.upper()}"}
        library, _ = scenario.load()
        for part in scenario.parts_of({"use": ["referral", "coa case", "appointment"]}, library, []):
            for key, value in part.get("let", {}).items():
                names[key] = scenario.fill(value, names)
            for step in part.get("steps", []):
                do(stack, documents, step, names)
        names["family"] = names["asha"]["names"][0]["family"]
        stack.tokens.clear()  # these are to last
        self.readers = [Reader(stack, who) for who in READERS]
        asked = list(questions(documents, names))
        settle(stack)
        give_up(stack)
        self.before, self.again = ask_all(stack, self.readers, asked, names), ask_all(stack, self.readers, asked, names)
        for steps in HIDDEN.values():
            for step in steps:
                do(stack, documents, step, names)
        settle(stack)
        self.after = ask_all(stack, self.readers, asked, names)
        do(stack, documents, {"as": "amina", "do": "POST /cases/v1/tasks", "expect": 201,
                              "body": {"caseId": "${case}", "kind": "general", "title": "To be seen", "urgency": "low"}}, names)
        self.seen = ask_all(stack, self.readers[:1], asked, names)

    def question(self, key):
        """Without what is this case's own."""
        who, operation, path = key
        for name in ("case", "person", "referral", "appointment", "family"):
            path = path.replace(self.names[name], f"{{{name}}}")
        return f"no trace: {operation} as {who}: {path}"

    def traces(self):
        """{question: why} of all that would have been answered alike: None where nothing shows."""
        found = {}
        for key, before in self.before.items():
            after = self.after[key]
            if any(self.names[c].encode() in after[2] for c in ("open", "sealed", "number")):
                found[self.question(key)] = "shows a canary"
            elif before == self.again[key]:
                found[self.question(key)] = None if before == after else difference(before, after)
        return found


def run_all(stack, documents, result):
    try:
        watched = Watched(stack, documents)
        found = watched.traces()
        if any(found.values()):  # a trace shows each time; what a daemon happened to do meanwhile does not
            watched = Watched(stack, documents)
            second = watched.traces()
            found = {name: why and (why if "canary" in why else second.get(name)) for name, why in found.items()}
    except scenario.Fault as fault:
        return result.bad("no trace", str(fault))
    names, before, again, after, seen, readers = (getattr(watched, n) for n in ("names", "before", "again", "after", "seen", "readers"))
    for what in HIDDEN:
        result.ok(f"no trace: {what} was written")
    for name, why in found.items():
        result.bad(name, why) if why else result.ok(name)
    if all(seen[key] == after[key] for key in seen):
        result.bad("no trace: what may be seen is seen", "a task changed no answer")
    else:
        result.ok("no trace: what may be seen is seen")
    timing(stack, readers[0], {"a secret case": (f"/cases/v1/cases/{names['third']}", "/cases/v1/cases/*"), "a protection note": (f"/cases/v1/notes/{names['note']}", "/cases/v1/notes/*"),
                               "who is known by a secret case": (f"/cases/v1/persons/{names['hiddenPerson']}", "/cases/v1/persons/*")}, result)
    look_for(stack, {c: names[c] for c in ("open", "sealed", "number")}, result)
    changing = sum(before[key] != again[key] for key in before)
    print(f"no trace: {len(before)} questions of {len(readers)} readers, {changing} of them differ by themselves; {len(HIDDEN)} hidden changes")
