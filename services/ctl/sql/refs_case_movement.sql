SELECT movement_id || ' movement case ' || case_id FROM travel_requests WHERE status = 'made'
