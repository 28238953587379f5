-- Foreign keys to a table by month that tables_part.sql made anew and did not look at: they held before it.
SELECT set_config('role', '{{owner}}', true);
DO $$
DECLARE
    k record;
BEGIN
    FOR k IN SELECT conrelid::regclass AS tbl, conname FROM pg_constraint
              WHERE contype = 'f' AND confrelid = '{{table}}'::regclass AND conparentid = 0 AND NOT convalidated LOOP
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.tbl, k.conname);
    END LOOP;
END
$$;
