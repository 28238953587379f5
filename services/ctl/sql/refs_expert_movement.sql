SELECT movement_id || ' movement ' || ref_kind || ' ' || ref_id FROM travel_requests
 WHERE movement_id IS NOT NULL AND status <> 'cancelled'
