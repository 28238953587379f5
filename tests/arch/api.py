"""The API rules, operation by operation, over the bundled documents. What breaks a rule has its reason in api-spec/README.md, or fails.

Each rule is a function over one operation that gives what is wrong with it, or nothing; RULES names them by the code under which the table of reasons
has its exceptions. A reason that is needed no more fails as well. `python3 tests/arch/api.py` prints the table of gaps.
"""
import json
import os
import re
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))
# What tells of a person is searched by POST: never in a path or a query.
PERSONAL = re.compile(r"^(name|given|family|surname|email|phone|birthDate|number|documentNumber|vNumber|bsn|contact|address)$")
OF_A_PAGE = {"limit", "cursor", "sort", "count", "changedSince", "expand"}


class Operation:
    def __init__(self, document, service, route, method, node):
        self.document, self.service, self.route, self.method, self.node = document, service, route, method, node
        self.name = f"{service}.{node['operationId']}"
        self.parameters = {(p["in"], p["name"]): p for p in map(self.resolve, node.get("parameters", []))}
        self.query = {name for where, name in self.parameters if where == "query"}
        self.public = {} in node["security"]
        self.internal = any("internal" in scopes for alternative in node["security"] for scopes in alternative.values())
        self.responses = {status: self.resolve(r) for status, r in node["responses"].items()}
        self.successes = {status: r for status, r in self.responses.items() if status[0] == "2"}
        content = self.resolve(node.get("requestBody", {})).get("content", {})
        self.media = list(content)
        self.body = self.resolve(next(iter(content.values()), {}).get("schema", {}))
        self.last = route.rsplit("/", 1)[1]
        self.answer = self.resolve(next(iter(self.successes.values()), {}).get("content", {}).get("application/json", {}).get("schema", {}))
        self.shown = self.answer.get("properties", {})
        self.paged = {"items", "next"} <= set(self.shown)
        self.searches = self.paged and method == "post"

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for token in node["$ref"][2:].split("/"):
                target = target[token]
            node = target
        return node

    def header(self, name):
        return all(name in r.get("headers", {}) for r in self.successes.values())

    def schemas(self, node=None, where="", seen=()):
        """Every schema of the request body, with its place."""
        node = self.resolve(self.body if node is None else node)
        if not node or id(node) in seen:
            return
        yield where or "/", node
        seen = (*seen, id(node))
        for name, child in node.get("properties", {}).items():
            yield from self.schemas(child, f"{where}/{name}", seen)
        for child in ([node["items"]] if "items" in node else []) + [c for k in ("oneOf", "anyOf", "allOf") for c in node.get(k, [])]:
            yield from self.schemas(child, f"{where}/*" if child is node.get("items") else where, seen)


# ---- every operation ----

def path_form(o):
    parts = [p for p in o.route.split("/")[1:] if not p.startswith("{")]
    if not all(re.fullmatch(r"_?[a-z0-9]+(-[a-z0-9]+)*", p) for p in parts):
        return "not kebab-case"
    return None


def query_form(o):
    bad = sorted(n for n in o.query if not re.fullmatch(r"[a-z][A-Za-z0-9]*", n))
    return f"not camelCase: {', '.join(bad)}" if bad else None


def nothing_personal(o):
    bad = sorted(n for where, n in o.parameters if where in ("path", "query") and PERSONAL.match(n))
    return f"{', '.join(bad)} stands in the URL" if bad else None


def traceable(o):
    lacks = [h for h in ("API-Version", "X-Request-Id") if not o.header(h)]
    return f"no {', '.join(lacks)}" if lacks else None


def limited(o):
    lacks = [] if o.public else [h for h in ("RateLimit", "RateLimit-Policy") if not o.header(h)]
    return f"no {', '.join(lacks)}" if lacks else None


def problems(o):
    wanted = {"400", "406", "429", "500", "503"} | (set() if o.public else {"401", "403"}) | ({"404"} if "{" in o.route else set())
    wanted |= {"409", "413", "415"} if o.method != "get" else set()
    wanted |= {"412", "428"} if ("header", "If-Match") in o.parameters else set()
    wanted |= {"422"} if ("header", "Idempotency-Key") in o.parameters else set()
    bad = sorted(s for s in wanted if list(o.responses.get(s, {}).get("content", {})) != ["application/problem+json"])
    return f"no problem details for {', '.join(bad)}" if bad else None


# ---- lists ----

def list_limit(o):
    limit = o.resolve(o.parameters.get(("query", "limit"), {}).get("schema", {}) if o.method == "get" else o.body.get("properties", {}).get("limit", {}))
    if o.paged and (limit.get("default"), limit.get("maximum")) != (50, 200):
        return f"limit is {limit.get('default')} and at most {limit.get('maximum')}"
    return None


def list_cursor(o):
    there = o.query if o.method == "get" else set(o.body.get("properties", {}))
    return "no cursor" if o.paged and "cursor" not in there else None


def list_count(o):
    there = o.query if o.method == "get" else set(o.body.get("properties", {}))
    return "no count" if o.paged and "count" not in there else None


def list_changed_since(o):
    return "no changedSince" if o.paged and o.method == "get" and "changedSince" not in o.query and "x-derived" not in o.node else None


def list_sort(o):
    if not o.paged or o.searches:
        return None
    sort = o.resolve(o.parameters.get(("query", "sort"), {}).get("schema", {}))
    if not sort.get("enum") or "default" not in sort:
        return "no sort of a documented list"
    return None


def list_filter(o):
    top = o.paged and o.method == "get" and "{" not in o.route
    return "no filter" if top and not o.query - OF_A_PAGE else None


def list_link(o):
    return "no Link" if o.paged and o.method == "get" and not o.header("Link") else None


# ---- objects ----

def object_etag(o):
    return "no ETag" if o.method == "get" and not o.paged and o.shown and not o.header("ETag") else None


def written_etag(o):
    return "no ETag" if o.method != "get" and "id" in o.shown and not o.header("ETag") else None


def object_actions(o):
    one = o.method == "get" and o.last.startswith("{") and not o.internal
    return "a status, and no allowedActions" if one and "status" in o.shown and "allowedActions" not in o.shown else None


def object_expand(o):
    """An object with several collections below it is had in one round trip."""
    if o.method != "get" or not o.last.startswith("{"):
        return None
    below = sorted(r[len(o.route) + 1:] for r, item in o.document["paths"].items()
                   if r.startswith(o.route + "/") and "get" in item and "/" not in r[len(o.route) + 1:] and not r.endswith("}")
                   and "array" in json.dumps(Operation(o.document, o.service, r, "get", item["get"]).shown.get("items", {})))
    return f"no expand, with {', '.join(below)} below it" if len(below) > 2 and "expand" not in o.query else None


# ---- writes ----

def write_if_match(o):
    return "no If-Match" if o.method in ("patch", "put", "delete") and ("header", "If-Match") not in o.parameters else None


def action_if_match(o):
    acts = o.method == "post" and re.search(r"\}/[a-z][a-z-]*$", o.route) and not {"201", "202"} & set(o.successes)
    return "no If-Match" if acts and ("header", "If-Match") not in o.parameters else None


def patch_merges(o):
    return f"takes {', '.join(o.media)}" if o.method == "patch" and o.media != ["application/merge-patch+json"] else None


def post_once(o):
    return "no Idempotency-Key" if o.method == "post" and ("header", "Idempotency-Key") not in o.parameters else None


def create_location(o):
    return "no Location" if "201" in o.successes and "Location" not in o.successes["201"].get("headers", {}) else None


def create_batch(o):
    """What partners file in numbers: by their own references."""
    if o.method != "post" or o.last.startswith(("{", "_")) or "externalRef" not in o.body.get("properties", {}):
        return None
    lacks = [f"_{word}" for word in ("batch", "upsert") if f"{o.route}/_{word}" not in o.document["paths"]]
    return f"no {', '.join(lacks)}" if lacks else None


def refs_upsert(o):
    own = o.method == "post" and "201" in o.successes and "externalRefs" in o.body.get("properties", {})
    return "no _upsert" if own and f"{o.route}/_upsert" not in o.document["paths"] else None


def body_closed(o):
    bad = [at for at, s in o.schemas() if "properties" in s and s.get("additionalProperties") is not False and not s.get("allOf")]
    return f"open at {', '.join(bad)}" if bad and not o.public else None


def body_bounded(o):
    bad = [at for at, s in o.schemas() if "string" in str(s.get("type")) and not {"maxLength", "enum", "const", "format", "pattern"} & set(s)
           or s.get("type") == "array" and "maxItems" not in s]
    return f"without a limit at {', '.join(bad)}" if bad and not o.public else None


def times(o):
    bad = [at for at, s in o.schemas() if s.get("format") == "date-time" and at.endswith("Date")]
    bad += [f"/{n}" for n, s in o.shown.items() if o.resolve(s).get("format") == "date-time" and n.endswith("Date")]
    return f"an instant is named a date at {', '.join(bad)}" if bad else None


RULES = {
    "path": path_form, "query": query_form, "personal": nothing_personal, "trace": traceable, "rate": limited, "problems": problems,
    "limit": list_limit, "cursor": list_cursor, "count": list_count, "changedSince": list_changed_since, "sort": list_sort, "filter": list_filter, "link": list_link,
    "etag": object_etag, "writtenEtag": written_etag, "allowedActions": object_actions, "expand": object_expand,
    "ifMatch": write_if_match, "actionIfMatch": action_if_match, "mergePatch": patch_merges, "idempotencyKey": post_once, "location": create_location,
    "batch": create_batch, "upsert": refs_upsert, "closed": body_closed, "bounded": body_bounded, "times": times,
}


def operations():
    for name in sorted(os.listdir(os.path.join(ROOT, "api-spec"))):
        if not os.path.exists(os.path.join(ROOT, "api-spec", name, "openapi.yaml")):
            continue
        with open(os.path.join(BUILD, "api-spec", f"{name}.json"), encoding="utf-8") as f:
            document = json.load(f)
        for route, item in document["paths"].items():
            for method, node in item.items():
                yield Operation(document, name, route, method, node)


def gaps():
    """{(rule, operation): what is wrong}"""
    return {(code, o.name): why for o in operations() for code, rule in RULES.items() for why in [rule(o)] if why}


def reasons():
    """{(rule, operation)} of the table in api-spec/README.md: | `rule` | operations | why |. `service.*` and `*.name` stand for several."""
    with open(os.path.join(ROOT, "api-spec", "README.md"), encoding="utf-8") as f:
        rows = re.findall(r"^\| `(\w+)` \| ((?:`[\w.*]+`(?:, )?)+) \| (\S.*) \|$", f.read(), re.M)
    return [(rule, name) for rule, names, _ in rows for name in re.findall(r"`([\w.*]+)`", names)]


def covers(reason, gap):
    pattern = re.escape(reason[1]).replace(r"\*", r"\w+")
    return reason[0] == gap[0] and re.fullmatch(pattern, gap[1])


def faults():
    """(gaps without a reason, reasons without a gap)"""
    found, given = gaps(), reasons()
    broken = [f"{rule}: {name}: {why}" for (rule, name), why in found.items() if not any(covers(r, (rule, name)) for r in given)]
    idle = [f"{rule}: {name}" for rule, name in given if not any(covers((rule, name), gap) for gap in found)]
    return broken, idle


if __name__ == "__main__":
    for (code, operation), why in sorted(gaps().items()):
        print(f"{code:15} {operation:45} {why}")
    sys.exit(0)
