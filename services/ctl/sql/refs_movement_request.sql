SELECT r.request_id || ' request movement ' || r.movement_id
  FROM movement_refs AS r JOIN movements AS m ON m.org = r.org AND m.id = r.movement_id
 WHERE r.ref_kind = 'case' AND r.request_id IS NOT NULL AND m.status NOT IN ('cancelled', 'reconciled')
