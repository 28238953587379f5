-- Lines "level|area|what|what to do".
SELECT CASE WHEN s.bad THEN 'bad' ELSE 'ok' END || '|PostgreSQL|' || s.name || ' = ' || current_setting(s.name) || CASE WHEN s.bad THEN ': ' || s.why ELSE '' END || '|' || s.todo
  FROM (VALUES
        ('server_version', current_setting('server_version_num')::int < 150000, 'older than 15', 'install PostgreSQL 15 or later'),
        ('fsync', current_setting('fsync') <> 'on', 'what was confirmed can be lost', 'set fsync = on and restart PostgreSQL'),
        ('full_page_writes', current_setting('full_page_writes') <> 'on', 'a power cut can destroy tables', 'set full_page_writes = on'),
        ('password_encryption', current_setting('password_encryption') <> 'scram-sha-256', 'passwords are kept weakly', 'set password_encryption = scram-sha-256, and the passwords anew'),
        ('log_parameter_max_length_on_error', current_setting('log_parameter_max_length_on_error') <> '0', 'personal data can reach the log', 'set it to 0'),
        ('max_connections', current_setting('max_connections')::int < 100, 'too few for all programs', 'set max_connections = 200 and restart PostgreSQL')
       ) AS s (name, bad, why, todo)
UNION ALL
SELECT CASE WHEN current_setting('archive_mode') = 'off' THEN 'note' ELSE 'ok' END || '|PostgreSQL|archive_mode = ' || current_setting('archive_mode')
       || '|without an archived log there is no way back to a time, only to a backup (deploy/runbooks/restore-to-a-time.md)'
UNION ALL
SELECT CASE WHEN d.s > 2 THEN 'bad' ELSE 'ok' END || '|clocks|the database is ' || round(d.s, 1) || ' s from here'
       || '|set the clocks by NTP: tokens, due times and idempotency keys depend on them'
  FROM (SELECT abs(extract(epoch FROM clock_timestamp() - '{{now}}'::timestamptz)) AS s) AS d;
