"""Row-level security as the database itself describes it: no table open, no role that passes by, no function that lends rights."""
from documents import SERVICES

CHECKS = {
    "every table forces row-level security":
        """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
             AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> 'schema_migrations'
             AND EXISTS (SELECT 1 FROM aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
                         WHERE r.rolname ~ '_(service|worker)$')""",
    "the programs' roles bypass nothing and own nothing":
        """SELECT rolname FROM pg_roles WHERE rolname ~ '^wf_.*_(service|worker)$'
             AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit
                  OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = pg_roles.oid))""",
    "no function runs with its owner's rights":
        """SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')""",
    "views run with the reader's rights":
        """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
             AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on)', false)""",
    "there is no materialized view":
        "SELECT relname FROM pg_class WHERE relkind = 'm'",
    "no right is given to everybody":
        """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                  aclexplode(c.relacl) g
           WHERE g.grantee = 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')""",
    "every table has a policy for each role that may read it":
        """SELECT n.nspname || '.' || c.relname || ' ' || r.rolname
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
           WHERE c.relkind = 'r' AND c.relrowsecurity AND g.privilege_type = 'SELECT' AND r.rolname ~ '_(service|worker)$'
             AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                             AND (r.oid = ANY (p.polroles) OR p.polroles = '{0}'))""",
    "children carry the organisation in their foreign keys":
        """SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c
           WHERE c.contype = 'f'
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.confrelid AND a.attname = 'org')
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'org')
             AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname ~ '^(.*_)?org$')""",
}

# Without a context the service role sees nothing, whatever it asks.
EMPTY = """DO $$ DECLARE t record; n bigint; BEGIN
  SET LOCAL ROLE %s;
  FOR t IN SELECT c.oid::regclass AS name FROM pg_class c, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
           WHERE c.relkind = 'r' AND r.rolname = '%s' AND g.privilege_type = 'SELECT'
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org') LOOP
    EXECUTE format('SELECT count(*) FROM %%s', t.name) INTO n;
    IF n > 0 THEN RAISE EXCEPTION '%%: %% rows without a context', t.name, n; END IF;
  END LOOP; END $$"""


def run_all(stack, documents, result):
    for service in SERVICES:
        for name, query in CHECKS.items():
            rows = [r[0] for r in stack.sql(service, query)]
            if rows:
                result.bad(f"{service}: {name}", ", ".join(rows[:10]))
            else:
                result.ok(f"{service}: {name}")
        role = f"wf_{service}_service"
        try:
            stack.sql(service, EMPTY % (role, role))
            result.ok(f"{service}: no context, no rows")
        except RuntimeError as e:
            result.bad(f"{service}: no context, no rows", str(e)[:300])
