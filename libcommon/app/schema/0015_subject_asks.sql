-- Who has copies of what an erasure takes back: a plan names, table by table, the organisations that will be asked to delete theirs.
ALTER TABLE wf.subject_tables ADD COLUMN asks text; -- an expression on the row t: the organisation that got it; NULL: nobody is asked

CREATE OR REPLACE FUNCTION wf.subject_plan(person uuid, own uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    t record;
    keys jsonb;
    asked jsonb;
    plan jsonb := '[]';
BEGIN
    FOR t IN SELECT o.*, s.asks FROM wf.subject_order() WITH ORDINALITY AS o JOIN wf.subject_tables s ON s.tbl = o.tbl ORDER BY o.ordinality LOOP
        EXECUTE format('SELECT jsonb_agg(k ORDER BY k), jsonb_agg(DISTINCT a) FILTER (WHERE a <> sec.org()) FROM (SELECT %s AS k, %s AS a FROM %s AS t WHERE %s) AS s',
                       coalesce(t.key, '''''::text'), coalesce(t.asks, 'NULL::text'), t.tbl::regclass, t.finds)
           INTO keys, asked USING person, own;
        IF keys IS NOT NULL THEN
            plan := plan || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('table', t.tbl, 'fate', t.fate, 'why', t.why, 'asked', asked, 'rows', keys)));
        END IF;
    END LOOP;
    RETURN plan;
END
$$;
