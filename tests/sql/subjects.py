"""The catalogue of what a database holds on a person (libcommon/app/schema/0006): every table is in it, and what it says is so."""
import wire

ALONE = "01890000-0000-7000-8000-0000000000aa"
MISSING = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND NOT EXISTS (SELECT 1 FROM wf.subject_tables s WHERE s.tbl::regclass = c.oid)"""
COLUMNS = """
    SELECT s.tbl || '.' || k FROM wf.subject_tables s
      CROSS JOIN LATERAL (SELECT unnest(s.shows) UNION SELECT jsonb_object_keys(s.clears) UNION SELECT jsonb_object_keys(s.sealed)) AS x (k)
     WHERE NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = s.tbl::regclass AND a.attname = k AND a.attnum > 0 AND NOT a.attisdropped)"""
# A sealed value never leaves as it is; a shown one says how it is opened.
SEALED = """
    SELECT s.tbl || '.' || a.attname FROM wf.subject_tables s JOIN pg_attribute a ON a.attrelid = s.tbl::regclass AND a.attname = ANY (s.shows)
     WHERE a.atttypid = 'bytea'::regtype AND NOT coalesce(s.sealed, '{}') ? a.attname"""
# Who of the staff did something is not the person's data; other persons' names and contacts are theirs.
OTHERS = """
    SELECT s.tbl || '.' || k FROM wf.subject_tables s CROSS JOIN LATERAL unnest(s.shows) AS k
     WHERE k IN ('created_by', 'by_user', 'staff', 'caseworker', 'author', 'assignee', 'interpreter', 'witness', 'given_by', 'guardian_id', 'receiver_name',
                 'receiver_phone', 'phone', 'decided_by', 'asked_by', 'approved_by', 'user_id', 'org')
       AND NOT (s.tbl = 'referrals' AND k = 'org')"""


def run(check, service, roles):
    """As the worker, which does it: plan, export and erasure of somebody who is not there run through every statement of the catalogue."""
    admin = wire.Connection(f"wayfare_{service}", "postgres")
    for what, sql in (("every table is in the catalogue of persons", MISSING), ("the catalogue names columns that there are", COLUMNS),
                      ("what is sealed is opened or not shown", SEALED), ("nobody else's data are shown", OTHERS)):
        found = [r[0] for r in admin.run(sql)]
        check(not found, f"wayfare_{service}: {what}", "not so: " + ", ".join(found))
    admin.close()
    worker = wire.Connection(f"wayfare_{service}", roles["worker"])
    worker.run("SELECT set_config('wf.org', 'iom', false), set_config('wf.sub', 'worker', false), set_config('wf.scope', '', false)")
    for what in ("plan", "export", "erase"):
        try:
            answer = worker.run(f"SELECT wf.subject_{what}('{ALONE}', ARRAY['{ALONE}']::uuid[])")
            check(answer[0][0] == "[]", f"wayfare_{service}: wf.subject_{what} finds nothing of nobody", str(answer))
        except wire.Refused as e:
            check(False, f"wayfare_{service}: wf.subject_{what} as the worker", str(e))
    try:
        check(worker.run(f"SELECT * FROM wf.subject_blocks('{ALONE}', '{{}}', '2026-01-01')") == [], f"wayfare_{service}: nothing stands in the way of nobody")
    except wire.Refused as e:
        check(False, f"wayfare_{service}: wf.subject_blocks as the worker", str(e))
    worker.close()
