"""case_tables.py - tables by month: made so under work, with all that they had; months ahead; months dropped when nothing needs them. What comes after
(restore, keys) then runs on tables by month, and on plain ones beside them."""
import contextlib
import datetime
import json
import os
import shutil
import tempfile
import threading

from house import CASES, ROOT, wait_for

import wire

CASE = "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a51"


def month(offset):
    """The first day of the month that many after this one."""
    today = datetime.datetime.now(datetime.timezone.utc)
    n = today.year * 12 + today.month - 1 + offset
    return datetime.date(n // 12, n % 12 + 1, 1)


def name(offset):
    return month(offset).strftime("%Y-%m")


def part(offset):
    return month(offset).strftime("_%Y_%m")


def at(offset, hours=1):
    return (datetime.datetime.combine(month(offset), datetime.time()) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S+00")


def id_of(offset, n=1):
    """A version 7 uuid of that month."""
    ms = (datetime.datetime.combine(month(offset), datetime.time(1), datetime.timezone.utc)).timestamp() * 1000
    return f"{int(ms):012x}"[:8] + "-" + f"{int(ms):012x}"[8:] + f"-7000-8000-{n:012d}"


def tables(house, command, *more, status=0):
    return house.ctl("tables", *command.split(), *house.admin(), *more, status=status)


def parting(house, service, table, *more, status=0):
    """It gives way to work: tried until it came in between."""
    said = []

    def tried():
        said.append(tables(house, "part", table, "--service", service, *more, status=None))
        return "try again" not in said[-1]
    wait_for(f"{table} of {service} is parted", tried, 30)
    assert ("wayfare-ctl: " in said[-1]) == bool(status), said[-1]
    return said[-1]


def listed(house, service, table):
    found = json.loads(tables(house, "list", "--service", service, "--json"))
    return next(t for t in found if t["table"].endswith(table))


# ---- all that a table has ----

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'"
CATALOGUE = {
    "policies": "SELECT schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies",
    "tables": f"""SELECT c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relowner::regrole, obj_description(c.oid, 'pg_class')
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {OURS}""",
    "columns": f"""SELECT c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attstorage,
                          pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
                     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                    WHERE c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND {OURS}""",
    "constraints": """SELECT k.conrelid::regclass, k.conname, k.contype, k.convalidated, pg_get_constraintdef(k.oid)
                        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE NOT c.relispartition AND k.conparentid = 0""",
    "indexes": f"""SELECT i.indexrelid::regclass, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '), i.indisvalid
                     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT c.relispartition AND {OURS}""",
    "triggers": """SELECT t.tgrelid::regclass, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                    WHERE NOT t.tgisinternal AND NOT c.relispartition""",
    "rights": f"""SELECT c.oid::regclass, '', g.grantor::regrole, g.grantee::regrole, g.privilege_type, g.is_grantable
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
                   WHERE NOT c.relispartition AND c.relkind IN ('r', 'p', 'v') AND {OURS}
                   UNION ALL SELECT c.oid::regclass, a.attname, g.grantor::regrole, g.grantee::regrole, g.privilege_type, g.is_grantable
                    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) g WHERE NOT c.relispartition""",
    "views": f"SELECT c.oid::regclass, pg_get_viewdef(c.oid), c.reloptions FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND {OURS}",
    "functions": f"""SELECT p.oid::regprocedure, pg_get_functiondef(p.oid), p.proowner::regrole, coalesce(p.proacl, acldefault('f', p.proowner))
                       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS}""",
    "sequences": "SELECT schemaname, sequencename, increment_by, cache_size, cycle FROM pg_sequences",
    "dependencies of functions on tables": """SELECT DISTINCT p.oid::regprocedure, d.refobjid::regclass FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
                                               WHERE d.refclassid = 'pg_class'::regclass""",
}
# A partition is reached by its table alone.
AROUND = """SELECT c.oid::regclass FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'
               AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
                    OR EXISTS (SELECT FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner)
                    OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL)
                    OR c.relowner <> (SELECT p.relowner FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid))"""


def catalogue(house, service):
    return {what: sorted(house.sql(service, query)) for what, query in CATALOGUE.items()}


def same(before, after):
    for what in CATALOGUE:
        lost, new = [r for r in before[what] if r not in after[what]], [r for r in after[what] if r not in before[what]]
        assert not lost and not new, f"{what}: lost {lost}, new {new}"


# What none of ours has today, and a later migration may bring.
EXTRAS = """
SET ROLE wf_diaspora_owner;
COMMENT ON TABLE wf.audit IS 'it''s the trail'; COMMENT ON COLUMN wf.audit.at IS 'when';
ALTER TABLE wf.audit REPLICA IDENTITY FULL, ALTER COLUMN fields SET STORAGE MAIN, ADD CONSTRAINT audit_kind CHECK (kind <> 'nothing');
CREATE FUNCTION wf.extra_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER extra BEFORE INSERT ON wf.audit FOR EACH ROW WHEN (NEW.action = 'nothing') EXECUTE FUNCTION wf.extra_trigger();
CREATE FUNCTION wf.extra_typed(a wf.audit) RETURNS text LANGUAGE sql STABLE RETURN (a).kind;
REVOKE ALL ON FUNCTION wf.extra_typed(wf.audit) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wf.extra_typed(wf.audit) TO wf_diaspora_worker;
CREATE FUNCTION wf.extra_count() RETURNS int8 LANGUAGE sql STABLE RETURN (SELECT count(wf.extra_typed(a)) FROM wf.audit a);
CREATE VIEW wf.extra_view WITH (security_invoker = true) AS SELECT a.id, a.at FROM wf.audit a; GRANT SELECT ON wf.extra_view TO wf_diaspora_worker;
CREATE VIEW wf.extra_on_view WITH (security_invoker = true) AS SELECT count(*) AS n FROM wf.extra_view;
CREATE POLICY extra ON wf.due AS RESTRICTIVE FOR SELECT TO wf_diaspora_service USING (NOT EXISTS (SELECT FROM wf.audit x WHERE x.object = due.key AND x.kind = 'nothing'));
CREATE TABLE wf.extra_table (event uuid PRIMARY KEY REFERENCES wf.outbox (id) ON DELETE CASCADE);
GRANT UPDATE (fields) ON wf.audit TO wf_diaspora_worker WITH GRANT OPTION"""
PLAIN_AGAIN = """
SET ROLE wf_diaspora_owner;
DROP TABLE wf.extra_table; DROP POLICY extra ON wf.due; DROP VIEW wf.extra_on_view, wf.extra_view; DROP FUNCTION wf.extra_count(), wf.extra_typed(wf.audit);
DROP TRIGGER extra ON wf.audit; DROP FUNCTION wf.extra_trigger(); REVOKE UPDATE (fields) ON wf.audit FROM wf_diaspora_worker"""


def test_tables_are_parted_with_all_that_they_had(house):
    house.sql("diaspora", EXTRAS)
    try:
        house.sql("diaspora", "CREATE PUBLICATION extra FOR TABLE wf.audit")
        before = catalogue(house, "diaspora")
        assert "refers to it in a way that it does not know" in parting(house, "diaspora", "audit", status=1)
        same(before, catalogue(house, "diaspora"))
        house.sql("diaspora", "DROP PUBLICATION extra")
        for table in ("audit", "outbox"):
            parting(house, "diaspora", table)
        same(before, catalogue(house, "diaspora"))
        assert house.sql("diaspora", AROUND) == []
        assert house.sql("diaspora", "SELECT relname FROM pg_class WHERE relispartition AND reloptions::text LIKE '%vacuum_scale_factor=0.02%'"), "outbox's options"
        assert house.sql("diaspora", "SELECT wf.extra_count() = count(*), (SELECT n FROM wf.extra_on_view) = count(*) FROM wf.audit") == [["t", "t"]]
        again = catalogue(house, "diaspora")
        assert "is by month" in parting(house, "diaspora", "audit")
        same(before, again)
    finally:
        house.sql("diaspora", "DROP PUBLICATION IF EXISTS extra")
        house.sql("diaspora", PLAIN_AGAIN)
    for service, parted in (("cases", ("audit", "outbox")), ("notifications", ("audit", "outbox"))):
        before = catalogue(house, service)
        for table in parted:
            parting(house, service, table)
        same(before, catalogue(house, service))
        assert house.sql(service, AROUND) == []
    before = catalogue(house, "notifications")
    parting(house, "notifications", "messages", "--first", name(-3))  # none is there yet
    same(before, catalogue(house, "notifications"))
    assert house.sql("notifications", AROUND) == []
    for table in ("audit", "outbox"):
        parting(house, "travel", table, *(["--first", name(-3)] if house.sql("travel", f"SELECT count(*) FROM wf.{table}") == [["0"]] else []))


def test_parting_refuses_what_it_cannot_do(house):
    assert "no table 'messages'" in tables(house, "part messages", "--service", "identity", status=1)
    assert "is a month" in tables(house, "part audit", "--service", "identity", "--first", "2026-3", status=2)
    assert "is not the name of a service" in tables(house, "part audit", "--service", "Nobody", status=1)
    assert "one table" in tables(house, "list", "--service", "identity")
    # Rows are in the way; a reader is; both leave it as it was.
    house.sql("identity", f"INSERT INTO wf.outbox (id, org, type, subject, data, created_at) VALUES ('{id_of(4)}', 'iom', 'x', '{CASE}', '{{}}', now())")
    for first in (name(-3), name(3)):
        assert f"holds rows of {first} or later" in parting(house, "identity", "outbox", "--first", first, status=1)
    assert not listed(house, "identity", "outbox")["byMonth"] and not listed(house, "identity", "outbox")["halfParted"]
    house.sql("identity", f"DELETE FROM wf.outbox WHERE id = '{id_of(4)}'")
    reader = wire.Connection("wayfare_identity", "postgres", f"{house.run}/pg", timeout=30)
    try:
        reader.run("BEGIN")
        reader.run("SELECT count(*) FROM wf.audit")
        assert "wf.audit is in use; nothing was changed, try again" in tables(house, "part audit", "--service", "identity", status=1)
    finally:
        reader.close()
    assert not listed(house, "identity", "audit")["halfParted"]
    assert "is not by month" in tables(house, "drop audit", "--service", "identity", "--before", name(0), status=1)
    # Cut off on the way: told, and put right by the next try.
    house.sql("identity", f"ALTER TABLE wf.outbox ADD CONSTRAINT outbox_until CHECK (id < '{id_of(5)}') NOT VALID")
    assert "half parted" in tables(house, "list", "--service", "identity")
    assert "was to be parted by month, which was cut off" in house.ctl("doctor", *house.admin(), status=1)
    parting(house, "identity", "outbox")
    assert "half" not in tables(house, "list", "--service", "identity") and listed(house, "identity", "outbox")["ahead"] >= 3


def verified(house, service, *more, status=0):
    try:
        return house.ctl("audit", "verify", "--db", f"host={house.run}/pg user=postgres dbname=wayfare_{service}", *more, status=status)
    finally:
        house.said.pop()  # its hashes look like keys, which case_keys.py looks for in all that was said


def sealed(house, service):
    wait_for(f"{service} is sealed", lambda: house.sql(service, "SELECT count(*) FROM wf.audit WHERE xid >= (SELECT coalesce(max(to_xid), 0) FROM wf.audit_seal)") == [["0"]])


def audit_row(when, object_=CASE):
    return f"""INSERT INTO wf.audit (at, actor, client, is_user, operation, purpose, request_id, trace, action, kind, object)
               VALUES ('{when}', 'x', 'x', false, 'x', 'case.handling', 'x', '', 'read', 'case', '{object_}')"""


def test_work_goes_on_while_a_table_is_parted_and_after_it(house):
    stop, cases, faults = threading.Event(), [], []

    def work():
        while not stop.is_set():
            try:
                cases.append(house.new_case())
            except Exception as e:  # told where it is waited for
                faults.append(e)
                return
    worker = threading.Thread(target=work)
    worker.start()
    try:
        parting(house, "identity", "audit")
        wait_for("something was done", lambda: len(cases) > 1 or faults)
    finally:
        stop.set()
        worker.join()
    assert not faults, faults
    house.quiet()
    assert house.sql("cases", "SELECT count(*) > 5 FROM wf.sent") == [["t"]]
    seen = house.case(cases[0])
    assert seen["id"] == cases[0]
    window = {"from": at(-1)[:10] + "T00:00:00Z", "until": at(1)[:10] + "T00:00:00Z", "limit": 200}
    trail = house.ask("lena", "POST", f"{CASES}/persons/{seen['principalId']}/_whosaw", window).json
    assert not trail["incomplete"] and {"acceptReferral"} & {i["operation"] for i in trail["items"]}, trail
    house.ask("amina", "POST", f"{CASES}/tasks", {"caseId": cases[0], "kind": "general", "title": "Look into it", "urgency": "low", "assignee": "bram"}, 201)
    wait_for("bram is told", lambda: house.sql("notifications", f"SELECT status, tableoid::regclass FROM messages WHERE case_id = '{cases[0]}' AND user_id = 'bram'")
             == [["delivered", f"messages{part(0)}"]])
    for offset in (1, 2, 3):
        house.sql("cases", f"{audit_row(at(offset, 0))}; {audit_row(at(offset + 1, -1))}")
    for service in ("cases", "diaspora", "identity", "notifications"):
        sealed(house, service)
        verified(house, service)
    assert house.sql("cases", "SELECT count(DISTINCT tableoid) >= 3 FROM wf.audit") == [["t"]]


# ---- months ahead ----


def test_months_are_made_ahead_and_rows_that_came_before_are_moved(house):
    far, table = 6, listed(house, "notifications", "messages")
    assert table["ahead"] == 3 and table["rest"] == 0 and "--months is a number" in tables(house, "ahead", "--months", "0", status=2)
    message = id_of(far)
    house.sql("notifications", f"""
        INSERT INTO messages (id, org, case_id, topic, template, class, basis_kind, basis_id, basis_event, status, send_at, expires_at, created_by, created_at, updated_at)
        VALUES ('{message}', 'iom', '{CASE}', 'x', 'x', 'normal', 'case', '{CASE}', 'reminder', 'sent', now(), now(), 'x', now(), now());
        INSERT INTO message_attempts (org, message_id, attempt, at, outcome) VALUES ('iom', '{message}', 1, now(), 'sent')""")
    assert house.sql("notifications", f"SELECT tableoid::regclass FROM messages WHERE id = '{message}'") == [["messages_rest"]]
    told = house.ctl("doctor", *house.admin(), status=1)
    assert "public.messages: 1 rows lie in no month" in told and "tables ahead" in told, told
    # The owner, as migrate is, makes those before it and says what it cannot do.
    migrated = migrate(house, "notifications")
    assert "up to date" in migrated and "made" not in migrated
    owner = house.ctl("tables", "ahead", "--db", f"host={house.run}/pg user=wf_{{{{service}}}}_owner", "--service", "notifications", "--months", str(far),
                      "--db-password-file", os.path.join(house.state, "secrets", "wf_notifications_owner"))
    assert f"messages{part(far - 1)} made" in owner and f"holds rows of {name(far)}, which a superuser has to move" in owner, owner
    assert f"messages{part(far)} made, 1 rows moved into it" in tables(house, "ahead", "--service", "notifications", "--months", str(far))
    assert tables(house, "ahead") == ""
    assert house.sql("notifications", f"SELECT tableoid::regclass FROM messages WHERE id = '{message}'") == [[f"messages{part(far)}"]]
    with refused(house, "notifications", "violates foreign key"):
        house.sql("notifications", f"DELETE FROM messages WHERE id = '{message}'")
    house.sql("notifications", f"DELETE FROM message_attempts WHERE message_id = '{message}'; DELETE FROM messages WHERE id = '{message}'")
    assert house.sql("notifications", AROUND) == []
    # Too few ahead, as when nobody did it for long.
    for offset in (2, 3):
        house.sql("cases", f"ALTER TABLE wf.outbox DETACH PARTITION wf.outbox{part(offset)}; DROP TABLE wf.outbox{part(offset)}")
    told = house.ctl("doctor", *house.admin(), status=1)
    assert "wf.outbox is by month, 1 ahead" in told, told
    assert f"wf.outbox{part(3)} made" in migrate(house, "cases")
    assert "tables" not in house.ctl("doctor", *house.admin(), status=None)


def migrate(house, service, source=ROOT):
    return house.ctl("migrate", "--service", service, "--source", source, "--db", f"host={house.run}/pg user=wf_{service}_owner dbname=wayfare_{service}",
                     "--db-password-file", os.path.join(house.state, "secrets", f"wf_{service}_owner"))


@contextlib.contextmanager
def refused(house, service, word):
    try:
        yield
    except RuntimeError as e:
        assert word in str(e), e
    else:
        raise AssertionError(f"{service}: not refused: {word}")


LATER = """ALTER TABLE wf.audit ADD COLUMN extra text NOT NULL DEFAULT 'x';
CREATE INDEX audit_extra ON wf.audit (extra) WHERE extra <> 'x';
CREATE POLICY extra ON wf.audit AS RESTRICTIVE FOR SELECT TO {{service}} USING (extra = 'x');
GRANT UPDATE (extra) ON wf.audit TO {{worker}};
CREATE OR REPLACE FUNCTION wf.audit_digest(a wf.audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(jsonb_build_array(a.id, a.xid, a.org, (extract(epoch FROM a.at) * 1000000)::int8, a.actor,
        a.client, a.is_user, a.operation, a.purpose, a.request_id, a.trace, a.action, a.kind, a.object, a.objects,
        a.fields, a.changes)::text, 'UTF8'));
ALTER TABLE wf.outbox ADD COLUMN extra int4;
"""
LATER_UNDONE = """DROP POLICY extra ON wf.audit; ALTER TABLE wf.audit DROP COLUMN extra; ALTER TABLE wf.outbox DROP COLUMN extra;
DELETE FROM schema_migrations WHERE name = 'diaspora/9999_extra'"""


def test_a_later_migration_holds_for_tables_by_month(house):
    source = tempfile.mkdtemp(prefix="wf-source-", dir="/tmp")
    try:
        for folder in ("libcommon/app/schema", "services/diaspora/schema"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(source, folder))
        with open(os.path.join(source, "services/diaspora/schema/9999_extra.sql"), "w", encoding="utf-8") as f:
            f.write(LATER)
        house.sql("diaspora", f"DROP TABLE wf.audit{part(3)}")
        said = migrate(house, "diaspora", source)
        assert "diaspora/9999_extra" in said and f"wf.audit{part(3)} made" in said, said
        assert house.sql("diaspora", f"SELECT count(*) FROM pg_attribute WHERE attname = 'extra' AND attrelid = 'wf.audit{part(3)}'::regclass") == [["1"]]
        assert house.sql("diaspora", f"SELECT count(*) FROM pg_indexes WHERE tablename = 'audit{part(3)}'") == [["5"]]
        assert house.sql("diaspora", AROUND) == []
        sealed(house, "diaspora")
        verified(house, "diaspora")
    finally:
        house.sql("diaspora", LATER_UNDONE)
        shutil.rmtree(source)


# ---- months dropped ----


def drop(house, service, table, before, *more, status=0):
    return tables(house, f"drop {table}", "--service", service, "--before", before, *more, status=status)


def test_a_month_of_the_trail_goes_when_it_is_sealed_and_exported(house):
    key, file = os.path.join(house.state, "secrets", "pseudonyms"), os.path.join(house.state, "exported.jsonl")
    db = ["--db", f"host={house.run}/pg user=postgres dbname=wayfare_travel"]

    def export(frm, to):
        done = house.ctl("audit", "export", *db, "--from", f"{frm}T00:00:00Z", "--to", f"{to}T00:00:00Z", "--pseudonym-key", key)
        house.said.pop()  # pseudonyms, likewise
        with open(file, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in done.splitlines() if line.startswith("{")))
        return ["--exported", file, "--pseudonym-key", key]
    with open(key, "w", encoding="utf-8") as f:
        os.chmod(key, 0o600)
        f.write("x" * 40)
    assert listed(house, "travel", "audit")["partitions"].startswith(f"before {name(-3)} {name(-3)}"), listed(house, "travel", "audit")
    assert "has not begun" in drop(house, "travel", "audit", name(1), status=1)
    assert "is a month" in drop(house, "travel", "audit", "soon", status=2)
    assert "no partition" in drop(house, "travel", "audit", name(-5))
    house.supervisor("stop", "relay-travel")
    try:
        house.sql("travel", "DELETE FROM wf.audit; DELETE FROM wf.audit_seal")  # as if its first rows were that old
        house.sql("travel", "; ".join(audit_row(at(-3, n)) for n in range(20)))
        house.sql("travel", f"BEGIN; {audit_row(at(-2, -1))}; {audit_row(at(-2, 0))}; COMMIT")  # one transaction over the end of a month
        said = drop(house, "travel", "audit", name(-2), "--apply", status=1)
        assert "21 rows are not sealed yet: does relay-travel run?" in said and "it has to be exported first" in said, said
    finally:
        house.supervisor("start", "relay-travel")
    sealed(house, "travel")
    house.sql("travel", audit_row(at(-2, 5)))
    sealed(house, "travel")
    good = export("1970-01-01", month(-2))
    with open(file, encoding="utf-8") as f:
        whole = f.read()
    assert len(whole.splitlines()) == 21
    for text, why in ((whole[:-200], "is not what `audit export` writes"), (whole.replace("case", "cafe", 1), "is not what"), (whole + "{}\n", "holds more than these months")):
        with open(file, "w", encoding="utf-8") as f:
            f.write(text)
        said = drop(house, "travel", "audit", name(-2), *good, "--apply", status=1)
        assert why in said, said
    assert "cannot be read" in drop(house, "travel", "audit", name(-2), "--exported", file + "x", "--pseudonym-key", key, status=1)
    export("1970-01-01", month(-2))
    # A row of later that only the same seal covers.
    house.sql("travel", "CREATE TABLE moved AS SELECT * FROM wf.audit_seal")
    house.sql("travel", f"""DELETE FROM wf.audit_seal; INSERT INTO wf.audit_seal SELECT 1, 0, max(to_xid), 23, '', wf.audit_hash('', 0, max(to_xid)), now() FROM moved;
                            UPDATE wf.audit SET at = '{at(-2, 30)}' WHERE at = '{at(-2, 5)}';
                            UPDATE wf.audit_seal SET hash = wf.audit_hash('', 0, to_xid) WHERE no = 1""")
    assert "which nothing would cover any more" in drop(house, "travel", "audit", name(-2), *good, "--apply", status=1)
    house.sql("travel", f"""DELETE FROM wf.audit_seal; INSERT INTO wf.audit_seal SELECT * FROM moved; DROP TABLE moved;
                            UPDATE wf.audit SET at = '{at(-2, 5)}' WHERE at = '{at(-2, 30)}'""")
    # Changed since it was sealed.
    house.sql("travel", f"UPDATE wf.audit SET client = 'y' WHERE at = '{at(-3, 3)}'")
    assert "seals are not true" in drop(house, "travel", "audit", name(-2), *good, "--apply", status=1)
    house.sql("travel", f"UPDATE wf.audit SET client = 'x' WHERE at = '{at(-3, 3)}'")

    counted = house.sql("travel", "SELECT count(*) FROM wf.audit")
    said = drop(house, "travel", "audit", name(-2), *good)
    assert f"wf.audit{part(-3)}" in said and "21 rows" in said and "1 rows that stay are under it" in said and "nothing was changed; --apply drops them" in said, said
    assert house.sql("travel", "SELECT count(*) FROM wf.audit") == counted
    assert "dropped" in drop(house, "travel", "audit", name(-2), *good, "--apply")
    assert house.sql("travel", f"SELECT count(*) FROM wf.audit WHERE at < '{at(-2, 0)}'") == [["0"]]
    kept = house.sql("travel", "SELECT part, rows, dropped_by, uncovered, seal, encode(hash, 'hex') FROM wf.months_dropped ORDER BY until")
    assert [k[:2] for k in kept] == [[f"wf.audit_before{part(-3)}", "0"], [f"wf.audit{part(-3)}", "21"]] and kept[1][2].startswith("ctl:") and kept[1][3] == "1", kept
    assert house.sql("travel", "SELECT changes FROM wf.audit WHERE operation = 'tables drop' ORDER BY id") == [[f'["wf.audit_before{part(-3)}"]'], [f'["wf.audit{part(-3)}"]']]
    sealed(house, "travel")
    said = verified(house, "travel")
    assert f"wf.audit{part(-3)} was dropped on" in said and f"up to seal {kept[1][4]}:{kept[1][5]}; 1 rows that stayed" in said, said
    assert f"computed anew from seal {int(kept[1][4]) + 1} on" in said, said
    verified(house, "travel", "--head", f"{kept[1][4]}:{kept[1][5]}")
    # What is left is covered as before: rows, seals, and the seal that it begins behind.
    for wrong, right in ((f"UPDATE wf.audit SET client = 'y' WHERE at = '{at(-2, 5)}'", f"UPDATE wf.audit SET client = 'x' WHERE at = '{at(-2, 5)}'"),
                         (f"UPDATE wf.audit_seal SET hash = sha256(hash) WHERE no = {kept[1][4]}", f"UPDATE wf.audit_seal SET hash = decode('{kept[1][5]}', 'hex') WHERE no = {kept[1][4]}"),
                         ("UPDATE wf.months_dropped SET hash = sha256(hash) WHERE seal IS NOT NULL", f"UPDATE wf.months_dropped SET hash = decode('{kept[1][5]}', 'hex') WHERE seal IS NOT NULL"),
                         ("""INSERT INTO wf.months_dropped (tbl, part, until, rows, bytes, dropped_by, seal, hash)
                             SELECT 'wf.audit', 'x', now(), 0, 0, 'x', no, hash FROM wf.audit_seal ORDER BY no DESC LIMIT 1""", "DELETE FROM wf.months_dropped WHERE part = 'x'")):
        house.sql("travel", wrong)
        assert "is not true" in verified(house, "travel", status=1), wrong
        house.sql("travel", right)
    verified(house, "travel")


def test_events_go_when_nobody_may_need_them(house):
    event = id_of(-3, 7)
    house.sql("travel", f"""
        INSERT INTO wf.outbox (id, org, type, subject, data, created_at) VALUES ('{event}', 'iom', 'x', '{CASE}', '{{}}', now());
        INSERT INTO wf.delivery (event_id, grp, key, seq, on_dead, published_at, epoch, next_at)
        VALUES ('{event}', 'nobody', '{CASE}', 1, 'hold', now(), 0, now() + interval '1 hour')""")
    assert house.sql("travel", f"SELECT tableoid::regclass FROM wf.outbox WHERE id = '{event}'") == [[f"wf.outbox{part(-3)}"]]
    assert "1 events are not delivered" in drop(house, "travel", "outbox", name(-2), "--apply", status=1)
    house.sql("travel", f"DELETE FROM wf.delivery WHERE event_id = '{event}'")
    assert "events are kept for 400 days" in drop(house, "travel", "outbox", name(-2), "--keep-days", "400", "--apply", status=1)
    assert "a number of days" in drop(house, "travel", "outbox", name(-2), "--keep-days", "many", status=2)
    house.sql("travel", "INSERT INTO wf.restored (backup_at) VALUES (now())")
    assert "closed since a restore" in drop(house, "travel", "outbox", name(-2), "--apply", status=1)
    house.sql("travel", "DELETE FROM wf.restored WHERE opened_at IS NULL")
    assert f"wf.outbox{part(-3)}" in drop(house, "travel", "outbox", name(-2), "--apply")
    assert house.sql("travel", f"SELECT count(*) FROM wf.outbox WHERE id = '{event}'") == [["0"]]


def test_messages_go_when_what_they_are_about_is_over(house):
    case = house.new_case()
    person = house.sql("cases", f"SELECT principal_id FROM cases WHERE id = '{case}'")[0][0]
    message = id_of(-3, 9)
    house.sql("notifications", f"""
        INSERT INTO messages (id, org, case_id, person_id, topic, template, class, basis_kind, basis_id, basis_event, status, send_at, expires_at, created_by, created_at, updated_at)
        VALUES ('{message}', 'iom', '{case}', '{person}', 'x', 'x', 'normal', 'case', '{case}', 'reminder', 'queued', now(), now(), 'x', now(), now());
        INSERT INTO message_attempts (org, message_id, attempt, at, outcome) VALUES ('iom', '{message}', 1, now(), 'sent');
        INSERT INTO inbox_items (id, org, user_id, topic, subject, body, case_id, message_id, created_at)
        VALUES ('{message}', 'iom', 'amina', 'x', 'x', 'x', '{case}', '{message}', now())""")
    said = drop(house, "notifications", "messages", name(-2), "--apply", status=1)
    assert "1 messages are still to be sent" in said and "1 are unread" in said and "as cases says: open 1" in said, said
    house.sql("notifications", f"UPDATE messages SET status = 'sent' WHERE id = '{message}'; UPDATE inbox_items SET read_at = now() WHERE message_id = '{message}'")
    for state, why in (("closed_at = now(), retain_until = current_date + 1", "kept 1"), ("legal_hold = true, retain_until = current_date - 1", "held 1")):
        house.sql("cases", f"UPDATE cases SET {state} WHERE id = '{case}'")
        said = drop(house, "notifications", "messages", name(-2), "--apply", status=1)
        assert f"as cases says: {why}" in said and "to be sent" not in said, said
    house.sql("cases", f"UPDATE cases SET legal_hold = false WHERE id = '{case}'; UPDATE persons SET restricted_at = now() WHERE id = '{person}'")
    assert "restricted 1" in drop(house, "notifications", "messages", name(-2), "--apply", status=1)
    house.sql("cases", f"UPDATE persons SET restricted_at = NULL WHERE id = '{person}'")
    assert "nothing was changed" in drop(house, "notifications", "messages", name(-2))
    assert "dropped" in drop(house, "notifications", "messages", name(-2), "--apply")
    assert house.sql("notifications", f"""SELECT (SELECT count(*) FROM messages WHERE id = '{message}') + (SELECT count(*) FROM message_attempts WHERE message_id = '{message}')
                                                 + (SELECT count(*) FROM inbox_items WHERE message_id = '{message}')""") == [["0"]]
    house.sql("cases", f"UPDATE cases SET closed_at = NULL, retain_until = NULL WHERE id = '{case}'")
