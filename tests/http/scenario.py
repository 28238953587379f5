"""Scenarios as data; see README.md for the words."""
import base64
import glob
import hashlib
import json
import os
import re
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import yaml

import contents
import erasure
import tokens
from documents import Asked
from stack import PATIENCE, insist, opaque

HERE = os.path.dirname(os.path.realpath(__file__))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")  # whose days the services count
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AT_ONCE = 4  # scenarios that run beside each other; most of their time is waiting


class Fault(Exception):
    pass


def fill(node, names):
    """Replaces ${name} in texts; a text that is only ${name} becomes the value itself."""
    if isinstance(node, str):
        whole = re.fullmatch(r"\$\{([\w.+:-]+)\}", node)
        if whole:
            return lookup(whole.group(1), names)
        return re.sub(r"\$\{([\w.+:-]+)\}", lambda m: str(lookup(m.group(1), names)), node)
    if isinstance(node, dict):
        return {k: fill(v, names) for k, v in node.items()}
    if isinstance(node, list):
        return [fill(v, names) for v in node]
    return node


def lookup(name, names):
    if name == "uuid":
        return str(uuid.uuid4())
    if name == "short":
        return opaque()
    if name.startswith("jwk:"):
        return tokens.public_jwk(key_of(name[4:], names), name[4:])
    moved = re.fullmatch(r"(now|today|time)(?:([+-]\d+)([smhd]))?", name)
    if moved:
        seconds = int(moved.group(2) or 0) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[moved.group(3) or "s"]
        zone = AMSTERDAM if moved.group(1) == "today" else timezone.utc
        at = datetime.fromtimestamp(time.time() + seconds, zone)
        return at.strftime({"now": "%Y-%m-%dT%H:%M:%SZ", "today": "%Y-%m-%d", "time": "%H:%M"}[moved.group(1)])
    if name not in names:
        raise Fault(f"nothing is saved as {name}")
    return names[name]


def key_of(kid, names):
    """The scenario's own private key of that name, made at its first use."""
    return names.setdefault(("key", kid), tokens.new_key())


def assertion(step, names):
    """A client's proof of itself (RFC 7523); claims that the step names replace the usual ones."""
    claims = fill(step, names)
    kid = claims.pop("kid")
    now = int(time.time())
    claims = {"iss": claims.get("sub"), "jti": str(uuid.uuid4()), **claims, "iat": now, "exp": now + claims.get("exp", 60)}
    return tokens.sign(key_of(kid, names), claims, "JWT", kid)


def pointer(node, path):
    for token in path.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Fault(f"{path} is not there") from None
    return node


def compare(expected, actual, at=""):
    """expected is a part of actual. $any, $absent, $match:REGEX, $length:N, [$contains, …], [$without, …] stand for values."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            raise Fault(f"{at or '/'}: not an object: {short(actual)}")
        for key, value in expected.items():
            if value == "$absent":
                if key in actual:
                    raise Fault(f"{at}/{key}: should be absent, is {short(actual[key])}")
                continue
            if key in ("$contains", "$without"):
                raise Fault(f"{at}: {key} stands for a list")
            if key not in actual:
                raise Fault(f"{at}/{key}: is missing")
            compare(value, actual[key], f"{at}/{key}")
    elif isinstance(expected, list) and expected and expected[0] == "$contains":
        for wanted in expected[1:]:
            for item in actual or []:
                try:
                    compare(wanted, item, at)
                    break
                except Fault:
                    continue
            else:
                raise Fault(f"{at}: no item like {short(wanted)} in {short(actual)}")
    elif isinstance(expected, list) and expected and expected[0] == "$without":
        for unwanted in expected[1:]:
            for item in actual or []:
                try:
                    compare(unwanted, item, at)
                except Fault:
                    continue
                raise Fault(f"{at}: {short(item)} should not be there")
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            raise Fault(f"{at}: {short(actual)} is not a list of {len(expected)}")
        for i, (e, a) in enumerate(zip(expected, actual)):
            compare(e, a, f"{at}/{i}")
    elif isinstance(expected, str) and expected == "$any":
        if actual is None:
            raise Fault(f"{at}: is null")
    elif isinstance(expected, str) and expected.startswith("$match:"):
        if not isinstance(actual, str) or not re.search(expected[7:], actual):
            raise Fault(f"{at}: {short(actual)} does not match {expected[7:]}")
    elif isinstance(expected, str) and expected.startswith("$length:"):
        if len(actual) != int(expected[8:]):
            raise Fault(f"{at}: has {len(actual)} items, not {expected[8:]}")
    elif expected != actual:
        raise Fault(f"{at or '/'}: {short(actual)} instead of {short(expected)}")


def short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else text[:300] + "…"


def ask(stack, documents, step, names, patient=True):
    """The call of a step, its answer held against the document; patient: where a busy machine refused it, that of a later try."""
    documents.turn.next()
    method, path = fill(step["do"], names).split(" ", 1)
    headers = fill(step.get("headers", {}), names)
    operation = documents.find(method, path)
    if operation and operation.parameter("header", "Idempotency-Key") and "Idempotency-Key" not in headers:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if "ifMatch" in step:
        headers["If-Match"] = fill(step["ifMatch"], names)
    body = fill(step["body"], names) if "body" in step else None
    if "bytes" in step:
        body = step["bytes"].encode()
    elif "file" in step:
        file = step["file"]
        body = contents.content(file["type"], file.get("size", 200), file.get("seed", 0))
        headers.setdefault("Content-Type", file["type"])
        names.update({"file": body, "file:digest": contents.digest(body), "file:sha256": hashlib.sha256(body).hexdigest()})
    elif "form" in step:
        form = fill(step["form"], names)
        if "assertion" in step:
            form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(step["assertion"], names), **form}
        body = urlencode(form).encode()
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    if "basic" in step:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(fill(step["basic"], names)).encode()).decode()
    token = fill(step.get("bearer"), names)
    who = fill(step.get("as"), names)
    person = (who, step.get("scope")) if who and not token else (None, token)
    if who and "scope" in step:
        token, who = stack.token(who, step["scope"]), None
    patience = 20 if patient and step.get("expect") != 503 else 0
    answer = insist(lambda: stack.call(method, path, who=who, body=body, headers=headers, token=token), patience)
    if answer.status != step.get("expect", answer.status):
        raise Fault(f"{method} {path}: {answer.status} instead of {step['expect']}: {answer.raw[:1500].decode(errors='replace')}")
    faults = documents.judge(method, path, answer)
    if faults:
        raise Fault(f"{method} {path}: not as documented: {'; '.join(faults)}")
    if answer.status < 300 and "as" in step:
        documents.record.add(documents.turn.now(), operation, fill(step["as"], names), step.get("scope"), method, path, headers, body)
    if operation and answer.status < 300:
        documents.note(operation, Asked(method, path, person, body, headers), answer)
    return answer


def step_once(stack, documents, step, names):
    answer = ask(stack, documents, {"expect": 200, **step}, names)
    if "problem" in step:
        compare(step["problem"], answer.json["code"], "/code")
    if "faults" in step:
        compare(["$contains", *fill(step["faults"], names)], answer.json.get("errors", []), "/errors")
    if "guards" in step:
        actual = sorted(e["guard"] if "guard" in e else e["code"] for e in answer.json.get("errors", []))
        compare(sorted(step["guards"]), actual, "/errors")
    if "match" in step:
        compare(fill(step["match"], names), answer.json)
    if "sameAs" in step and answer.raw != names[step["sameAs"]]:
        raise Fault(f"{step['do']}: not the same bytes as {step['sameAs']}")
    keep(step, answer, names)
    return answer


def keep(step, answer, names):
    for name, place in step.get("save", {}).items():
        if place == "raw":
            names[name] = answer.raw
        elif place.startswith("header "):
            names[name] = answer.headers.get(place[7:].lower())
        elif place.startswith("claim "):
            claim, place = place[6:].split(" ")
            names[name] = tokens.claims_of(pointer(answer.json, place))[claim]
        else:
            names[name] = pointer(answer.json, place)


def race_step(stack, documents, step, names):
    """atOnce: as many clients as it says, at the same moment. A client that finds the service busy asks again, as it is told to; it may then find
    its own first request still running."""
    clients = step["atOnce"]
    start = threading.Barrier(clients)
    once = {k: v for k, v in step.items() if k not in ("match", "save", "expect", "problem")}

    def client(number):
        mine = {**once, "body": step["alternate"], "do": step.get("alternateDo", step["do"])} if "alternate" in step and number % 2 else once
        mine = {**mine, "headers": {"Idempotency-Key": str(uuid.uuid4()), **mine.get("headers", {})}}
        start.wait()
        until = time.monotonic() + 30 * PATIENCE
        busy = False
        while True:
            answer = ask(stack, documents, mine, names, patient=False)
            busy = answer.status == 503 or (busy and answer.status == 409 and answer.json.get("code") == "idempotency.running")
            if not busy or time.monotonic() > until:
                return answer
            time.sleep(0.1)

    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(client, range(clients)))
    met = Counter(a.status for a in answers)
    for status in {*met, *step["outcomes"]}:
        wanted = step["outcomes"].get(status, 0)
        if not (wanted == "any" or (met[status] > 0 if wanted == "some" else met[status] == wanted)):
            sample = next((a.raw[:400].decode(errors="replace") for a in answers if a.status == status or not met[status]), "")
            raise Fault(f"{step['do']}: {dict(met)} instead of {step['outcomes']}: {sample}")
    good = [a for a in answers if a.status < 300]
    if step.get("oneBody") and len({a.raw for a in good}) != 1:
        raise Fault(f"{step['do']}: the successes differ: {[a.raw[:200] for a in good[:2]]}")
    if "oneOf" in step and len({pointer(a.json, step["oneOf"]) for a in good}) != 1:
        raise Fault(f"{step['do']}: {step['oneOf']} differs")
    if "match" in step:
        compare(fill(step["match"], names), good[0].json)
    keep(step, good[0], names)


def stream_step(stack, documents, step, names):
    """Reads server-sent events until one matches."""
    path = fill(step["do"], names).split(" ", 1)[1]
    seen = []
    for answer, event in stack.events(path, stack.token(step["as"]), fill(step.get("headers", {}), names), step["within"] * PATIENCE):
        faults = documents.judge("GET", path, answer)
        if faults:
            raise Fault(f"GET {path}: not as documented: {'; '.join(faults)}")
        try:
            compare(fill(step["stream"], names), {**event, "data": json.loads(event.get("data", "null"))})
            return
        except Fault:
            seen.append(event)
    raise Fault(f"GET {path}: no such event among {short(seen)}")


def sql_step(stack, step, names):
    until = time.monotonic() + step.get("within", 0) * PATIENCE
    while True:
        rows = [list(row) for row in stack.sql(*fill(step["sql"], names))]
        if rows == fill(step.get("rows", rows), names):
            names.update({name: pointer(rows, place) for name, place in step.get("save", {}).items()})
            return rows
        if time.monotonic() >= until:
            raise Fault(f"rows: {short(rows)}")
        time.sleep(0.05)


def run_step(stack, documents, step, names):
    """within: N repeats until it holds, at most N seconds (effects that come through the queue)."""
    if "sql" in step:
        return sql_step(stack, step, names)
    for word, judge in {**erasure.WORDS, **contents.WORDS}.items():
        if word in step:
            why = judge(stack, {**step, word: fill(step[word], names)}, names)
            if why:
                raise Fault(f"{word}: {why}")
            return None
    if "atOnce" in step:
        return race_step(stack, documents, step, names)
    if "stream" in step:
        return stream_step(stack, documents, step, names)
    for _ in range(step.get("repeat", 1) - 1):
        step_once(stack, documents, step, names)
    until = time.monotonic() + step.get("within", 0) * PATIENCE
    while True:
        try:
            return step_once(stack, documents, step, names)
        except Fault:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)


def load():
    library, scenarios = {}, []
    for path in sorted(glob.glob(os.path.join(HERE, "scenarios", "*.yaml"))):
        with open(path, encoding="utf-8") as f:
            for document in yaml.load_all(f, yaml.CSafeLoader):
                if not document:
                    continue
                if "prelude" in document:
                    library[document["prelude"]] = document
                else:
                    scenarios.append((os.path.basename(path)[:-5], document))
    return library, scenarios


def parts_of(document, library, taken):
    """What a scenario names, as often as it names it; before each, what that prelude itself rests on, unless it was there already."""
    for use in document.get("use", []):
        for base in library[use].get("use", []):
            if library[base] not in taken:
                parts_of({"use": [base]}, library, taken)
        taken.append(library[use])
    return taken


def play(stack, documents, result, name, document, library, turn):
    documents.turn.begin(turn)
    hosts = {"hooks": "localhost", "otherHooks": "127.0.0.1", "quietHooks": "127.0.0.2"}
    names = {name: f"https://{host}:{stack.url.port + 3}" for name, host in hosts.items()}
    at = ""
    try:
        steps = []
        for part in [*parts_of(document, library, []), document]:
            for key, value in part.get("let", {}).items():
                names[key] = fill(value, names)
            steps += part.get("steps", [])
        for number, step in enumerate(steps, 1):
            at = f"step {number} ({step.get('say') or step.get('do')})"
            run_step(stack, documents, step, names)
    except Fault as fault:
        result.bad(name, f"{at}: {fault}")
    except Exception as e:  # a broken scenario is a failure of its own, the others go on
        result.bad(name, f"{at}: {type(e).__name__}: {e}")
    else:
        result.ok(name)


def run_all(stack, documents, result, wanted):
    library, scenarios = load()
    chosen = [(f"{group}: {document['scenario']}", document) for group, document in scenarios]
    chosen = [(turn, name, document) for turn, (name, document) in enumerate(chosen) if not wanted or any(w in name for w in wanted)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for turn, name, document in chosen:
            if not document.get("alone"):
                pool.submit(play, stack, documents, result, name, document, library, turn)
    for turn, name, document in chosen:
        if document.get("alone"):
            play(stack, documents, result, name, document, library, turn)
    documents.turn.begin(documents.turn.OTHERS)
