#!/usr/bin/python3
"""Faults under load: what is killed, cut off, full, stopped or slow loses nothing, does nothing twice, and comes back by itself.

Cases are the functions test_* of case_*.py in this folder; CASE is a part of a name. A case leaves what it was given as it found it.
Ends with "N passed, N failed".
"""
import argparse
import glob
import hashlib
import importlib
import inspect
import os
import random
import signal
import subprocess
import sys
import time
import traceback
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "worker")]

from programs import PATIENCE, Programs

os.environ["PATH"] = "/usr/lib/postgresql/15/bin:" + os.environ["PATH"]  # psql itself: Debian's finds it by a script, many times a second

LIMIT_S = 120  # of a case that hangs; a good one takes a sixth of it
FEW, MANY = 2000, 20000


class Whole:
    """A stack of its own, with all services, for the cases that name `stack` (Stack of tests/lib) or `programs` (Programs)."""
    names = ("stack", "programs")
    endpoints = 16  # at 127.0.0.2 and on

    def __init__(self, state):
        from stack import SYNCED, Stack
        self.stack = Stack(state, SYNCED)
        base = int(self.stack.environment.get("WAYFARE_PORT", 0))
        # Two processes of each service, and a second PostgreSQL that may come to take the first one's place.
        run = f"/tmp/wayfare-{os.getuid()}-{hashlib.sha256(os.path.realpath(self.stack.state).encode()).hexdigest()[:10]}"
        self.stack.environment |= {
            "WAYFARE_PROCESSES": "2",
            "WAYFARE_PG": f"host={run}/pg,{run}/pg2 target_session_attrs=read-write",
            "WAYFARE_PG_READ": f"host={run}/pg2 target_session_attrs=standby",
            "WAYFARE_ALLOW": ",".join(f"127.0.0.{i}:{base + 3}" for i in range(2, 2 + self.endpoints)),
            "WAYFARE_NAMESERVER": f"127.0.0.1:{base + 2}",
            "WAYFARE_CLAIM_MS": "2000",
        }

    def __enter__(self):
        try:
            self.stack.up()
        except BaseException:  # it may have come up in part
            self.stack.down()
            raise
        self.programs = Programs(self.stack)
        return self

    def __exit__(self, *_):
        self.stack.down()

    def given(self):
        return {"stack": self.stack, "programs": self.programs}

    def before(self):
        self.stack.tokens.clear()  # one that is fetched before anything breaks outlives the case
        self.programs.wait_ready(*self.programs.all_processes(), seconds=40)

    def heal(self):
        """After a case that failed: what it left lying is started."""
        for name in self.programs.names():
            try:
                self.programs.signal(name, signal.SIGCONT)
            except AssertionError:
                pass
        self.programs.start(*self.programs.names())

    def logs(self):
        folder = os.path.join(self.stack.state, "log")
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


class Between:
    """Two databases and what runs between them (Parts of tests/worker), for the cases that name `parts`."""
    names = ("parts",)

    def __init__(self, _):
        self.server = self.parts = None

    def __enter__(self):
        # The server ends with its standard input, so whatever ends us ends it.
        self.server = subprocess.Popen([os.path.join(HERE, "..", "with-postgres"), "sh", "-c", "env | grep -E '^(PG|WAYFARE_TEST_PG)'; echo; exec cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.variables = dict(line.strip().split("=", 1) for line in iter(self.server.stdout.readline, "\n") if line)
        os.environ.update(self.variables)
        from parts import Parts
        self.parts = Parts(attempts=30)
        return self

    def __exit__(self, *_):
        if self.parts:
            self.parts.end()
        for name in self.variables:
            os.environ.pop(name, None)
        self.server.stdin.close()
        self.server.wait(60)

    def given(self):
        return {"parts": self.parts}

    def before(self):
        for name in ("maker", "relay", "scheduler", "keeper"):
            if name not in self.parts.processes:
                self.parts.start(name)
        self.parts.revive()

    def heal(self):
        for name in ("maker", "relay", "scheduler", "keeper"):
            print(f"== {name}", *self.parts.log(name).splitlines()[-8:], sep="\n", flush=True)

    def logs(self):
        return [os.path.join(self.parts.folder, f"{name}.log") for name in sorted(self.parts.processes)]


def cases(wanted, clock):
    """[(name, function)] in the order in which they stand; clock: whether by the clock, None: all."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "case_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        found += [(n[5:], f) for n, f in vars(module).items() if n.startswith("test_") and (not wanted or any(w in n for w in wanted))]
    return [(n, f) for n, f in found if clock in (None, hasattr(f, "by_the_clock"))]


def too_long(*_):
    raise AssertionError("the case does not end")


def run(name, case, house, options, seed):
    given = {**house.given(), "full": options.full, "events": MANY if options.full else FEW, "dice": random.Random(seed)}
    begun = time.monotonic()
    signal.alarm(int(LIMIT_S * (10 if options.full else 1) * PATIENCE))
    try:
        house.before()
        case(**{n: given[n] for n in inspect.signature(case).parameters})
        good, why = True, ""
    except unittest.SkipTest as e:
        print(f"skipped {name.replace('_', ' ')}: {e}", flush=True)
        return None
    except Exception as e:
        traceback.print_exc(file=sys.stdout)
        at = traceback.extract_tb(e.__traceback__)[-1]
        good, why = False, f": {at.name} line {at.lineno}: {type(e).__name__}: {e}".replace("\n", " ")[:600]
    finally:
        signal.alarm(0)
    print(f"{'ok' if good else 'not ok'} {name.replace('_', ' ')} ({time.monotonic() - begun:.1f} s, seed {seed}){why}", flush=True)
    if not good:
        house.heal()
    return good


def faults_of_our_own(house):
    """Whatever breaks around a program, it must not meet a fault of its own."""
    found = []
    for path in house.logs():
        with open(path, encoding="utf-8", errors="replace") as f:
            found += [f"{os.path.basename(path)}: {line[:600]}" for line in f if '"kind":"bug"' in line or "Assertion" in line]
    return found


def run_house(kind, these, options, seeds):
    """(passed, failed) of the cases of one house; again and again while there is time."""
    good = bad = 0
    share = options.minutes * 60 * len(these) / max(options.total, 1)
    with kind(options.stack) as house:
        until = time.monotonic() + share
        while True:
            for name, case in these:
                outcome = run(name, case, house, options, options.seed if options.seed is not None else seeds.randrange(1 << 30))
                good, bad = good + (outcome is True), bad + (outcome is False)
            if time.monotonic() >= until:
                break
        found = faults_of_our_own(house)
        print(f"{'not ok' if found else 'ok'} no program met a fault of its own", *found[:10], sep="\n", flush=True)
    return good + (not found), bad + bool(found)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--full", action="store_true", help=f"{MANY:,} events a case instead of {FEW:,}, and more of each fault")
    p.add_argument("--minutes", type=float, default=0, help="full, and again with new seeds for so long")
    p.add_argument("--seed", type=int, help="of the dice, to repeat a case")
    p.add_argument("--stack", type=os.path.abspath, help="state folder of a stack that is up, instead of one of its own")
    p.add_argument("--by-the-clock", dest="clock", action="store_true", default=None, help="only those that need the machine for themselves")
    p.add_argument("--not-by-the-clock", dest="clock", action="store_false", help="only the others, which may run beside something else")
    p.add_argument("--list", action="store_true", help="names the cases")
    p.add_argument("case", nargs="*")
    options = p.parse_args()
    options.full |= options.minutes > 0
    return options


def main():
    options = arguments()
    chosen = cases(options.case, options.clock)
    options.total = len(chosen)
    if options.list:
        print(*(name for name, _ in chosen), sep="\n")
        return 0
    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seeds, passed, failed = random.Random(), 0, 0
    for kind in (Between, Whole):
        these = [(n, f) for n, f in chosen if set(inspect.signature(f).parameters) & set(kind.names)]
        if these:
            good, bad = run_house(kind, these, options, seeds)
            passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
