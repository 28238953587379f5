#!/usr/bin/python3
"""The specification gate: the documents against the Dutch government's API design rules, the answers against the documents, the reference pages.

  rules    our own copy of what the rule set asks (rules.py)
  linter   Spectral with the official rule set (lint.cjs), where that file lies beside the clone
  proxy    every exchange of the HTTP tests through @stoplight/prism's validating proxy (proxy.cjs). The HTTP part keeps what it exchanged in
           the build folder; where that is missing or older than the documents, the scenarios are played for it here
  problems each refusal that an operation names was met, each that was met is named (problems.py)
  pages    the reference pages of the gateway fetch nothing from elsewhere (pages.py)
"""
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "http"), os.path.join(HERE, "..", "lib")]
sys.dont_write_bytecode = True

import documents as judge
import pages
import problems
import rules
import scenario
from stack import BUILD, ROOT, Stack

RULESET = os.path.join(ROOT, "..", "shared", "lint", "nlgov-adr.yaml")
EXCHANGES = os.path.join(BUILD, "exchanges.jsonl")
PATHS = {s: os.path.join(BUILD, "api-spec", f"{s}.json") for s in judge.SERVICES}


class Result:
    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, name):
        self.passed += 1
        print(f"ok {name}", flush=True)

    def bad(self, name, why):
        self.failed += 1
        print(f"FAIL {name}: {why}", flush=True)


def node(*words, seconds):
    return subprocess.run(["node", *words], cwd=HERE, capture_output=True, text=True, timeout=seconds, check=False)


def lint(result):
    """One linter for all documents (lint.cjs); it says which of them a fault is in."""
    if not os.path.exists(RULESET):
        print("linter: the rule set is not beside this clone: skipped")
        return
    done = node("lint.cjs", RULESET, *PATHS.values(), seconds=300)
    try:
        faults = json.loads(done.stdout)
    except ValueError:
        return result.bad("linter: it runs", (done.stdout + done.stderr)[-800:])
    for service, path in PATHS.items():
        mine = [f for f in faults if f["source"] == path and f["severity"] == 0]
        if mine:
            result.bad(f"linter: {service}", f"{len(mine)}: " + "; ".join(f"{f['code']} at {'/'.join(map(str, f['path']))}: {f['message']}" for f in mine[:10]))
        else:
            result.ok(f"linter: {service}")


def fresh():
    """Whether there are exchanges, of these very documents."""
    return os.path.exists(EXCHANGES) and os.path.getmtime(EXCHANGES) > max(map(os.path.getmtime, PATHS.values()))


def record(stack, result):
    documents = judge.Documents(stack, result)
    with open(EXCHANGES, "w", encoding="utf-8") as documents.exchanges:
        scenario.run_all(stack, documents, result, [])


def proxy(result):
    done = node("proxy.cjs", EXCHANGES, *PATHS.values(), seconds=300)
    lines = done.stdout.splitlines()
    for line in lines:
        if line.startswith("ok "):
            result.ok(line[3:])
        elif line.startswith("FAIL "):
            result.bad(*line[5:].split(": ", 1))
        else:
            print(line.replace(" passed", " through"))
    if not lines or done.returncode not in (0, 1) or not any(line.startswith("ok ") for line in lines):
        result.bad("proxy: it runs", (done.stdout + done.stderr)[-800:])


def main(arguments):
    state = os.path.abspath(arguments[1]) if arguments[:1] == ["--stack"] else None
    result = Result()
    rules.run_all(judge.SERVICES, result)
    lint(result)
    pages.sources(result)
    stack = Stack(state)
    try:
        stack.up()
        pages.served(stack, result)
        if not fresh():
            record(stack, result)
    finally:
        stack.down()
    proxy(result)
    problems.run_all(PATHS, EXCHANGES, result)
    print(f"{result.passed} passed, {result.failed} failed")
    return result.failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
