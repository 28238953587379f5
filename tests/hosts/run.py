#!/usr/bin/python3
"""Three hosts with TLS between them, and one at the edge: load goes on while one after the other is cut off and comes back.

What counts is what the databases hold in the end: nothing acknowledged is lost, every effect is there once. Prints for each host the requests, what
was refused and how, how long nothing was acknowledged and no effect came. Ends with "N passed, N failed".
"""
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "faults")]

import wire
from case_mail import appointment
from ending import ends_by
from house import DATABASES, EDGE, GATEWAY, PORT, SERVICES, House
from load import Referral, Revocation, Writers
from net import Net, address, name
from programs import wait_for
from stack import BUILD, ROOT, Stack
from told import tell
from walk import staff_token

LIMIT_S = 1800
WRITERS, SHARE = 4, 5  # callers; events told at once
CUT_S = 6  # the gateway's host, which nobody can take the place of


class Hosts(Stack):
    """The stack's state, whose programs stand on hosts."""
    house = None

    def move(self, house):
        self.house = house
        text = open(f"{self.state}/env", encoding="utf-8").read()
        self.env["WAYFARE_URL"] = f"http://{address(GATEWAY)}:{PORT}"
        with open(f"{self.state}/env", "w", encoding="utf-8") as f:
            f.write(text.replace(self.url.geturl(), self.env["WAYFARE_URL"]))
        self.url = urllib.parse.urlsplit(self.env["WAYFARE_URL"])

    def sql(self, service, statement, timeout=30):
        if not self.house:
            return super().sql(service, statement)
        with wire.Connection(f"wayfare_{service}", "postgres", self.house.socket(self.house.primary), timeout=timeout) as c:
            return [["" if v is None else v for v in row] for row in c.run(statement)]

    def staff_token(self, user, scope=None):
        return staff_token(self.state, self.house.socket(self.house.primary), user, scope) if self.house else super().staff_token(user, scope)


class Teller:
    """Events that have each an effect of their own, a task of one case: told one share after the other, and looked for."""

    def __init__(self, stack):
        self.stack, self.told, self.seen, self.ended = stack, [], [(time.monotonic(), 0)], threading.Event()
        self.case = appointment(stack)[0]
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.tell, self.look)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for t in self.threads:
            t.join(60)

    def tell(self):
        while not self.ended.wait(0.25):
            try:
                self.told += tell(self, "notifications", "notifications.message.failed", ["cases"],
                                  f"""jsonb_build_object('messageId', subject, 'caseId', '{self.case}'::uuid, 'personId', NULL, 'topic', 'task',
                                      'reason', 'hosts.' || replace(subject::text, '-', ''))""", SHARE)
            except (OSError, RuntimeError):
                pass  # not acknowledged

    def sql(self, service, statement):
        return self.stack.sql(service, statement, timeout=3)

    def effects(self):
        return [d.removeprefix("hosts.") for (d,) in self.sql("cases", f"SELECT details FROM tasks WHERE case_id = '{self.case}' AND details LIKE 'hosts.%'")]

    def look(self):
        while not self.ended.wait(0.1):
            try:
                n = int(self.sql("cases", f"SELECT count(*) FROM tasks WHERE case_id = '{self.case}' AND details LIKE 'hosts.%'")[0][0])
            except (OSError, RuntimeError):
                continue
            if n > self.seen[-1][1]:
                self.seen.append((time.monotonic(), n))

    def outage(self, since, until):
        """The longest time without a further effect."""
        times = [since] + [t for t, _ in self.seen if since < t < until] + [until]
        return max(b - a for a, b in zip(times, times[1:]))

    def check(self):
        wanted = [s.replace("-", "") for s in self.told]
        wait_for("each told event has its effect", lambda: set(wanted) <= set(self.effects()), 60)
        there = self.effects()
        assert len(there) == len(set(there)), f"{len(there) - len(set(there))} effects came twice"
        print(f"  {len(wanted)} events told, {len(there)} effects, each once", flush=True)


class Run:
    def __init__(self, stack, house, net):
        self.stack, self.house, self.net = stack, house, net

    def start(self):
        house = self.house
        house.prepare()
        house.databases()
        for host in (1, 2, 3, EDGE):
            house.tunnels(host)
        house.redis(1)
        house.redis(2, master=1)
        for host in (1, 2, 3):
            house.sentinel(host)
        wait_for("the sentinels know each other and the replica", house.redis_ready, 60)
        house.gateway()
        for host, begin in ((1, house.services), (2, house.services), (EDGE, lambda host: house.edge())):
            begin(host)  # one after the other: three hundred handshakes at once are slow on two processors
            wait_for(f"all programs on {name(host)} are ready", lambda: house.ready(host), 120)
        self.stack.move(house)
        wait_for("the gateway", lambda: self.stack.call("GET", "/cases/v1/openapi.json").status == 200, 20)
        self.stack.tokens.clear()
        for who in ("coa", "amina"):
            self.stack.token(who)
            self.stack.tokens[who, None] = (self.stack.tokens[who, None][0], time.monotonic() + 550)

    def refuses(self):
        """What has no certificate of the house comes nowhere."""
        def curl(url, *more):
            return subprocess.run(["ip", "netns", "exec", name(EDGE), "curl", "-sk", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", *more, url],
                                  capture_output=True, text=True).stdout
        url, mine = f"https://{address(1)}:8443/cases/v1/openapi.json", f"{self.house.state}/{EDGE}/house"
        assert curl(url, "--cert", f"{mine}/certificate.pem", "--key", f"{mine}/key.pem") == "200", "a host of ours is refused"
        assert curl(url) == "400", "a service answers one who has no certificate"
        for port in (16379, 36379):
            said = subprocess.run(["sh", "-c", f"printf 'PING\\r\\n' | timeout 3 openssl s_client -quiet -connect {address(1)}:{port} 2>&1"],
                                  capture_output=True, text=True).stdout
            assert "PONG" not in said and "NOAUTH" not in said, f"Redis answers one who has no certificate at {port}"
        plain = subprocess.run(["psql", "-d", f"host={address(1)} user=wf_cases_service dbname=wayfare_cases sslmode=disable", "-c", "SELECT 1"],
                               capture_output=True, text=True, env={**os.environ, "PGPASSWORD": "x"}).stderr
        assert "no encryption" in plain or "rejects connection" in plain, plain

    def encrypted(self):
        """Every connection of our programs to PostgreSQL is, by the server's own word."""
        rows = self.stack.sql("cases", "SELECT count(*), count(*) FILTER (WHERE s.ssl) FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) "
                                       "WHERE a.usename LIKE 'wf\\_%' AND a.client_addr IS NOT NULL")[0]
        assert rows[0] == rows[1] and int(rows[0]) > 50, rows
        print(f"  {rows[0]} connections to PostgreSQL, all by TLS", flush=True)

    def journey(self, when):
        begun = time.monotonic()
        done = subprocess.run(["ip", "netns", "exec", name(EDGE), "/usr/bin/python3", f"{HERE}/walk.py", self.stack.state, str(self.house.hooks),
                               self.house.socket(self.house.primary)], capture_output=True, text=True, timeout=240,
                              env={**os.environ, "WAYFARE_STATE": self.stack.state, "WAYFARE_JOURNEY_PATIENCE": "60"})
        assert done.returncode == 0, f"the journey {when}:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        print(f"  journey {when}: green in {time.monotonic() - begun:.1f} s", flush=True)

    def stage(self, host, w, t):
        """Cuts a host off, does as an operator would, lets it come back."""
        house, sent = self.house, len(w.sent)
        primary, other = house.primary == host, 3 - host
        print(f"{name(host)} is cut off", flush=True)
        begun = time.monotonic()
        self.net.cut(host)
        if primary:
            house.promote(other)
        if host == GATEWAY:
            time.sleep(CUT_S)
        else:
            w.wait_for(50, 90)
            seen = t.seen[-1][1]
            wait_for("effects come again", lambda: t.seen[-1][1] > seen, 90)
            wait_for("all programs elsewhere are ready", lambda: house.ready(other) and house.ready(EDGE), 60)
            print(f"  everything else works again after {time.monotonic() - begun:.1f} s", flush=True)
            self.journey("meanwhile")
            wait_for("sentinels have put the other Redis in its place", lambda: house.redis_master(other) == other, 30)
        if primary:
            house.end(host, "postgres", signal.SIGQUIT)  # before it may come back: there is another by now
        self.net.join(host)
        joined = time.monotonic()
        if primary:
            house.follow(host, other)
        if host == GATEWAY:
            w.wait_for(50, 90)
        else:
            wait_for(f"all programs on {name(host)} are ready again", lambda: house.ready(host), 60)
        wait_for("the sentinels are whole again", house.redis_ready, 60)
        ended = time.monotonic()
        mine = w.sent[sent:]
        refused = {}
        for s in mine:
            if not s.ok:
                refused[f"{s.status} {s.code}"] = refused.get(f"{s.status} {s.code}", 0) + 1
        times = [begun] + sorted(s.at for s in mine if s.ok) + [ended]
        print(f"  cut off for {joined - begun:.1f} s, whole again {ended - joined:.1f} s later: {len(mine)} requests, refused {refused or 'none'}; "
              f"{max(b - a for a, b in zip(times, times[1:])):.1f} s without an acknowledged change, {t.outage(begun, ended):.1f} s without an effect",
              flush=True)

    @staticmethod
    def check(w):
        """Every acknowledged change is there, each that is there has one audit row; beside those of the journeys, which are not counted."""
        stored = w.stored()
        lost = [s.ref for s in w.good(Referral) if stored.get(s.ref, ("", ""))[0] != s.id]
        lost += [s.ref for s in w.good(Revocation) if stored.get(s.ref) != (s.made, "revoked")]
        assert not lost, f"{len(lost)} acknowledged changes are not there: {lost[:3]}"
        for action, ids in (("create", sorted(i for i, _ in stored.values())), ("revoke", sorted(i for i, status in stored.values() if status == "revoked"))):
            mine = set(ids)
            audits = [o for o in w.audited(action) if o in mine]
            assert audits == ids, f"{action}: {len(audits)} audit rows of {len(ids)} referrals"
        print(f"  {len(w.sent)} changes sent, {len(w.good())} acknowledged, none lost, none twice; refused {w.codes() or 'none'}", flush=True)

    def settle(self, w, t):
        w.end()
        self.check(w)
        known = w.repeat()
        self.check(w)
        print(f"  {known} of the unacknowledged had been stored", flush=True)
        t.check()
        wait_for("every event is confirmed", lambda: all(self.stack.sql(s, "SELECT count(*) FROM wf.delivery")[0][0] == "0" for s in SERVICES), 90)
        for service in SERVICES:
            left = self.stack.sql(service, "SELECT state, count(*) FROM wf.inbox WHERE state <> 'done' GROUP BY 1")
            assert not left, f"{service}: in the inbox {left}"
        assert not self.house.dead(), f"ended by themselves: {self.house.dead()}"
        faults = subprocess.run(["grep", "-rlE", '"kind":"bug"|Assertion', *(f"{self.house.state}/{n}/log" for n in range(1, 5))],
                                capture_output=True, text=True).stdout
        assert not faults, f"programs met a fault of their own: {faults}"

    def doctor(self):
        """wayfare-ctl finds the master through the sentinels, as programs do."""
        house = self.house
        done = subprocess.run(["ip", "netns", "exec", name(2), f"{BUILD}/services/ctl/wayfare-ctl", "doctor", "--db", f"host={house.socket(house.primary)} user=postgres",
                               "--redis", house.sentinels(), "--redis-password-file", f"{house.state}/redis", "--sentinel-password-file", f"{house.state}/sentinel"],
                              capture_output=True, text=True, timeout=60).stdout
        said = [line.strip() for line in done.splitlines() if "Redis" in line]
        assert sum("sentinel 127.0.1." in line and "OK 3 usable" in line for line in said) == 3 and any("has 1 replicas" in line for line in said), done
        print("  doctor: three sentinels agree, the master has its replica", flush=True)

    def go(self):
        self.refuses()
        self.journey("before")
        with Teller(self.stack) as t, Writers(self.stack, WRITERS) as w:
            w.wait_for(100, 60)
            self.encrypted()
            for host in (1, 2, GATEWAY):
                self.stage(host, w, t)
            self.journey("afterwards")
            t.__exit__()
            self.settle(w, t)
        self.doctor()


def main():
    ends_by(LIMIT_S)
    os.environ["PATH"] = "/usr/lib/postgresql/15/bin:" + os.environ["PATH"]
    stack, begun, good = Hosts(), time.monotonic(), False
    keep, house = "--keep" in sys.argv[1:], None
    try:
        stack.up()  # databases, keys, organisations and clients as a local stack has them
        stack.down(keep=True)
        house = House(stack, ROOT, BUILD)
        with Net(4, services=DATABASES) as net:
            run = Run(stack, house, net)
            try:
                run.start()
                print(f"three hosts and the edge, {len(house.processes)} processes, after {time.monotonic() - begun:.0f} s", flush=True)
                run.go()
                good = True
            except Exception:
                traceback.print_exc(file=sys.stdout)
            finally:
                house.end_all()
    finally:
        signal.alarm(0)
        stack.env.clear()
        stack.down(keep=keep)
        if keep:
            print(f"kept: {stack.state}")
    print(f"{'1 passed, 0' if good else '0 passed, 1'} failed ({time.monotonic() - begun:.0f} s)")
    return not good


if __name__ == "__main__":
    sys.exit(main())
