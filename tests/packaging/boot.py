"""boot.py - the units of systemd as systemd runs them. What is looked at, in this order: each begins where the one before ended."""
import atexit
import glob
import json
import os
import re
import shutil
import time

from checks import ROOT, read, run
from debian import Debian, newer, package, skip
from ending import ends_by
from installed import folder, services
from machine import Machine, wait_for
from processes import children
from walker import PARTNER, Walker, demo

LIMIT_S = 3600
GATEWAY, HOOKS, MAIL = "http://127.0.0.1:8180", 8443, 2525
MORE = ("systemd-sysv", "dbus", "postgresql-15", "redis-server", "nginx-light", "openssl", "curl", "python3", "python3-aiosmtpd", "iproute2", "procps")
# demo.sh with what the README has made; in production there are no keys of a demonstration.
DEMO = """set -eu
umask 077
STATE=/root/demo CTL=ctl DEMO_HOST=/run/postgresql PYTHON=python3
mkdir -p $STATE/log $STATE/clients
ln -sfn /etc/wayfare/secrets $STATE/secrets
export WAYFARE_KEYS=/var/lib/wayfare/keys/identity
ctl() { [ "$1" = keys ] || wayfare-ctl "$@"; }
die() { cat $STATE/log/demo.log >&2; exit 1; }
"""

ends_by(LIMIT_S)
PACKAGE = package()
DEBIAN = Debian(PACKAGE, MORE)
DEBIAN.install(PACKAGE)
SYSTEM = Machine(DEBIAN.root, f"wf-boot-{os.getpid()}")
atexit.register(SYSTEM.stop)
atexit.register(lambda: os.path.exists(f"{DEBIAN.root}.console") and os.unlink(f"{DEBIAN.root}.console"))
WALKER = Walker(folder("walker"))
try:
    SYSTEM.start()
except AssertionError as e:
    SYSTEM.stop()
    skip(f"systemd cannot start here: {e}")


def units():
    """Those that the target wants, and that run for as long as it does."""
    wanted = SYSTEM("systemctl", "show", "-P", "Wants", "wayfare.target").split()
    return sorted(name for name in wanted if name.endswith(".service"))


def shown(name, *properties):
    lines = SYSTEM("systemctl", "show", *(w for p in properties for w in ("-p", p)), name).splitlines()
    return dict(line.split("=", 1) for line in lines)


def pids():
    return {name: int(shown(name, "MainPID")["MainPID"]) for name in units()}


def settled():
    """Every unit runs, and every service has its database."""
    ill = [name for name in units() if SYSTEM.run("systemctl", "is-active", name).stdout.strip() != "active"]
    return not ill and all(SYSTEM.run("curl", "-sf", "-o", "/dev/null", "--unix-socket", f"/run/wayfare/metrics-{s}.sock", "http://x/health/ready").returncode == 0
                           for s in services())


def well():
    try:
        wait_for("all runs", settled)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{SYSTEM('systemctl', '--no-pager', '--failed')}\n{said()[-4000:]}") from e
    failed = SYSTEM("systemctl", "--failed", "--no-legend", "--plain", "--no-pager")
    assert not failed, f"{failed}\n{said()[-4000:]}"


def said(*options):
    return SYSTEM("journalctl", "--no-pager", "-o", "cat", "-u", "wayfare*", *options)


def journey(story="journey"):
    WALKER.walk(story, GATEWAY, HOOKS, SYSTEM.path("/root/mail"), SYSTEM.within("-n"))


def test_by_the_lines_of_the_readme_it_runs():
    lines = re.search(r"^```sh\n(.*?)^```", read("deploy/systemd/README.md"), re.M | re.S).group(1)
    SYSTEM("bash", "-eu", text=lines)
    well()
    loud = [line for line in said().splitlines() if re.search(r'"level":"(warn|error)"|\[(warn|error|emerg)\]', line)
            and "revocation feed is away" not in line]  # all start at once, identity too
    assert not loud, "\n".join(loud[:10])


def test_the_gateway_answers_for_every_service():
    for service in services():
        answer = json.loads(SYSTEM("curl", "-sf", f"{GATEWAY}/{service}/v1/openapi.json"))
        assert answer["servers"][0]["url"] == f"/{service}/v1"


def test_a_program_may_do_little():
    for name, pid in pids().items():
        if name == "wayfare-gateway.service":
            continue
        inside = next(p for p in descendants(SYSTEM.first) if ns_pid(p) == pid)
        with open(f"/proc/{inside}/status", encoding="utf-8") as f:
            s = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
        assert s["CapEff"] == s["CapBnd"] == s["CapAmb"] == "0" * 16 and s["NoNewPrivs"] == "1" and s["Seccomp"] == "2", f"{name}: {s}"
        seen = os.listdir(f"/proc/{inside}/root/var/lib/wayfare/keys")
        owner = re.search(r"(identity|cases|travel|diaspora|notifications)", name)
        assert seen == [owner.group(1) if owner else "notifications"], f"{name} sees the keys of {seen}"
        assert not os.listdir(f"/proc/{inside}/root/etc/wayfare/secrets"), f"{name} sees the passwords"


def descendants(pid):
    for child in children(pid):
        yield child
        yield from descendants(child)


def ns_pid(pid):
    """What the machine itself calls this process."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return int(next(line.split()[2] for line in f if line.startswith("NSpid:")))
    except (OSError, StopIteration, IndexError):
        return 0


def test_the_journeys_pass():
    WALKER.prepare()
    for name, what in WALKER.profile().items():
        with open(SYSTEM.path(f"/var/lib/wayfare/issuers/{name}"), "w", encoding="utf-8") as f:
            json.dump(what, f)
        os.chmod(f.name, 0o644)
    shutil.copy(WALKER.authority(), SYSTEM.path("/etc/wayfare/partner.pem"))
    os.chmod(SYSTEM.path("/etc/wayfare/partner.pem"), 0o644)
    # The partner's address is not a public one: only in development are such called.
    for name in ("notifications", "webhooks"):
        with open(SYSTEM.path(f"/etc/wayfare/{name}.env"), "w", encoding="ascii") as f:
            f.write(f"WAYFARE_MODE=development\nWAYFARE_OUTCALL_ALLOW={PARTNER}:{HOOKS}\nWAYFARE_CA_FILE=/etc/wayfare/partner.pem\n")
    with open(SYSTEM.path("/etc/wayfare/sender.env"), "a", encoding="ascii") as f:
        f.write(f"WAYFARE_SMTP=smtp://127.0.0.1:{MAIL}\n")
    shutil.copy(os.path.join(ROOT, "deploy/local/smtp-sink.py"), SYSTEM.path("/root"))
    network()
    SYSTEM("systemctl", "restart", "wayfare.target")
    well()
    WALKER.meets(SYSTEM("bash", text=DEMO + demo() + '\ncat "$STATE"/clients/*.json\n'),
                 SYSTEM("wayfare-ctl", "users", "list", "--db", "host=/run/postgresql user=wf_identity_owner dbname=wayfare_identity",
                        "--db-password-file", "/etc/wayfare/secrets/wf_identity_owner"))
    for story in ("journey", "journey_voorwerk", "journey_diaspora"):
        journey(story)


def network():
    """The partner's address, and a mail server, for as long as the machine runs."""
    SYSTEM("ip", "address", "add", f"{PARTNER}/32", "dev", "lo")
    SYSTEM("systemd-run", "--quiet", "--unit=sink", "python3", "/root/smtp-sink.py", str(MAIL), "/root/mail")


def test_a_killed_program_comes_back():
    names = ("wayfare-cases.service", "wayfare-notifications.service", "wayfare-relay@cases.service", "wayfare-travel-worker.service", "wayfare-gateway.service")
    before = pids()
    SYSTEM("systemctl", "kill", "--signal=KILL", *names)
    wait_for("each runs again", lambda: all(pids()[name] not in (0, before[name]) for name in names))
    well()
    journey()


def test_a_backup_harms_nobody_and_has_what_was_uploaded():
    uploaded = len(glob.glob(SYSTEM.path("/var/lib/wayfare/contents/*/*")))
    for _ in range(2):
        SYSTEM("systemctl", "start", "wayfare-backup.service")
        time.sleep(1.1)  # they are named by the second
    made = sorted(glob.glob(SYSTEM.path("/var/lib/wayfare-backup/2*Z")))
    assert len(made) == 2 and all(os.path.isfile(f"{m}/SHA256SUMS") and os.path.isdir(f"{m}/base") for m in made), made
    for m in made:
        with open(f"{m}/contents.sha256", encoding="ascii") as f:
            assert len(f.readlines()) == uploaded > 0
    SYSTEM("systemctl", "start", "wayfare-audit.service")
    # A parallel query, which needs the memory that PostgreSQL's processes share.
    SYSTEM("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "psql", "-qd", "wayfare_cases", "-c",
           "SET force_parallel_mode = on; SELECT count(*) FROM pg_class")
    well()
    journey()


def test_programs_outlive_postgresql_and_redis():
    before = pids()
    SYSTEM("systemctl", "restart", "postgresql", "redis-server")
    well()
    assert pids() == before
    journey()


def test_stopped_it_ends_in_order_and_waits_for_postgresql():
    SYSTEM("systemctl", "stop", "wayfare.target")  # does not wait for what is part of it
    wait_for("all has ended", lambda: all(shown(name, "ActiveState")["ActiveState"] in ("inactive", "failed") for name in units()))
    results = {name: shown(name, "Result")["Result"] for name in units()}
    assert set(results.values()) == {"success"}, results
    SYSTEM("systemctl", "stop", "postgresql@15-main")
    SYSTEM("systemctl", "start", "--no-block", "wayfare.target")
    wait_for("migrations wait", lambda: "waiting for PostgreSQL" in SYSTEM("journalctl", "--no-pager", "-o", "cat", "-u", "wayfare-migrate", "-n", "3"))
    SYSTEM("systemctl", "start", "postgresql@15-main")
    well()


def test_a_further_process_of_a_service():
    SYSTEM("systemctl", "start", "wayfare-cases@2")
    wait_for("it is ready", lambda: SYSTEM.run("curl", "-sf", "-o", "/dev/null", "--unix-socket", "/run/wayfare/metrics-cases-2.sock", "http://x/health/ready").returncode == 0)
    SYSTEM("systemctl", "stop", "wayfare-cases@2")
    assert shown("wayfare-cases@2", "Result")["Result"] == "success"


def test_an_upgrade_restarts_what_runs():
    before = pids()
    shutil.copy(newer(PACKAGE), SYSTEM.path("/root/next.deb"))
    SYSTEM("dpkg", "-i", "--force-confold", "/root/next.deb")
    well()
    after = pids()
    assert all(after[name] not in (0, before[name]) for name in before), (before, after)
    journey()


def test_started_anew_the_machine_has_all_of_it():
    SYSTEM.stop()
    SYSTEM.start()
    well()
    network()
    timers = SYSTEM("systemctl", "list-timers", "--no-legend", "--no-pager")
    assert "wayfare-backup.timer" in timers and "wayfare-audit.timer" in timers, timers
    journey()


def test_no_program_met_a_fault_of_its_own():
    text = said()
    assert '"kind":"bug"' not in text and "Assertion" not in text and "dumped core" not in text, [l for l in text.splitlines() if "bug" in l or "core" in l][:5]


def test_removed_nothing_of_it_runs():
    SYSTEM("dpkg", "-r", "wayfare")
    assert not SYSTEM.run("pgrep", "-f", "^/usr/bin/wayfare-").stdout
    assert not SYSTEM("systemctl", "list-units", "--failed", "--no-legend", "--plain", "--no-pager", "wayfare*")


run(globals())
