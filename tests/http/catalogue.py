"""Row-level security as the database itself describes it: no table open, no role that passes by, no function that lends rights."""
import secrets

from documents import SERVICES

ACROSS = {"internal", "organisations:all"}  # scopes that pass the borders between organisations

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
           WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND g.privilege_type = 'SELECT' AND r.rolname ~ '_(service|worker)$'
             AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                             AND (r.oid = ANY (p.polroles) OR p.polroles = '{0}'))""",
    "children carry the organisation in their foreign keys":
        """SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c
           WHERE c.contype = 'f'
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.confrelid AND a.attname = 'org')
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'org')
             AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname ~ '^(.*_)?org$')""",
    "the owner of the tables passes by nothing and is none of the programs":
        """SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
             AND (r.rolsuper OR r.rolbypassrls OR r.rolname ~ '_(service|worker)$')""",
    "the programs' roles are members of nothing, and nobody is of theirs":
        """SELECT m.rolname || ' in ' || g.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
           WHERE (m.rolname ~ '^wf_.*_(service|worker)$' OR g.rolname ~ '^wf_') AND m.rolname <> 'postgres'""",
    "the programs' roles reach this database alone":
        """SELECT r.rolname || ' ' || d.datname FROM pg_roles r, pg_database d
           WHERE r.rolname ~ '^wf_.*_(owner|service|worker)$' AND d.datname ~ '^wayfare_'
             AND has_database_privilege(r.oid, d.oid, 'CONNECT') AND split_part(r.rolname, '_', 2) <> split_part(d.datname, '_', 2)""",
    "the programs' roles make nothing":
        """SELECT r.rolname || ' ' || n.nspname FROM pg_roles r, pg_namespace n
           WHERE r.rolname ~ '^wf_.*_(service|worker)$' AND n.nspname !~ '^pg_(temp|toast)' AND has_schema_privilege(r.oid, n.oid, 'CREATE')
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ '^wf_.*_(service|worker)$' AND has_database_privilege(oid, current_database(), 'CREATE')""",
    "no right beyond rows is given":
        """SELECT n.nspname || '.' || c.relname || ' ' || g.privilege_type
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
           WHERE r.rolname ~ '_(service|worker)$' AND (g.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') OR g.is_grantable)""",
    "no row can be given to another organisation or another id":
        """SELECT c.oid::regclass || '.' || a.attname || ' ' || r.rolname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, pg_roles r
           WHERE c.relkind IN ('r', 'p') AND a.attname IN ('org', 'id', 'owner_org', 'from_org', 'to_org') AND r.rolname ~ '_(service|worker)$'
             AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
             AND has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')""",
    "what workers move for all organisations is theirs alone":
        """SELECT p.polrelid::regclass || ' ' || p.polname FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
           WHERE r.rolname ~ '_worker$' AND p.polpermissive AND p.polrelid::regclass::text !~ '^wf\\.'
             AND 'true' IN (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))""",
    "no policy is open to the service":
        """SELECT p.polrelid::regclass || ' ' || p.polname FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles) OR p.polroles = '{0}'
           WHERE r.rolname ~ '_service$' AND p.polpermissive
             AND 'true' IN (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))""",
    "what has an organisation is judged by it":
        """SELECT DISTINCT c.oid::regclass || ' ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
                  JOIN pg_roles r ON r.oid = ANY (p.polroles)
           WHERE r.rolname ~ '_service$' AND p.polpermissive AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org')
             AND coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) !~ 'sec\\.org\\(\\)'""",
    "without a context there is no row, whatever else lets in": # `own` is true of none without one
        """SELECT DISTINCT c.oid::regclass || ' ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
                  JOIN pg_roles r ON r.oid = ANY (p.polroles)
           WHERE r.rolname ~ '_service$' AND p.polpermissive AND p.polname <> 'own' AND c.relnamespace = 'public'::regnamespace
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org')
             AND NOT EXISTS (SELECT 1 FROM pg_policy o WHERE o.polrelid = c.oid AND NOT o.polpermissive AND r.oid = ANY (o.polroles) AND o.polcmd = '*'
                             AND pg_get_expr(o.polqual, o.polrelid) ~ 'sec\\.org\\(\\) AS org\\) IS NOT NULL')""",
    "a check of a written row asks without a plan of its own": # sec.settle
        """SELECT polrelid::regclass || ' ' || polname FROM pg_policy
           WHERE regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\( SELECT sec\\.\\w+\\([^()]*\\) AS \\w+\\)', '', 'g') !~ 'SELECT'
             AND pg_get_expr(polwithcheck, polrelid) ~ 'SELECT'""",
    "no row is compared with all words of the scope":
        """SELECT polrelid::regclass || ' ' || polname FROM pg_policy
           WHERE coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') ~ 'sec\\.scope\\(\\)'""",
    "no extension and no language lends rights":
        """SELECT extname FROM pg_extension WHERE extname NOT IN ('plpgsql', 'btree_gist')
           UNION ALL SELECT lanname FROM pg_language WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
           UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
                      WHERE l.lanname IN ('internal', 'c') AND p.pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
                        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "no trigger and no rule acts behind the policies":
        """SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT tgisinternal AND p.prosecdef
           UNION ALL SELECT ev_class::regclass || ' ' || rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
                      WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')""",
}

# As an organisation that owns nothing, the role of the programs sees no row of any other, and can write none for it.
NOBODY = """DO $$ DECLARE t record; n bigint; BEGIN
  SET LOCAL ROLE %(role)s;
  PERFORM set_config('wf.org', 'nobody-%(mark)s', true), set_config('wf.sub', 'nobody', true), set_config('wf.scope', %(scope)s, true);
  FOR t IN SELECT c.oid::regclass AS name
             FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'wf')
              AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'org' AND has_column_privilege(c.oid, o.attnum, 'SELECT'))
              AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                                                          AND '%(role)s'::regrole = ANY (p.polroles)) LOOP
    EXECUTE format('SELECT count(*) FROM %%s', t.name) INTO n;
    IF n > 0 THEN RAISE EXCEPTION '%%: %% rows of others', t.name, n; END IF;
  END LOOP; END $$"""
# A row that is there, written once more for its organisation by somebody else: refused by the policy, before any constraint.
FOREIGN_ROW = """DO $$ DECLARE t record; BEGIN
  PERFORM set_config('wf.org', 'nobody-%(mark)s', true), set_config('wf.sub', 'nobody', true), set_config('wf.scope', %(scope)s, true);
  FOR t IN SELECT c.oid::regclass AS name, (SELECT string_agg(quote_ident(a.attname), ',') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                    AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = '' AND has_column_privilege('%(role)s', c.oid, a.attnum, 'INSERT')) AS columns
             FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'wf')
              AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'org')
              AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND pg_get_expr(p.polwithcheck, p.polrelid) = 'true'
                                                          AND '%(role)s'::regrole = ANY (p.polroles))
              AND has_any_column_privilege('%(role)s', c.oid, 'INSERT') LOOP
    EXECUTE format('CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT %%s FROM %%s LIMIT 1', t.columns, t.name);
    GRANT SELECT ON copied TO %(role)s;
    IF EXISTS (SELECT 1 FROM copied) THEN
      BEGIN
        SET LOCAL ROLE %(role)s;
        EXECUTE format('INSERT INTO %%s (%%s) SELECT %%s FROM copied', t.name, t.columns, t.columns);
        RAISE EXCEPTION USING ERRCODE = 'WF999', MESSAGE = t.name || ' takes a row of another organisation';
      EXCEPTION WHEN insufficient_privilege THEN NULL; -- what is wanted: new row violates row-level security policy
      END;
      RESET ROLE;
    END IF;
    DROP TABLE copied;
  END LOOP; END $$"""

# Rows that are for everybody, or told apart by something else than an organisation.
EXCEPT = {
    "airports everybody": "a table of the world, the same for all",
    "client_assertions self": "the token endpoint knows a client before it knows its organisation",
    "client_keys self": "likewise", "client_secrets self": "likewise", "organisations self": "likewise",
    "wf.restored readers": "when this database was restored: no organisation, no person", "wf.field_keys programs": "which keys seal it: names of keys",
    "revocations feed": "every process of the house reads all of it",
    "deliveries daemons": "the consumer writes a partner's deliveries as the organisation of the event",
    "subscriptions daemons": "likewise", "delivery_due schedule": "what is due, for the daemon that sends it", "message_due schedule": "likewise",
    "stored_objects sweep": "what no content has any more, for the worker that removes it: random names",
}

# Without a context the service role sees nothing, whatever it asks.
EMPTY = """DO $$ DECLARE t record; n bigint; BEGIN
  SET LOCAL ROLE %s;
  FOR t IN SELECT c.oid::regclass AS name FROM pg_class c, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
           WHERE c.relkind IN ('r', 'p') AND r.rolname = '%s' AND g.privilege_type = 'SELECT'
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org')
             AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles @> ARRAY[r.oid]
                                                         AND pg_get_expr(p.polqual, p.polrelid) = 'true') LOOP
    EXECUTE format('SELECT count(*) FROM %%s', t.name) INTO n;
    IF n > 0 THEN RAISE EXCEPTION '%%: %% rows without a context', t.name, n; END IF;
  END LOOP; END $$"""


# What stands on a case as it is shown is what its members, team and references say.
SHOWN = """SELECT id FROM cases WHERE shown_members IS DISTINCT FROM case_members(org, id) OR shown_team IS DISTINCT FROM case_team_shown(org, id)
               OR shown_refs IS DISTINCT FROM case_refs(org, id)"""


def run_all(stack, documents, result):
    stale, all_of_them = stack.sql("cases", SHOWN), stack.sql("cases", "SELECT id FROM cases")
    if stale or not all_of_them:
        result.bad("cases are shown as they are", ", ".join(r[0] for r in stale[:10]) or "there is none")
    else:
        result.ok(f"cases are shown as they are ({len(all_of_them)})")
    for service in SERVICES:
        for name, query in CHECKS.items():
            rows = [r[0] for r in stack.sql(service, query) if r[0] not in EXCEPT]
            if rows:
                result.bad(f"{service}: {name}", ", ".join(rows[:10]))
            else:
                result.ok(f"{service}: {name}")
        scopes = " ".join(sorted({s for o in documents.all[service].operations for a in o.spec["security"] for w in a.values() for s in w} - ACROSS))
        for role in (f"wf_{service}_service", f"wf_{service}_worker"):
            words = {"role": role, "mark": secrets.token_hex(4), "scope": f"'{scopes} office:nl programme:avrr'"}
            told(stack, result, service, f"{role}: no context, no rows", EMPTY % (role, role))
            told(stack, result, service, f"{role}: an organisation that owns nothing sees nothing", NOBODY % words)
            told(stack, result, service, f"{role}: nobody writes for another organisation", FOREIGN_ROW % words)


def told(stack, result, service, name, statement):
    try:
        stack.sql(service, statement)
        result.ok(f"{service}: {name}")
    except RuntimeError as e:
        result.bad(f"{service}: {name}", str(e)[:300])
