SELECT r.ref_id || ' case movement ' || r.movement_id
  FROM movement_refs AS r JOIN movements AS m ON m.org = r.org AND m.id = r.movement_id
 WHERE r.ref_kind = 'case' AND m.status NOT IN ('cancelled', 'reconciled')
