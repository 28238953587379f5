"""Who was told of a journey and is asked for its copies (services/travel/schema/0050_abn_recalls.sql), by the roles of the processes."""
import wire
from partners import NONE, NOW, ONE, REFUSED, outcome

M, R, O, Q = (f"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8c{n:02d}" for n in range(41, 45))
PREPARE = f"""
INSERT INTO movements (id, org, purpose, programme, origin_country, destination_country, earliest, latest, offices, opened_at, created_by,
                       created_at, updated_at)
VALUES ('{M}', 'iom', 'return', 'avrr', 'NL', 'SO', '2026-03-17', '2026-03-18', '{{nl}}', {NOW}, 'joost', {NOW}, {NOW})"""
ASK = f"""INSERT INTO abn_recalls (id, org, to_org, movement_id, abn_ids, request_id, delete_by, created_at)
VALUES ('%s', '%s', '%s', '{M}', '{{{R}}}', '{Q}', '2026-04-17', {NOW})"""
CONFIRM = f"UPDATE abn_recalls SET confirmed_at = {NOW}, confirmed_by = 'x', version = 2 WHERE id = '{R}'"
SEEN = f"SELECT 1 FROM abn_recalls WHERE id = '{R}'"

STAFF, OUTSIDE, PARTNER = "programme:avrr office:nl", "programme:labour_market office:nl", "abns:read abns:acknowledge"
# (what, role, organisation, scope, statement, what comes of it). They build on each other.
STEPS = [
    ("nobody asks by the service", "service", "iom", STAFF, ASK % (R, "iom", "coa"), REFUSED),
    ("nobody asks in another's name", "worker", "coa", "", ASK % (R, "iom", "coa"), REFUSED),
    ("the organisation whose journey it was asks", "worker", "iom", "", ASK % (R, "iom", "coa"), ONE),
    ("and asks another", "worker", "iom", "", ASK % (O, "iom", "uaf"), ONE),
    ("the addressee sees what it is asked", "service", "coa", PARTNER, SEEN, ONE),
    ("and only that", "service", "coa", PARTNER, "SELECT 1 FROM abn_recalls", ONE),
    ("another does not see it", "service", "uaf", PARTNER, SEEN, NONE),
    ("nobody does without a context", "service", "", "", "SELECT 1 FROM abn_recalls", NONE),
    ("staff of the programme do", "service", "iom", STAFF, SEEN, ONE),
    ("staff of another do not", "service", "iom", OUTSIDE, SEEN, NONE),
    ("another does not confirm for it", "service", "uaf", PARTNER, CONFIRM, NONE),
    ("nor does who asks", "service", "iom", STAFF, CONFIRM, NONE),
    ("the day is not moved", "service", "coa", PARTNER, f"UPDATE abn_recalls SET delete_by = '2027-01-01' WHERE id = '{R}'", REFUSED),
    ("the addressee confirms", "service", "coa", PARTNER, CONFIRM, ONE),
    ("once", "service", "coa", PARTNER, CONFIRM, NONE),
    ("nobody takes it away", "worker", "iom", "", f"DELETE FROM abn_recalls WHERE id = '{R}'", REFUSED),
]


def run(check, roles):
    admin = wire.Connection("wayfare_travel", "postgres")
    admin.run(PREPARE)
    by_role = {role: wire.Connection("wayfare_travel", roles[role]) for role in ("service", "worker")}
    for what, role, organisation, scope, statement, expected in STEPS:
        got = outcome(by_role[role], organisation, scope, statement)
        check(got == expected, f"recalls: {what}", f"{got} instead of {expected}")
    for connection in (*by_role.values(), admin):
        connection.close()
