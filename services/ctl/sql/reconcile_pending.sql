SELECT d.event_id || ' ' || o.type
  FROM wf.delivery AS d JOIN wf.outbox AS o ON o.id = d.event_id
 WHERE d.grp = '{{group}}' AND (o.created_at < now() - interval '7 days') = {{old}}
