#!/usr/bin/python3
"""Bundles one service's YAML fragments into one OpenAPI 3.1 JSON document, or events.yaml into JSON.

  bundle.py SERVICE OUT.json   api-spec/SERVICE/*.yaml + api-spec/common.yaml
  bundle.py events OUT.json              api-spec/events.yaml

What every operation has is added here, once: the error responses that api-spec/README.md lists, the common headers,
the scopes of the security scheme. A name that two fragments define, a reference to nothing, a component that nothing uses
or an operation without operationId, security or success response stops the build.
"""
import json
import os
import re
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
METHODS = ("get", "put", "post", "delete", "patch")
ERRORS = {
    "400": "The request is not valid; every fault is listed.",
    "401": "No valid token.",
    "403": "The token lacks the scope.",
    "404": "Not there, or not for this reader.",
    "406": "The representation asked for does not exist.",
    "410": "The token is of before what is known.",
    "409": "The present state does not allow it.",
    "412": "Overtaken: the resource has changed since.",
    "413": "The body is too large.",
    "415": "The body's media type or encoding is not accepted.",
    "422": "The Idempotency-Key was used with another request.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "500": "Our fault.",
    "503": "A part is away; try again.",
}


class Loader(yaml.CSafeLoader):  # the loader in C, a sixth of the time
    """Refuses duplicate keys; keeps dates and yes/no as text."""


def construct_mapping(loader, node, deep=False):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise SystemExit(f"{key_node.start_mark}: duplicate key {key!r}")
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, construct_mapping)
Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for first in "yYnNoO":
    Loader.yaml_implicit_resolvers[first] = [
        (t, r) for t, r in Loader.yaml_implicit_resolvers.get(first, []) if t != "tag:yaml.org,2002:bool"
    ]


def load(path):
    with open(path, encoding="utf-8") as f:
        return yaml.load(f, Loader) or {}


def text_keys(node):
    """Response codes may be written without quotes."""
    if isinstance(node, dict):
        return {str(k): text_keys(v) for k, v in node.items()}
    if isinstance(node, list):
        return [text_keys(v) for v in node]
    return node


def merge(document, fragment, path):
    for key, value in fragment.items():
        if key == "components":
            for kind, items in value.items():
                target = document["components"].setdefault(kind, {})
                for name, item in items.items():
                    if name in target:
                        raise SystemExit(f"{path}: {kind}/{name} is defined twice")
                    target[name] = item
        elif key == "paths":
            for route, item in value.items():
                target = document["paths"].setdefault(route, {})
                for method, operation in item.items():
                    if method in target:
                        raise SystemExit(f"{path}: {method} {route} is defined twice")
                    target[method] = operation
        elif key == "tags":
            known = {tag["name"] for tag in document.setdefault("tags", [])}
            twice = known & {tag["name"] for tag in value}
            if twice:
                raise SystemExit(f"{path}: the tag {', '.join(twice)} is defined twice")
            document["tags"].extend(value)
        elif key in document and document[key]:
            raise SystemExit(f"{path}: {key} is defined twice")
        else:
            document[key] = value


def partial_dates(node):
    """A member that is named a date and holds one of which a part may be unknown says so (the design rules want a format)."""
    if isinstance(node, dict):
        properties = node.get("properties")
        for name, schema in properties.items() if isinstance(properties, dict) else ():
            if re.search(r"(^date|\wDate)$", name) and isinstance(schema, dict) and not {"format", "$ref"} & set(schema):
                schema["format"] = "partial-date"
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        partial_dates(value)


def lists(document, operation, names):
    """What every list with a cursor offers, by query or (search by POST) by body: count; and changedSince, unless x-derived says why not."""
    response = operation["responses"].get("200", {})
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    schema = resolve(document, schema) if "$ref" in schema else schema
    properties = schema.get("properties", {})
    if not {"items", "next"} <= set(properties) or "more" in properties:
        return
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = resolve(document, body) if "$ref" in body else body
    if ("query", "cursor") in names:
        response.setdefault("headers", {}).setdefault("Link", ref("headers", "Link"))
        operation["parameters"].append(ref("parameters", "Count"))
        if "x-derived" not in operation:
            operation["parameters"].append(ref("parameters", "ChangedSince"))
            properties["changedSince"] = ref("schemas", "NextChanges")
            operation["responses"]["410"] = ref("responses", "Problem410")
    elif "cursor" in body.get("properties", {}):
        body["properties"]["count"] = {"type": "boolean", "default": False, "description": "Also say how many there are in all.", "example": True}
    else:
        return
    properties["total"] = ref("schemas", "Total")


def etags(document, method, operation):
    """ETag on every resource: what has no version of its own gets one of the bytes of the answer (x-etag: body). Pages have none."""
    for status in ("200", "201"):
        response = operation["responses"].get(status, {})
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema is None or "ETag" in response.get("headers", {}):
            continue
        properties = (resolve(document, schema) if "$ref" in schema else schema).get("properties", {})
        if method == "get" and not {"items", "next"} <= set(properties) or method == "post" and "id" in properties:
            response.setdefault("headers", {})["ETag"] = ref("headers", "ETag")
            operation["x-etag"] = "body"


def deprecation(document, operation, where):
    """x-deprecated {since, sunset}: the document says it here, the service in every answer."""
    marker = operation.get("x-deprecated")
    if marker is None:
        return
    if set(marker) - {"since", "sunset"} or not all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(v)) for v in marker.values()) or "since" not in marker:
        raise SystemExit(f"{where}: x-deprecated has since and may have sunset, instants in Z")
    operation["deprecated"] = True
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = operation["responses"][status] = dict(resolve(document, response))
        response["headers"] = {**response.get("headers", {}), "Deprecation": ref("headers", "Deprecation"),
                               **({"Sunset": ref("headers", "Sunset")} if "sunset" in marker else {})}


def parameters_of(document, operation):
    for p in operation.get("parameters", []):
        yield resolve(document, p) if "$ref" in p else p


def resolve(document, ref):
    node = document
    for token in ref["$ref"][2:].split("/"):
        node = node[token]
    return node


def ref(kind, name):
    return {"$ref": f"#/components/{kind}/{name}"}


def complete(document, route, method, operation):
    """Adds what every operation has."""
    where = f"{method.upper()} {route}"
    for key in ("operationId", "summary", "tags", "security", "responses"):
        if key not in operation:
            raise SystemExit(f"{where}: no {key}")
    names = {(p["in"], p["name"]) for p in parameters_of(document, operation)}
    if len(names) != len(operation.get("parameters", [])):
        raise SystemExit(f"{where}: a parameter stands twice")
    for name in re.findall(r"{(\w+)}", route):
        if ("path", name) not in names:
            raise SystemExit(f"{where}: path parameter {name} is not declared")
    public = {} in operation["security"]
    wanted = {"400", "406", "429", "500", "503"}
    if not public:
        wanted |= {"401", "403"}
        if ("header", "X-Purpose") not in names:
            operation.setdefault("parameters", []).append(ref("parameters", "Purpose"))
    if "{" in route:
        wanted.add("404")
    if method != "get":
        wanted |= {"409", "413", "415"}
    if ("header", "If-Match") in names:
        wanted |= {"412", "428"}
    if ("header", "Idempotency-Key") in names:
        wanted |= {"409", "422"}
    successes = [s for s in operation["responses"] if s[0] in "23"]
    if not successes:
        raise SystemExit(f"{where}: no success response")
    for status in successes:
        response = operation["responses"][status]
        if "$ref" in response:
            continue
        headers = response.setdefault("headers", {})
        headers.setdefault("API-Version", ref("headers", "ApiVersion"))
        headers.setdefault("X-Request-Id", ref("headers", "RequestId"))
        if not public:
            headers.setdefault("RateLimit", ref("headers", "RateLimit"))
            headers.setdefault("RateLimit-Policy", ref("headers", "RateLimitPolicy"))
        if status == "201":
            headers.setdefault("Location", ref("headers", "Location"))
    for status in wanted:
        operation["responses"].setdefault(status, ref("responses", f"Problem{status}"))
    lists(document, operation, names)
    etags(document, method, operation)
    deprecation(document, operation, where)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def error_responses():
    out = {}
    for status, text in ERRORS.items():
        headers = {"API-Version": ref("headers", "ApiVersion"), "X-Request-Id": ref("headers", "RequestId")}
        if status in ("429", "503"):
            headers["Retry-After"] = ref("headers", "RetryAfter")
        if status == "429":
            headers["RateLimit"] = ref("headers", "RateLimit")
            headers["RateLimit-Policy"] = ref("headers", "RateLimitPolicy")
        if status == "401":
            headers["WWW-Authenticate"] = ref("headers", "WwwAuthenticate")
        out[f"Problem{status}"] = {
            "description": text,
            "headers": headers,
            "content": {"application/problem+json": {"schema": ref("schemas", "Problem")}},
        }
    return out


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def reach(document):
    """Every component that the paths lead to; each reference is checked."""
    reached, todo = set(), list(references(document["paths"]))
    while todo:
        target = todo.pop()
        if target in reached:
            continue
        reached.add(target)
        if not target.startswith("#/components/"):
            raise SystemExit(f"{target}: only #/components/ may be referred to")
        try:
            todo.extend(references(resolve(document, {"$ref": target})))
        except KeyError:
            raise SystemExit(f"{target}: refers to nothing")
    return reached


def prune(document, shared):
    """Drops shared components that this document does not use, refuses unused own ones."""
    reached = reach(document)
    for kind, items in document["components"].items():
        if kind == "securitySchemes":
            continue
        for name in list(items):
            if f"#/components/{kind}/{name}" not in reached:
                if (kind, name) not in shared:
                    raise SystemExit(f"components/{kind}/{name}: nothing uses it")
                del items[name]


# What a reader wants and a service does not; and the members that hold names of the author's, or values, not keywords.
PROSE = {"description", "summary", "title", "example", "examples", "tags", "externalDocs"}
NAMES = {"properties", "patternProperties", "dependentSchemas", "$defs", "schemas", "responses", "paths", "headers", "content", "requestBodies"}
VALUES = {"default", "const", "enum", "required"}


def bare(node, names=False):
    """Without prose."""
    if isinstance(node, list):
        return [bare(v) for v in node]
    if not isinstance(node, dict):
        return node
    out = {}
    for key, value in node.items():
        if names or key not in PROSE:
            out[key] = value if key in VALUES and not names else bare(value, not names and key in NAMES)
    return out


def bare_response(response):
    return response if "$ref" in response else {"content": {kind: {} for kind in response.get("content", {})}}


def for_service(document):
    """What a service routes, validates and authorises by: a quarter of the document. What it answers, tests hold against the whole one."""
    small = bare({k: v for k, v in document.items() if k != "info"})
    small["info"] = {"version": document["info"]["version"]}
    for item in small["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"] = {status: bare_response(r) for status, r in operation["responses"].items() if status[0] in "23"}
    components = small["components"]
    components["responses"] = {name: bare_response(r) for name, r in components.get("responses", {}).items()}
    components.pop("headers", None)
    reached = reach(small)
    for kind, items in components.items():
        if kind != "securitySchemes":
            components[kind] = {name: v for name, v in items.items() if f"#/components/{kind}/{name}" in reached}
    return small


def write(document, out):
    """A program may have the file open: it keeps what it had."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    if not os.path.exists(out) or open(out, encoding="utf-8").read() != text:
        with open(out + ".tmp", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(out + ".tmp", out)


def bundle_service(service):
    folder = os.path.join(HERE, service)
    files = [os.path.join(folder, "openapi.yaml")]
    files += sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".yaml") and f != "openapi.yaml")
    files.insert(1, os.path.join(HERE, "common.yaml"))
    document = {"openapi": "3.1.0", "info": {}, "servers": [], "tags": [], "paths": {}, "components": {}}
    for path in files:
        merge(document, text_keys(load(path)), path)
    document["components"]["responses"] = {**error_responses(), **document["components"].get("responses", {})}
    common = load(os.path.join(HERE, "common.yaml"))["components"]
    shared = {(k, n) for k, items in common.items() for n in items} | {("responses", n) for n in error_responses()}
    ids, scopes = {}, set()
    for route, item in document["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                raise SystemExit(f"{route}: {method} is not a method we use")
            complete(document, route, method, operation)
            if operation["operationId"] in ids:
                raise SystemExit(f"operationId {operation['operationId']} stands twice")
            ids[operation["operationId"]] = route
            for alternative in operation["security"]:
                for names in alternative.values():
                    scopes |= set(names)
    partial_dates(document["paths"])
    partial_dates(document["components"]["schemas"])
    prune(document, shared)
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    flow["scopes"] = {s: f"{s.split(':')[-1]} {s.split(':')[0]}" if ":" in s else s for s in sorted(scopes)}
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def main():
    what, out = sys.argv[1:3]  # and, for a service, where what it runs by goes
    if what == "events":
        document = load(os.path.join(HERE, "events.yaml"))
        for name, event in document["events"].items():
            if set(event) - {"source", "consumers", "data", "onDead"} or not {"source", "consumers", "data"} <= set(event):
                raise SystemExit(f"events.yaml: {name}: needs source, consumers, data; may have onDead")
            event.setdefault("onDead", "hold")
    else:
        document = bundle_service(what)
        write(for_service(document), sys.argv[3])
    write(document, out)


if __name__ == "__main__":
    main()
