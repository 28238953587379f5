#!/usr/bin/python3
"""Outbox to inbox with real PostgreSQL and Redis: nothing is lost, every effect comes once and in the order of its key.

run.py [TEST…]: test functions by name (without test_). Ends with "N passed, N failed".
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import traceback

from parts import BUILD, PATIENCE, Parts, psql, wait_for
from things import MADE, PASSED, came, new, replay, things_of, wait_confirmed, wait_effects


def wayfare_ctl(service, *words):
    return subprocess.run([os.path.join(BUILD, "services/ctl/wayfare-ctl"), *words, f"--db=host={os.environ['PGHOST']} dbname=wayfare_{service} user=wf_{service}_worker"],
                          capture_output=True, text=True, timeout=60)


def message(thing, seq, kind=MADE, **other):
    return json.dumps({"id": new(), "type": kind, "source": "maker", "subject": thing, "key": thing, "org": "iom",
                       "time": "2026-01-01T00:00:00Z", "seq": seq, "position": 1, "confirmedBelow": 0, "publication": 1,
                       "onDead": "hold", "trace": "", "data": {"thing": thing, "n": seq, "mode": "ok"}, **other})


def test_every_event_has_its_effect_once_and_in_order(parts):
    things = things_of(keys=10, each=20)
    parts.make(things)
    wait_effects(parts, things)
    came(parts, things)
    wait_confirmed(parts)
    ids = ", ".join(f"'{t[0]}'" for t in things)
    kept = parts.count("maker", "wf.sent AS s JOIN wf.outbox AS o ON o.id = s.event_id", f"o.subject IN ({ids})")
    assert kept == len(things), f"{kept} of {len(things)} confirmed events are in the journal"
    for stream in ("events:keeper", "ack:maker"):
        wait_for(f"{stream} is empty", lambda: parts.redis.cli("XLEN", stream) == "0")


def test_an_effect_follows_its_commit_quickly(parts):
    """Not a measurement: only that a poke wakes the relay and no step waits for a tick."""
    took = []
    while len(took) < 20 and min(took, default=1) >= 0.15:
        thing = (new(), new(), 1, MADE, "ok", "iom")
        parts.make([thing])
        wait_effects(parts, [thing])
        made = psql("wayfare_keeper", f"""SELECT extract(epoch FROM e.at - i.event_at) FROM effects e
                                           JOIN wf.inbox i ON i.subject = e.thing WHERE e.thing = '{thing[0]}'""")
        took.append(float(made[0][0]))
    assert min(took) < 0.15 * PATIENCE, f"{min(took):.3f} s at best"


def test_a_failed_effect_leaves_nothing_and_comes_later_with_those_behind_it(parts):
    for mode in ("gated", "broken", "cut"):
        key = new()
        first = (new(), key, 1, MADE, mode, "iom")
        rest = [(new(), key, n, MADE, "ok", "iom") for n in (2, 3)]
        other = (new(), new(), 1, MADE, "ok", "coa")
        parts.make([first, *rest, other])
        wait_effects(parts, [other])
        wait_for("a second attempt", lambda: (parts.state_of(first[0]) or ("", 0))[1] >= 2)
        assert parts.count("keeper", "effects", f"key = '{key}'") == 0, mode
        parts.allow(first[0])
        wait_for("retry or death", lambda: parts.state_of(first[0])[0] in ("done", "dead"))
        if parts.state_of(first[0])[0] == "dead":  # the third attempt was before the permission
            replay(first[0])
        wait_effects(parts, [first, *rest])
        came(parts, [first, *rest])


def test_a_dead_job_holds_its_key_until_it_is_replayed(parts):
    key = new()
    first = (new(), key, 1, MADE, "gated", "iom")
    second = (new(), key, 2, MADE, "ok", "iom")
    parts.make([first, second])
    wait_for("the first is dead", lambda: (parts.state_of(first[0]) or ("",))[0] == "dead")
    wait_for("the second waits", lambda: (parts.state_of(second[0]) or ("",))[0] == "waiting")
    state, attempts, error = parts.state_of(first[0])
    assert attempts == 3 and error.startswith("keeper.gated"), (attempts, error)
    assert '"inbox.dead"' in parts.log("keeper")
    wait_confirmed(parts)  # dead or not, the producer is told
    parts.allow(first[0])
    replay(first[0])
    wait_effects(parts, [first, second])
    came(parts, [first, second])


def test_a_dead_job_that_may_be_skipped_holds_nobody(parts):
    key = new()
    first = (new(), key, 1, PASSED, "gated", "iom")
    second = (new(), key, 2, PASSED, "ok", "iom")
    parts.make([first, second])
    wait_effects(parts, [second])
    assert parts.state_of(first[0])[0] == "dead"
    came(parts, [second])


def test_what_a_worker_did_not_know_is_done_by_one_that_does(parts):
    key, other = new(), new()
    unknown = (new(), key, 1, MADE, "gated", "iom")
    behind = (new(), key, 2, MADE, "ok", "iom")
    refused = (new(), other, 1, MADE, "gated", "iom")
    parts.make([unknown, behind, refused])
    for thing in (unknown, refused):
        wait_for("it is dead", lambda: (parts.state_of(thing[0]) or ("",))[0] == "dead")
        parts.allow(thing[0])
    wait_for("the second waits", lambda: (parts.state_of(behind[0]) or ("",))[0] == "waiting")
    psql("wayfare_keeper", f"UPDATE wf.inbox SET error = 'inbox.type: No handler for this type of event.' WHERE subject = '{unknown[0]}'")
    wait_effects(parts, [unknown, behind])
    came(parts, [unknown, behind])
    assert parts.state_of(refused[0])[0] == "dead"  # what it does not do is for a human
    replay(refused[0])
    wait_effects(parts, [refused])


def test_a_job_that_kills_the_worker_ends_dead_and_others_go_on(parts):
    bomb = (new(), new(), 1, MADE, "crash", "iom")
    things = things_of(keys=3, each=5)
    parts.make([bomb, *things])

    def dead():
        parts.revive()
        return (parts.state_of(bomb[0]) or ("",))[0] == "dead"

    wait_for("the bomb is dead", dead, 20)
    state, attempts, error = parts.state_of(bomb[0])
    assert attempts <= 4 and error.startswith("inbox.died"), (attempts, error)
    parts.revive()
    wait_effects(parts, things)
    came(parts, things)
    assert parts.count("keeper", "effects", f"thing = '{bomb[0]}'") == 0


def test_duplicates_and_strangers_in_the_stream_do_no_harm(parts):
    thing, odd = new(), new()
    copy = message(thing, 1)
    unknown = json.loads(message(odd, 1, "maker.thing.unheardOf"))
    for body in (copy, copy, "{", '{"id": 1}', json.dumps(unknown), copy):
        parts.redis.cli("XADD", "events:keeper", "*", "b", body)
    wait_for("the stranger is kept", lambda: (parts.state_of(odd) or ("",))[0] == "dead")
    assert parts.state_of(odd)[2].startswith("inbox.type")
    wait_for("all read", lambda: parts.redis.cli("XLEN", "events:keeper") == "0")
    wait_effects(parts, [(thing,)])
    assert parts.count("keeper", "effects", f"thing = '{thing}'") == 1
    bad = json.loads(message(new(), 1))
    bad["data"]["n"] = "one"
    parts.redis.cli("XADD", "events:keeper", "*", "b", json.dumps(bad))
    wait_for("data of another type is dead", lambda: (parts.state_of(bad["subject"]) or ("",))[0] == "dead")
    assert parts.state_of(bad["subject"])[2].startswith("event.data")


def test_a_transaction_with_an_event_that_is_not_in_the_catalogue_fails(parts):
    bad = (new(), new(), 1, "maker.thing.unheardOf", "ok", "iom")
    parts.make([bad])
    wait_for("the fault is logged", lambda: "event.type" in parts.log("maker"))
    assert parts.count("maker", "made", f"thing = '{bad[0]}'") == 0
    psql("wayfare_maker", "DELETE FROM todo")


def test_what_is_due_becomes_an_event_once(parts):
    now, later, wrong = new(), new(), new()

    def due(kind, key, when):
        psql("wayfare_maker", f"""BEGIN; SELECT set_config('wf.org', 'coa', true);
              INSERT INTO wf.due (kind, key, org, due_at, data)
              VALUES ('{kind}', '{key}', 'coa', now() + '{when}', '{{"thing": "{key}"}}'); COMMIT""", "wf_maker_service")

    due("later", later, "1 hour")
    due("unheardOf", wrong, "-1 hour")
    due("later", now, "-1 s")
    wait_effects(parts, [(now,)])
    assert [e[3] for e in parts.effects() if e[0] == now] == ["coa"]
    wait_for("the odd one is put off", lambda: parts.count("maker", "wf.due", f"key = '{wrong}' AND due_at > now()") == 1)
    assert parts.count("maker", "wf.due", f"key = '{later}'") == 1
    assert parts.count("keeper", "effects", f"thing = '{later}'") == 0


def test_without_redis_the_outbox_grows_and_then_empties(parts):
    parts.redis.kill()
    things = things_of(keys=4, each=5)
    parts.make(things)
    wait_for("all made", lambda: parts.count("maker", "todo") == 0)
    assert parts.count("maker", "wf.delivery") >= 20
    wait_for("the relay says that it is not ready", lambda: parts.http("relay", "/health/ready")[0] == 503)
    parts.redis.start()
    wait_effects(parts, things, 20)
    came(parts, things)
    wait_for("ready again", lambda: parts.http("relay", "/health/ready")[0] == 200)


def test_without_postgres_the_consumer_waits_and_loses_nothing(parts):
    server = os.environ["WAYFARE_TEST_PG"]
    things = things_of(keys=4, each=25)
    parts.make(things)
    time.sleep(0.1)
    subprocess.run([f"{server}/restart"], check=True, timeout=60)
    wait_effects(parts, things, 20)
    came(parts, things)


def settled(parts):
    """Nothing of what was before is on its way, or will be published again."""
    wait_confirmed(parts)
    wait_for("the stream is empty", lambda: parts.redis.cli("XLEN", "events:keeper") == "0")


def test_a_lost_group_is_made_again_from_the_first_entry(parts):
    settled(parts)
    parts.kill("keeper", signal.SIGTERM)
    things = things_of(keys=3, each=1)
    parts.make(things)
    wait_for("published", lambda: parts.redis.cli("XLEN", "events:keeper") == "3")
    parts.redis.cli("XGROUP", "DESTROY", "events:keeper", "keeper")
    parts.start("keeper")
    wait_effects(parts, things)
    came(parts, things)


def test_an_unconfirmed_delivery_is_published_again_but_not_past_a_lag(parts):
    settled(parts)
    parts.kill("keeper", signal.SIGTERM)
    things = things_of(keys=3, each=1)
    parts.make(things)
    wait_for("published", lambda: parts.redis.cli("XLEN", "events:keeper") == "3")
    ids = [line for line in parts.redis.cli("XRANGE", "events:keeper", "-", "+").splitlines() if re.fullmatch(r"\d+-\d+", line)]
    parts.redis.cli("XDEL", "events:keeper", ids[1])  # lost without a sign; Redis cannot count a lag across the hole
    time.sleep(3.5)  # the republishing time, and two turns of upkeep
    assert parts.redis.cli("XLEN", "events:keeper") == "2", "published again while the group had not read all"
    parts.start("keeper")
    wait_effects(parts, things)
    came(parts, things)


def test_several_relays_schedulers_and_consumers_share_the_work(parts):
    parts.start("relay2", "scheduler2", "keeper2")
    things, due = things_of(keys=10, each=20), [new() for _ in range(20)]
    parts.make(things)
    values = ", ".join(f"('later', '{k}', 'uaf', now(), '{{\"thing\": \"{k}\"}}')" for k in due)
    psql("wayfare_maker", f"BEGIN; SELECT set_config('wf.org', 'uaf', true); INSERT INTO wf.due (kind, key, org, due_at, data) "
                          f"VALUES {values}; COMMIT", "wf_maker_service")
    wait_effects(parts, things)
    came(parts, things)
    wait_effects(parts, [(k,) for k in due])
    assert sorted(e[0] for e in parts.effects() if e[0] in due) == sorted(due)
    wait_confirmed(parts)
    for name in ("relay2", "scheduler2", "keeper2"):
        assert parts.kill(name, signal.SIGTERM) == 0


def test_a_poke_comes_through_redis_too(parts):
    def turns():
        return float(re.search(r'wayfare_work_turns_total{work="publish"} (\S+)', parts.http("relay", "/metrics")[1])[1])

    def more_than_ticks():
        """Ticks alone are five a second; pokes that come while it has no processor are one."""
        before, begun = turns(), time.monotonic()
        for _ in range(30):
            parts.redis.cli("PUBLISH", "poke:relay-maker", "")
        return turns() - before > 10 + 5 * (time.monotonic() - begun)

    assert any(more_than_ticks() for _ in range(20)), "it does not wake"


def test_reads_and_changes_leave_their_trail(parts):
    org = "BEGIN; SELECT set_config('wf.org', 'coa', true);"
    wait_for("a read and a list", lambda: {a for (a,) in psql(
        "wayfare_keeper", "SELECT DISTINCT action FROM wf.audit WHERE org = 'coa'")} == {"create", "read", "list"})
    rows = psql("wayfare_keeper", f"""{org} SELECT DISTINCT actor, client, is_user, operation, kind, coalesce(changes::text, ''),
                                       object IS NULL, cardinality(objects) FROM wf.audit WHERE action = 'list' ORDER BY 8 DESC LIMIT 1; COMMIT""", "wf_keeper_service")
    assert rows[-1] == ["worker:keeper-worker", "keeper-worker", "f", "look", "thing", "", "t", "3"], rows
    made = psql("wayfare_keeper", "SELECT count(*) FROM effects WHERE n > 0")
    assert psql("wayfare_keeper", "SELECT count(*) FROM wf.audit WHERE action = 'create'") == made
    others = psql("wayfare_keeper", f"{org} SELECT count(*) FROM wf.audit WHERE org <> 'coa'; COMMIT", "wf_keeper_service")
    assert others[-1] == ["0"], others


def test_an_eviction_policy_that_loses_entries_is_refused(parts):
    parts.redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    parts.kill("relay", signal.SIGTERM)
    parts.start("relay")
    wait_for("it is said", lambda: '"queue.policy"' in parts.log("relay"))
    status, body = parts.http("relay", "/health/ready")
    assert status == 503 and not json.loads(body)["parts"]["queue"], body
    parts.redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
    wait_for("ready", lambda: parts.http("relay", "/health/ready")[0] == 200)


def test_a_worker_whose_handlers_differ_from_the_catalogue_does_not_start(parts):
    events = parts.events()
    events["events"]["maker.thing.newer"] = dict(events["events"][MADE])
    parts.set_events(events)
    try:
        command = [o for o in parts.accepted("keeper") if not o.startswith("--metrics=")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    finally:
        del events["events"]["maker.thing.newer"]
        parts.set_events(events)
    assert done.returncode == 1 and "-maker.thing.newer" in done.stderr, done.stderr


def test_a_worker_asked_to_end_finishes_its_turn(parts):
    things = things_of(keys=5, each=10)
    parts.make(things)
    for name in ("keeper", "relay", "maker"):
        begun = time.monotonic()
        status = parts.kill(name, signal.SIGTERM)
        assert status == 0, f"{name}: {status}"
        assert time.monotonic() - begun < 5 * PATIENCE, f"{name} took {time.monotonic() - begun:.1f} s"
        parts.start(name)
    wait_effects(parts, things)
    came(parts, things)


def test_inbox_rows_go_when_they_are_confirmed_and_a_week_old(parts):
    things = things_of(keys=1, each=2)
    parts.make(things)
    wait_effects(parts, things)
    wait_confirmed(parts)
    psql("wayfare_keeper", "UPDATE wf.inbox SET received_at = now() - interval '8 days' WHERE state = 'done'")
    kept = parts.count("keeper", "wf.inbox", "state = 'done'")
    after = things_of(keys=1, each=1)
    parts.make(after)  # carries how far all is confirmed
    wait_effects(parts, after)
    parts.kill("keeper", signal.SIGTERM)
    parts.start("keeper")  # pruning is every 5 s, and at the start; this one has heard of no source yet
    more = things_of(keys=1, each=1)
    parts.make(more)
    wait_for("old rows go", lambda: parts.count("keeper", "wf.inbox", "received_at < now() - interval '7 days'") == 0, 15)
    assert kept > 0 and parts.count("keeper", "wf.inbox", "state = 'done'") > 0


def test_the_audit_trail_is_sealed_and_tampering_shows(parts):
    def entry(org, n):
        return (f"BEGIN; SELECT set_config('wf.org', '{org}', true); INSERT INTO wf.audit (at, actor, client, is_user, "
                f"operation, purpose, request_id, trace, action, kind, object) SELECT now(), 'amina', 'desk', true, 'getPerson', "
                f"'casework', 'r', '', 'read', 'person', gen_random_uuid() FROM generate_series(1, {n}); COMMIT;")

    sealed = "(SELECT coalesce(max(to_xid), 0) FROM wf.audit_seal)"
    for n in (1, 30, 2):
        psql("wayfare_maker", entry("iom", n), "wf_maker_service")
        psql("wayfare_maker", entry("coa", n), "wf_maker_service")
        wait_for("all is sealed", lambda: parts.count("maker", "wf.audit", f"xid >= {sealed}") == 0)
    assert parts.count("maker", "wf.audit_seal") >= 3  # a chain of one would hide that it is missing
    verify = "SELECT wf.audit_verify()"
    assert psql("wayfare_maker", verify, "wf_maker_worker") == []
    assert int(psql("wayfare_maker", "SELECT sum(rows) FROM wf.audit_seal")[0][0]) == 66
    psql("wayfare_maker", "UPDATE wf.audit SET actor = 'nobody' WHERE id = (SELECT min(id) FROM wf.audit)")
    assert len(psql("wayfare_maker", verify, "wf_maker_worker")) == 1
    psql("wayfare_maker", "UPDATE wf.audit SET actor = 'amina' WHERE actor = 'nobody'")
    assert psql("wayfare_maker", verify, "wf_maker_worker") == []
    head = wayfare_ctl("maker", "audit", "verify")
    assert head.returncode == 0 and "head " in head.stdout, head
    no_hash = head.stdout.split("head ")[1].strip()
    assert wayfare_ctl("maker", "audit", "verify", "--head", no_hash).returncode == 0
    for what, tamper, undo in (
            ("changed", "UPDATE wf.audit SET purpose = 'x' WHERE id = (SELECT min(id) FROM wf.audit)", "UPDATE wf.audit SET purpose = 'casework'"),
            ("deleted", "CREATE TABLE kept AS SELECT * FROM wf.audit WHERE id = (SELECT max(id) FROM wf.audit); DELETE FROM wf.audit WHERE id = (SELECT id FROM kept)",
             "INSERT INTO wf.audit OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept"),
            ("inserted", "INSERT INTO wf.audit (xid, org, at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object) SELECT xid, org, at, "
             "'somebody', client, is_user, operation, purpose, request_id, trace, action, kind, object FROM wf.audit WHERE id = (SELECT min(id) FROM wf.audit)",
             "DELETE FROM wf.audit WHERE actor = 'somebody'"),
            ("a seal taken away", "CREATE TABLE kept AS SELECT * FROM wf.audit_seal WHERE no = 1; DELETE FROM wf.audit_seal WHERE no = 1",
             "INSERT INTO wf.audit_seal SELECT * FROM kept; DROP TABLE kept")):
        psql("wayfare_maker", tamper)
        found = wayfare_ctl("maker", "audit", "verify")
        assert found.returncode == 1 and "is not true" in found.stdout, (what, found)
        psql("wayfare_maker", undo)
        assert wayfare_ctl("maker", "audit", "verify").returncode == 0, what
    # The chain made anew to fit: only what the log has kept tells.
    psql("wayfare_maker", "UPDATE wf.audit SET actor = 'nobody' WHERE id = (SELECT max(id) FROM wf.audit); DO $$ DECLARE s wf.audit_seal; before bytea := ''; BEGIN "
         "FOR s IN SELECT * FROM wf.audit_seal ORDER BY no LOOP UPDATE wf.audit_seal SET previous = before, hash = wf.audit_hash(before, s.from_xid, s.to_xid) "
         "WHERE no = s.no RETURNING hash INTO before; END LOOP; END $$")
    assert wayfare_ctl("maker", "audit", "verify").returncode == 0
    found = wayfare_ctl("maker", "audit", "verify", "--head", no_hash)
    assert found.returncode == 1 and "is another than the log knows" in found.stdout, found
    try:
        psql("wayfare_maker", "DELETE FROM wf.audit", "wf_maker_worker")
        raise RuntimeError("a worker may delete the trail")
    except RuntimeError as e:
        assert "permission denied" in str(e), e


def test_a_transaction_larger_than_a_seal_is_sealed_whole(parts):
    def entries(n):
        psql("wayfare_maker", "INSERT INTO wf.audit (org, at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object) SELECT 'iom', "
             f"now(), 'amina', 'desk', true, 'getPerson', 'casework', 'r', '', 'read', 'person', gen_random_uuid() FROM generate_series(1, {n})")

    def sealed():
        return int(psql("wayfare_maker", "SELECT coalesce(sum(rows), 0) FROM wf.audit_seal")[0][0])

    before = sealed()
    entries(20500)  # services/relay/upkeep.c: SEAL_MAX
    entries(1)
    wait_for("all is sealed", lambda: sealed() == before + 20501)
    # Transactions without an entry, more than a seal's end is looked for among.
    psql("wayfare_maker", "DO $$ BEGIN CREATE TEMP TABLE burnt (n int); FOR n IN 1 .. 20500 LOOP "
         "BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; DROP TABLE burnt; END $$")
    entries(1)
    wait_for("what comes behind them is sealed", lambda: sealed() == before + 20502)
    assert psql("wayfare_maker", "SELECT wf.audit_verify()", "wf_maker_worker") == []


def test_the_processing_log_has_a_line_for_each_subject(parts):
    things = things_of(keys=3, each=2)
    parts.make(things)
    wait_effects(parts, things)
    parts.kill("keeper")  # it reads, and so adds to the trail, as long as it runs
    wait_for("its sessions end", lambda: psql("wayfare_keeper", "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'wf_keeper%'") == [["0"]])
    key = os.path.join(parts.folder, "pseudonyms.key")
    with open(key, "w", encoding="utf-8") as f:
        f.write("0123456789abcdef0123456789abcdef")
    os.chmod(key, 0o600)
    done = wayfare_ctl("keeper", "audit", "export", "--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z", "--pseudonym-key", key)
    assert done.returncode == 0, done
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = int(psql("wayfare_keeper", "SELECT sum((object IS NOT NULL)::int + coalesce(cardinality(objects), 0)) FROM wf.audit")[0][0])
    assert len(lines) == wanted > 0, (len(lines), wanted)
    subjects = {r[0] for r in psql("wayfare_keeper", "SELECT object FROM wf.audit WHERE object IS NOT NULL")}
    assert not any(s in done.stdout for s in subjects), "a subject is named"
    made = [line for line in lines if line["attributes"]["wayfare.action"] == "create"]
    assert len({line["attributes"]["dpl.core.data_subject_id"] for line in made}) == int(
        psql("wayfare_keeper", "SELECT count(DISTINCT object) FROM wf.audit WHERE action = 'create'")[0][0])
    first = lines[0]
    assert len(first["trace_id"]) == 32 and first["attributes"]["dpl.core.processing_activity_id"].startswith("urn:wayfare:activity:"), first


def test_answers_older_than_a_week_go(parts):
    psql("wayfare_maker", """BEGIN; SELECT set_config('wf.org', 'iom', true);
        INSERT INTO wf.idempotency (client, key_hash, request_hash, status, headers, body, created_at)
        VALUES ('c', '\\x01', '\\x01', 201, '[]', '', now() - interval '8 days'),
               ('c', '\\x02', '\\x02', 201, '[]', '', now() - interval '6 days'); COMMIT""", "wf_maker_service")
    wait_for("the old one goes", lambda: parts.count("maker", "wf.idempotency") == 1)


def test_metrics_tell_of_the_works(parts):
    things = things_of(keys=2, each=2)  # whoever ran before may have been started anew
    parts.make(things)
    wait_effects(parts, things)
    wait_confirmed(parts)
    status, body = parts.http("relay", "/metrics")
    assert status == 200 and re.search(r"wayfare_relay_published_total [1-9]", body), body
    status, body = parts.http("keeper", "/metrics")
    assert status == 200 and re.search(r'wayfare_inbox_done_total\{type="maker.thing.made"\} [1-9]', body), body


def test_kills_and_wipes_lose_nothing_and_double_nothing(parts, seconds=12):
    seed = random.randrange(1 << 30)
    print(f"    seed {seed}")
    dice = random.Random(seed)
    things, kills, wipes = [], 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        batch = things_of(keys=8, each=4)
        things += batch
        parts.make(batch)
        for _ in range(4):
            roll = dice.random()
            if roll < 0.75:
                name = dice.choice(("keeper", "relay", "maker", "keeper", "relay", "scheduler"))
                parts.kill(name)
                time.sleep(dice.random() * 0.05)
                parts.start(name)
                kills += 1
            elif roll < 0.93:
                parts.redis.cli("FLUSHALL")
                wipes += 1
            else:
                parts.redis.kill()
                parts.redis.start()
                wipes += 1
            time.sleep(dice.random() * 0.25)
    print(f"    {len(things)} events, {kills} kills, {wipes} wipes")
    wait_for("all made", lambda: parts.count("maker", "todo") == 0, 30)
    for again in range(3):  # a job that died with its worker too often is dead, as it should be: by hand again
        try:
            wait_effects(parts, things, 20)
            break
        except AssertionError:
            dead = psql("wayfare_keeper", "SELECT subject FROM wf.inbox WHERE state = 'dead' AND error LIKE 'inbox.died%'")
            if not dead or again == 2:
                raise
            for (thing,) in dead:
                replay(thing)
    came(parts, things)
    wait_confirmed(parts, 20)
    open_rows = [e for e in psql("wayfare_keeper", "SELECT subject, state FROM wf.inbox WHERE state <> 'done'")
                 if e[0] in {t[0] for t in things}]
    assert not open_rows, open_rows


def test_nothing_of_it_was_a_fault_of_our_own(parts):
    for name in ("relay", "scheduler"):
        faults = [line for line in parts.log(name).splitlines() if '"kind":"bug"' in line and "due.postponed" not in line]
        assert not faults, faults[0]
    for name in ("relay", "scheduler", "maker", "keeper"):
        assert parts.kill(name, signal.SIGTERM) == 0, name
        said = re.search(r".*(Sanitizer|runtime error:|Assertion).*", parts.log(name))
        assert not said, f"{name}: {said[0]}"


def main():
    tests = [(n[5:], f) for n, f in globals().items() if n.startswith("test_")]
    wanted = sys.argv[1:]
    passed = failed = 0
    parts = Parts()
    try:
        for name, test in tests:
            if wanted and name not in wanted:
                continue
            begun = time.monotonic()
            try:
                for part in ("maker", "relay", "scheduler", "keeper"):
                    if part not in parts.processes:
                        parts.start(part)
                parts.revive()
                test(parts)
                passed += 1
                print(f"ok {name.replace('_', ' ')} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Exception as e:
                failed += 1
                print(f"not ok {name.replace('_', ' ')}: {type(e).__name__}: {e}\n{traceback.format_exc()}", flush=True)
                for part in ("maker", "relay", "keeper"):
                    print(f"== {part}", *parts.log(part).splitlines()[-8:], sep="\n", flush=True)
    finally:
        parts.end()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
