#!/usr/bin/python3
"""meson-count.py testlog.json: adds up the TAP lines of meson's tests; a test without TAP counts as one."""
import json
import re
import sys

passed = failed = 0
with open(sys.argv[1], encoding="utf-8") as f:
    for line in f:
        test = json.loads(line)
        lines = (test.get("stdout") or "").splitlines()
        ok = sum(bool(re.match(r"ok \d+", x)) for x in lines)
        bad = [x for x in lines if re.match(r"not ok \d+", x)]
        for x in bad:
            print(f"FAIL {test['name']}: {x}")
        passed += ok
        failed += len(bad)
        if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not bad:
            print(f"FAIL {test['name']}: {test['result']}")
            failed += 1
        elif not ok and not bad and test["result"] == "OK":
            passed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
