-- What the rows that are there have to be before the table can be a partition; looked at by the next script, while work goes on. Left behind it would
-- refuse rows of that month: tables_part_undo.sql takes it away, and `tables list`, `status` and `doctor` tell of it.
SELECT set_config('role', '{{owner}}', true), set_config('lock_timeout', '1s', true);
DO $$
BEGIN
    ALTER TABLE {{table}} DROP CONSTRAINT IF EXISTS {{name}}_until, ADD CONSTRAINT {{name}}_until CHECK ({{column}} < '{{bound}}') NOT VALID;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RAISE EXCEPTION '{{table}} is in use; nothing was changed, try again';
END
$$;
