-- The labour market, first part: its references, and what a partner sees and writes of a case by a share that lets it.
--
-- A table whose rows are a field of a share has org (the case's owner), case_id, author_org (who wrote) and author (the subject there),
-- and gets its policies from share_field below. They read the shares themselves, written out: PostgreSQL inlines no function with a
-- subquery, and would plan it anew for every row. A share recalled or expired ends reading and writing with the statement after it.

-- Kept by the view of a case: the recipient of a share does not see the case, and nothing is written in one that is closed.
ALTER TABLE shares ADD COLUMN case_closed bool NOT NULL DEFAULT false;
GRANT UPDATE (case_closed) ON shares TO {{service}}, {{worker}};

-- Rows of the table are the named field of a share of their case. Inside the owner's organisation they are seen by who sees the case.
-- A recipient whose share has the field reads them; by an edit share, while the case is open, it adds its own and changes its own.
-- updates: the columns that may be changed; author_org and author are never among them.
CREATE FUNCTION share_field(tbl regclass, field text, updates text DEFAULT '') RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = tbl);
    -- The last day is judged here as well, so that no late scheduler prolongs a share.
    share text := format('SELECT 1 FROM shares s WHERE s.org = %1$I.org AND s.case_id = %1$I.case_id AND s.to_org = (SELECT sec.org())
        AND s.status = ''active'' AND %2$L = ANY (s.fields)
        AND (s.until_on IS NULL OR s.until_on >= (now() AT TIME ZONE ''Europe/Amsterdam'')::date)', name, field);
    edits text := format('author_org = (SELECT sec.org()) AND EXISTS (%s AND s.level = ''edit'' AND NOT s.case_closed)', share);
    own text := 'org = (SELECT sec.org())';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO {{service}}, {{worker}}', tbl);
    IF updates <> '' THEN
        EXECUTE format('GRANT UPDATE (%s) ON %s TO {{service}}, {{worker}}',
            (SELECT string_agg(quote_ident(trim(c)), ', ') FROM unnest(string_to_array(updates, ',')) AS c), tbl);
    END IF;
    EXECUTE format('CREATE POLICY present ON %s AS RESTRICTIVE TO {{service}}, {{worker}} USING ((SELECT sec.org()) IS NOT NULL)', tbl);
    EXECUTE format('CREATE POLICY need_to_know ON %s AS RESTRICTIVE FOR SELECT TO {{service}}
                    USING (org <> (SELECT sec.org()) OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id))', tbl);
    EXECUTE format('CREATE POLICY own_read ON %s FOR SELECT TO {{service}}, {{worker}} USING (%s)', tbl, own);
    EXECUTE format('CREATE POLICY own_adds ON %s FOR INSERT TO {{service}}, {{worker}} WITH CHECK (%s AND author_org = org)', tbl, own);
    EXECUTE format('CREATE POLICY own_changes ON %s FOR UPDATE TO {{service}}, {{worker}} USING (%2$s) WITH CHECK (%2$s)', tbl, own);
    EXECUTE format('CREATE POLICY shared_read ON %s FOR SELECT TO {{service}}, {{worker}} USING (EXISTS (%s))', tbl, share);
    EXECUTE format('CREATE POLICY shared_adds ON %s FOR INSERT TO {{service}}, {{worker}} WITH CHECK (%s)', tbl, edits);
    EXECUTE format('CREATE POLICY shared_changes ON %s FOR UPDATE TO {{service}}, {{worker}} USING (%2$s) WITH CHECK (%2$s)', tbl, edits);
END
$$;
REVOKE EXECUTE ON FUNCTION share_field(regclass, text, text) FROM PUBLIC;

-- VW-2026-000123
DO $$
BEGIN
    FOR year IN 2024..2049 LOOP
        EXECUTE format('CREATE SEQUENCE reference.labour_market_%s MAXVALUE 999999', year);
    END LOOP;
END
$$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA reference TO {{service}}, {{worker}};
