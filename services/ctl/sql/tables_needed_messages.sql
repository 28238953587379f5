-- Lines "rows|N", then "needed|why" for what the partition {{part}} may not be dropped yet.
SELECT 'rows|' || count(*) FROM {{part}}
UNION ALL
SELECT 'needed|' || count(*) || ' messages are still to be sent'
  FROM {{part}} AS m WHERE m.status IN ('scheduled', 'queued', 'sending', 'tempFailed') OR EXISTS (SELECT FROM message_due AS d WHERE d.message_id = m.id)
HAVING count(*) > 0
UNION ALL
SELECT 'needed|' || count(*) || ' are unread in the inbox of the staff'
  FROM {{part}} AS m JOIN inbox_items AS i ON i.org = m.org AND i.message_id = m.id WHERE i.read_at IS NULL HAVING count(*) > 0;
