"""Mail: a server that is slow, refuses, hangs up or says nothing, and a sender that is killed: each message leaves, and only one whose
acceptance was not heard may leave twice."""
import collections
import datetime
import time
import uuid

from outside import MailServer, mails_in
from programs import PATIENCE, wait_for


ATTEMPTS_MAX = 5  # of a mail whose acceptance is not heard; then a human is asked


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

    def story(self, ids):
        """What became of some, for a failure."""
        return self.stack.sql("notifications", "SELECT message_id, attempt, outcome, answer, m.status, m.maybe_duplicate, m.attempts FROM message_attempts a "
                              f"JOIN messages m ON m.id = a.message_id WHERE message_id = ANY ('{{{','.join(ids)}}}') ORDER BY 1, 2")

    def left(self):
        return int(self.stack.sql("notifications", f"SELECT count(*) FROM message_due d JOIN messages m ON m.id = d.message_id WHERE {self.where}")[0][0])


def test_a_bad_mail_server_loses_no_mail(stack, programs, full, dice):
    manners = ["good", "slow", "refusing", "dropping", "silent"]
    programs.stop("smtp")
    try:
        with MailServer(stack) as server:
            server.manner = "refusing"
            messages = Messages(stack, 500 if full else 60)
            begun = time.monotonic()
            while time.monotonic() - begun < (20 if full else 5):
                server.manner = dice.choice(manners)
                time.sleep(0.2)
            server.manner = "good"
            wait_for("all are sent", messages.sent, 60)
            copies = collections.Counter(i for i in server.taken + server.unheard if i in messages.ids)
            unheard = set(server.unheard)
    finally:
        programs.start("smtp")
    lost = messages.ids - set(copies)
    twice = {i for i, k in copies.items() if k > 1}
    assert not lost, f"{len(lost)} messages say that they were sent, and were not"
    assert twice <= unheard, "a mail whose acceptance was heard left twice"
    assert max(copies.values()) <= ATTEMPTS_MAX and messages.left() == 0
    plain = twice - messages.marked()
    assert not plain, f"a second copy is not marked: {messages.story(list(plain)[:3])}"
    print(f"  {messages.n} mails in {time.monotonic() - begun:.1f} s; of {len(unheard)} the acceptance was not heard, {len(twice)} came twice, marked so")


def test_a_killed_sender_loses_no_mail(stack, programs, events, dice):
    before = collections.Counter(mails_in(stack))
    messages = Messages(stack, events // 4)
    begun, kills = time.monotonic(), 0
    while not messages.sent():
        if kills < 3 + messages.n // 200:
            programs.kill("sender")
            kills += 1
        time.sleep(0.3 + dice.random())
        assert time.monotonic() - begun < (60 + messages.n / 10) * PATIENCE, f"not sent: {messages.states()}"
    copies = collections.Counter(i for i in mails_in(stack) if i in messages.ids) - before
    lost, twice = messages.ids - set(copies), {i for i, k in copies.items() if k > 1}
    assert not lost, f"{len(lost)} messages say that they were sent, and were not"
    assert sum(copies.values()) - messages.n <= 4 * kills, "more mails came again than a sender has in hand"
    assert twice <= messages.marked(), "a second copy is not marked"
    assert messages.left() == 0
    print(f"  {messages.n} mails in {time.monotonic() - begun:.1f} s; {kills} kills; {len(twice)} came again, marked so")
