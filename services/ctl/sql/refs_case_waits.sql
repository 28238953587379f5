SELECT id || ' request case ' || case_id FROM travel_requests WHERE status = 'requested'
