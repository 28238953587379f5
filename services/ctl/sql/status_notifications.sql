-- Lines "level|area|what|what to do".
SELECT CASE WHEN min(due_at) < now() - interval '15 minutes' THEN 'bad' ELSE 'ok' END || '|webhooks|' || endpoint || ': ' || count(*) || ' deliveries wait'
       || '|does webhooks run? if so ask the partner; GET /notifications/v1/subscriptions shows the last errors'
  FROM delivery_due GROUP BY endpoint
UNION ALL
SELECT 'bad|webhooks|subscription ' || id || ' of ' || org || ' is disabled: ' || coalesce(disabled_reason, 'by hand') || '|tell the partner; it is enabled by a call'
  FROM subscriptions WHERE status = 'disabled'
UNION ALL
SELECT 'bad|sender|' || count(*) || ' messages are overdue, the first since ' || min(due_at) || '|does sender run, does the mail server answer?'
  FROM message_due WHERE due_at < now() - interval '15 minutes' HAVING count(*) > 0;
