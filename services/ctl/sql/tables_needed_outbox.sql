-- Lines "rows|N", then "needed|why" for what the partition {{part}} may not be dropped yet.
SELECT 'rows|' || count(*) FROM {{part}}
UNION ALL
SELECT 'needed|' || count(*) || ' events are not delivered: wayfare-ctl jobs list'
  FROM {{part}} AS o WHERE EXISTS (SELECT FROM wf.delivery AS d WHERE d.event_id = o.id) HAVING count(*) > 0
UNION ALL
SELECT 'needed|events are kept for {{days}} days (WAYFARE_KEEP_SENT_DAYS), for a receiver that is put back to an earlier time'
 WHERE timestamptz '{{until}}-01 00:00:00+00' > now() - make_interval(days => {{days}});
