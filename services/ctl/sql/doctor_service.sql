-- Lines "level|area|what|what to do".
SELECT CASE WHEN r.rolname IS NULL OR r.rolsuper OR r.rolbypassrls OR NOT r.rolcanlogin THEN 'bad' ELSE 'ok' END || '|{{database}}|role ' || w.name
       || CASE WHEN r.rolname IS NULL THEN ' is not there' WHEN r.rolsuper THEN ' is a superuser' WHEN r.rolbypassrls THEN ' passes by row-level security'
               WHEN NOT r.rolcanlogin THEN ' may not log in' ELSE ' is as it should be' END
       || '|wayfare-ctl database create makes what lacks; ALTER ROLE ' || w.name || ' NOSUPERUSER NOBYPASSRLS LOGIN'
  FROM unnest(ARRAY['{{owner}}', '{{role}}', '{{worker}}']) AS w (name) LEFT JOIN pg_roles AS r ON r.rolname = w.name
UNION ALL
SELECT 'bad|{{database}}|' || w.name || ' may not connect|after a restore: wayfare-ctl reconcile --apply; else: wayfare-ctl database create'
  FROM unnest(ARRAY['{{role}}', '{{worker}}']) AS w (name) JOIN pg_roles AS r ON r.rolname = w.name
 WHERE NOT has_database_privilege(r.oid, current_database(), 'CONNECT')
UNION ALL
SELECT 'bad|{{database}}|row-level security is off on ' || string_agg(c.oid::regclass::text, ', ') || '|ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
  FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
   AND (c.relispartition OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))
HAVING count(*) > 0;
