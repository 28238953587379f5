"""The services' own workers, killed while events are on their way to each: each effect comes once, the last one of a key last."""
import subprocess
import time

from case_mail import appointment
from programs import PATIENCE
from told import tell

KILLED = ("cases-worker", "travel-worker", "diaspora-worker", "notifications-worker", "relay-cases", "relay-travel", "relay-notifications",
          "scheduler-cases")
LAST = 10  # events of a key


def effects(stack, case, since):
    """{what: (there, of it once)} of the three workers' effects, and the inboxes' rows that are not done."""
    tasks = stack.sql("cases", f"SELECT count(*), count(DISTINCT details) FROM tasks WHERE case_id = '{case}' AND details LIKE 'faults.%'")[0]
    audits = stack.sql("diaspora", f"SELECT count(*), count(DISTINCT object) FROM wf.audit WHERE kind = 'travelRequest' AND at >= '{since}'")[0]
    found = {"tasks": [int(n) for n in tasks], "travel requests": [int(n) for n in audits]}
    for service in ("travel", "notifications"):
        found[f"readers in {service}"] = [int(stack.sql(service, f"SELECT count(*) FROM wf.case_readers WHERE team = ARRAY['n{LAST}'] AND programme = 'faults'")[0][0])] * 2
    return found


def test_workers_are_killed_one_after_the_other(stack, programs, events, dice):
    share = events // 4
    case, _, _ = appointment(stack)
    since = stack.sql("cases", "SELECT clock_timestamp()")[0][0]
    before = effects(stack, case, since)
    tell(stack, "notifications", "notifications.message.failed", ["cases"],
         f"""jsonb_build_object('messageId', subject, 'caseId', '{case}'::uuid, 'personId', NULL, 'topic', 'task',
             'reason', 'faults.' || replace(subject::text, '-', '') || n)""", share // LAST, LAST)
    tell(stack, "travel", "travel.movement.made", ["cases", "diaspora"],
         "jsonb_build_object('movementId', subject, 'refKind', 'assignment', 'refId', subject, 'travelRequestId', gen_random_uuid())", share // LAST, LAST)
    tell(stack, "cases", "cases.case.readersChanged", ["notifications", "travel"],
         "jsonb_build_object('caseId', subject, 'programme', 'faults', 'confidentiality', 'normal', 'offices', '[]'::jsonb, 'team', jsonb_build_array('n' || n))",
         share // LAST, LAST)
    goal = {"tasks": [share] * 2, "travel requests": [share] * 2} | {
        f"readers in {s}": [before[f"readers in {s}"][0] + share // LAST] * 2 for s in ("travel", "notifications")}
    begun, kills, wipes = time.monotonic(), 0, 0
    turns = list(KILLED) + [dice.choice(KILLED) for _ in range(share // 200)]
    while turns or effects(stack, case, since) != goal:
        if turns:
            name = turns.pop(0)
            programs.kill(name)
            kills += 1
            if dice.random() < 0.3:
                subprocess.run(["redis-cli", "-s", f"{stack.run}/redis.sock", "FLUSHALL"], capture_output=True, timeout=20, check=True)
                wipes += 1
        time.sleep(dice.random() * 0.5)
        assert time.monotonic() - begun < (80 + share / 10) * PATIENCE, f"{effects(stack, case, since)} instead of {goal}"
    time.sleep(0.5)
    assert effects(stack, case, since) == goal, "an effect came twice"
    print(f"  {share * 3} events, {share * 5} deliveries, in {time.monotonic() - begun:.1f} s; {kills} kills, {wipes} wipes; each effect once, the last of a key last")
