"""The erasure of persons while the workers of all services are killed: each is carried out whole, once, and certified."""
import time
import uuid

from case_mail import appointment
from load import CASES
from programs import PATIENCE, wait_for

WORKERS = ["cases-worker", "travel-worker", "diaspora-worker", "notifications-worker", "relay-cases", "relay-travel", "relay-notifications"]
KEPT = "SELECT (SELECT count(*) FROM person_names WHERE person_id = '{0}') + (SELECT count(*) FROM contact_points WHERE person_id = '{0}')"


def call(stack, who, method, path, body=None, expect=200, match=None):
    headers = {"Idempotency-Key": str(uuid.uuid4())} | ({"If-Match": match} if match else {})
    a = stack.call(method, path, who=who, body=body, headers=headers)
    assert a.status == expect, f"{method} {path}: {a.status} {a.raw[:300]!r}"
    return a


def closed_case(stack):
    """(case, person) that nothing keeps any more: withdrawn, closed, and its years gone by."""
    case, person, _ = appointment(stack)
    for move in ({"transition": "withdraw", "reason": "Wishes to stay."}, {"transition": "close", "result": "withdrawn"}):
        tag = call(stack, "amina", "GET", f"{CASES}/cases/{case}").headers["etag"]
        call(stack, "amina", "POST", f"{CASES}/cases/{case}/transitions", move, match=tag)
    stack.sql("cases", f"UPDATE cases SET retain_until = current_date - 2 WHERE id = '{case}'")
    return case, person


def status(stack, request):
    a = call(stack, "lena", "GET", f"{CASES}/data-subject-requests/{request}")
    return a.json["status"], a.headers["etag"]


def test_persons_are_erased_whole_while_workers_are_killed(stack, programs, full, dice):
    people = [closed_case(stack) for _ in range(20 if full else 5)]
    before = int(stack.sql("cases", "SELECT count(*) FROM case_statistics")[0][0])
    requests = {}
    for _, person in people:
        made = call(stack, "lena", "POST", f"{CASES}/persons/{person}/data-subject-requests", {"kind": "erasure", "reason": "Letter of March."}, 202)
        requests[person] = made.json["id"]
    wait_for("all are planned", lambda: all(status(stack, r)[0] == "planned" for r in requests.values()), 40)
    for request in requests.values():
        call(stack, "omar", "POST", f"{CASES}/data-subject-requests/{request}/approve", {"reason": "Looked through."}, match=status(stack, request)[1])
    kills, until = 0, time.monotonic() + 60 * PATIENCE
    while any(status(stack, r)[0] == "erasing" for r in requests.values()):
        assert time.monotonic() < until, {r: status(stack, r)[0] for r in requests.values()}
        if kills < (30 if full else 8):
            name = dice.choice(WORKERS)
            programs.kill(name)
            kills += 1
        time.sleep(0.2 * dice.random())
    for case, person in people:
        assert status(stack, requests[person])[0] == "done"
        paper = call(stack, "lena", "GET", f"{CASES}/data-subject-requests/{requests[person]}/certificate").json
        assert [s["service"] for s in paper["services"]] == ["cases", "diaspora", "notifications", "travel"], paper["services"]
        assert stack.sql("cases", KEPT.format(person)) == [["0"]], "something of the person is left"
        assert stack.sql("notifications", f"SELECT count(*) FROM messages WHERE person_id = '{person}' OR case_id = '{case}'") == [["0"]]
        call(stack, "amina", "GET", f"{CASES}/cases/{case}", expect=404)
    made = int(stack.sql("cases", "SELECT count(*) FROM case_statistics")[0][0]) - before
    assert made == len(people), f"{made} rows of statistics for {len(people)} cases"
    for service in ("cases", "travel", "diaspora", "notifications"):
        dead = stack.sql(service, "SELECT type, error FROM wf.inbox WHERE state = 'dead' AND type LIKE '%subject%'")
        assert not dead, dead
    print(f"  {len(people)} persons erased in four databases; {kills} kills of workers and relays")
