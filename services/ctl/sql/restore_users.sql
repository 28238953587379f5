SELECT a.who || ' (' || count(*) || ')'
  FROM (SELECT coalesce(nullif(application_name, ''), usename, 'somebody') AS who FROM pg_stat_activity
         WHERE datname = '{{database}}' AND pid <> pg_backend_pid()) AS a
 GROUP BY a.who ORDER BY a.who;
