"""Outbox to inbox while its programs are killed, Redis forgets, fills up or stands still, and PostgreSQL goes away: each event has its effect
once, in the order of its key."""
import os
import re
import signal
import subprocess
import time

from parts import psql, wait_for
from things import came, new, things_of, wait_confirmed

RSS_MAX_MB = 48
PROGRAMS = ("maker", "relay", "scheduler", "keeper")


class Counter:
    """A kept session that counts effects; starting psql for each look would be most of the load. What it saw last while the server is away."""

    def __init__(self):
        self.session, self.last = None, 0

    def look(self):
        try:
            if not self.session or self.session.poll() is not None:
                self.close()
                self.session = subprocess.Popen(["psql", "-XAtq", "-d", "wayfare_keeper"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                stderr=subprocess.DEVNULL)
            self.session.stdin.write("SELECT count(*) FROM effects;\n")
            self.session.stdin.flush()
            self.last = int(self.session.stdout.readline() or self.last)
        except OSError:
            pass
        return self.last

    def close(self):
        if self.session:
            self.session.kill()
            self.session.communicate()
            self.session = None


class Flow:
    """Events on their way from the maker to the keeper, and some that come due; with Flow(parts, n) as flow: break something while flow.going()."""

    def __init__(self, parts, events):
        self.parts, self.n = parts, events
        each = 20
        self.things = things_of(keys=events // each, each=each)
        self.due = [new() for _ in range(events // 40)]
        self.counter = Counter()
        self.before = self.counter.look()
        self.broken, self.peak, self.begun = 0, {}, time.monotonic()

    def __enter__(self):
        self.parts.make(self.things)
        values = ", ".join(f"('later', '{k}', 'uaf', now() + random() * interval '5 s', '{{\"thing\": \"{k}\"}}')" for k in self.due)
        psql("wayfare_maker", f"BEGIN; SELECT set_config('wf.org', 'uaf', true); INSERT INTO wf.due (kind, key, org, due_at, data) "
                              f"VALUES {values}; COMMIT", "wf_maker_service")
        return self

    def __exit__(self, kind, *_):
        try:
            if not kind:
                self.check()
        finally:
            self.counter.close()

    def check(self):
        wait_for("all effects", lambda: self.look() >= self.n + len(self.due), 20 + self.n / 400)
        took = time.monotonic() - self.begun
        came(self.parts, self.things)
        due = [t for (t,) in psql("wayfare_keeper", "SELECT thing FROM effects WHERE n = 0") if t in set(self.due)]
        assert sorted(due) == sorted(self.due), f"{len(due)} effects of {len(self.due)} due rows"
        wait_confirmed(self.parts, 30)
        left = psql("wayfare_keeper", "SELECT state, count(*) FROM wf.inbox WHERE state <> 'done' GROUP BY 1")
        assert not left, f"in the inbox: {left}"
        fat = {n: kb // 1024 for n, kb in self.peak.items()}
        print(f"  {self.n + len(self.due)} events, each once and in order, in {took:.1f} s; {self.broken} faults; most memory: "
              + ", ".join(f"{n} {mb} MB" for n, mb in fat.items()), flush=True)
        assert max(fat.values()) <= RSS_MAX_MB, f"memory grew: {fat}"
        assert self.broken > 0, "nothing was broken meanwhile"

    def look(self):
        """How many effects are there; notes the programs' memory on the way."""
        for name, process in self.parts.processes.items():
            try:
                with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
                    found = re.search(r"VmHWM:\s+(\d+)", f.read())
            except OSError:
                continue
            if found:
                self.peak[name] = max(self.peak.get(name, 0), int(found[1]))
        return self.counter.look() - self.before

    def going(self):
        """Counts a fault; false when all has come, or when something has been broken, for long enough."""
        there = self.look()
        if there >= self.n + len(self.due) or (self.broken and time.monotonic() - self.begun > 10 + self.n / 400):
            return False
        self.broken += 1
        return True

    def kill(self, name):
        self.parts.kill(name)
        self.parts.start(name)


def test_each_program_is_killed_in_turn(parts, events):
    with Flow(parts, events) as flow:
        while True:
            for name in PROGRAMS:
                if not flow.going():
                    return
                flow.kill(name)
                time.sleep(0.15)


def test_programs_are_killed_at_random(parts, events, dice):
    with Flow(parts, events) as flow:
        while flow.going():
            for name in dice.sample(PROGRAMS, dice.randint(1, 3)):
                parts.kill(name)
            time.sleep(dice.random() * 0.1)
            parts.start(*[n for n in PROGRAMS if n not in parts.processes])
            time.sleep(dice.random() * 0.3)


def test_redis_is_full_for_a_while(parts, events):
    with Flow(parts, events) as flow:
        while flow.going():
            parts.redis.cli("CONFIG", "SET", "maxmemory", "1")
            time.sleep(0.7)
            parts.redis.cli("CONFIG", "SET", "maxmemory", "200mb")
            time.sleep(0.5)


def test_redis_stands_still_for_a_while(parts, events):
    with Flow(parts, events) as flow:
        while flow.going():
            parts.redis.process.send_signal(signal.SIGSTOP)
            time.sleep(1.5)
            parts.redis.process.send_signal(signal.SIGCONT)
            time.sleep(0.5)


def test_redis_is_killed_and_comes_back_empty(parts, events, dice):
    with Flow(parts, events) as flow:
        while flow.going():
            parts.redis.kill()
            time.sleep(dice.random() * 0.5)
            parts.redis.start()
            time.sleep(0.3)


def test_postgres_is_restarted(parts, events):
    with Flow(parts, events) as flow:
        while flow.going():
            server("restart")
            time.sleep(0.7)


def test_postgres_is_killed(parts, events):
    with Flow(parts, events) as flow:
        while flow.going():
            with open(f"{os.environ['WAYFARE_TEST_PG']}/pid", encoding="ascii") as f:
                os.kill(int(f.read()), signal.SIGKILL)
            wait_for("it starts again", lambda: server("start"))  # once its children have seen it
            time.sleep(0.7)


def server(word):
    return subprocess.run([f"{os.environ['WAYFARE_TEST_PG']}/{word}"], timeout=60, capture_output=True).returncode == 0


def test_redis_is_wiped_again_and_again(parts, events, dice):
    with Flow(parts, events) as flow:
        while flow.going():
            parts.redis.cli("FLUSHALL")
            time.sleep(dice.random() * 0.5)
