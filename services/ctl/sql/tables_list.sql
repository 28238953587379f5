-- Lines "table|by month|rows|bytes|partitions|months ahead|rows in the rest|half parted|the month that the next partition is for"; rows are
-- PostgreSQL's estimate, but those in the rest are counted.
WITH tables AS (
    SELECT c.oid, t.name, t.no, c.relname, c.relkind = 'p' AS parted
      FROM unnest(ARRAY['wf.audit', 'wf.outbox', 'messages']) WITH ORDINALITY AS t (name, no) JOIN pg_class AS c ON c.oid = to_regclass(t.name)
), parts AS (
    SELECT t.oid AS parent, c.oid, c.reltuples, c.relname = t.relname || '_rest' AS rest, c.relname ~ '_before_' AS before,
           to_date(substring(c.relname FROM '^' || t.relname || '_(?:before_)?(\d{4}_\d\d)$'), 'YYYY_MM') AS month
      FROM tables AS t JOIN pg_inherits AS i ON i.inhparent = t.oid JOIN pg_class AS c ON c.oid = i.inhrelid
     UNION ALL
    SELECT t.oid, t.oid, c.reltuples, false, false, NULL FROM tables AS t JOIN pg_class AS c ON c.oid = t.oid WHERE NOT t.parted
), told AS (
    SELECT t.*, s.*
      FROM tables AS t
     CROSS JOIN LATERAL (
        SELECT sum(greatest(p.reltuples, 0))::int8 AS rows, sum(pg_total_relation_size(p.oid))::int8 AS bytes,
               string_agg(CASE WHEN p.before THEN 'before ' ELSE '' END || to_char(p.month, 'YYYY-MM'), ' ' ORDER BY NOT p.before, p.month) AS names,
               max(CASE WHEN p.before THEN p.month ELSE p.month + interval '1 month' END) AS next, max(p.oid) FILTER (WHERE p.rest) AS rest
          FROM parts AS p WHERE p.parent = t.oid) AS s
)
SELECT t.name || '|' || t.parted || '|' || t.rows || '|' || t.bytes || '|' || coalesce(t.names, '')
       || '|' || coalesce((extract(year FROM t.next) - extract(year FROM n.month)) * 12 + extract(month FROM t.next) - extract(month FROM n.month) - 1, 0)
       || '|' || CASE WHEN t.rest IS NULL THEN '0'
                      ELSE (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || t.rest::regclass, false, true, '')))[1]::text END
       || '|' || EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = t.oid AND k.conname = t.relname || '_until')
       || '|' || coalesce(to_char(t.next, 'YYYY-MM'), '')
  FROM told AS t CROSS JOIN (SELECT now() AT TIME ZONE 'UTC' AS month) AS n ORDER BY t.no;
