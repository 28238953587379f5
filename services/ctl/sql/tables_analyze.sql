-- The figures by which statements on a table by month are planned: autovacuum keeps those of partitions alone.
SELECT set_config('role', '{{owner}}', true), set_config('lock_timeout', '2s', true);
DO $$
DECLARE
    t regclass;
BEGIN
    FOR t IN SELECT partrelid FROM pg_partitioned_table WHERE partrelid IN (to_regclass('wf.audit'), to_regclass('wf.outbox'), to_regclass('public.messages')) LOOP
        EXECUTE format('ANALYZE %s', t);
    END LOOP;
END
$$;
