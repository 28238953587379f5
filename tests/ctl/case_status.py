"""case_status.py - status and doctor: all is well, then one thing after the other is broken and has to be named, with what to do."""
import contextlib
import glob
import json
import os
import shutil
import socketserver
import subprocess
import tempfile
import threading

from house import CTL, ROOT, wait_for

GONE = "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a43"
LATE = "now() - interval '1 hour'"


def words(house, command, **other):
    options = {"redis": f"unix:{house.run}/redis.sock", "run": house.run, "keys": os.path.join(house.state, "keys", "{{service}}"),
               "tls": os.path.join(house.state, "tls", "server.pem"), "source": ROOT, "contents": house.contents, **other}
    return [command, *([] if "db" in other else house.admin()), *(f"--{k}={v}" for k, v in options.items() if v)]


def looked(house, command="status", **other):
    """What is bad, as {what: todo}; the exit status has to fit."""
    try:
        said, status = house.ctl(*words(house, command, **other), "--json"), 0
    except AssertionError as e:
        assert "status 1" in str(e), e
        said, status = house.said[-1], 1
    found = json.JSONDecoder().raw_decode(said)[0]
    bad = {f"{f['area']}: {f['what']}": f["todo"] for f in found["findings"] if f["level"] == "bad"}
    assert found["ok"] == (not bad) == (status == 0), said
    assert all(bad.values()), f"nothing is said to do: {bad}"
    return bad


def names(house, word, command="status", **other):
    """It is told within some seconds, and nothing else that would hide it."""
    bad = wait_for(f"{command} tells of {word!r}", lambda: {k: v for k, v in looked(house, command, **other).items() if word in k})
    return next(iter(bad.values()))


def well(house, command="status"):
    wait_for(f"{command} has nothing to say", lambda: not looked(house, command))


@contextlib.contextmanager
def broken(house, service, wrong, right):
    house.sql(service, wrong)
    try:
        yield
    finally:
        house.sql(service, right)


def test_a_stack_that_is_well_says_so_on_one_screen(house):
    well(house)
    well(house, "doctor")
    for command in ("status", "doctor"):
        said = house.ctl(*words(house, command))
        assert "0 need a person" in said and "BAD" not in said, said
    assert len(house.ctl(*words(house, "status")).splitlines()) <= 50
    wrapper = subprocess.run([os.path.join(ROOT, "deploy/local/status")], env=house.environment,
                             capture_output=True, text=True, timeout=60)
    assert wrapper.returncode == 0 and "0 need a person" in wrapper.stdout, wrapper.stdout + wrapper.stderr


def test_status_names_the_program_that_is_down(house):
    house.supervisor("stop", "scheduler-travel")
    try:
        assert "start it" in names(house, "scheduler-travel does not answer")
        due = f"INSERT INTO wf.due (kind, key, org, due_at, data) VALUES ('x', '{GONE}', 'iom', {LATE}, '{{}}')"
        with broken(house, "travel", due, f"DELETE FROM wf.due WHERE key = '{GONE}'"):
            assert "scheduler-travel" in names(house, "travel: 1 due times have passed")
    finally:
        house.supervisor("start", "scheduler-travel")
    well(house)


FIGURES = """wayfare_ready{{part="queue"}} {queue}
wayfare_stack_high_water_bytes {stack}
wayfare_coroutines {coroutines}
wayfare_coroutines_max 2000
process_open_fds 900
process_max_fds 1024
wayfare_inbox_oldest_seconds{{state="retry"}} {retry}
wayfare_inbox_oldest_seconds{{state="waiting"}} 5000
"""


@contextlib.contextmanager
def program_that_tells(text):
    """A folder of sockets, with one program in it, cases, that answers whatever it is asked with this text."""
    class Answers(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + text.encode())

    folder = tempfile.mkdtemp(prefix="wf-run-", dir="/tmp")
    with socketserver.ThreadingUnixStreamServer(os.path.join(folder, "metrics-cases.sock"), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()
            shutil.rmtree(folder)


def test_status_judges_a_program_by_its_own_figures(house):
    def told(**figures):
        with program_that_tells(FIGURES.format(**figures)) as folder:
            return {k.partition(" is ")[0]: todo for k, todo in looked(house, run=folder).items() if k.startswith("cases: ")}

    assert told(queue=1, stack=131072, coroutines=3, retry=899) == {"cases: process_open_fds": "deploy/runbooks/files-many.md (WayfareFilesMany)"}
    assert told(queue=0, stack=131073, coroutines=1601, retry=901) == {
        "cases: process_open_fds": "deploy/runbooks/files-many.md (WayfareFilesMany)",
        'cases: wayfare_ready{part="queue"}': "deploy/runbooks/queue-away.md (WayfareQueueAway)",
        "cases: wayfare_stack_high_water_bytes": "deploy/runbooks/stack-deep.md (WayfareStackDeep)",
        "cases: wayfare_coroutines": "deploy/runbooks/coroutines-many.md (WayfareCoroutinesMany)",
        'cases: wayfare_inbox_oldest_seconds{state="retry"}': "deploy/runbooks/jobs-retrying.md (WayfareJobsRetrying)"}


def test_status_names_what_is_late_or_dead(house):
    row = f"""INSERT INTO wf.inbox (event_id, source, position, key, seq, on_dead, org, type, subject, event_at, data, state, attempts, received_at)
              VALUES ('{GONE}', 'cases', 1, '{GONE}', 1, 'skip', 'iom', 'cases.case.opened', '{GONE}', now(), '{{}}', 'dead', 9, now())"""
    with broken(house, "travel", row, f"DELETE FROM wf.inbox WHERE event_id = '{GONE}'"):
        assert "jobs" in names(house, "travel: inbox: 1 dead")
    outbox = f"""INSERT INTO wf.outbox (id, org, type, subject, data, trace, created_at) VALUES ('{GONE}', 'iom', 'x', '{GONE}', '{{}}', '', {LATE});
                 INSERT INTO wf.delivery (event_id, grp, key, seq, on_dead, published_at, epoch, next_at)
                 VALUES ('{GONE}', 'nobody', '{GONE}', 1, 'skip', now(), 0, now() + interval '1 hour')"""
    with broken(house, "diaspora", outbox, f"DELETE FROM wf.delivery WHERE event_id = '{GONE}'; DELETE FROM wf.outbox WHERE id = '{GONE}'"):
        assert "relay-diaspora" in names(house, "diaspora: outbox: 1 events on their way")
    waits = f"""SET session_replication_role = replica;
                INSERT INTO delivery_due (delivery_id, org, endpoint, subscription_id, subject, created_at, due_at, leased_until)
                VALUES ('{GONE}', 'coa', 'partner.example:443', '{GONE}', '{GONE}', {LATE}, {LATE}, now() + interval '1 hour')"""
    with broken(house, "notifications", waits, f"DELETE FROM delivery_due WHERE delivery_id = '{GONE}'"):
        assert "partner" in names(house, "webhooks: partner.example:443: 1 deliveries wait")
    with broken(house, "cases", f"INSERT INTO wf.restored (generation, backup_at) VALUES (1, {LATE})", "DELETE FROM wf.restored"):
        assert "reconcile" in names(house, "cases: closed since a restore")
    well(house)


def test_a_database_that_is_away_or_not_migrated_is_named(house):
    assert "--db" in names(house, "wayfare_cases", command="status", **{"db": "host=/nowhere user=postgres"})
    mark = "UPDATE schema_migrations SET name = '{}' WHERE name = '{}'"
    name, other = "common/0004_field_keys", "common/x"
    with broken(house, "identity", mark.format(other, name), mark.format(name, other)):
        assert "wayfare-ctl migrate --service identity" in names(house, f"1 migrations lack, the first is {name}")
    well(house)


def test_redis_its_policy_and_its_absence_are_named(house):
    cli = ["redis-cli", "-s", f"{house.run}/redis.sock", "CONFIG", "SET", "maxmemory-policy"]
    subprocess.run([*cli, "allkeys-lru"], check=True, capture_output=True, timeout=10)
    try:
        assert "noeviction" in names(house, "maxmemory-policy allkeys-lru")
        assert "noeviction" in names(house, "maxmemory-policy allkeys-lru", "doctor")
    finally:
        subprocess.run([*cli, "noeviction"], check=True, capture_output=True, timeout=10)
    there, nobody = f"unix:{house.run}/redis.sock", f"unix:{house.run}/nothing.sock"
    assert "start it" in names(house, "Redis: does not answer", redis=nobody)
    assert "start it" in names(house, "Redis 2: does not answer", redis=f"{there},{nobody}")
    assert "is --redis right" in names(house, "of one kind", redis=f"{there},localhost:6379")
    assert "is --redis right" in names(house, "of one kind", redis=f"{there},{there}")


def test_certificates_and_keys_are_named_when_they_are_old_open_or_lost(house):
    short = os.path.join(house.state, "short.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj", "/CN=short",
                    "-keyout", short + ".key", "-out", short], check=True, capture_output=True, timeout=30)
    assert "renew" in names(house, f"{short} is good for", tls=short)
    assert "PEM" in names(house, "or no certificate", tls=short + ".none")
    keys = os.path.join(house.state, "keys-copy")
    shutil.copytree(os.path.join(house.state, "keys"), keys)
    other = {"keys": os.path.join(keys, "{{service}}")}
    path = os.path.join(keys, "cases", "field-document.key")
    assert not looked(house, **other)
    os.chmod(path, 0o644)
    assert "chmod 600" in names(house, f"{path} can be read by others", "doctor", **other)
    os.chmod(path, 0o600)
    os.utime(path, (0, 0))
    assert "rotate" in names(house, "days old", **other)
    os.unlink(path)
    house.ctl("keys", "generate", "--service", "cases", "--dir", os.path.join(keys, "cases"), "--issuers", os.path.join(keys, "issuers"))
    assert "key-lost.md" in names(house, "the database is sealed with key", **other)


def test_the_folder_of_contents_is_named_when_the_programs_cannot_use_it(house):
    other = os.path.join(house.state, "contents-other")
    assert "0700" in names(house, f"{other} is not there", "doctor", contents=other)
    os.makedirs(os.path.join(other, "0a"), 0o700)
    os.chmod(other, 0o700)
    mine, here = os.getuid(), {"contents": other}
    assert not looked(house, "doctor", **here) and not looked(house, **here)
    os.chmod(other, 0o750)
    assert "chmod 700" in names(house, "is open to others (mode 750)", "doctor", **here)
    os.chmod(other, 0o500)
    assert "chmod 700" in names(house, "cannot be written by its owner", "doctor", **here)
    os.chmod(other, 0o700)
    os.rmdir(os.path.join(other, "0a"))
    os.symlink("/dev/shm", os.path.join(other, "0a"))
    assert "one file system" in names(house, f"{other}/0a is elsewhere", "doctor", **here)
    os.unlink(os.path.join(other, "0a"))
    if mine == 0:
        os.chown(other, 65534, 65534)
        assert "chown" in names(house, f"belongs to user 65534, and the programs of cases run as {mine}", "doctor", **here)
    assert "were not looked at" in house.ctl(*words(house, "doctor", keys=None)) and "the store was not looked at" in house.ctl(*words(house, "doctor", contents=None))
    begun = f"INSERT INTO stored_objects (object, org, state, since) VALUES ('{GONE}', 'iom', 'writing', {LATE} - interval '1 minute')"
    house.supervisor("stop", "cases-worker")
    try:
        with broken(house, "cases", begun, f"DELETE FROM stored_objects WHERE object = '{GONE}'"):
            assert "cases-worker" in names(house, "contents: 1 uploads were begun an hour ago")
    finally:
        house.supervisor("start", "cases-worker")
    well(house)


def test_doctor_names_roles_settings_and_clocks(house):
    with broken(house, "cases", "ALTER ROLE wf_cases_worker BYPASSRLS", "ALTER ROLE wf_cases_worker NOBYPASSRLS"):
        assert "NOBYPASSRLS" in names(house, "role wf_cases_worker passes by row-level security", "doctor")
    with broken(house, "cases", "ALTER TABLE persons NO FORCE ROW LEVEL SECURITY", "ALTER TABLE persons FORCE ROW LEVEL SECURITY"):
        assert "FORCE" in names(house, "row-level security is off on persons", "doctor")
    system = "ALTER SYSTEM {} log_parameter_max_length_on_error{}"
    house.sql("cases", system.format("SET", " = '1kB'"))
    try:
        house.sql("cases", "SELECT pg_reload_conf()")
        assert "set it to 0" in names(house, "log_parameter_max_length_on_error = 1kB: personal data", "doctor")
    finally:
        house.sql("cases", system.format("RESET", ""))
        house.sql("cases", "SELECT pg_reload_conf()")
    well(house, "doctor")
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert library, "libfaketime is missing: tests/packages"
    # without Redis: redis-cli hangs under libfaketime
    done = subprocess.run([CTL, *words(house, "doctor", redis=None), "--json"], capture_output=True, text=True, timeout=30,
                          env={**os.environ, "LD_PRELOAD": library[0], "FAKETIME": "-3h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    assert done.returncode == 1 and "set the clocks by NTP" in done.stdout, done.stdout + done.stderr
