"""Requests from the documents by chance: one that is valid is never refused for its form, one that is not is refused with 400.

The seed is 1, so that a run asks what the one before has asked; WAYFARE_SEED gives another, `random` one by chance, which is printed. Each operation has a chance of its own from it, so that one can be looked at alone. Paths name
things that do not exist, or cannot be reached, so that little is made; what is made is nobody's. Ends after WAYFARE_PROPERTY_SECONDS (30).
"""
import os
import random
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import contents
import tokens
from generated import PEOPLE, holder, unknown
from scenario import AT_ONCE, PATIENCE
from stack import insist
from values import Values

ROUNDS = 4  # valid and broken ones of each operation
FORM = re.compile(r"^(schema|json|form|body|parameter|header)\.")


class Properties:
    def __init__(self, stack, documents, result, seed):
        self.stack = stack
        self.documents = documents
        self.result = result
        self.seed = seed
        self.until = time.monotonic() + float(os.environ.get("WAYFARE_PROPERTY_SECONDS", "30")) * PATIENCE
        self.held = {who: set(tokens.claims_of(stack.token(who))["scope"].split()) for who in PEOPLE}
        self.done = self.left = 0

    def play(self, operation):
        who = None if operation.public else holder(operation, self.held)
        if operation.id == "createToken" or "text/event-stream" in operation.kinds or not (who or operation.public):
            return
        r = random.Random(f"{self.seed} {operation.service} {operation.id}")
        document = operation.document
        values = Values(r, document.resolve, lambda schema, value: not document.faults(schema, value))
        faults = []
        try:
            for _ in range(ROUNDS):
                if time.monotonic() > self.until:
                    self.left += 1
                    break
                faults += self.round(operation, values, who)
                self.done += 1
        except Exception as e:  # the others go on
            faults.append(f"{type(e).__name__}: {e}")
        if faults:
            self.result.bad(f"{operation.id}: requests by chance", f"{len(faults)}: {faults[0][:900]}")
        else:
            self.result.ok(f"{operation.id}: requests by chance")

    def round(self, operation, values, who):
        r = values.r
        query = {p["name"]: values.valid(p["schema"]) for p in operation.parameters
                 if p["in"] == "query" and p["name"] not in ("cursor", "changedSince") and (p.get("required") or r.random() < 0.5)}
        body = values.valid(operation.body_schema) if operation.body_schema else None
        if contents.is_bytes(operation.body_type):
            body = contents.content(operation.body_type, r.randint(1, 3000), r.random())
        faults = self.taken(operation, self.ask(operation, query, body, who), query, body)
        broken = values.invalid(operation.body_schema, body) if operation.body_schema else None
        if broken:
            faults += self.refused(operation, self.ask(operation, query, broken[1], who), broken[0], broken[1])
        named = [p for p in operation.parameters if p["in"] == "query" and p["name"] not in ("cursor", "changedSince")]
        if named:
            p = r.choice(named)
            schema = operation.document.resolve(p["schema"])
            for text in ("", "\u2603", "-1", "x" * 300):
                if self.no_value(operation, schema, text):
                    faults += self.refused(operation, self.ask(operation, {**query, p["name"]: text}, body, who), f"query {p['name']}", text)
                    break
        return faults

    @staticmethod
    def no_value(operation, schema, text):
        """Whether a parameter of this schema cannot be this text."""
        kinds = schema.get("type", "string")
        if kinds == "array":
            return operation.document.faults(schema["items"], text)
        return kinds != "string" or operation.document.faults(schema, text)

    def ask(self, operation, query, body, who):
        values = {p["name"]: unknown(operation, p) or operation.document.example(p["schema"]) for p in operation.parameters if p["in"] == "path"}
        path = re.sub(r"\{(\w+)\}", lambda m: quote(str(values[m.group(1)]), safe=""), operation.path)
        parts = [f"{n}={quote(self.text(v), safe=',')}" for n, v in query.items() if v != []]  # a list of nothing is left out
        headers = {}
        if operation.parameter("header", "Idempotency-Key"):
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if operation.parameter("header", "If-Match"):
            headers["If-Match"] = '"v0-chance"'
        if isinstance(body, bytes):
            headers["Content-Type"] = operation.body_type
        return insist(lambda: self.stack.call(operation.method, path + ("?" + "&".join(parts) if parts else ""), who=who, body=body, headers=headers))

    @staticmethod
    def text(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)

    def taken(self, operation, answer, query, body):
        faults = self.documents.judge(operation.method, operation.path, answer)
        form = [e for e in (answer.json or {}).get("errors", []) if FORM.match(e.get("code", ""))] if answer.status == 400 else []
        if answer.status >= 500 or answer.status in (405, 406, 413, 415, 428) or form:
            faults.append(f"a valid one is refused: {answer.status} {answer.raw[:400]!r}")
        return [f"{f} of {query} {body}" for f in faults]

    def refused(self, operation, answer, what, value):
        faults = self.documents.judge(operation.method, operation.path, answer)
        if answer.status != 400:
            faults.append(f"{what} is not refused: {answer.status} {answer.raw[:200]!r}")
        return [f"{f} of {value!r:.300}" for f in faults]


def run_all(stack, documents, result):
    seed = os.environ.get("WAYFARE_SEED", "1")
    if seed == "random":
        seed = str(uuid.uuid4().int % 10**9)
    print(f"requests by chance: WAYFARE_SEED={seed}", flush=True)
    properties = Properties(stack, documents, result, seed)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for operation in documents.operations():
            pool.submit(properties.play, operation)
    print(f"requests by chance: {properties.done} rounds; {properties.left} operations were cut short by time", flush=True)
