-- The partitions of the coming {{months}} months of every table that is by month, after the last that is there. Answers what was made, and what was
-- not. Without a table by month nothing is done.
SELECT set_config('role', '{{owner}}', true), set_config('lock_timeout', '2s', true), set_config('ctl.said', '', true);
DO $do$
DECLARE
    t     record;
    m     record;
    said  text := '';
    moved int8;
    super bool := (SELECT rolsuper FROM pg_roles WHERE rolname = session_user);
BEGIN
    FOR t IN SELECT c.oid, n.nspname AS nsp, c.relname AS name, c.oid::regclass AS tbl, a.attname AS col, a.atttypid = 'uuid'::regtype AS by_id,
                    format('%I.%I', n.nspname, c.relname || '_rest') AS rest,
                    (SELECT max(to_date(substring(i.inhrelid::regclass::text FROM '_(\d{4}_\d\d)$'), 'YYYY_MM')
                                + CASE WHEN i.inhrelid::regclass::text ~ '_before_' THEN interval '0' ELSE interval '1 month' END)
                       FROM pg_inherits AS i WHERE i.inhparent = c.oid) AS next,
                    (SELECT ' WITH (' || array_to_string(p.reloptions, ', ') || ')'
                       FROM pg_class AS p WHERE p.oid = format('%I.%I', n.nspname, c.relname || '_rest')::regclass) AS options
               FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_partitioned_table AS k ON k.partrelid = c.oid
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.partattrs[0]
              WHERE c.oid IN (to_regclass('wf.audit'), to_regclass('wf.outbox'), to_regclass('public.messages')) LOOP
        FOR m IN SELECT g.month, format('%I.%I', t.nsp, t.name || to_char(g.month, '_YYYY_MM')) AS part, b.lower, b.upper
                   FROM generate_series(t.next, date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => {{months}}), interval '1 month') AS g (month)
                  CROSS JOIN LATERAL (
                    SELECT min(w.bound) FILTER (WHERE w.at = g.month) AS lower, min(w.bound) FILTER (WHERE w.at > g.month) AS upper
                      FROM (SELECT e.at, CASE WHEN t.by_id THEN (lpad(to_hex((extract(epoch FROM e.at) * 1000)::int8), 12, '0') || repeat('0', 20))::uuid::text
                                              ELSE to_char(e.at, 'YYYY-MM-DD') || ' 00:00:00+00' END AS bound
                              FROM unnest(ARRAY[g.month, g.month + interval '1 month']) AS e (at)) AS w) AS b
                  ORDER BY g.month LOOP
            EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)%s', m.part, t.tbl, t.options);
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', m.part);
            BEGIN
                EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', t.tbl, m.part, m.lower, m.upper);
                said := said || m.part || E' made\n';
            EXCEPTION
                WHEN lock_not_available THEN
                    RAISE EXCEPTION '% is in use; nothing was changed, try again', t.tbl;
                WHEN check_violation THEN -- rows of that month came before it was made
                    IF NOT super THEN
                        EXECUTE format('DROP TABLE %s', m.part);
                        said := said || t.rest || ' holds rows of ' || to_char(m.month, 'YYYY-MM') || E', which a superuser has to move: wayfare-ctl tables ahead\n';
                        EXIT;
                    END IF;
                    -- As replication does it, so that what refers to a row does not notice that it is written anew; nobody else reads it meanwhile.
                    PERFORM set_config('role', 'none', true), set_config('session_replication_role', 'replica', true);
                    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', t.rest);
                    EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %s SELECT * FROM gone',
                                   t.rest, t.col, m.lower, t.col, m.upper, m.part);
                    GET DIAGNOSTICS moved = ROW_COUNT;
                    PERFORM set_config('session_replication_role', 'origin', true), set_config('role', '{{owner}}', true);
                    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', t.tbl, m.part, m.lower, m.upper);
                    said := said || m.part || ' made, ' || moved || E' rows moved into it\n';
            END;
        END LOOP;
    END LOOP;
    PERFORM set_config('ctl.said', rtrim(said, E'\n'), true);
END
$do$;
SELECT l FROM unnest(string_to_array(nullif(current_setting('ctl.said'), ''), E'\n')) AS l;
