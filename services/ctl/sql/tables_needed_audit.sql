-- Lines "rows|N", then "needed|why" for what the partition {{part}} may not be dropped yet.
SELECT 'rows|' || count(*) FROM {{part}}
UNION ALL
SELECT 'needed|' || count(*) || ' rows are not sealed yet: does relay-{{service}} run?'
  FROM {{part}} WHERE xid >= (SELECT coalesce(max(s.to_xid), 0) FROM wf.audit_seal AS s) HAVING count(*) > 0;
