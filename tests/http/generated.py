"""What follows from the OpenAPI document alone, for every operation: no token, wrong scope, unknown ids, broken requests."""
import json
import uuid

# A staff user or partner who holds an alternative of the operation's scopes is looked for among these.
PEOPLE = ("amina", "bram", "dewi", "joost", "lena", "roos", "iom", "coa", "uaf", "internal")


def scopes_of(stack, who):
    import base64
    payload = stack.token(who).split(".")[1]
    return set(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["scope"].split())


def holder(operation, held):
    for who in PEOPLE:
        for alternative in operation.spec["security"]:
            for wanted in alternative.values():
                if set(wanted) <= held[who]:
                    return who
    return None


def request(operation, **changes):
    """A request that the document takes, to ids that do not exist."""
    path = operation.path
    for p in operation.parameters:
        if p["in"] == "path":
            value = str(uuid.uuid4()) if operation.document.resolve(p["schema"]).get("format") == "uuid" else operation.document.example(p["schema"])
            path = path.replace("{%s}" % p["name"], str(value))
    query = [f"{p['name']}={operation.document.example(p['schema'])}" for p in operation.parameters if p["in"] == "query" and p.get("required")]
    headers = {}
    if operation.parameter("header", "Idempotency-Key"):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if operation.parameter("header", "If-Match"):
        headers["If-Match"] = '"v1"'
    body = None
    if operation.body_schema is not None and operation.body_type != "application/x-www-form-urlencoded":
        body = operation.document.example(operation.body_schema)
    elif operation.body_type:
        headers["Content-Type"] = operation.body_type
        body = b""
    return path + ("?" + "&".join(query) if query else ""), headers, body


def run_all(stack, documents, result):
    held = {who: scopes_of(stack, who) for who in PEOPLE}

    def expect(name, operation, status, code=None, who=None, token=None, path=None, headers=None, body="same", gateway=True):
        p, h, b = request(operation)
        h.update(headers or {})
        h = {k: v for k, v in h.items() if v is not None}
        try:
            a = stack.call(operation.method, path or p, who=who, token=token, headers=h, body=b if body == "same" else body)
        except OSError as e:
            result.bad(f"{operation.id}: {name}", f"{type(e).__name__}: {e}")
            return
        faults = documents.judge(operation.method, path or p, a)
        got = a.json.get("code") if a.raw and "json" in a.headers.get("content-type", "") else None
        if a.status != status or (code and got != code) or faults:
            result.bad(f"{operation.id}: {name}", f"{a.status} {got} instead of {status} {code or ''} {faults} {a.raw[:400]!r}")
        else:
            result.ok(f"{operation.id}: {name}")

    for operation in documents.operations():
        if operation.public or "text/event-stream" in json.dumps(operation.spec["responses"]):
            continue
        expect("refuses a request without token", operation, 401)
        expect("refuses a token that is none", operation, 401, token="not.a.token")
        expect("refuses a token without its scope", operation, 403, token=stack.token("amina", scope="office:nl"))
        who = holder(operation, held)
        if not who:
            result.bad(f"{operation.id}: somebody holds its scopes", f"{operation.spec['security']} is held by none of {PEOPLE}")
            continue
        result.ok(f"{operation.id}: somebody holds its scopes")
        if operation.parameter("header", "If-Match"):
            expect("asks for If-Match", operation, 428, who=who, headers={"If-Match": None})
        if operation.parameter("header", "Idempotency-Key"):
            expect("asks for Idempotency-Key", operation, 400, who=who, headers={"Idempotency-Key": None})
        ids = [p for p in operation.parameters if p["in"] == "path" and operation.document.resolve(p["schema"]).get("format") == "uuid"]
        if ids and (operation.method == "GET" or operation.body_schema is None or operation.document.example(operation.body_schema) is not None):
            expect("does not know another's or nobody's id", operation, 404, who=who)
            bad = operation.path
            for p in operation.parameters:
                if p["in"] == "path":
                    bad = bad.replace("{%s}" % p["name"], "not-a-uuid")
            expect("refuses an id that is none", operation, 400, who=who, path=bad)
        expect("refuses an unknown query parameter", operation, 400, who=who, path=join(request(operation)[0], "nonsense=1"))
        expect("answers only what it can", operation, 406, who=who, headers={"Accept": "application/xml"})
        if operation.body_type in ("application/json", "application/merge-patch+json"):
            kind = {"Content-Type": operation.body_type}
            expect("refuses broken JSON", operation, 400, who=who, headers=kind, body=b'{"a":')
            expect("refuses a duplicate member", operation, 400, who=who, headers=kind, body=b'{"a":1,"a":2}')
            expect("refuses invalid UTF-8", operation, 400, who=who, headers=kind, body=b'{"a":"\xff"}')
            expect("refuses deep nesting", operation, 400, who=who, headers=kind, body=b"[" * 40 + b"]" * 40)
            expect("refuses an unknown member", operation, 400, who=who, headers=kind, body=b'{"nonsense-of-a-member":1}')
            expect("refuses another media type", operation, 415, who=who, headers={"Content-Type": "text/plain"}, body=b"x")
            expect("refuses a compressed body", operation, 415, who=who, headers={**kind, "Content-Encoding": "gzip"}, body=b"x")
            expect("refuses 2 MB", operation, 413, who=who, headers=kind, body=b'{"a":"' + b"x" * 2_000_000 + b'"}')


def join(path, query):
    return path + ("&" if "?" in path else "?") + query
