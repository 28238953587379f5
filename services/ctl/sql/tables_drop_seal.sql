-- Where the chain goes on without the rows before {{until}}: the last seal that covers one of them. A line "number|hash|rows that stay and that it covers
-- too|the latest of these|are any of them a day later|seals up to it that
-- are not true"; no line when there are no such rows.
SELECT s.no || '|' || encode(s.hash, 'hex') || '|' || k.n || '|' || coalesce(to_char(k.latest AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '') || '|'
       || coalesce(k.latest >= timestamptz '{{until}}-01 00:00:00+00' + interval '1 day', false)
       || '|' || (SELECT count(*) FROM wf.audit_verify(1, s.no))
  FROM (SELECT max(a.xid) AS xid FROM wf.audit AS a WHERE a.at < '{{until}}-01 00:00:00+00') AS m
  JOIN wf.audit_seal AS s ON s.from_xid <= m.xid AND m.xid < s.to_xid
 CROSS JOIN LATERAL (SELECT count(*) AS n, max(a.at) AS latest FROM wf.audit AS a
                      WHERE a.xid < s.to_xid AND (a.at >= '{{until}}-01 00:00:00+00' OR a.tableoid = 'wf.audit_rest'::regclass)) AS k;
