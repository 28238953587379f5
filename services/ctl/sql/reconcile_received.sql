SELECT event_id || ' ' || type || ' ' || subject FROM wf.inbox
 WHERE source = '{{source}}' AND event_at > '{{at}}'::timestamptz - interval '1 minute'
