"""What the documents say of refusals, against what was answered: both ways.

An operation names in its description the codes that it refuses with (`tor.notOpen`) beyond those that every operation has. Each of them was met at
least once, by that operation, in a scenario; and what was met there is named. What no request can meet stands in problems.json with the reason; it stands there only
while it is needed.
"""
import fnmatch
import json
import os
import re
from collections import defaultdict

HERE = os.path.dirname(os.path.realpath(__file__))
NAMED = re.compile(r"`([a-z][A-Za-z]*(?:\.[A-Za-z_]+)+)`")
# What the edge, the validator and the tokens refuse, of every operation alike: tests/http goes through it for each (generated.py, behaviour.py);
# and what is refused for want of room or of the store: unit tests (http_large, store).
HOUSE = ("request.*", "schema.*", "parameter.*", "header.*", "body.*", "scope.*", "token.*", "precondition.*", "idempotency.*", "cursor.*", "changes.*", "form.*",
         "row.missing", "guards.unmet", "co.*", "db.*", "media.*", "path.*", "method.*", "client.*", "pool.*", "peer.away", "rate.limited", "list.full",
         "http.large", "store.*")


def of_the_house(code):
    return any(fnmatch.fnmatchcase(code, pattern) for pattern in HOUSE)


def is_event(code, documents):
    return code.count(".") > 1 and code.split(".")[0] in documents


def named(documents):
    """{(service, operation): codes that it says it refuses with}"""
    found = {}
    for service, document in documents.items():
        for item in document["paths"].values():
            for operation in item.values():
                codes = set(NAMED.findall(operation.get("description", "")))
                found[service, operation["operationId"]] = {c for c in codes if not is_event(c, documents) and not of_the_house(c)}
    return found


def refusals(body, status):
    """Codes of a problem: its own and those of its errors; of a list of results (a batch, an upsert) those of each."""
    if isinstance(body, list):
        for item in body:
            yield from refusals(item, status)
    elif isinstance(body, dict):
        if status >= 400 or {"type", "title", "status", "code"} <= set(body):
            yield body.get("code")
            for error in body.get("errors") or []:
                yield error.get("code")
        else:
            for name in ("results", "items", "problem", "error"):
                yield from refusals(body.get(name), status)


def met(exchanges):
    """({(service, operation): codes}, the operations that succeeded)"""
    codes, succeeded = defaultdict(set), set()
    with open(exchanges, encoding="utf-8") as f:
        for line in f:
            exchange = json.loads(line)
            if exchange.get("part") != "scenarios":
                continue
            key = exchange["path"].split("/")[1], exchange["operation"]
            if exchange["status"] < 300:
                succeeded.add(key)
            try:
                body = json.loads(exchange["body"])
            except ValueError:
                continue
            codes[key] |= {c for c in refusals(body, exchange["status"]) if c and not of_the_house(c)}
    return codes, succeeded


def exceptions():
    with open(os.path.join(HERE, "problems.json"), encoding="utf-8") as f:
        return {(*name.split(".", 1), code): why for name, codes in json.load(f).items() for code, why in codes.items()}


def check(result, name, faults):
    if faults:
        result.bad(name, f"{len(faults)}: " + "; ".join(sorted(faults)[:40]))
    else:
        result.ok(name)


def run_all(paths, exchanges, result):
    documents = {}
    for service, path in paths.items():
        with open(path, encoding="utf-8") as f:
            documents[service] = json.load(f)
    says, (codes, succeeded), excused = named(documents), met(exchanges), exceptions()
    streams = {(s, o["operationId"]) for s, d in documents.items() for item in d["paths"].values() for o in item.values()
               if "text/event-stream" in json.dumps(o["responses"].get("200", {}))}  # their events are no exchange
    for service in documents:
        mine = {key: value for key, value in says.items() if key[0] == service}
        check(result, f"problems: every operation of {service} succeeded", [o for s, o in mine if (s, o) not in succeeded | streams])
        check(result, f"problems: every refusal that {service} names was met", [
            f"{key[1]}: {c}" for key, named_codes in mine.items() for c in named_codes - codes[key] if (*key, c) not in excused])
        check(result, f"problems: every refusal of {service} that was met is named", [
            f"{key[1]}: {c}" for key, named_codes in mine.items() for c in codes[key] - named_codes])
    check(result, "problems: every exception is needed", [
        ".".join(key) for key in excused if key[2] not in says.get(key[:2], ()) or key[2] in codes[key[:2]]])
