"""Mail while its sender is killed: each message leaves, and only one whose acceptance was not heard may leave twice."""
import collections
import datetime
import time
import uuid

from outside import mails_in


def appointment(stack):
    """(case, person, appointment): somebody who may be written to now, and what about."""
    now = datetime.datetime.now(datetime.timezone.utc)
    hours = {"from": f"{now - datetime.timedelta(hours=1):%H:%M}", "until": f"{now + datetime.timedelta(hours=2):%H:%M}"}
    principal = {"names": [{"given": "Asha Cabdi", "family": "W" + uuid.uuid4().hex, "kind": "asOnDocument", "script": "Latn"}],
                 "birthDate": {"value": "1994-03", "estimated": False}, "nationalities": ["SO"],
                 "languages": [{"language": "so", "preferred": True, "reading": "B1"}],
                 "contactPoints": [{"kind": "email", "value": f"asha.{uuid.uuid4().hex}@example.org", "preferred": True, "zone": "Etc/UTC",
                                    "safeHours": hours, "safeToContact": {"appointment": "yes"}}]}
    made = post(stack, "/cases/v1/cases", {"programme": "avrr", "principal": principal, "caseworker": "amina", "countryOfReturn": "SO"})
    starts = f"{now + datetime.timedelta(days=9):%Y-%m-%dT%H:00:00Z}"
    planned = post(stack, f"/cases/v1/cases/{made['id']}/appointments", {"kind": "counselling", "startsAt": starts, "zone": "Europe/Amsterdam",
                                                                         "place": "Zeestraat 71, Den Haag"})
    return made["id"], made["principalId"], planned["id"]


def post(stack, path, body):
    a = stack.call("POST", path, who="amina", body=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert a.status == 201, a.raw
    return a.json


class Messages:
    """n messages of one appointment, due now."""

    def __init__(self, stack, n):
        self.stack, self.n = stack, n
        case, person, planned = appointment(stack)
        self.ids = {i for (i,) in stack.sql("notifications", f"""
            WITH m AS (INSERT INTO messages (id, org, case_id, person_id, topic, template, class, basis_kind, basis_id, basis_event, status,
                                             send_at, expires_at, sensitivity, created_by, created_at, updated_at)
                       SELECT gen_random_uuid(), 'iom', '{case}', '{person}', 'appointment', 'appointment.reminder', 'urgent', 'appointment',
                              '{planned}', 'reminder', 'scheduled', now(), now() + interval '1 day', '', 'amina', now(), now()
                         FROM generate_series(1, {n}) RETURNING id),
            d AS (INSERT INTO message_due (message_id, org, due_at) SELECT id, 'iom', now() FROM m)
            SELECT id FROM m""")}
        self.where = f"basis_id = '{planned}' AND basis_event = 'reminder' AND created_by = 'amina'"

    def states(self):
        return {s: int(k) for s, k in self.stack.sql("notifications", f"SELECT status, count(*) FROM messages WHERE {self.where} GROUP BY 1")}

    def sent(self):
        return self.states() == {"sent": self.n}

    def marked(self):
        """Those that say of themselves that they may have left twice."""
        return {i for (i,) in self.stack.sql("notifications", f"SELECT id FROM messages WHERE maybe_duplicate AND {self.where}")}

    def left(self):
        return int(self.stack.sql("notifications", f"SELECT count(*) FROM message_due d JOIN messages m ON m.id = d.message_id WHERE {self.where}")[0][0])


def test_a_killed_sender_loses_no_mail(stack, programs, events, dice):
    before = collections.Counter(mails_in(stack))
    messages = Messages(stack, events // 4)
    begun, kills = time.monotonic(), 0
    while not messages.sent():
        if kills < 3 + messages.n // 200:
            programs.wait_running("sender")
            programs.kill("sender")
            kills += 1
        time.sleep(0.3 + dice.random())
        assert time.monotonic() - begun < 60 + messages.n / 10, f"not sent: {messages.states()}"
    copies = collections.Counter(i for i in mails_in(stack) if i in messages.ids) - before
    lost, twice = messages.ids - set(copies), {i for i, k in copies.items() if k > 1}
    assert not lost, f"{len(lost)} messages say that they were sent, and were not"
    assert sum(copies.values()) - messages.n <= 4 * kills, "more mails came again than a sender has in hand"
    assert twice <= messages.marked(), "a second copy is not marked"
    assert messages.left() == 0
    print(f"  {messages.n} mails in {time.monotonic() - begun:.1f} s; {kills} kills; {len(twice)} came again, marked so")
