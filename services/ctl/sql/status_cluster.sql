-- Lines "level|area|what|what to do".
SELECT CASE WHEN c.n > c.most * 0.9 THEN 'bad' ELSE 'ok' END || '|PostgreSQL|' || c.n || ' of ' || c.most
       || ' connections|end programs that are not needed, or raise max_connections'
  FROM (SELECT count(*) AS n, current_setting('max_connections')::int AS most FROM pg_stat_activity WHERE backend_type = 'client backend') AS c
UNION ALL
SELECT 'bad|PostgreSQL|a transaction of ' || coalesce(nullif(application_name, ''), usename, 'somebody') || ' in ' || datname || ' is open for '
       || extract(epoch FROM now() - xact_start)::int8 || ' s; events behind it wait|end it: SELECT pg_terminate_backend(' || pid || ')'
  FROM pg_stat_activity WHERE backend_type = 'client backend' AND xact_start < now() - interval '15 minutes' AND application_name NOT LIKE 'pg_dump%'
UNION ALL
SELECT CASE WHEN a.last_failed_time > coalesce(a.last_archived_time, '-infinity') THEN 'bad' ELSE 'ok' END || '|PostgreSQL|'
       || CASE WHEN a.last_failed_time > coalesce(a.last_archived_time, '-infinity') THEN 'the log cannot be archived since ' || a.last_failed_time
               ELSE coalesce('the log is archived up to ' || a.last_archived_time, 'nothing of the log is archived yet') END
       || '|is there room and the right to write where archive_command writes? a restore to a time ends where the archive does'
  FROM pg_stat_archiver AS a WHERE current_setting('archive_mode') <> 'off'
UNION ALL
SELECT 'note|PostgreSQL|' || string_agg(datname, ', ' ORDER BY datname) || ': kept by a restore|DROP DATABASE when nobody misses it'
  FROM pg_database WHERE datname LIKE 'wayfare\_%\_before\_%' HAVING count(*) > 0;
