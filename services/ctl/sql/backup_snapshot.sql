-- Of one snapshot, which pg_dump then uses too: when it was, how far transactions had come, and whose database it is.
SELECT pg_export_snapshot() || ' ' || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' '
       || pg_snapshot_xmax(pg_current_snapshot()) || ' ' || (SELECT system_identifier FROM pg_control_system()) || ' '
       || current_setting('server_version_num');
