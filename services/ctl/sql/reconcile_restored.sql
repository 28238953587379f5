SELECT to_char(min(backup_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM wf.restored WHERE opened_at IS NULL
HAVING count(*) > 0;
