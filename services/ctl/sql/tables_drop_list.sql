-- Partitions of {{table}} that hold nothing from {{before}} on, the oldest first; kept from changing until the transaction ends, which nobody should
-- notice. Lines "partition|its end|first month, or nothing where it holds all that is older|bytes".
SET LOCAL lock_timeout = '2s';
DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT c.oid::regclass AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
              WHERE i.inhparent = '{{table}}'::regclass AND c.relname ~ '_\d{4}_\d\d$' LOOP
        IF (to_date(right(p.name::text, 7), 'YYYY_MM') + CASE WHEN p.name::text ~ '_before_' THEN interval '0' ELSE interval '1 month' END <= '{{before}}-01') THEN
            EXECUTE format('LOCK TABLE %s IN SHARE MODE', p.name);
        END IF;
    END LOOP;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RAISE EXCEPTION '{{table}} is in use; nothing was changed, try again';
END
$$;
SELECT p.name || '|' || to_char(p.until, 'YYYY-MM') || '|' || CASE WHEN p.before THEN '' ELSE to_char(p.month, 'YYYY-MM') END || '|' || pg_total_relation_size(p.oid)
  FROM (SELECT c.oid, c.oid::regclass::text AS name, m.month, c.relname ~ '_before_' AS before,
               m.month + CASE WHEN c.relname ~ '_before_' THEN interval '0' ELSE interval '1 month' END AS until
          FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
         CROSS JOIN LATERAL (SELECT to_date(substring(c.relname FROM '_(\d{4}_\d\d)$'), 'YYYY_MM')::timestamp AS month) AS m
         WHERE i.inhparent = '{{table}}'::regclass AND m.month IS NOT NULL) AS p
 WHERE p.until <= '{{before}}-01' ORDER BY p.until;
