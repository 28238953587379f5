"""What follows from the OpenAPI document alone, for every operation: no token, wrong scope, unknown ids, broken requests, another organisation."""
import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import contents
import tokens
from scenario import AT_ONCE
from stack import insist

# A staff user or partner who holds an alternative of the operation's scopes is looked for among these.
PEOPLE = ("amina", "bram", "dewi", "joost", "lena", "roos", "pim", "mira", "finn", "jan", "iom", "coa", "uaf", "internal")
# Scopes that pass the borders between organisations.
ACROSS = {"internal", "organisations:all"}
# What is the same for every organisation: programme packs, templates and tables come with the installation.
SHARED = {"listAirports", "getAirport", "listProgrammes", "getProgramme", "listTemplates", "previewTemplate", "listLanguageFallbacks"}
BROKEN = {
    "broken JSON": b'{"a":',
    "a duplicate member": b'{"a":1,"a":2}',
    "invalid UTF-8": b'{"a":"\xff"}',
    "NUL": b'{"a":"\\u0000"}',
    "a number out of range": b'{"a":1e999}',
    "deep nesting": b"[" * 40 + b"]" * 40,
    "an unknown member": b'{"nonsense-of-a-member":1}',
}


def holder(operation, held):
    for who in PEOPLE:
        for alternative in operation.spec["security"]:
            for wanted in alternative.values():
                if set(wanted) <= held[who]:
                    return who
    return None


def alternatives(operation):
    """Sets of scopes, each of which is enough."""
    return [set(*alternative.values()) for alternative in operation.spec["security"] if alternative]


def is_uuid(operation, parameter):
    return operation.document.resolve(parameter["schema"]).get("format") == "uuid"


def unknown(operation, parameter):
    """A value that the parameter takes and that names nothing; None if only known values are taken."""
    if is_uuid(operation, parameter):
        return str(uuid.uuid4())
    for value in (f"{operation.document.example(parameter['schema'])}-{uuid.uuid4().hex[:6]}", f"x{uuid.uuid4().hex[:6]}"):
        if not operation.document.faults(parameter["schema"], value):
            return value
    return None


def request(operation, values=None):
    """A request that the document takes: path, headers, body. values: of the path's parameters, else ids that do not exist."""
    values = values or {p["name"]: unknown(operation, p) if is_uuid(operation, p) else operation.document.example(p["schema"])
                        for p in operation.parameters if p["in"] == "path"}
    path = re.sub(r"\{(\w+)\}", lambda m: str(values[m.group(1)]), operation.path)
    query = [f"{p['name']}={operation.document.example(p['schema'])}" for p in operation.parameters if p["in"] == "query" and p.get("required")]
    headers = {}
    if operation.parameter("header", "Idempotency-Key"):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if operation.parameter("header", "If-Match"):
        headers["If-Match"] = '"v1"'
    if "text/event-stream" in operation.kinds:
        headers["Accept"] = "text/event-stream"
    body = None
    if operation.body_type and "json" in operation.body_type:
        body = operation.document.example(operation.body_schema)
    elif operation.body_type:
        headers["Content-Type"] = operation.body_type
        body = contents.content(operation.body_type) if contents.is_bytes(operation.body_type) else b""
    return path + ("?" + "&".join(query) if query else ""), headers, body


def join(path, query):
    return path + ("&" if "?" in path else "?") + query


def same_but_instance(problem):
    return {k: v for k, v in problem.items() if k != "instance"}


class Generated:
    def __init__(self, stack, documents, result):
        self.stack = stack
        self.documents = documents
        self.result = result
        self.held = {who: set(tokens.claims_of(stack.token(who))["scope"].split()) for who in PEOPLE}
        self.every = {s for o in documents.operations() for scopes in alternatives(o) for s in scopes}
        scope = " ".join(sorted(self.every - ACROSS) + ["office:nl", "programme:avrr"])
        self.stranger = stack.foreign_token("elsewhere", scope, exp=int(time.time()) + 3600)
        self.powerless = stack.token("amina", scope="office:nl")

    def expect(self, name, operation, status, method=None, path=None, headers=None, body="same", **who):
        p, h, b = request(operation)
        h.update(headers or {})
        method, path = method or operation.method, path or p
        try:
            a = insist(lambda: self.stack.call(method, path, headers={k: v for k, v in h.items() if v is not None}, body=b if body == "same" else body, **who))
        except OSError as e:
            return self.result.bad(f"{operation.id}: {name}", f"{type(e).__name__}: {e}")
        faults = self.documents.judge(method, path, a)
        if a.status != status or faults:
            return self.result.bad(f"{operation.id}: {name}", f"{a.status} instead of {status} {faults} {a.raw[:400]!r}")
        self.result.ok(f"{operation.id}: {name}")
        return a

    def play(self, operation):
        try:
            self.routes(operation)
            if operation.public:
                return
            self.tokens(operation)
            who = holder(operation, self.held)
            if not who:
                return self.result.bad(f"{operation.id}: somebody holds its scopes", f"{operation.spec['security']} is held by none of {PEOPLE}")
            self.result.ok(f"{operation.id}: somebody holds its scopes")
            self.parameters(operation, who)
            self.ids(operation, who)
            if operation.body_type in ("application/json", "application/merge-patch+json"):
                self.bodies(operation, who)
            elif contents.is_bytes(operation.body_type):
                self.files(operation, who)
            self.isolation(operation)
        except Exception as e:  # the others go on
            self.result.bad(f"{operation.id}: generated requests", f"{type(e).__name__}: {e}")

    def routes(self, operation):
        path = request(operation)[0]
        self.expect("has no other spelling of its path", operation, 404, path=path.split("?")[0] + "/")
        item = operation.document.spec["paths"][operation.route]
        if operation.method.lower() == next(iter(item)):  # once for each path
            other = next(m for m in ("PUT", "DELETE", "PATCH") if m.lower() not in item)
            a = self.expect("its path refuses another method", operation, 405, method=other, body=None)
            if a and set(re.split(r", *", a.headers.get("allow", ""))) < {m.upper() for m in item}:
                self.result.bad(f"{operation.id}: says which methods there are", a.headers.get("allow"))

    def tokens(self, operation):
        self.expect("refuses a request without token", operation, 401)
        self.expect("refuses a token that is none", operation, 401, token="not.a.token")
        self.expect("refuses a token without its scope", operation, 403, token=self.powerless)
        everything = " ".join(sorted(self.every - ACROSS))
        now = int(time.time())
        self.expect("refuses a token that has ended", operation, 401, token=self.stack.foreign_token("scoped", everything, iat=now - 600, exp=now - 60))
        self.expect("refuses a token for somebody else", operation, 401, token=self.stack.foreign_token("scoped", everything, aud="elsewhere"))
        self.scopes(operation)

    def scopes(self, operation):
        """Of each alternative, every scope is needed, and all of them are enough: the request is judged then, and a parameter found that is none."""
        path = join(request(operation)[0], "nonsense=1")
        for number, needed in enumerate(alternatives(operation)):
            others = set().union(*(a for i, a in enumerate(alternatives(operation)) if i != number))
            name = " ".join(sorted(needed))
            for scope in sorted(needed):
                held = " ".join(sorted(self.every - {"internal", scope} - (others - needed)))
                self.expect(f"refuses a token with every scope but {scope}", operation, 403, path=path, token=self.stack.foreign_token("scoped", held))
            token = self.stack.token("internal") if needed == {"internal"} else self.stack.foreign_token("scoped", name)
            self.expect(f"takes a token with no scope but {name}", operation, 400, path=path, token=token)

    def parameters(self, operation, who):
        path = request(operation)[0]
        if operation.parameter("header", "If-Match"):
            self.expect("asks for If-Match", operation, 428, who=who, headers={"If-Match": None})
        if operation.parameter("header", "Idempotency-Key"):
            self.expect("asks for Idempotency-Key", operation, 400, who=who, headers={"Idempotency-Key": None})
            self.expect("refuses a short Idempotency-Key", operation, 400, who=who, headers={"Idempotency-Key": "1"})
        if operation.parameter("query", "cursor"):
            self.expect("refuses a cursor of somebody's own making", operation, 400, who=who, path=join(path, "cursor=eyJrIjoxfQ"))
        if operation.parameter("query", "limit"):
            self.expect("refuses a page of 201", operation, 400, who=who, path=join(path, "limit=201"))
            self.expect("refuses a limit given twice", operation, 400, who=who, path=join(path, "limit=1&limit=2"))
        self.expect("refuses an unknown query parameter", operation, 400, who=who, path=join(path, "nonsense=1"))
        self.expect("refuses an unknown purpose", operation, 400, who=who, headers={"X-Purpose": "curiosity"})
        self.expect("answers only what it can", operation, 406, who=who, headers={"Accept": "application/xml"})

    def ids(self, operation, who):
        named = [p for p in operation.parameters if p["in"] == "path"]
        values = {p["name"]: unknown(operation, p) for p in named}
        if named and all(values.values()):
            self.expect("does not know another's or nobody's id", operation, 404, who=who, path=request(operation, values)[0])
        if any(is_uuid(operation, p) for p in named):
            values = {p["name"]: "not-a-uuid" for p in named}
            self.expect("refuses an id that is none", operation, 400, who=who, path=request(operation, values)[0])

    def bodies(self, operation, who):
        kind = {"Content-Type": operation.body_type}
        for name, body in BROKEN.items():
            self.expect(f"refuses {name}", operation, 400, who=who, headers=kind, body=body)
        self.expect("refuses another media type", operation, 415, who=who, headers={"Content-Type": "text/plain"}, body=b"x")
        self.expect("refuses a compressed body", operation, 415, who=who, headers={**kind, "Content-Encoding": "gzip"}, body=b"x")
        self.expect("refuses 2 MB", operation, 413, who=who, headers=kind, body=b'{"a":"' + b"x" * 2_000_000 + b'"}')

    def files(self, operation, who):
        kind, most = operation.body_type, operation.spec["x-max-body"]
        known = operation.document.resolve(operation.spec["requestBody"])["content"]
        for other in known:
            self.expect(f"takes {other}", operation, 404, who=who, headers={"Content-Type": other}, body=contents.content(other))
        for name, body in (("another type than it says", contents.content(next(k for k in known if k != kind))), ("no known type", contents.OTHER),
                           ("a beginning alone", contents.BEGINNINGS[kind][:4])):
            self.expect(f"refuses {name}", operation, 415, who=who, body=body)
        self.expect("refuses nothing", operation, 400, who=who, body=b"")
        self.expect("refuses another media type", operation, 415, who=who, headers={"Content-Type": "text/plain"}, body=b"x")
        self.expect("refuses a compressed body", operation, 415, who=who, headers={"Content-Encoding": "gzip"}, body=contents.content(kind))
        self.expect("refuses what did not arrive whole", operation, 400, who=who, headers={"Content-Digest": contents.digest(b"")})
        self.expect("takes all that it says it takes", operation, 404, who=who, body=contents.content(kind, most))
        self.expect("refuses a byte more", operation, 413, who=who, body=contents.content(kind, most + 1))
        self.expect("reads no large body without token", operation, 401, body=contents.content(kind, most))
        self.expect("reads no large body without its scope", operation, 403, token=self.powerless, body=contents.content(kind, most))

    def isolation(self, operation):
        """To another organisation with every scope, what the scenarios have made is as if it were not there."""
        if operation.id in SHARED or set(*operation.spec["security"][0].values()) & ACROSS:
            return
        _, seen = self.documents.seen.get((operation.service, operation.id), (None, None))
        if seen:
            _, mark, query = request(operation)[0].partition("?")
            there = self.expect("is not there for another organisation", operation, 404, token=self.stranger, path=seen + mark + query)
            missing = self.expect("is missing alike", operation, 404, token=self.stranger)
            if there and missing and same_but_instance(there.json) != same_but_instance(missing.json):
                self.result.bad(f"{operation.id}: nobody learns of another organisation's ids", f"{there.raw!r} is not {missing.raw!r}")
        elif operation.parameter("query", "cursor") and "{" not in operation.route:
            a = self.expect("lists nothing for another organisation", operation, 200, token=self.stranger)
            if a and a.json["items"]:
                self.result.bad(f"{operation.id}: lists nothing of another organisation", a.raw[:400])


def run_all(stack, documents, result):
    """Returns the token of a stranger: every scope, another organisation."""
    generated = Generated(stack, documents, result)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for operation in documents.operations():
            pool.submit(generated.play, operation)
    return generated.stranger
