"""Lists from a standby: one that follows, one that is behind, one that is killed."""
import http.client
import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from case_postgres import psql
from case_standby import Standby
from load import CASES, refer
from programs import wait_for
from stack import BUILD


def metrics(stack, name):
    """Samples of a program: {"name{labels}": value}."""
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(f"{stack.run}/metrics-{name}.sock")
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    return {k: float(v) for k, v in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.M)}


def exported(stack, host, until):
    """The processing log as an operator takes it from there, and whether the chain is whole there."""
    key = os.path.join(stack.state, "pseudonyms")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
        f.write("p" * 32)
    where = ["--db", f"host={host} dbname=wayfare_cases user=wf_cases_worker", "--db-password-file", f"{stack.state}/secrets/wf_cases_worker"]
    said = []
    for words in (["audit", "export", "--from", "2020-01-01T00:00:00Z", "--to", until, "--pseudonym-key", key], ["audit", "verify"]):
        done = subprocess.run([os.path.join(BUILD, "services/ctl/wayfare-ctl"), *words, *where], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout)
    return said[0]


def ended_under_it(stack, standby, one):
    """What a list gives whose connection to the standby ends while it waits there for a lock, which is then let go."""
    lock = subprocess.Popen(["psql", "-XAtq", "-h", standby.first, "-U", "postgres", "-d", "wayfare_cases"], stdin=subprocess.PIPE, text=True)
    where = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'wf_cases_service'"
    try:
        lock.stdin.write("BEGIN; LOCK TABLE referrals IN ACCESS EXCLUSIVE MODE;\n")
        lock.stdin.flush()
        held = "SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted)"
        wait_for("the lock", lambda: psql(standby.first, held) == "t")
        psql(standby.first, "SELECT pg_switch_wal()")
        wait_for("the standby has the lock", lambda: psql(standby.host, held) == "t")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(stack.call, "GET", f"{CASES}/referrals?externalRef={one.ref}", who="coa")
            wait_for("the list waits there", lambda: psql(standby.host, f"SELECT count(*) {where}") != "0")
            psql(standby.host, f"SELECT pg_terminate_backend(pid) {where}")
            wait_for("the list waits at the primary", lambda: psql(standby.first, f"SELECT count(*) {where}") != "0")
            lock.stdin.write("ROLLBACK;\n")
            lock.stdin.flush()
            a = answer.result(30)
    finally:
        lock.stdin.close()
        lock.wait(10)
    assert a.status == 200, a.raw
    return [r["id"] for r in a.json["items"]]


def test_a_list_from_a_standby_shows_all_that_was_saved_before_it_was_asked_for(stack, programs):
    processes = programs.processes("cases")
    programs.stop("relay-cases")
    standby = Standby(stack)

    def total(name, label):
        return sum(metrics(stack, p)[f'wayfare_db_{name}{{{label}}}'] for p in processes)

    def asked(outcome):
        return total("standby_total", f'outcome="{outcome}"')

    def listed(referral):
        """How often it was shown in a list; those of a former case may still be on their way into the trail."""
        return int(stack.sql("cases", f"SELECT count(*) FROM wf.audit WHERE operation = 'listReferrals' AND action = 'list' AND '{referral}' = ANY (objects)")[0][0])

    def saved_is_listed(times):
        """Each referral, as soon as it is answered, is in the list; each list is in the primary's audit when it is answered."""
        for _ in range(times):
            one = refer(stack)
            a = stack.call("GET", f"{CASES}/referrals?externalRef={one.ref}", who="coa")
            assert a.status == 200 and [r["id"] for r in a.json["items"]] == [one.id], a.raw
            wait_for("the list is in the audit trail", lambda: listed(one.id) == 1)

    try:
        saved_is_listed(3)
        assert asked("taken") == 0
        standby.start()
        for p in processes:
            wait_for(f"{p} finds the standby", lambda: metrics(stack, p)['wayfare_db_connections{lane="standby"}'] >= 1)
        saved_is_listed(20)
        print(f"  of 20 lists the standby gave {asked('taken'):.0f}, {asked('behind'):.0f} times it was behind")
        quiet = refer(stack)
        position = psql(standby.first, "SELECT pg_current_wal_insert_lsn()")
        wait_for("the standby has it", lambda: psql(standby.host, f"SELECT pg_last_wal_replay_lsn() >= '{position}'") == "t")
        taken = asked("taken")
        wait_for("a list from the standby", lambda: stack.call("GET", f"{CASES}/referrals?externalRef={quiet.ref}", who="coa").json["items"][0]["id"] == quiet.id
                 and asked("taken") > taken)

        failed = asked("failed")
        assert ended_under_it(stack, standby, quiet) == [quiet.id]
        assert asked("failed") > failed

        until = stack.sql("cases", "SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM wf.audit")[0][0]
        wait_for("the standby has the same log", lambda: exported(stack, standby.host, until) == exported(stack, standby.first, until) != "")

        psql(standby.host, "SELECT pg_wal_replay_pause()")
        wait_for("it stands still", lambda: psql(standby.host, "SELECT pg_get_wal_replay_pause_state()") == "paused")
        behind = asked("behind")
        saved_is_listed(5)
        assert asked("behind") > behind
        psql(standby.host, "SELECT pg_wal_replay_resume()")

        psql(standby.first, "ALTER SYSTEM RESET synchronous_standby_names")
        psql(standby.first, "SELECT pg_reload_conf()")
        wait_for("commits do not wait for it", lambda: psql(standby.first, "SHOW synchronous_standby_names") == "")
        standby.process.send_signal(signal.SIGQUIT)
        standby.process.wait(40)
        saved_is_listed(5)
    finally:
        psql(standby.first, "ALTER SYSTEM RESET synchronous_standby_names")
        psql(standby.first, "SELECT pg_reload_conf()")
        standby.end()
        programs.start("relay-cases")
