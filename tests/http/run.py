#!/usr/bin/python3
"""run.py [--stack STATE] [--sanitized] [SCENARIO…]: the HTTP tests, against the real services with real PostgreSQL and Redis.

Scenarios are data: scenarios/*.yaml (README.md beside this file). Every answer is also held against the OpenAPI document, and every
answered operation against the audit trail. What follows from the document alone (no token, wrong scope, unknown ids, broken bodies, another
organisation) is generated for every operation by generated.py.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lib"))

import behaviour
import catalogue
import changes
import credentials
import framing
import gateway
import generated
import hostile
import isolation
import limits
import no_trace
import pools
import properties
import scenario
import trails
from documents import Documents
from stack import BUILD, Stack


class Result:
    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, name):
        self.passed += 1
        print(f"ok {name}", flush=True)

    def bad(self, name, why):
        self.failed += 1
        print(f"FAIL {name}: {why}", flush=True)


def main(arguments):
    state, names, sanitized = None, [], False
    while arguments:
        word = arguments.pop(0)
        if word == "--stack":
            state = os.path.abspath(arguments.pop(0))
        elif word == "--sanitized":
            sanitized = True
        elif word == "--help":
            print(__doc__)
            return 0
        else:
            names.append(word)
    result = Result()
    mint = hostile.Mint()
    rotation = credentials.Rotation(mint.folder)
    stack = Stack(state, {"WAYFARE_ISSUERS": mint.folder})
    try:
        stack.up()
        documents = Documents(stack, result)
        if not names:
            documents.exchanges = open(os.path.join(BUILD, "exchanges.jsonl.part"), "w", encoding="utf-8")
        scenario.run_all(stack, documents, result, names)
        for name, part in (("framing", framing), ("limits", limits)):
            if name in names:
                part.run_all(stack, result)
        if "trails" in names:
            trails.run_all(stack, documents, result)
        if not names:
            documents.part = "generated"
            changes.run_all(stack, documents, result)
            behaviour.run_all(stack, documents, result)
            stranger = generated.run_all(stack, documents, result)
            properties.run_all(stack, documents, result)
            catalogue.run_all(stack, documents, result)
            gateway.run_all(stack, result)
            hostile.run_all(stack, mint, result)
            credentials.run_all(stack, rotation, result)
            pools.run_all(stack, result)
            no_trace.run_all(stack, documents, result)
            framing.run_all(stack, result)
            limits.run_all(stack, result)
            trails.run_all(stack, documents, result)
            documents.check_coverage(result)
            documents.check_audit(stack, result)
            documents.exchanges.close()
            os.replace(documents.exchanges.name, os.path.join(BUILD, "exchanges.jsonl"))
            isolation.run_all(stack, documents, result, stranger)  # last: it ends the workers
        if stack.own:
            stack.stop_programs()  # leaks are told at the end
            check_logs(stack, result, sanitized)
        if result.failed:
            stack.show_logs(5)
    finally:
        stack.down()
        mint.close()
    print(f"{result.passed} passed, {result.failed} failed")
    return result.failed != 0


def check_logs(stack, result, sanitized):
    """What the programs say of themselves: none died, none met a fault of its own, no sanitizer spoke."""
    marks = {"supervisord.log": ("not expected",)}
    ours = ('"kind":"bug"', *(("ERROR: AddressSanitizer", "runtime error:", "ERROR: LeakSanitizer") if sanitized else ()))
    folder = os.path.join(stack.state, "log")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
            text = f.read()
        found = next((text.find(m) for m in marks.get(name, ours) if m in text), None)
        if found is None:
            result.ok(f"log: {name}")
        else:
            begin = text.rfind("\n", 0, found) + 1
            result.bad(f"log: {name}", text[begin:begin + 3000])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
