-- Looked at for a day more: an acknowledgement of before the restore may still have been on its way when it was reconciled.
SELECT to_char(min(backup_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || bool_or(opened_at IS NULL)
  FROM wf.restored WHERE opened_at IS NULL OR opened_at > now() - interval '1 day'
HAVING count(*) > 0;
