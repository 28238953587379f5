-- Lines "level|area|what|what to do".
SELECT 'bad|{{service}}|closed since a restore to ' || backup_at || '|wayfare-ctl reconcile, then reconcile --apply (deploy/runbooks)'
  FROM wf.restored WHERE opened_at IS NULL
UNION ALL
SELECT CASE WHEN o.age > 120 THEN 'bad' ELSE 'ok' END || '|{{service}}|outbox: ' || o.n || ' events on their way' || coalesce(', the oldest for ' || o.age || ' s', '')
       || '|do relay-{{service}} and the workers of those who receive run, is Redis there? wayfare-ctl jobs list'
  FROM (SELECT count(*) AS n, extract(epoch FROM now() - min(e.created_at))::int8 AS age
          FROM wf.delivery AS d JOIN wf.outbox AS e ON e.id = d.event_id) AS o
UNION ALL
SELECT CASE WHEN i.dead > 0 THEN 'bad' ELSE 'ok' END || '|{{service}}|inbox: ' || i.dead || ' dead jobs, ' || i.waits || ' waiting'
       || '|wayfare-ctl jobs list, jobs show; mend the cause, then jobs replay or jobs drop'
  FROM (SELECT count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state <> 'dead') AS waits
          FROM wf.inbox WHERE state <> 'done') AS i
UNION ALL
SELECT 'bad|{{service}}|' || count(*) || ' due times have passed, the first at ' || min(due_at) || '|does scheduler-{{service}} run?'
  FROM wf.due WHERE due_at < now() - interval '2 minutes' HAVING count(*) > 0;
