#!/usr/bin/python3
"""Guards of the design: floors, names, and that every operation, statement, event and scope has both its ends."""
import glob
import json
import os
import re
import subprocess
import sys

import yaml

import api

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))
SERVICES = sorted(os.path.basename(os.path.dirname(p)) for p in glob.glob(os.path.join(ROOT, "api-spec/*/openapi.yaml")))
FLOORS = ["base", "io", "web", "app"]
# Daemons that are programs of a service, in folders of their own: they share its database and its areas.
DAEMONS = {"sender": "notifications", "webhooks": "notifications"}
PACKAGES = {"event2/": "io", "libpq-fe.h": "io", "hiredis/": "io", "curl/": "io"}
passed = failed = 0


def check(name, faults):
    global passed, failed
    faults = sorted(set(faults))
    if faults:
        failed += 1
        print(f"FAIL {name}:")
        for fault in faults[:25]:
            print(f"    {fault}")
        if len(faults) > 25:
            print(f"    and {len(faults) - 25} more")
    else:
        passed += 1
        print(f"ok {name}")


def tracked(*patterns):
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--", *patterns], capture_output=True, text=True, check=True).stdout
    return [f for f in out.split("\0") if f and os.path.exists(os.path.join(ROOT, f))]


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def code(source):
    """Without comments and text literals."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"', " ", source, flags=re.S)


C = {p: text(p) for p in tracked("libcommon/*.c", "libcommon/*.h", "services/*.c", "services/*.h")}


def floor_of(path):
    part = path.split("/")
    return part[1] if part[0] == "libcommon" else "services"


def layers():
    faults, umbrella = [], []
    for path, source in C.items():
        own = path.split("/")
        floor = floor_of(path)
        included = re.findall(r'^#include "([^"]+)"', source, re.M)
        for name in included:
            first = name.split("/")[0]
            if floor != "services":
                if first in FLOORS and FLOORS.index(first) > FLOORS.index(floor):
                    faults.append(f"{path} includes {name}")
                elif first not in FLOORS and "/" in name:
                    faults.append(f"{path} includes {name}")
            elif first not in FLOORS and "/" in name and first not in (own[1], DAEMONS.get(own[1])):
                faults.append(f"{path} includes {name} of another service")
            if os.path.basename(path).startswith("rules") and first in FLOORS and first != "base":
                faults.append(f"{path}: rules include base only, not {name}")
        for package, where in PACKAGES.items():
            if re.search(r"^#include <" + re.escape(package), source, re.M):
                allowed = floor == where or (package == "event2/" and floor == "web" and re.match(r"(http|stream|health)", own[-1]))
                if not allowed:
                    faults.append(f"{path} includes <{package}…>")
        if path.endswith(".h") and len(included) > 12:
            umbrella.append(f"{path} includes {len(included)} headers")
        if path.endswith(".h") and "#pragma once" not in source:
            umbrella.append(f"{path} has no #pragma once")
    check("a file includes its own folder and the floors below", faults)
    check("no umbrella header", umbrella)


def style():
    # libcommon/io speaks the protocol: it sets the context and savepoints by itself.
    check("no SQL in C", [f"{p}: {m.group(0)[:60]}" for p, s in C.items() if not p.startswith("libcommon/io/")
                          for m in re.finditer(r'"\s*(SELECT |INSERT INTO |UPDATE \w+ SET|DELETE FROM |WITH \w+ AS)', s)])
    check("no malloc in services", [f"{p}: {m.group(1)}" for p, s in C.items() if p.startswith("services/")
                                    for m in re.finditer(r"\b(malloc|calloc|realloc|strdup|asprintf)\(", code(s))])
    check("no file is longer than 600 lines", [f"{p}: {s.count(chr(10))}" for p, s in C.items() if s.count("\n") > 600])
    check("each file opens with what it is", [p for p, s in C.items() if not s.lstrip().startswith("/*")])
    check("unbounded text functions are not used", [f"{p}: {m.group(1)}" for p, s in C.items()
                                                    for m in re.finditer(r"\b(strcpy|strcat|sprintf|vsprintf|gets)\(", code(s))])
    check("nothing is left open", [f"{p}:{n}" for p in tracked("libcommon", "services", "deploy", "tests", "api-spec", "docker")
                                   if not p.startswith("tests/arch/") and not p.endswith((".png", ".bin")) and "/corpus/" not in p
                                   for n, line in enumerate(open(os.path.join(ROOT, p), encoding="utf-8", errors="replace"), 1)
                                   if re.search(r"\b(TODO|FIXME|not implemented)\b", line)])
    check("time comes from the context in services", [p for p, s in C.items() if p.split("/")[0] == "services" and p.split("/")[1] in SERVICES
                                                      and re.search(r"\b(clock_now_us|time|gettimeofday)\(", code(s))
                                                      and not p.endswith(("main.c", "worker.c"))])


def operations():
    handled = {}
    for path, source in C.items():
        if path.startswith("services/"):
            for name in re.findall(r'\{"(\w+)",\s*\w+\}', source):
                handled.setdefault(path.split("/")[1], []).append(name)
        elif path.startswith("libcommon/app/"): # what every service answers
            for name in re.findall(r'\{"(\w+)",\s*\w+\}', source):
                handled.setdefault("every", []).append(name)
    faults, bare = [], []
    scopes = set()
    for service in SERVICES:
        with open(os.path.join(BUILD, "api-spec", f"{service}.json"), encoding="utf-8") as f:
            spec = json.load(f)
        ids = {o["operationId"] for item in spec["paths"].values() for o in item.values()}
        scopes |= set(spec["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"])
        found = set(handled.get(service, [])) | set(handled.get("every", []))
        for of, where in {"cases": [("persons", "services/cases/trails/http.c")],
                          "diaspora": [("experts", "services/diaspora/experts/trail.c")]}.get(service, []):
            told = set(re.findall(r'"(\w+)"', re.search(r"own\[\] = \{(.*?)\};", C[where], re.S)[1]))
            about = {o["operationId"] for route, item in spec["paths"].items() if route.startswith(f"/{of}") for o in item.values()}
            check(f"the trail of a person knows every operation on {of}", sorted(f"{where}, own: {x}" for x in told ^ about))
        bare += [f"{service}: {name}" for name, schema in spec["components"]["schemas"].items()
                 if not {"example", "examples", "$ref", "const", "allOf", "oneOf", "anyOf"} & set(schema)]
        faults += [f"{service}: {x} has no handler" for x in ids - found]
    check("every operation has a handler", faults)
    check("every schema has an example", bare)
    with open(os.path.join(ROOT, "services/identity/data/roles.json"), encoding="utf-8") as f:
        roles = json.load(f)
    held = set(re.findall(r'"([a-z][\w.-]*(?::[\w.-]+)?)"', json.dumps(roles)))
    check("every scope is held by a role", [s for s in scopes if s not in held])


def bodies():
    """The gateway takes of each path what its operations take: x-max-body where they say it, 1 MiB elsewhere."""
    limit, units = re.compile(r"client_max_body_size (\d+)([kmg]?);"), {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
    done = subprocess.run([os.path.join(ROOT, "deploy/nginx/render"), os.path.join(ROOT, "deploy/nginx/gateway.conf"), *(f"{s}=unix:/{s}.sock" for s in SERVICES)],
                          capture_output=True, text=True, check=True).stdout
    bytes_of = lambda found: int(found[1]) * units[found[2]]
    usual = bytes_of(limit.search(done))
    patterns = [(re.compile(p), bytes_of(m)) for p, inside in re.findall(r"location ~ (\S+) \{([^\n]*)", done) if (m := limit.search(inside))]
    said = {m for p in tracked("api-spec/*.yaml") for m in re.findall(r"^ *x-max-body: *(\d+)", text(p), re.M)}
    faults, seen = [], set()
    for service in SERVICES:
        with open(os.path.join(BUILD, f"api-spec/{service}.json"), encoding="utf-8") as f:
            paths = json.load(f)["paths"]
        for path, item in paths.items():
            wanted = max([o.get("x-max-body", usual) for o in item.values() if isinstance(o, dict)], default=usual)
            seen |= {str(wanted)}
            given = next((n for p, n in patterns if p.search(f"/{service}/v1" + re.sub(r"\{\w+\}", "x", path))), usual)
            if given != wanted:
                faults.append(f"{service}: {path} takes {wanted} bytes, the gateway {given}")
    if not said or not said <= seen or usual != 2**20:
        faults.append(f"nothing was compared: {said} {seen} {usual}")
    check("the gateway takes bodies as large as the documents say", faults)


def lists():
    """No list is cut off silently: it has pages, or it has a bound and says why nothing can be beyond it."""
    endless, unsaid = [], []
    for service in SERVICES:
        with open(os.path.join(BUILD, "api-spec", f"{service}.json"), encoding="utf-8") as f:
            spec = json.load(f)

        def resolve(node):
            while "$ref" in node:
                target = spec
                for token in node["$ref"][2:].split("/"):
                    target = target[token]
                node = target
            return node

        for item in spec["paths"].values():
            for operation in item.values():
                names = {(p["in"], p["name"]) for p in map(resolve, operation.get("parameters", []))}
                body = resolve(resolve(operation.get("requestBody", {})).get("content", {}).get("application/json", {}).get("schema", {}))
                paged = ("query", "cursor") in names or "cursor" in body.get("properties", {})
                for status, answer in operation["responses"].items():
                    schema = resolve(resolve(answer).get("content", {}).get("application/json", {}).get("schema", {}))
                    for part in [schema] + [resolve(x) for key in ("anyOf", "oneOf", "allOf") for x in schema.get(key, [])]:
                        rows = resolve(part.get("properties", {}).get("items", {})) if status.startswith("2") else {}
                        if part.get("type") == "array":
                            endless.append(f"{service}: {operation['operationId']}: a bare list")
                        if "array" not in str(rows.get("type")):
                            continue
                        if not paged and "maxItems" not in rows:
                            endless.append(f"{service}: {operation['operationId']}")
                        if not paged and not rows.get("x-bounded"):
                            unsaid.append(f"{service}: {operation['operationId']}")
    check("every list has a bound", endless)
    check("every list has pages, or says why it needs none (x-bounded)", unsaid)
    bounded = {m.group(1) for p in tracked("services/*/schema/*.sql") for m in re.finditer(r"wf\.bound\('(\w+)'", text(p))}
    marked = sum(text(p).count("409 list.full") for p in tracked("api-spec/*/*.yaml"))
    check("what a list says of its bound, the database keeps", [] if marked == len(bounded) else [f"{marked} lists say list.full, {len(bounded)} tables are bounded"])


def rules_of_the_api():
    """Every operation keeps the API rules, or api-spec/README.md says why not (api.py)."""
    broken, idle = api.faults()
    check("every operation keeps the rules of the API, or has a reason not to", broken)
    check("every reason not to keep a rule of the API is needed", idle)


def statements():
    faults = []
    words = {w for source in C.values() for w in re.findall(r"\w+", source)}
    for path in tracked("*.sql"):
        if os.path.basename(path) != "queries.sql" or path.startswith("tests/"):
            continue
        for name in re.findall(r"^-- (q_\w+)", text(path), re.M):
            if words.isdisjoint({name, f"{name}_later", f"{name}_page"}):
                faults.append(f"{path}: {name}")
    check("every statement is used", faults)


def events():
    with open(os.path.join(ROOT, "api-spec/events.yaml"), encoding="utf-8") as f:
        spec = yaml.load(f, yaml.CSafeLoader)["events"]
    unsent, unheard, unknown = [], [], []
    for name, event in spec.items():
        source = event["source"]
        own = "\n".join(s for p, s in C.items() if p.startswith(f"services/{source}/") or p.startswith("services/sender") or p.startswith("services/webhooks"))
        due = re.match(r"\w+\.due\.(\w+)$", name)
        if due:
            sent = re.search(r'due_set\([^;]*"%s"' % due.group(1), own, re.S)
        else:
            sent = f'"{name}"' in own
        if not sent:
            unsent.append(name)
        for consumer in event["consumers"]:
            handlers = "\n".join(s for p, s in C.items() if p.startswith(f"services/{consumer}/"))
            if not re.search(r'\{\s*"%s"\s*,' % re.escape(name), handlers):
                unheard.append(f"{name} by {consumer}")
    for path, source in C.items():
        if path.startswith("services/"):
            for name in re.findall(r'"((?:%s)\.\w+\.\w+)"' % "|".join(SERVICES), source):
                if name not in spec:
                    unknown.append(f"{path}: {name}")
    check("every event is sent by its source", unsent)
    check("every event is handled by its consumers", unheard)
    check("every event in the code is in events.yaml", unknown)


def refusals():
    """Every problem code of a service is met by a test (that something is missing is tried for every operation), every guard met and unmet in C."""
    unit = "\n".join(text(p) for p in tracked("tests/unit/*.c"))
    tests = unit + "\n".join(text(p) for p in tracked("tests/http/*.py", "tests/http/scenarios/*.yaml"))
    codes, guards = {}, {}
    for path, source in C.items():
        if not path.startswith("services/") or path.startswith("services/ctl/"):
            continue
        for kind, code_ in re.findall(r'ERR_DEFINE\(\w+,\s*ERR_(\w+),\s*"([\w.]+)"', source) + re.findall(r'err_new\([^,]+,\s*ERR_(\w+),\s*"([\w.]+)"', source):
            if kind != "MISSING":
                codes.setdefault(code_, path)
        for code_ in re.findall(r'\.code\s*=\s*"([\w.]+)"', source):
            codes.setdefault(code_, path)
        if path.endswith("/guards.c"):
            guards.update((code_, path) for code_ in re.findall(r'^\s*\{"([a-z]+\.[A-Za-z]+)"', source, re.M))
    met = set(re.findall(r"[\w.]+", tests))
    check("every problem code is met by a test", [f"{p}: {c}" for c, p in codes.items() if c not in met])
    check("every guard is judged by a unit test", [f"{p}: {c}" for c, p in guards.items() if f'"{c}"' not in unit])


def policy_scopes():
    """What a service sends to its database of a caller's scopes is what policies and statements there ask for."""
    asked = lambda *patterns: {w for p in tracked(*patterns) for w in re.findall(r"sec\.has\('([^']+)'\)", text(p))}
    faults = []
    for service in SERVICES:
        wanted = asked("libcommon/app/schema/*.sql", f"services/{service}/*.sql") - {"internal"}
        literal = re.search(r"\.policy_scopes =((?:\s*\"[^\"]*\")+)", text(f"services/{service}/main.c"))
        sent = set("".join(re.findall(r'"([^"]*)"', literal[1])).split()) if literal else set()
        faults += [f"services/{service}/main.c: {w}" for w in sorted(wanted ^ sent)]
    check("policy_scopes are what the database asks for", faults)


def persons():
    """Every table says what of a person stands in it, and what becomes of that (libcommon/app/schema/0006_subjects.sql)."""
    faults = []
    common = tracked("libcommon/app/schema/*.sql")
    for service in sorted({p.split("/")[1] for p in tracked("services/*/schema/*.sql")}):
        made, named = {}, set()
        for path in common + tracked(f"services/{service}/schema/*.sql"):
            for name in re.findall(r"^\s*CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)", text(path), re.M):
                made.setdefault(name, path)
            made = {n: p for n, p in made.items() if n not in re.findall(r"^DROP TABLE (?:IF EXISTS )?([\w.]+)", text(path), re.M)}
            named |= set(re.findall(r"wf\.subject_table\('([\w.]+)'", text(path)))
        faults += [f"{p}: {n}" for n, p in made.items() if n not in named]
    check("every table is in the catalogue of persons", faults)


def words():
    """The project speaks only of the project."""
    bad = re.compile(r"\b(Claude|Anthropic|LLM|language model|this session|helper agent|as an AI)\b", re.I)
    files = [p for p in tracked("*.c", "*.h", "*.py", "*.md", "*.yaml", "*.sql", "*.sh", "*.build") if not p.startswith("tests/arch/")]
    check("the project speaks only of the project", [f"{p}: {m.group(0)}" for p in files for m in bad.finditer(text(p))])


for guard in (layers, style, operations, bodies, lists, rules_of_the_api, statements, events, refusals, policy_scopes, persons, words):
    guard()
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
