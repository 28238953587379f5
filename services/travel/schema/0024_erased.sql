-- A booking whose passengers were all erased is shown, and listed, with none.
CREATE OR REPLACE VIEW bookings_shown WITH (security_invoker) AS
SELECT id, movement_id, supplier, status, resumes_to, supplier_reference, hold_until,
       CASE WHEN price_amount IS NOT NULL THEN jsonb_build_object('amount', price_amount, 'currency', price_currency) END AS price,
       (SELECT coalesce(array_agg(p.passenger_id ORDER BY p.passenger_id), '{}') FROM booking_passengers p WHERE p.org = b.org AND p.booking_id = b.id) AS passenger_ids,
       (SELECT array_agg(s.segment_id ORDER BY g.position, s.segment_id) FROM booking_segments s JOIN segments g ON g.org = s.org AND g.id = s.segment_id
         WHERE s.org = b.org AND s.booking_id = b.id) AS segment_ids,
       ticketed_at, ended_at, cardinality(attention) > 0 AS needs_attention, attention, version, created_by, created_at, updated_at,
       CASE WHEN NOT sec.has('bookings:write') THEN '[]'::jsonb
            ELSE CASE status
                 WHEN 'requested' THEN '["quote", "withdraw"]'::jsonb
                 WHEN 'quoted' THEN '["quote", "hold", "withdraw"]'::jsonb
                 WHEN 'held' THEN '["prolongHold", "ticket", "quoteCancellation"]'::jsonb
                 WHEN 'ticketed' THEN '["checkIn", "recordFlown", "recordNoShow", "quoteCancellation", "quoteChange"]'::jsonb
                 WHEN 'checkedIn' THEN '["recordFlown", "recordNoShow", "quoteCancellation"]'::jsonb
                 WHEN 'cancelQuoted' THEN CASE WHEN resumes_to = 'held' THEN '["quoteCancellation", "confirmCancellation", "keep"]'::jsonb
                                               ELSE '["quoteCancellation", "confirmCancellation", "keep", "recordNoShow"]'::jsonb END
                 WHEN 'changePending' THEN '["quoteChange", "confirmChange", "keep", "recordNoShow"]'::jsonb
                 ELSE '[]'::jsonb END
            END AS allowed_actions
  FROM bookings b;
