"""What neither works nor dies: a PostgreSQL that stands still. And a sender whose clock is not the others'."""
import collections
import os
import signal
import subprocess
import time

from case_clock import LIBRARY
from case_mail import Messages
from load import CASES, Writers
from outside import mails_in
from processes import children
from programs import SERVICES, wait_for

START = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../deploy/local/start")
HALF_AN_HOUR = 1800


def tell(pids, how):
    for pid in pids:
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            pass


def stands(pid):
    """Whether a signal that stops a process has reached it; one that has ended works as little."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] in "TZX"
    except OSError:
        return True


def hold(pid):
    """Stops a process, then its children: in this order, since one that still works has children that nobody has counted."""
    tell([pid], signal.SIGSTOP)
    wait_for("the parent stands still", lambda: stands(pid))
    family = children(pid)
    tell(family, signal.SIGSTOP)
    wait_for("its children stand still", lambda: all(stands(p) for p in family))


def test_a_postgresql_that_stands_still_is_told_and_comes_back(stack, programs, full):
    names = [n for n in programs.names() if n not in ("smtp",)]
    before = programs.pids(names)
    with Writers(stack, 4) as w:
        w.wait_for(20)
        postgres = programs.pid("postgres")
        try:
            hold(postgres)
            refused = len(w.refused())
            # A request's deadline is five seconds; a second try may have begun before the first was given up.
            wait_for("a caller is told", lambda: len(w.refused()) >= refused + 4, 30)
            for service in SERVICES:
                assert stack.call("GET", f"/{service}/v1/openapi.json").status == 200, f"{service} answers nothing that needs no database"
            told = stack.call("GET", f"{CASES}/referrals?limit=5", who="coa")
            assert told.status == 503, f"a read: {told.status} {told.raw[:200]}"
            time.sleep(10 if full else 0)
        finally:
            stopped = [postgres, *children(postgres)]
            tell(stopped, signal.SIGCONT)
        programs.wait_ready(*programs.all_processes())
        w.wait_for(20)
        outage = w.outage()
    odd = {c: n for c, n in w.codes().items() if not c.startswith("503 ")}
    assert not odd, f"told otherwise: {odd}"
    w.check(events=False)
    w.repeat()
    after = programs.pids(names)
    assert before == after, f"restarted: {[n for n in names if before[n] != after[n]]}"
    print(f"  {len(stopped)} processes stood still; longest time without an acknowledged write {outage:.1f} s; told {w.codes()}")


class OtherClock:
    """The sender, with a clock that the case sets; real again afterwards."""

    def __init__(self, stack, programs):
        assert LIBRARY, "libfaketime is missing: tests/packages"
        self.stack, self.programs, self.path = stack, programs, os.path.join(stack.state, "sender-clock")
        self.environment = dict(stack.environment, LD_PRELOAD=LIBRARY[0], FAKETIME_TIMESTAMP_FILE=self.path, FAKETIME_NO_CACHE="1",
                                FAKETIME_DONT_FAKE_MONOTONIC="1", WAYFARE_STATE=stack.state)

    def set(self, offset):
        with open(self.path + ".part", "w", encoding="ascii") as f:
            f.write(f"{offset:+d}")
        os.rename(self.path + ".part", self.path)

    def __enter__(self):
        self.set(0)
        self.programs.stop("sender")
        with open(os.path.join(self.stack.state, "log", "sender-clock.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([START, "sender"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.programs.start("sender")


def test_a_senders_clock_jumps_and_each_mail_leaves_once(stack, programs, full):
    n = 200 if full else 40
    before = collections.Counter(mails_in(stack))
    rounds = []
    with OtherClock(stack, programs) as clock:
        for offset in (HALF_AN_HOUR, -HALF_AN_HOUR):
            messages = Messages(stack, n)
            clock.set(offset)
            # Its tokens are refused now, so most wait; what waits comes by the database's clock, seconds after the sender's is right again.
            wait_for(f"each has been tried {offset} s off", lambda: set(messages.states()) <= {"queued", "sent"}, 60)
            clock.set(0)
            wait_for(f"all are sent after the clock was {offset} s off", messages.sent, 60)
            rounds.append(messages)
        assert clock.process.poll() is None, "the sender has ended"
    copies = collections.Counter(mails_in(stack)) - before
    for messages in rounds:
        lost, twice = messages.ids - set(copies), {i for i in messages.ids if copies[i] > 1}
        assert not lost, f"{len(lost)} messages say that they were sent, and were not"
        assert not twice, f"{len(twice)} left twice: {messages.story(list(twice)[:3])}"
        assert messages.left() == 0
    print(f"  {n * len(rounds)} mails by a sender half an hour ahead, then behind: each once")
