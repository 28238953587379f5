-- Makes {{table}} a table by month: the one that is there becomes the partition of all that is before {{first}}, below a new one of its name that has
-- all that it had. One transaction under an exclusive lock, in which no row is read or written.
SELECT set_config('role', '{{owner}}', true), set_config('search_path', '', true), set_config('check_function_bodies', 'off', true),
       set_config('lock_timeout', '1s', true);
DO $do$
DECLARE
    old      oid := '{{table}}'::regclass;
    old_type oid := (SELECT reltype FROM pg_catalog.pg_class WHERE oid = '{{table}}'::regclass);
    nsp      text := (SELECT relnamespace::regnamespace::text FROM pg_catalog.pg_class WHERE oid = '{{table}}'::regclass);
    tbl      text := format('%s.%I', nsp, '{{name}}');
    past     text := '{{name}}_before_' || replace('{{first}}', '-', '_');
    rest     text := format('%s.%I', nsp, '{{name}}_rest');
    options  text := (SELECT array_to_string(reloptions, ', ') FROM pg_catalog.pg_class WHERE oid = '{{table}}'::regclass);
    before   text[] := '{}'; -- statements that take from the table what the new one is to have
    after    text[] := '{}'; -- and that give it to that one
    late     text[] := '{}'; -- what else refers to the table, once the new one stands for it
    drops    oid[] := '{}';  -- functions of the former row type
    r        record;
    s        text;
BEGIN
    BEGIN
        LOCK TABLE {{table}} IN ACCESS EXCLUSIVE MODE;
        FOR r IN SELECT DISTINCT conrelid::regclass AS name FROM pg_constraint WHERE contype = 'f' AND confrelid = old LOOP
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', r.name);
        END LOOP;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        RAISE EXCEPTION '{{table}} is in use; nothing was changed, try again';
    END;

    -- ---- what the table has ----
    FOR r IN SELECT i.indexrelid::regclass AS index, c.relname, k.conname, pg_get_constraintdef(k.oid) AS def, pg_get_indexdef(i.indexrelid) AS indexdef
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = old
              WHERE i.indrelid = old ORDER BY k.conname IS NULL, i.indexrelid LOOP
        before := before || format('ALTER INDEX %s RENAME TO %I', r.index, past || regexp_replace(r.relname, '^{{name}}', ''));
        after := after || CASE WHEN r.conname IS NULL THEN r.indexdef ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', tbl, r.conname, r.def) END;
    END LOOP;
    FOR r IN SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = old AND contype = 'f' LOOP
        after := after || format('ALTER TABLE %s ADD CONSTRAINT %I %s', tbl, r.conname, r.def);
    END LOOP;
    FOR r IN SELECT tgname, pg_get_triggerdef(oid) AS def FROM pg_trigger WHERE tgrelid = old AND NOT tgisinternal LOOP
        before := before || format('DROP TRIGGER %I ON {{table}}', r.tgname);
        after := after || r.def;
    END LOOP;
    FOR r IN SELECT * FROM pg_policies WHERE schemaname = nsp AND tablename = '{{name}}' LOOP
        before := before || format('DROP POLICY %I ON {{table}}', r.policyname);
        after := after || format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', r.policyname, tbl, r.permissive, r.cmd,
                                 (SELECT string_agg(CASE WHEN o = 'public' THEN o ELSE quote_ident(o) END, ', ') FROM unnest(r.roles::text[]) AS o),
                                 ' USING (' || r.qual || ')', ' WITH CHECK (' || r.with_check || ')');
    END LOOP;
    FOR r IN SELECT '' AS cols, g.* FROM pg_class c, aclexplode(c.relacl) g WHERE c.oid = old AND g.grantee <> c.relowner
              UNION ALL SELECT format(' (%I)', a.attname), g.* FROM pg_attribute a, aclexplode(a.attacl) g WHERE a.attrelid = old AND NOT a.attisdropped LOOP
        s := CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END;
        before := before || format('REVOKE ALL ON {{table}} FROM %s', s);
        after := after || format('GRANT %s%s ON %s TO %s%s', r.privilege_type, r.cols, tbl, s, CASE WHEN r.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;
    FOR r IN SELECT a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END AS kind, q.seqincrement, q.seqcache,
                    (xpath('/row/n/text()', query_to_xml('SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END AS n FROM ' || d.objid::regclass, false, true, '')))[1] AS next
               FROM pg_attribute a
               JOIN pg_depend d ON d.refobjid = old AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
               JOIN pg_sequence q ON q.seqrelid = d.objid
              WHERE a.attrelid = old AND a.attidentity <> '' LOOP
        before := before || format('ALTER TABLE {{table}} ALTER %I DROP IDENTITY', r.attname);
        after := after || format('ALTER TABLE %s ALTER %I ADD GENERATED %s AS IDENTITY (START WITH %s INCREMENT BY %s CACHE %s)', tbl, r.attname, r.kind,
                                 r.next, r.seqincrement, r.seqcache);
    END LOOP;
    s := obj_description(old, 'pg_class');
    IF s IS NOT NULL THEN
        after := after || format('COMMENT ON TABLE %s IS %L', tbl, s);
    END IF;
    IF (SELECT relreplident FROM pg_class WHERE oid = old) IN ('f', 'n') THEN
        after := after || format('ALTER TABLE %s REPLICA IDENTITY %s', tbl, (SELECT CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END FROM pg_class WHERE oid = old));
    END IF;

    -- ---- what else refers to it: foreign keys, views, policies of other tables, functions ----
    FOR r IN SELECT conrelid::regclass AS child, conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'f' AND confrelid = old LOOP
        before := before || format('ALTER TABLE %s DROP CONSTRAINT %I', r.child, r.conname);
        late := late || format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', r.child, r.conname, r.def);
    END LOOP;
    FOR r IN SELECT DISTINCT c.oid::regclass AS view, array_to_string(c.reloptions, ', ') AS opts, pg_get_viewdef(c.oid) AS def
               FROM pg_depend d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid JOIN pg_class c ON c.oid = w.ev_class
              WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = old AND c.relkind = 'v' LOOP
        late := late || format('CREATE OR REPLACE VIEW %s%s AS %s', r.view, ' WITH (' || r.opts || ')', r.def);
    END LOOP;
    FOR r IN SELECT DISTINCT p.polrelid::regclass AS other, p.polname, pg_get_expr(p.polqual, p.polrelid) AS qual, pg_get_expr(p.polwithcheck, p.polrelid) AS checked
               FROM pg_depend d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
              WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = old AND p.polrelid <> old LOOP
        late := late || format('ALTER POLICY %I ON %s%s%s', r.polname, r.other, ' USING (' || r.qual || ')', ' WITH CHECK (' || r.checked || ')');
    END LOOP;
    -- One whose arguments have the row type is another function afterwards, with the same rights; what calls it is planned anew with it.
    FOR r IN WITH typed AS (
                 SELECT DISTINCT p.oid FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
                  WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (old_type, (SELECT typarray FROM pg_type WHERE oid = old_type)))
             SELECT p.oid, p.oid IN (SELECT oid FROM typed) AS typed, pg_get_functiondef(p.oid) AS def, p.proname, p.proacl,
                    pg_get_function_identity_arguments(p.oid) AS args, p.pronamespace::regnamespace AS schema
               FROM pg_proc p
              WHERE p.oid IN (SELECT oid FROM typed)
                 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                               AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = old
                                    OR d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM typed)))
              ORDER BY typed DESC, p.oid LOOP
        late := late || r.def;
        IF r.typed THEN
            drops := drops || r.oid;
            IF r.proacl IS NOT NULL THEN
                late := late || format('REVOKE ALL ON FUNCTION %s.%I(%s) FROM PUBLIC', r.schema, r.proname, r.args)
                             || (SELECT coalesce(array_agg(format('GRANT EXECUTE ON FUNCTION %s.%I(%s) TO %s', r.schema, r.proname, r.args,
                                                                  CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)), '{}')
                                   FROM aclexplode(r.proacl) AS g WHERE g.grantee <> (SELECT relowner FROM pg_class WHERE oid = old));
            END IF;
        END IF;
    END LOOP;

    -- ---- the other shape ----
    FOREACH s IN ARRAY before LOOP
        EXECUTE s;
    END LOOP;
    EXECUTE format('ALTER TABLE {{table}} RENAME TO %I', past);
    EXECUTE format('CREATE TABLE %s (LIKE %s.%I INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY) PARTITION BY RANGE ({{column}})', tbl, nsp, past);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS {{name}}_until, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tbl);
    FOREACH s IN ARRAY after LOOP
        EXECUTE s;
    END LOOP;
    BEGIN
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s.%I FOR VALUES FROM (MINVALUE) TO (%L)', tbl, nsp, past, '{{bound}}');
    EXCEPTION WHEN check_violation THEN
        RAISE EXCEPTION '{{table}} holds rows of {{first}} or later: --first has to be a later month';
    END;
    EXECUTE format('ALTER TABLE %s.%I DROP CONSTRAINT IF EXISTS {{name}}_until', nsp, past);
    -- What no month takes lies here: a write never fails because nobody made the months ahead.
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)%s', rest, tbl, ' WITH (' || options || ')');
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', rest);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', tbl, rest);
    FOREACH s IN ARRAY late LOOP
        EXECUTE s;
    END LOOP;
    FOREACH s IN ARRAY drops::regprocedure[]::text[] LOOP
        EXECUTE 'DROP FUNCTION ' || s;
    END LOOP;

    -- What this does not know of would go on with the partition alone: rather nothing is done.
    SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ') INTO s
      FROM pg_depend d
     WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = old OR d.refclassid = 'pg_type'::regclass AND d.refobjid = old_type AND d.objid <> old)
       AND d.deptype <> 'i'
       AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = d.objid AND x.indrelid = old))
       AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND (k.conrelid = old OR k.conparentid <> 0)))
       AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger g WHERE g.oid = d.objid AND g.tgrelid = old))
       AND d.classid <> 'pg_attrdef'::regclass;
    IF s IS NOT NULL THEN
        RAISE EXCEPTION '{{table}} cannot be parted by this command: % refers to it in a way that it does not know; nothing was changed', s;
    END IF;
END
$do$;
