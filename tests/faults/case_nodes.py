"""Streams on three Redis: one comes back empty while another stands still, and their number is changed, under load. Each event has its effect once,
in the order of its key."""
import json
import os
import re
import signal
import subprocess
import time

from case_queue import PROGRAMS, Flow
from parts import BUILD, Redis, psql, wait_for

STREAM = "events:keeper"


class Nodes:
    """with Nodes(parts) as nodes: two Redis beside that of parts; the programs have what nodes.use says, and that of parts alone in the end."""

    def __init__(self, parts):
        self.parts, self.all = parts, [parts.redis]

    def __enter__(self):
        for name in ("second", "third"):
            folder = os.path.join(self.parts.folder, name)
            os.makedirs(folder, exist_ok=True)
            self.all.append(Redis(folder))
        return self

    def __exit__(self, *_):
        self.use(1, PROGRAMS)
        for redis in self.all[1:]:
            redis.process.send_signal(signal.SIGCONT)
            redis.kill()

    def urls(self, n):
        return ",".join(f"unix:{r.socket}" for r in self.all[:n])

    def use(self, n, names):
        """In the order of names, one after the other."""
        for name in names:
            self.parts.kill(name, signal.SIGTERM)
            self.parts.extra[name] = [f"--redis={self.urls(n)}"] if n > 1 else []
            self.parts.start(name)

    def shares(self):
        """Entries that each has been given since it was started."""
        said = (r.cli("XINFO", "STREAM", STREAM) for r in self.all)
        return [int(found[1]) if (found := re.search(r"entries-added\n(\d+)", text)) else 0 for text in said]


def doctor(url):
    """What wayfare-ctl says of Redis: {(area, level)}."""
    done = subprocess.run([f"{BUILD}/services/ctl/wayfare-ctl", "doctor", "--db", f"host={os.environ['PGHOST']} user=postgres", "--redis", url, "--json"],
                          capture_output=True, text=True, timeout=60)
    return {(f["area"], f["level"], f["what"].split(":")[0]) for f in json.loads(done.stdout)["findings"] if f["area"].startswith("Redis")}


def test_one_of_three_redis_comes_back_empty_while_another_stands_still(parts, events):
    with Nodes(parts) as nodes:
        nodes.use(3, PROGRAMS)
        first, second, third = nodes.all
        with Flow(parts, events) as flow:
            wait_for("effects", lambda: flow.look() >= events // 10)
            assert flow.going(), "all came before anything broke"
            third.process.send_signal(signal.SIGSTOP)
            second.kill()
            there, begun, gap, seen = flow.look(), time.monotonic(), 0.0, time.monotonic()
            while time.monotonic() < begun + 4:  # two of three are away
                now, before = time.monotonic(), there
                there = flow.look()
                if there > before:
                    gap, seen = max(gap, now - seen), now
                time.sleep(0.02)
            came = there - events // 10
            alone = doctor(nodes.urls(3))
            wait_for("one is enough to be ready", lambda: parts.http("relay", "/health/ready")[0] == 200)
            second.start()
            wait_for("the one that was emptied is given events again", lambda: STREAM in second.cli("KEYS", "*"), 20)
            third.process.send_signal(signal.SIGCONT)
            print(f"  {came} effects by the one Redis that was left, {gap:.1f} s the longest without any", flush=True)
        assert came > 0
        assert ("Redis 1", "ok", "maxmemory-policy noeviction") in alone and ("Redis 2", "bad", "does not answer") in alone and \
            ("Redis 3", "bad", "does not answer") in alone, alone
        wait_for("all are ready again", lambda: all(re.search(rf'wayfare_ready{{part="{part}"}} 1', parts.http("relay", "/metrics")[1])
                                                    for part in ("queue", "queue-2", "queue-3")))
        wait_for("each has its lag", lambda: all(f'wayfare_group_unread{{node="{i}"}} 0' in parts.http("keeper", "/metrics")[1] for i in (1, 2, 3)))
        assert '"relay.epoch"' in parts.log("relay")


def test_three_redis_are_broken_at_random(parts, events, dice):
    with Nodes(parts) as nodes:
        nodes.use(3, PROGRAMS)
        with Flow(parts, events) as flow:
            while flow.going():
                redis, roll = dice.choice(nodes.all), dice.random()
                if roll < 0.3:
                    redis.cli("FLUSHALL")
                elif roll < 0.6:
                    redis.kill()
                    time.sleep(dice.random() * 0.3)
                    redis.start()
                elif roll < 0.8:
                    redis.process.send_signal(signal.SIGSTOP)
                    time.sleep(dice.random() * 1.5)
                    redis.process.send_signal(signal.SIGCONT)
                else:
                    flow.kill(dice.choice(("relay", "keeper")))
                time.sleep(dice.random() * 0.3)


def refused(parts, name, url):
    """What the program says as it ends, being told of these Redis."""
    done = subprocess.run(parts.accepted(name, f"--redis={url}"), capture_output=True, text=True, timeout=10)
    return done.returncode == 1 and done.stderr


def test_the_number_of_redis_is_changed_from_one_to_three_and_back(parts, events):
    with Nodes(parts) as nodes, Flow(parts, events) as flow:
        for url in (f"{nodes.urls(1)},{nodes.urls(1)}", f"{nodes.urls(2)},localhost:6379"):
            assert "queue.nodes" in refused(parts, "relay", url), url
        wait_for("effects", lambda: flow.look() >= events // 10)
        assert flow.going(), "all came before anything was changed"
        nodes.use(3, ("keeper", "relay"))
        before, there = nodes.shares(), flow.look()
        wait_for("effects by three", lambda: flow.look() >= there + events // 4)
        shares = [now - then for now, then in zip(nodes.shares(), before)]
        assert min(shares) > events // 50, f"the three were given {shares}"
        nodes.use(1, ("relay",))
        # What was published in the others is published again; whoever still reads there finds what was taken in already.
        wait_for("nothing lies in the others", lambda: all(r.cli("XLEN", STREAM) == "0" for r in nodes.all[1:]))
        nodes.use(1, ("keeper",))
        there = flow.look()
        print(f"  entries of three: {shares}; {there} effects when there was one again", flush=True)
    left = psql("wayfare_maker", "SELECT count(*) FROM wf.delivery")
    assert left == [["0"]], left
