"""Services: killed, drained, and two callers who want the same rows."""
import os
import subprocess
import threading
import time

from load import CASES, Direct, Referral, Writers, readers_of, refer
from programs import wait_for

def psql(stack, *options):
    """A session of the superuser in the database of cases, to be told what to do by its standard input."""
    return subprocess.Popen(["psql", "-XAtq", "-h", f"{stack.run}/pg", "-U", "postgres", "-d", "wayfare_cases", *options], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def say(session, words):
    """Its first line of answer."""
    session.stdin.write(words + "\n")
    session.stdin.flush()
    return session.stdout.readline().strip()


def test_a_service_killed_under_load_loses_nothing_acknowledged(stack, programs, full):
    kills = 30 if full else 3
    programs.stop("relay-cases")
    try:
        with Writers(stack, 6) as w:
            w.wait_for(20)
            for n in range(kills):
                name = programs.processes("cases")[n % 2]
                was = programs.kill(name)
                wait_for(f"{name} is started again", lambda: programs.pid(name) not in (0, was))
                programs.wait_ready(name)
                w.wait_for(20)
        w.check()
        refused = len(w.refused())
        known = w.repeat()
        w.check()
        print(f"  {kills} kills; of {refused} unacknowledged {known} had been stored; repeated, each is there once")
    finally:
        programs.start("relay-cases")


def test_what_a_draining_process_has_accepted_is_answered(stack, programs, full):
    """Past the gateway: on kept connections and new ones, until nobody listens any more."""
    token, path = stack.token("coa"), readers_of(stack, 1)[0][1]
    sent, answered, faults = [0], [0], []
    gone = threading.Event()

    def call():
        while not gone.is_set():
            try:
                direct = Direct(stack, "cases-2", token)
            except OSError:
                return  # not accepted: nobody listens
            on = True
            while on:
                sent[0] += 1
                try:
                    status, on = direct.get(path)
                    answered[0] += 1
                    if status != 200:
                        faults.append(status)
                except (OSError, ValueError) as broken:
                    faults.append(repr(broken))
                    on = False
            direct.close()

    was = programs.pid("cases-2")
    threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]  # no lock: each adds to the counts by one bytecode at a time
    for t in threads:
        t.start()
    time.sleep(1)
    rpc = programs.rpc()
    rpc.stopProcess("cases-2", False)
    wait_for("it has drained", lambda: programs.pid("cases-2") == 0, 40)
    gone.set()
    for t in threads:
        t.join(30)
    programs.start("cases-2")
    programs.wait_ready("cases-2")
    assert not faults, f"{len(faults)} accepted requests failed: {faults[:3]}"
    assert programs.pid("cases-2") != was
    print(f"  {answered[0]} answers to accepted requests, none failed")


def test_batches_in_opposite_order_do_not_end_each_other(stack, programs, full):
    rounds = 20 if full else 4

    def deadlocks():
        return int(stack.sql("cases", "SELECT deadlocks FROM pg_stat_database WHERE datname = 'wayfare_cases'")[0][0])

    def at_once(*calls):
        got = [None] * len(calls)

        def run(i):
            got[i] = calls[i]()

        threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(calls))]
        for t in threads:
            t.start()
        for t in threads:
            t.join(60)
        return got

    def post(who, path, body):
        return lambda: stack.call("POST", f"{CASES}/referrals/{path}", who=who, body=body, headers={"Idempotency-Key": os.urandom(8).hex()})

    before, sent, accepted = deadlocks(), 0, 0
    stack.token("coa"), stack.token("amina")
    for _ in range(rounds):
        run = os.urandom(5).hex()
        bodies = [Referral(run, n).body for n in range(20)]
        answers = at_once(post("coa", "_batch", {"items": bodies}), post("coa", "_batch", {"items": bodies[::-1]}))
        assert [a.status for a in answers] == [200, 200], [a.raw[:300] for a in answers]
        first, second = ({i["externalRef"]: i for i in a.json["items"]} for a in answers)
        assert {r: i["id"] for r, i in first.items()} == {r: i["id"] for r, i in second.items()} and len(first) == 20
        assert sorted(i["status"] for a in answers for i in a.json["items"]) == [200] * 20 + [201] * 20
        sent += 20
        seen = {i["id"]: i["updatedAt"] for i in stack.call("GET", f"{CASES}/referrals?limit=50", who="amina").json["items"]}
        items = [{"referralId": i["id"], "updatedAt": seen[i["id"]]} for i in first.values()]
        answers = at_once(post("amina", "_accept", {"items": items}), post("amina", "_accept", {"items": items[::-1]}))
        assert [a.status for a in answers] == [200, 200], [a.raw[:300] for a in answers]
        assert sorted(i["status"] for a in answers for i in a.json["items"]) == [200] * 20 + [409] * 20
        accepted += 20
    time.sleep(1.1)  # the statistics are written once a second
    assert deadlocks() == before, f"{deadlocks() - before} deadlocks"
    print(f"  {sent} referrals sent and {accepted} accepted by two batches each in opposite order, no deadlock")


def test_whom_a_deadlock_ends_is_served_all_the_same(stack, programs, full):
    """Another session takes the same two rows in the other order, so that PostgreSQL must end one of the two."""

    def deadlocks():
        return int(stack.sql("cases", "SELECT deadlocks FROM pg_stat_database WHERE datname = 'wayfare_cases'")[0][0])

    waits_for_us = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"

    def crossed():
        """Whether the two stood in each other's way, and not one behind the other."""
        first, second = sorted((refer(stack) for _ in range(2)), key=lambda s: s.id)
        seen = {i["id"]: i["updatedAt"] for i in stack.call("GET", f"{CASES}/referrals?limit=50", who="amina").json["items"]}
        session, before = psql(stack), deadlocks()
        # It looks for a deadlock itself only much later than the service's session does, once, a second after that began to wait.
        assert say(session, f"SET deadlock_timeout = '20s'; BEGIN; SELECT 'held' FROM referrals WHERE id = '{second.id}' FOR UPDATE;") == "held"
        session.stdin.write(f"DO $$ BEGIN FOR i IN 1..2000 LOOP EXIT WHEN EXISTS ({waits_for_us}); PERFORM pg_sleep(0.01); END LOOP; END $$;\n"
                            f"SELECT 'both' FROM referrals WHERE id = '{first.id}' FOR UPDATE;\nROLLBACK;\n")
        session.stdin.close()
        items = [{"referralId": s.id, "updatedAt": seen[s.id]} for s in (first, second)]
        got = stack.call("POST", f"{CASES}/referrals/_accept", who="amina", body={"items": items}, headers={"Idempotency-Key": os.urandom(8).hex()})
        told = session.stdout.read().strip()
        session.wait(20)
        try:
            wait_for("the deadlock is counted", lambda: deadlocks() > before, 5)
        except AssertionError:
            return False
        assert told == "both", told
        assert got.status == 200 and [i["status"] for i in got.json["items"]] == [200, 200], got.raw[:500]
        return True

    # Where the machine gave the other session no turn within that second, there was no deadlock.
    assert any(crossed() for _ in range(5)), "no deadlock came about"
    print("  ended once by PostgreSQL, served by the second attempt")
