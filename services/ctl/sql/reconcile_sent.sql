-- Confirmed since the consumer's backup, with a day to spare for clocks; what it then had already is still in its inbox.
SELECT DISTINCT s.event_id || ' ' || o.type
  FROM wf.sent AS s JOIN wf.outbox AS o ON o.id = s.event_id
 WHERE s.grp = '{{group}}' AND s.confirmed_at > '{{at}}'::timestamptz - interval '1 day'
   AND NOT EXISTS (SELECT 1 FROM wf.delivery AS d WHERE d.event_id = s.event_id AND d.grp = s.grp)
