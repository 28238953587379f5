"""The bundled OpenAPI documents as a judge of what the services answer."""
import glob
import json
import os
import re
import threading
import time
from dataclasses import dataclass

import jsonschema

from record import Record
from stack import BUILD, PATIENCE, ROOT, insist

SERVICES = sorted(os.path.basename(os.path.dirname(p)) for p in glob.glob(os.path.join(ROOT, "api-spec/*/openapi.yaml")))
COMMON_HEADERS = ("api-version", "cache-control", "x-content-type-options", "x-frame-options", "content-security-policy")


COMPOSED = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")


def deepest(error):
    """Of a fault in alternatives, the one that got furthest."""
    return max([error, *map(deepest, error.context)], key=lambda e: len(e.absolute_path))


def is_part(node, key):
    """Whether what stands under key describes only a part of the object; alternatives of an object without own members are whole."""
    return key in COMPOSED and (key not in ("anyOf", "oneOf") or "properties" in node)


def composed_names(node, inside=False):
    """Names of the component schemas that others are composed of."""
    if isinstance(node, dict):
        if inside and "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[1]
        for key, value in node.items():
            yield from composed_names(value, is_part(node, key))
    elif isinstance(node, list):
        for value in node:
            yield from composed_names(value, inside)


def close(node, inside=False):
    """Lets objects have no other members than those that are documented: an answer may not tell more. Parts of a composition stay open."""
    if isinstance(node, list):
        return [close(value, inside) for value in node]
    if not isinstance(node, dict):
        return node
    out = {key: close(value, is_part(node, key)) for key, value in node.items() if key not in ("example", "enum", "const", "default")}
    out.update({key: node[key] for key in ("enum", "const") if key in node})
    if not inside and isinstance(node.get("properties"), dict) and node.get("type") == "object" and "additionalProperties" not in node:
        out["unevaluatedProperties" if any(key in node for key in COMPOSED) else "additionalProperties"] = False
    return out


@dataclass
class Asked:
    """A request as it was sent."""
    method: str
    path: str
    who: tuple  # (name, scope), or (None, token)
    body: object
    headers: dict

    def again(self, stack, method=None, path=None, headers=None, body=None):
        """Sends it once more, by the same person, with what is named here instead."""
        name, rest = self.who
        return insist(lambda: stack.call(method or self.method, path or self.path, token=stack.token(name, rest) if name else rest,
                                         headers={**self.headers, **(headers or {})}, body=self.body if body is None else body))


class Operation:
    def __init__(self, document, service, base, method, route, spec, item):
        self.document = document
        self.service = service
        self.method = method.upper()
        self.route = route
        self.spec = spec
        self.id = spec["operationId"]
        self.path = base + route
        parts = re.split(r"(\{\w+\})", base + route)
        self.pattern = re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in parts) + "$")
        self.literal = "{" not in route
        self.public = {} in spec["security"]
        self.parameters = [document.resolve(p) for p in spec.get("parameters", [])]

    @property
    def kinds(self):
        """Media types of its success."""
        return [k for status, r in self.spec["responses"].items() if status[0] == "2" for k in self.document.resolve(r).get("content", {})]

    def parameter(self, place, name):
        return next((p for p in self.parameters if p["in"] == place and p["name"] == name), None)

    @property
    def body_schema(self):
        content = self.document.resolve(self.spec.get("requestBody", {})).get("content", {})
        return next((c.get("schema") for c in content.values()), None)

    @property
    def body_type(self):
        content = self.document.resolve(self.spec.get("requestBody", {})).get("content", {})
        return next(iter(content), None)


class Document:
    def __init__(self, service):
        with open(os.path.join(BUILD, "api-spec", f"{service}.json"), encoding="utf-8") as f:
            self.spec = json.load(f)
        self.service = service
        base = self.spec["servers"][0]["url"]
        self.operations = [Operation(self, service, base, m, r, o, i)
                           for r, i in self.spec["paths"].items() for m, o in i.items()]
        self.local = threading.local()  # a resolver keeps where it is, so each thread has its own
        parts = set(composed_names(self.spec))
        components = {**self.spec["components"], "schemas": {n: close(s, n in parts) for n, s in self.spec["components"]["schemas"].items()}}
        self.closed = {**self.spec, "components": components}

    def resolve(self, node):
        while "$ref" in node:
            found = self.spec
            for token in node["$ref"][2:].split("/"):
                found = found[token]
            node = found
        return node

    def faults(self, schema, value, answer=False):
        """answer: members that are not documented are faults."""
        if not hasattr(self.local, "resolvers"):
            self.local.resolvers = [jsonschema.RefResolver("", spec) for spec in (self.spec, self.closed)]
        validator = jsonschema.Draft202012Validator(close(schema) if answer else schema, resolver=self.local.resolvers[answer],
                                                    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        errors = [deepest(e) for e in validator.iter_errors(value)]
        return [f"/{'/'.join(map(str, e.absolute_path))}: {e.message[-300:]}" for e in errors][:5]

    def example(self, schema, depth=0):
        """A value that the schema takes, from its examples."""
        schema = self.resolve(schema)
        if "example" in schema:
            return schema["example"]
        if "const" in schema:
            return schema["const"]
        for kind in ("oneOf", "anyOf", "allOf"):
            if kind in schema and "properties" not in schema:
                return self.example(schema[kind][0], depth + 1)
        if schema.get("type") == "object":
            return {k: self.example(v, depth + 1) for k, v in schema.get("properties", {}).items() if k in schema.get("required", [])}
        if schema.get("type") == "array":
            return [self.example(schema["items"], depth + 1)] if schema.get("minItems") else []
        if "enum" in schema:
            return schema["enum"][0]
        return None


class Turn(threading.local):
    """Where a thread is in the whole of what is asked: (scenario, request). Scenarios run beside each other, so that who asks first is chance;
    by their turns the same requests are kept each time."""
    OTHERS = 1 << 20  # whoever is in no scenario comes after those who are

    def __init__(self):
        super().__init__()
        self.scenario, self.request = self.OTHERS, 0

    def begin(self, scenario):
        self.scenario, self.request = scenario, 0

    def next(self):
        self.request += 1

    def now(self):
        return self.scenario, self.request


class Documents:
    def __init__(self, stack, result):
        self.all = {s: Document(s) for s in SERVICES}
        self.ways = {}  # (method, service) -> operations: thirty thousand answers are looked up
        for operation in self.operations():
            self.ways.setdefault((operation.method, operation.path[1:].split("/")[0]), []).append(operation)
        self.succeeded = set()
        self.turn = Turn()
        self.seen = {}  # of each operation that names something, the first path of something that is there: (turn, path)
        self.audited = []
        self.record = Record()
        self.result = result
        self.asked = {}  # of each operation, its first requests that had a success: (turn, Asked, answer)
        self.exchanges = None  # a file that every exchange of an operation goes to, for tests/spec
        self.part = "scenarios"  # who asks: what follows from the documents alone meets refusals by chance
        self.recording = threading.Lock()

    def note(self, operation, asked, answer):
        with self.recording:
            kept = self.asked.setdefault((operation.service, operation.id), [])
            kept.append((self.turn.now(), asked, answer))
            kept.sort(key=lambda k: k[0])
            del kept[6:]

    def keep(self, operation, method, path, answer):
        raw = answer.raw if re.search("json|text", answer.headers.get("content-type", "")) else answer.raw[:200]  # of a file, its beginning
        line = json.dumps({"part": self.part, "operation": operation.id, "method": method, "path": path, "status": answer.status, "headers": answer.headers,
                           "body": raw.decode(errors="replace")}, ensure_ascii=False)
        with self.recording:
            self.exchanges.write(line + "\n")

    def operations(self):
        return [o for d in self.all.values() for o in d.operations]

    def find(self, method, path):
        path = path.split("?")[0]
        hits = [o for o in self.ways.get((method, path[1:].split("/")[0]), ()) if o.pattern.match(path)]
        return min(hits, key=lambda o: (not o.literal, o.route.count("{")), default=None)

    def judge(self, method, path, answer):
        """Faults of an answer against the document; [] if it conforms."""
        operation = self.find(method, path)
        if not operation:
            return []
        faults = [f"header {h} is missing" for h in COMMON_HEADERS if h not in answer.headers]
        if self.exchanges and "event-stream" not in answer.headers.get("content-type", ""):
            self.keep(operation, method, path, answer)
        spec = operation.spec["responses"].get(str(answer.status))
        if spec is None:
            return faults + [f"{answer.status} is not documented for {operation.id}"]
        spec = operation.document.resolve(spec)
        content = spec.get("content", {})
        kind = answer.headers.get("content-type", "").split(";")[0]
        if answer.raw and kind not in content:
            faults.append(f"content type {kind!r} is not documented for {operation.id} {answer.status}")
        elif content and not answer.raw:
            faults.append("the body is missing")
        elif answer.raw and "json" in kind:
            faults += operation.document.faults(content[kind]["schema"], answer.json, answer=True)
        for name in spec.get("headers", {}):
            if name.lower() not in answer.headers and name not in ("Link", "RateLimit", "RateLimit-Policy"):
                faults.append(f"header {name} is documented and missing")
        if 200 <= answer.status < 300:
            self.succeeded.add((operation.service, operation.id))
            if not operation.literal:
                with self.recording:
                    key, here = (operation.service, operation.id), (self.turn.now(), path.split("?")[0])
                    self.seen[key] = min(self.seen.get(key, here), here)
            if not operation.public and "x-unaudited" not in operation.spec and answer.headers.get("idempotency-replayed") != "true":
                self.audited.append((operation.service, operation.id, answer.request_id))
        return faults

    def check_coverage(self, result):
        for operation in self.operations():
            name = f"every operation has a scenario: {operation.id}"
            if (operation.service, operation.id) in self.succeeded:
                result.ok(name)
            else:
                result.bad(name, "no scenario ends with a success")

    def check_audit(self, stack, result):
        """Every answered operation that shows or changes something has left its row; that of a read may come behind its answer."""
        until = time.monotonic() + 20 * PATIENCE
        for service in SERVICES:
            while True:
                rows = {r[0] for r in stack.sql(service, "SELECT DISTINCT request_id FROM wf.audit")}
                missing = sorted({op for s, op, rid in self.audited if s == service and rid not in rows})
                if not missing or time.monotonic() > until:
                    break
                time.sleep(0.2)
            for op in sorted({op for s, op, _ in self.audited if s == service}):
                if op in missing:
                    result.bad(f"audited: {op}", "no row in the audit trail")
                else:
                    result.ok(f"audited: {op}")
