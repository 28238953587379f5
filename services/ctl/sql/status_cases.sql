-- Lines "level|area|what|what to do".
SELECT 'ok|contents|' || count(k.id) || ' of documents, ' || pg_size_pretty(coalesce(sum(k.bytes), 0)) || '; '
       || count(*) FILTER (WHERE o.state = 'doomed') || ' wait for their removal|'
  FROM stored_objects AS o LEFT JOIN document_contents AS k ON k.object = o.object
UNION ALL
SELECT 'bad|contents|' || count(*) || ' uploads were begun an hour ago and not given up|does cases-worker run, with a store that it can write?'
  FROM stored_objects WHERE state = 'writing' AND since < now() - interval '1 hour' HAVING count(*) > 0;
