#!/usr/bin/python3
"""The whole system in containers, by docker/compose.yaml: built, started in the order of health, walked through, broken and mended. Ends with "N passed, N failed"."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from checks import ROOT, run
import cases
from ending import ends_by
from images import Nowhere, build
from podman import Podman
from stack import free_port
from system import System
from walker import PARTNER

STATE = os.environ.get("WAYFARE_ENGINE", os.path.join(ROOT, "build-tests", "engine"))
LIMIT_S = 3600


class Address:
    """The partner's, on this machine's loopback, for as long as it is wanted."""

    def __enter__(self):
        subprocess.run(["ip", "address", "add", f"{PARTNER}/32", "dev", "lo"], check=True, capture_output=True)

    def __exit__(self, *_):
        subprocess.run(["ip", "address", "del", f"{PARTNER}/32", "dev", "lo"], check=False, capture_output=True)


def skip(why):
    print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


def main():
    ends_by(LIMIT_S)
    keep, base, begun = "--keep" in sys.argv[1:], tempfile.mkdtemp(prefix="wf-engine-", dir="/tmp"), time.monotonic()
    try:
        with Podman(STATE, base) as podman, Address():
            try:
                build(podman)
            except Nowhere as e:
                skip(e)
            print(f"images after {time.monotonic() - begun:.0f} s", flush=True)
            podman.watch()
            cases.SYSTEM = System(podman, free_port())
            run(vars(cases))
    finally:
        signal.alarm(0)
        shutil.rmtree(base, ignore_errors=True)
        if not keep:
            shutil.rmtree(STATE, ignore_errors=True)
        print(f"after {time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
