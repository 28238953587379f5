"""checks.py - what the checks share: run(globals()) at their end runs their test_* functions and counts."""
import os
import sys
import time
import traceback

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def run(names, *arguments):
    """Each test_* of a module, with the arguments; ends the program, with 1 if one of them failed."""
    passed = failed = 0
    for name, test in list(names.items()):
        if not name.startswith("test_"):
            continue
        begun, what = time.monotonic(), name.removeprefix("test_").replace("_", " ")
        try:
            test(*arguments)
            passed += 1
            print(f"ok {what} ({time.monotonic() - begun:.1f} s)", flush=True)
        except Exception as e:  # the others run all the same
            failed += 1
            print(f"FAIL {what}: {e}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)
