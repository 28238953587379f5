-- A plan names rows by their keys, and is kept: a search key, which is made of a name, and what a
-- partner calls the person are no part of that.
CREATE OR REPLACE FUNCTION wf.subject_order() RETURNS TABLE (tbl text, fate text, finds text, clears jsonb, why text, key text) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE refs AS (
        SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
    ), depth (oid, d) AS (
        SELECT s.tbl::regclass::oid, 0 FROM wf.subject_tables s
        UNION
        SELECT r.parent, d.d + 1 FROM depth d JOIN refs r ON r.child = d.oid WHERE d.d < 30
    )
    SELECT s.tbl, s.fate, s.finds, s.clears, s.why,
           (SELECT 'concat_ws(''/'', ' || string_agg('t.' || quote_ident(a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) || ')'
              FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
             WHERE i.indrelid = s.tbl::regclass AND i.indisprimary AND a.attname <> 'org'
               AND NOT (a.attname IN ('key', 'value') AND a.atttypid = 'text'::regtype))
      FROM wf.subject_tables s
     WHERE s.finds IS NOT NULL
     ORDER BY s.fate <> 'clear', NOT s.first, (SELECT max(d) FROM depth WHERE depth.oid = s.tbl::regclass), s.tbl
$$;
