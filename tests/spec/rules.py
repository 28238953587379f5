"""Our own copy of what the Dutch government's API design rules ask of a document, and a few rules of our own; needs nothing but the documents.

Each rule is a generator of (where, what is wrong). The names are those of the official rule set where it has the rule.
"""
import re

from documents import Document

METHODS = {"get", "put", "post", "delete", "patch", "options", "head", "trace"}
KEBAB = re.compile(r"^(/|(/_[a-z0-9]+|/(([a-z0-9\-]+|\{[^}]+\})(/([a-z0-9\-.]+|\{[^}]+\}))*)(/_[a-z]+)?)/?)$")
CAMEL = re.compile(r"^\$?[a-z][a-z\d]*([A-Z][a-z\d]*)*$")
PASCAL = re.compile(r"^[A-Z][A-Za-z0-9]*$")
SEMVER = re.compile(r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
DATE_NAME = re.compile(r"^(date|datum)$|((\w+D)|(_[dD]))(ate|atum)")
# A key with such a name and no value stops the official linter (it takes it for a method).
LIKE_METHOD = re.compile(r"get|put|post|delete|patch")
# POSTs that create and send nothing: what they do can be done again. Everything else asks for an Idempotency-Key.
HARMLESS = re.compile(r"/_(search|preview|match)$|^/(send|travel)-checks$|^/oauth2/token$")


def walk(node, at=""):
    """(place, mapping) of every mapping below node."""
    if isinstance(node, dict):
        yield at, node
        for key, value in node.items():
            yield from walk(value, f"{at}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from walk(value, f"{at}/{i}")


def property_maps(document):
    for at, node in walk(document.spec):
        if isinstance(node.get("properties"), dict) and not at.endswith("/properties"):
            yield at, node["properties"]


def responses(document):
    for operation in document.operations:
        for status, response in operation.spec["responses"].items():
            yield operation, status, document.resolve(response)


def openapi3(d):
    if not re.match(r"^3(\.\d+){1,2}$", d.spec.get("openapi", "")):
        yield "openapi", "is not version 3"


def semver(d):
    if not SEMVER.match(d.spec["info"].get("version", "")):
        yield "info.version", "is not a semantic version"


def info_contact_fields_exist(d):
    for key in ("name", "url", "email"):
        if not d.spec["info"].get("contact", {}).get(key):
            yield "info.contact", f"lacks {key}"


def include_major_version_in_uri(d):
    for server in d.spec.get("servers") or [{"url": ""}]:
        if not re.search(r"/v\d", server["url"]):
            yield server["url"], "has no major version"


def operation_ids_unique(d):
    ids = [o.id for o in d.operations]
    for one in {i for i in ids if ids.count(i) > 1}:
        yield one, "stands twice"


def tags_unique(d):
    names = [t["name"] for t in d.spec.get("tags", [])]
    for name in {n for n in names if names.count(n) > 1}:
        yield name, "stands twice"
    for o in d.operations:
        for tag in o.spec.get("tags") or [None]:
            if tag not in names:
                yield o.id, f"tag {tag} is not described"


def paths_no_trailing_slash(d):
    for route in d.spec["paths"]:
        if route.endswith("/"):
            yield route, "ends with a slash"


def paths_kebab_case(d):
    for route in d.spec["paths"]:
        if not KEBAB.match(route):
            yield route, "is not kebab-case"


def http_methods(d):
    for route, item in d.spec["paths"].items():
        for method in set(item) - METHODS - {"parameters"}:
            yield route, f"{method} is no method"


def path_params(d):
    for o in d.operations:
        declared = {p["name"] for p in o.parameters if p["in"] == "path"}
        for name in declared ^ set(re.findall(r"\{(\w+)\}", o.route)):
            yield o.id, f"path parameter {name} stands in one place only"


def query_keys_camel_case(d):
    for o in d.operations:
        for p in o.parameters:
            if p["in"] == "query" and not CAMEL.match(p["name"]):
                yield o.id, f"{p['name']} is not camelCase"


def schema_camel_case(d):
    for name in d.spec["components"].get("schemas", {}):
        if not PASCAL.match(name):
            yield name, "is not PascalCase"


def property_casing(d):
    for at, properties in property_maps(d):
        for name in properties:
            # what other standards name is left as it is: OAuth, JWK
            if not re.match(r"^[a-z][A-Za-z0-9]*$", name) and "oauth" not in at.lower() and not re.match(r"^[a-z0-9]+(_[a-z0-9]+)+$", name):
                yield f"{at}/{name}", "is not camelCase"


def version_header(d):
    for o, status, response in responses(d):
        if "API-Version" not in response.get("headers", {}):
            yield f"{o.id} {status}", "does not document API-Version"


def use_problem_schema(d):
    for o, status, response in responses(d):
        content = response.get("content", {})
        if status[0] in "45" and "application/problem+json" not in content:
            yield f"{o.id} {status}", "is no problem+json"
        for kind, media in content.items():
            if kind == "application/problem+json":
                properties = d.resolve(media["schema"]).get("properties", {})
                for name in {"type", "title", "status", "detail"} - set(properties):
                    yield f"{o.id} {status}", f"its schema lacks {name}"


def problem_invalid_input(d):
    for o in d.operations:
        if (o.method not in ("GET", "DELETE") or o.parameters) and "400" not in o.spec["responses"]:
            yield o.id, "documents no 400"


def date_time_ensure_timezone(d):
    for at, properties in property_maps(d):
        for name, schema in properties.items():
            if isinstance(schema, dict) and schema.get("format") in ("date-time-local", "time"):
                yield f"{at}/{name}", f"has format {schema['format']}"


def dates_are_dates(d):
    for at, properties in property_maps(d):
        for name, schema in properties.items():
            if not DATE_NAME.search(name):
                continue
            alternatives = [d.resolve(s) for s in schema.get("oneOf", schema.get("anyOf", [schema]))]
            alternatives = [s for s in alternatives if s.get("type") != "null"]
            if any(s.get("format") == "date-time" for s in alternatives):
                yield f"{at}/{name}", "is an instant and named a date"
            if "$ref" not in schema and "format" not in schema:
                yield f"{at}/{name}", "is named a date and has no format"


def examples_are_valid(d):
    """Of schemas and of media types."""
    for name, schema in d.spec["components"].get("schemas", {}).items():
        if "example" not in schema:
            yield name, "has no example"
        elif faults := d.faults(schema, schema["example"]):
            yield name, f"its example is not valid: {faults[0]}"
    for at, node in walk(d.spec["paths"], "/paths"):
        if "schema" in node and "example" in node and (faults := d.faults(node["schema"], node["example"])):
            yield at, f"its example is not valid: {faults[0]}"


def example_values(d):
    for at, properties in property_maps(d):
        for name, schema in properties.items():
            if isinstance(schema, dict) and "example" in schema and (faults := d.faults({k: v for k, v in schema.items() if k != "example"}, schema["example"])):
                yield f"{at}/{name}", f"its example is not valid: {faults[0]}"


def no_key_like_a_method_is_null(d):
    for at, node in walk(d.spec):
        for key, value in node.items():
            if value is None and LIKE_METHOD.search(key):
                yield f"{at}/{key}", "is null, which stops the official linter"


# ---- ours (api-spec/README.md) ----

def if_match_on_changes(d):
    for o in d.operations:
        if o.method in ("PATCH", "PUT", "DELETE"):
            p = o.parameter("header", "If-Match")
            if not p or not p.get("required"):
                yield o.id, "does not ask for If-Match"
            if o.method == "PATCH" and o.body_type != "application/merge-patch+json":
                yield o.id, f"takes {o.body_type}: PATCH is merge-patch"


def idempotency_key_on_posts(d):
    for o in d.operations:
        if o.method == "POST" and not HARMLESS.search(o.route) and not o.parameter("header", "Idempotency-Key") and "x-repeatable" not in o.spec:
            yield o.id, "does not ask for an Idempotency-Key, nor says x-repeatable: why it may be done again"


def etag_on_resources(d):
    """What can be changed with If-Match shows its ETag where it is read."""
    changed = {o.route for o in d.operations if o.parameter("header", "If-Match")}
    for o in d.operations:
        if o.method == "GET" and o.route in changed and not o.id.startswith("list") and "ETag" not in d.resolve(o.spec["responses"]["200"]).get("headers", {}):
            yield o.id, "shows no ETag"


def lists_are_bounded(d):
    for o in d.operations:
        limit, cursor = o.parameter("query", "limit"), o.parameter("query", "cursor")
        if bool(limit) != bool(cursor):
            yield o.id, "limit and cursor go together"
        if limit and (d.resolve(limit["schema"]).get("maximum") != 200 or d.resolve(limit["schema"]).get("default") != 50):
            yield o.id, "limit is 50 unless asked, 200 at most"


def requests_are_closed_and_bounded(d):
    """Unknown members are refused, and whatever a client can make grow has a limit."""
    seen = set()

    def visit(schema, at):
        schema = d.resolve(schema)
        if id(schema) in seen:
            return
        seen.add(id(schema))
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "properties" in schema and schema.get("additionalProperties") is not False and schema.get("unevaluatedProperties") is not False:
            yield at, "takes unknown members"
        if "string" in kinds and not {"maxLength", "pattern", "enum", "format", "const"} & set(schema):
            yield at, "is a text without limit"
        if "array" in kinds and "maxItems" not in schema:
            yield at, "is a list without limit"
        for key in ("oneOf", "anyOf", "allOf"):
            for i, part in enumerate(schema.get(key, [])):
                yield from visit(part, f"{at}/{key}/{i}")
        for name, part in schema.get("properties", {}).items():
            yield from visit(part, f"{at}/{name}")
        if isinstance(schema.get("items"), dict):
            yield from visit(schema["items"], f"{at}/items")

    for o in d.operations:
        if o.body_schema and o.body_type != "application/x-www-form-urlencoded":
            yield from visit(o.body_schema, o.id)


RULES = [f for f in list(globals().values()) if callable(f) and getattr(f, "__module__", "") == __name__
         and f.__name__ not in ("walk", "property_maps", "responses")]


def run_all(services, result):
    for service in services:
        document = Document(service)
        for rule in RULES:
            found = list(rule(document))
            name = f"{service}: {rule.__name__.replace('_', '-')}"
            if found:
                result.bad(name, f"{len(found)}: " + "; ".join(f"{at} {why}" for at, why in found[:12]))
            else:
                result.ok(name)
