"""Redis' master is killed under load, and its sentinels put the replica in its place: programs find it by themselves."""
import json
import os
import subprocess
import time

from case_queue import PROGRAMS, Flow
from parts import BUILD, wait_for
from sentinels import FIRST, SECOND, SENTINELS, Sentinels


def move(parts, *options):
    """The programs, with another Redis or the usual one."""
    for name in PROGRAMS:
        parts.kill(name)
        parts.extra[name] = list(options)
        parts.start(name)


def outage(flow, n):
    """Seconds until effects come again, n more than are there now: what was on its way at the kill is not counted."""
    there, begun = flow.look(), time.monotonic()
    wait_for("effects come again", lambda: flow.look() >= there + n, 30)
    return time.monotonic() - begun


def doctor(url):
    """What wayfare-ctl says of Redis: {what: level}."""
    done = subprocess.run([f"{BUILD}/services/ctl/wayfare-ctl", "doctor", "--db", f"host={os.environ['PGHOST']} user=postgres", "--redis", url, "--json"],
                          capture_output=True, text=True, timeout=60)
    return {f["what"]: f["level"] for f in json.loads(done.stdout)["findings"] if f["area"] == "Redis"}


def test_sentinels_put_another_redis_in_the_place_of_a_killed_master(parts, events):
    with Sentinels() as sentinels:
        move(parts, f"--redis={sentinels.url}")
        try:
            with Flow(parts, events) as flow:
                wait_for("effects", lambda: flow.look() >= events // 10)
                assert flow.going(), "all came before anything broke"
                assert sentinels.master() == FIRST
                sentinels.kill(FIRST)
                print(f"  {outage(flow, events // 10):.1f} s without a master", flush=True)
                assert sentinels.master() == SECOND
            said = doctor(sentinels.url)
            assert said[f"the master at {sentinels.ip}:{SECOND} has 0 replicas"] == "bad", said
            assert sum(level == "ok" and "usable" in what for what, level in said.items()) == len(SENTINELS), said
            sentinels.kill(SENTINELS[0])
            assert sum(level == "bad" and "does not say where" in what for what, level in doctor(sentinels.url).items()) == 1
        finally:
            move(parts)
