"""Scenarios as data; see README.md for the words."""
import glob
import json
import os
import re
import time
import uuid

import yaml

HERE = os.path.dirname(os.path.realpath(__file__))


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
    moved = re.fullmatch(r"(now|today)(?:([+-]\d+)([smhd]))?", name)
    if moved:
        seconds = int(moved.group(2) or 0) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[moved.group(3) or "s"]
        at = time.gmtime(time.time() + seconds)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ" if moved.group(1) == "now" else "%Y-%m-%d", at)
    if name not in names:
        raise Fault(f"nothing is saved as {name}")
    return names[name]


def pointer(node, path):
    for token in path.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Fault(f"{path} is not there") from None
    return node


def compare(expected, actual, at=""):
    """expected is a part of actual. $any, $absent, $match:REGEX, $contains:[…], $length:N stand for values."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            raise Fault(f"{at or '/'}: not an object: {short(actual)}")
        for key, value in expected.items():
            if value == "$absent":
                if key in actual:
                    raise Fault(f"{at}/{key}: should be absent, is {short(actual[key])}")
                continue
            if key == "$contains":
                raise Fault(f"{at}: $contains stands for a list")
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


def step_once(stack, documents, step, names):
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
    elif "form" in step:
        from urllib.parse import urlencode
        body = urlencode(fill(step["form"], names)).encode()
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    token = None
    who = step.get("as")
    if who and "scope" in step:
        token, who = stack.token(who, step["scope"]), None
    answer = stack.call(method, path, who=who, body=body, headers=headers, token=token)
    if answer.status != step.get("expect", 200):
        raise Fault(f"{method} {path}: {answer.status} instead of {step.get('expect', 200)}: {answer.raw[:1500].decode(errors='replace')}")
    faults = documents.judge(method, path, answer)
    if faults:
        raise Fault(f"{method} {path}: not as documented: {'; '.join(faults)}")
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
        raise Fault(f"{method} {path}: not the same bytes as {step['sameAs']}")
    for name, place in step.get("save", {}).items():
        if place == "raw":
            names[name] = answer.raw
        elif place.startswith("header "):
            names[name] = answer.headers.get(place[7:].lower())
        else:
            names[name] = pointer(answer.json, place)
    return answer


def run_step(stack, documents, step, names):
    """within: N repeats until it holds, at most N seconds (effects that come through the queue)."""
    until = time.monotonic() + step.get("within", 0)
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
            for document in yaml.safe_load_all(f):
                if not document:
                    continue
                if "prelude" in document:
                    library[document["prelude"]] = document
                else:
                    scenarios.append((os.path.basename(path)[:-5], document))
    return library, scenarios


def run_all(stack, documents, result, wanted):
    library, scenarios = load()
    for group, document in scenarios:
        name = f"{group}: {document['scenario']}"
        if wanted and not any(w in name for w in wanted):
            continue
        names = {}
        at = ""
        try:
            steps = []
            for part in [*(library[use] for use in document.get("use", [])), document]:
                for key, value in part.get("let", {}).items():
                    names[key] = fill(value, names)
                steps += part.get("steps", [])
            for number, step in enumerate(steps, 1):
                at = f"step {number} ({step.get('say', step['do'])})"
                run_step(stack, documents, step, names)
        except Fault as fault:
            result.bad(name, f"{at}: {fault}")
        except Exception as e:  # a broken scenario is a failure of its own, the others go on
            result.bad(name, f"{at}: {type(e).__name__}: {e}")
        else:
            result.ok(name)
