"""Clocks that jump: summer time begins and ends, the clock goes an hour back and comes again. What is due comes once, none is left out."""
import glob
import os
import time

from parts import psql, wait_for
from things import new

LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")


class Clock:
    """The scheduler with a clock that the case sets; real again afterwards."""

    def __init__(self, parts, zone):
        assert LIBRARY, "libfaketime is missing: tests/packages"
        self.parts, self.path = parts, os.path.join(parts.folder, "clock")
        self.environment = {"LD_PRELOAD": LIBRARY[0], "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": zone}

    def set(self, epoch):
        """Goes on from there."""
        self.offset = epoch - time.time()
        with open(self.path + ".part", "w", encoding="ascii") as f:
            f.write(f"{self.offset:+.3f}")
        os.rename(self.path + ".part", self.path)

    def now(self):
        return time.time() + self.offset

    def __enter__(self):
        self.parts.kill("scheduler")
        self.parts.environment["scheduler"] = self.environment
        return self

    def __exit__(self, *_):
        self.parts.kill("scheduler")
        del self.parts.environment["scheduler"]
        self.parts.start("scheduler")


def plan(moments):
    """{key: moment} of due rows at these seconds of the epoch."""
    rows = {new(): m for m in moments}
    values = ", ".join(f"('later', '{k}', 'uaf', to_timestamp({m}), '{{\"thing\": \"{k}\"}}')" for k, m in rows.items())
    psql("wayfare_maker", f"BEGIN; SELECT set_config('wf.org', 'uaf', true); INSERT INTO wf.due (kind, key, org, due_at, data) VALUES {values}; COMMIT",
         "wf_maker_service")
    return rows


def came(rows):
    """Keys that have had their effect, each as often as it has."""
    return [t for (t,) in psql("wayfare_keeper", "SELECT thing FROM effects WHERE n = 0") if t in rows]


def through(parts, zone, moment, jump, before=2.0):
    """Runs the clock through a moment, at which it jumps by so many seconds; things are due every 50 ms from two seconds before to two after, and
    within the hour that is passed twice or not at all."""
    span = abs(jump)
    moments = [moment - 2 + i * 0.05 for i in range(80)] + [moment + i * (span + 2) / 40 for i in range(40)] + \
              [moment - i * (span + 2) / 40 for i in range(1, 40)]
    rows = {}
    with Clock(parts, zone) as clock:
        clock.set(moment - before)
        rows = plan(moments)
        parts.start("scheduler")
        wait_for("it begins", lambda: len(came(rows)) > 0, 30)
        wait_for("all before the moment", lambda: len(came(rows)) >= sum(m < moment for m in moments), 30)
        if jump:
            clock.set(clock.now() + jump)
            time.sleep(0.7)
            there, passed = came(rows), clock.now()  # in this order: the look itself takes time
            early = [k for k in there if rows[k] > max(passed, passed - jump) + 0.5]
            assert not early, f"{len(early)} came before their time"
        clock.set(moment + span + 5)
        wait_for("all have come", lambda: len(set(came(rows))) >= len(rows), 30)
        time.sleep(0.6)
    twice = len(came(rows)) - len(rows)
    assert twice == 0, f"{twice} came twice"
    left = int(psql("wayfare_maker", "SELECT count(*) FROM wf.due WHERE key = ANY ('{%s}')" % ",".join(rows))[0][0])
    assert left == 0, f"{left} never come"
    return len(rows)


def test_summer_time_begins_and_nothing_is_skipped(parts):
    print(f"  {through(parts, 'Europe/Amsterdam', 1774746000, 0)} due rows around 29 March 2026, 01:00 UTC, each once")


def test_summer_time_ends_and_nothing_is_doubled(parts):
    print(f"  {through(parts, 'Europe/Amsterdam', 1792890000, 0)} due rows around 25 October 2026, 01:00 UTC, each once")


def test_the_clock_goes_an_hour_back_and_nothing_is_doubled(parts):
    print(f"  {through(parts, 'UTC', time.time() + 5, -3600)} due rows around a step an hour back, each once")


def test_the_clock_jumps_an_hour_ahead_and_nothing_is_skipped(parts):
    print(f"  {through(parts, 'UTC', time.time() + 5, 3600)} due rows around a step an hour ahead, each once")
