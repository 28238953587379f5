-- Statements of bookings, quotes, tickets and budgets.

-- q_booking_facts(movement_id uuid) -> many booking_fact(id uuid, status text, ticketed bool, passenger_ids uuid[], segment_ids uuid[], price_amount int8?,
--   price_currency text?, attention text[])
SELECT b.id, b.status, b.ticketed_at IS NOT NULL AS ticketed,
       (SELECT coalesce(array_agg(p.passenger_id), '{}') FROM booking_passengers p WHERE p.org = b.org AND p.booking_id = b.id) AS passenger_ids,
       (SELECT coalesce(array_agg(s.segment_id), '{}') FROM booking_segments s WHERE s.org = b.org AND s.booking_id = b.id) AS segment_ids,
       b.price_amount, b.price_currency, b.attention
  FROM bookings b WHERE b.movement_id = $movement_id AND b.ended_at IS NULL ORDER BY b.created_at, b.id LIMIT 200;

-- q_booking_fact_tickets(movement_id uuid) -> many booking_fact_ticket(booking_id uuid, passenger_id uuid, name text, segment_ids uuid[])
SELECT t.booking_id, t.passenger_id, t.name, t.segment_ids FROM tickets t JOIN bookings b ON b.org = t.org AND b.id = t.booking_id
 WHERE b.movement_id = $movement_id AND t.status = 'issued' AND b.status IN ('ticketed', 'checkedIn', 'changePending', 'cancelQuoted', 'flown')
 ORDER BY t.created_at, t.id LIMIT 1000;

-- q_booking_fact_budgets(movement_id uuid) -> many booking_fact_budget(currency text, approved int8?, spent int8)
SELECT u.currency,
       coalesce((SELECT a.amount FROM budget_approvals a WHERE a.movement_id = $movement_id AND a.currency = u.currency
                  ORDER BY a.approved_at DESC, a.id DESC LIMIT 1),
                (SELECT (m.fund -> 'amount' ->> 'amount')::int8 FROM movements m
                  WHERE m.id = $movement_id AND m.fund -> 'amount' ->> 'currency' = u.currency)) AS approved,
       coalesce((SELECT sum(CASE c.kind WHEN 'refund' THEN -c.amount WHEN 'estimate' THEN 0 ELSE c.amount END)::int8 FROM costs c
                  WHERE c.movement_id = $movement_id AND c.currency = u.currency), 0) AS spent
  FROM (SELECT currency FROM budget_approvals WHERE movement_id = $movement_id
        UNION SELECT currency FROM costs WHERE movement_id = $movement_id
        UNION SELECT m.fund -> 'amount' ->> 'currency' FROM movements m WHERE m.id = $movement_id AND m.fund ? 'amount') AS u
 ORDER BY u.currency LIMIT 50;

-- q_booking_attention{id uuid, attention text[], now timestamptz} -> exactly 1
UPDATE bookings SET attention = $attention, version = version + 1, updated_at = $now WHERE id = $id;

-- q_booking_get(id uuid) -> one booking_row(id uuid, movement_id uuid, supplier text, status text, resumes_to text?, supplier_reference text?,
--   hold_until timestamptz?, price jsonb?, passenger_ids uuid[], segment_ids uuid[], ticketed_at timestamptz?, ended_at timestamptz?,
--   needs_attention bool, attention text[], version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb,
--   quotes jsonb, tickets jsonb, moves jsonb)
SELECT b.id, b.movement_id, b.supplier, b.status, b.resumes_to, b.supplier_reference, b.hold_until, b.price, b.passenger_ids, b.segment_ids, b.ticketed_at,
       b.ended_at, b.needs_attention, b.attention, b.version, b.created_by, b.created_at, b.updated_at, b.allowed_actions,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', q.id, 'kind', q.kind, 'amount', q.amount, 'penalty', q.penalty, 'currency', q.currency, 'validUntil', wf.rfc3339(q.valid_until),
                   'conditions', q.conditions, 'segmentIds', q.segment_ids, 'status', q.status, 'createdBy', q.created_by,
                   'createdAt', wf.rfc3339(q.created_at), 'decidedBy', q.decided_by, 'decidedAt', wf.rfc3339(q.decided_at))
                   ORDER BY q.created_at, q.id), '[]') FROM booking_quotes q WHERE q.booking_id = b.id) AS quotes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', t.id, 'passengerId', t.passenger_id, 'number', t.number, 'name', t.name, 'segmentIds', t.segment_ids, 'status', t.status,
                   'createdAt', wf.rfc3339(t.created_at)) ORDER BY t.created_at, t.id), '[]') FROM tickets t WHERE t.booking_id = b.id) AS tickets,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'action', v.action, 'from', v.from_status, 'to', v.to_status, 'byUser', v.made_by, 'at', wf.rfc3339(v.made_at))
                   ORDER BY v.made_at, v.id), '[]') FROM booking_moves v WHERE v.booking_id = b.id) AS moves
  FROM bookings_shown b WHERE b.id = $id;

-- q_booking_list{movement_id uuid?, passenger_id uuid?, status text?, expires_before timestamptz?, needs_attention bool?} -> list booking_item(id uuid,
--   movement_id uuid, supplier text, status text, resumes_to text?, supplier_reference text?, hold_until timestamptz?, price jsonb?,
--   passenger_ids uuid[], segment_ids uuid[], ticketed_at timestamptz?, ended_at timestamptz?, needs_attention bool, attention text[], version int4,
--   created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, movement_id, supplier, status, resumes_to, supplier_reference, hold_until, price, passenger_ids, segment_ids, ticketed_at, ended_at,
       needs_attention, attention, version, created_by, created_at, updated_at, allowed_actions
  FROM bookings_shown b WHERE true
--? movement_id     AND movement_id = $movement_id
--? passenger_id    AND EXISTS (SELECT 1 FROM booking_passengers p WHERE p.booking_id = b.id AND p.passenger_id = $passenger_id)
--? status          AND status = $status
--? expires_before  AND coalesce(hold_until, '9999-01-01Z'::timestamptz) < $expires_before
--? needs_attention AND needs_attention = $needs_attention
--sort -createdAt created_at timestamptz
--sort holdUntil coalesce(hold_until, '9999-01-01Z'::timestamptz) timestamptz
;

-- q_booking_movement_lock(id uuid) -> maybe booking_movement(id uuid, status text)        lane: own
SELECT id, status FROM movements WHERE id = $id FOR UPDATE;

-- q_booking_known(movement_id uuid, passenger_ids uuid[], segment_ids uuid[]) -> one booking_known(passenger_ids uuid[], segment_ids uuid[])
SELECT (SELECT coalesce(array_agg(p.id), '{}') FROM passengers p
         WHERE p.movement_id = $movement_id AND p.status = 'planned' AND p.id = ANY ($passenger_ids)) AS passenger_ids,
       (SELECT coalesce(array_agg(s.id), '{}') FROM segments s
         WHERE s.movement_id = $movement_id AND s.status = 'planned' AND s.id = ANY ($segment_ids)) AS segment_ids;

-- q_booking_add{id uuid, movement_id uuid, supplier text, by text, now timestamptz} -> exactly 1
INSERT INTO bookings (id, org, movement_id, supplier, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, $supplier, $by, $now, $now);

-- q_booking_passengers_add(booking_id uuid, passenger_ids uuid[]) -> any
INSERT INTO booking_passengers (org, booking_id, passenger_id) SELECT sec.org(), $booking_id, id FROM unnest($passenger_ids) AS id;

-- q_booking_segments_add(booking_id uuid, segment_ids uuid[]) -> any
INSERT INTO booking_segments (org, booking_id, segment_id) SELECT sec.org(), $booking_id, id FROM unnest($segment_ids) AS id;

-- q_booking_segments_clear(booking_id uuid) -> any
DELETE FROM booking_segments WHERE booking_id = $booking_id;

-- q_booking_state(id uuid) -> one booking_state(id uuid, movement_id uuid, supplier text, status text, resumes_to text?, supplier_reference text?,
--   hold_until timestamptz?, price_amount int8?, price_currency text?, ticketed_at timestamptz?, ended_at timestamptz?, passenger_ids uuid[],
--   segment_ids uuid[], departs_at timestamptz?, version int4)
SELECT b.id, b.movement_id, b.supplier, b.status, b.resumes_to, b.supplier_reference, b.hold_until, b.price_amount, b.price_currency, b.ticketed_at,
       b.ended_at,
       (SELECT coalesce(array_agg(p.passenger_id ORDER BY p.passenger_id), '{}') FROM booking_passengers p WHERE p.booking_id = b.id) AS passenger_ids,
       (SELECT coalesce(array_agg(s.segment_id ORDER BY s.segment_id), '{}') FROM booking_segments s WHERE s.booking_id = b.id) AS segment_ids,
       (SELECT min(g.departs_at) FROM booking_segments s JOIN segments g ON g.org = s.org AND g.id = s.segment_id WHERE s.booking_id = b.id) AS departs_at,
       b.version
  FROM bookings b WHERE b.id = $id;

-- q_booking_lock(id uuid) -> one booking_locked(id uuid, status text, version int4)        lane: own
SELECT id, status, version FROM bookings WHERE id = $id FOR UPDATE;

-- q_booking_lock_found(id uuid) -> maybe booking_locked_found(id uuid, status text, version int4)        lane: own
SELECT id, status, version FROM bookings WHERE id = $id FOR UPDATE;

-- q_booking_save{id uuid, status text, resumes_to text?, supplier_reference text?, hold_until timestamptz?, price_amount int8?, price_currency text?,
--   ticketed_at timestamptz?, ended_at timestamptz?, now timestamptz} -> exactly 1
UPDATE bookings SET status = $status, resumes_to = $resumes_to, supplier_reference = $supplier_reference, hold_until = $hold_until,
       price_amount = $price_amount, price_currency = $price_currency, ticketed_at = $ticketed_at, ended_at = $ended_at,
       attention = CASE WHEN $ended_at::timestamptz IS NULL THEN attention ELSE '{}' END, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_booking_move_add{id uuid, booking_id uuid, action text, from_status text, to_status text, by text, now timestamptz} -> exactly 1
INSERT INTO booking_moves (id, org, booking_id, action, from_status, to_status, made_by, made_at)
VALUES ($id, sec.org(), $booking_id, $action, $from_status, $to_status, $by, $now);

-- q_quote_open(booking_id uuid) -> maybe quote_open(id uuid, kind text, amount int8, penalty int8, currency text, valid_until timestamptz, segment_ids uuid[]?)
SELECT id, kind, amount, penalty, currency, valid_until, segment_ids FROM booking_quotes WHERE booking_id = $booking_id AND status = 'open' LIMIT 1;

-- q_quote_end(booking_id uuid, status text, by text, now timestamptz) -> any
UPDATE booking_quotes SET status = $status, decided_by = $by, decided_at = $now WHERE booking_id = $booking_id AND status = 'open';

-- q_quote_add{id uuid, booking_id uuid, kind text, amount int8, penalty int8, currency text, valid_until timestamptz, conditions text?,
--   segment_ids uuid[]?, by text, now timestamptz} -> exactly 1
INSERT INTO booking_quotes (id, org, booking_id, kind, amount, penalty, currency, valid_until, conditions, segment_ids, created_by, created_at)
VALUES ($id, sec.org(), $booking_id, $kind, $amount, $penalty, $currency, $valid_until, $conditions, $segment_ids, $by, $now);

-- q_ticket_taken(numbers text[], booking_id uuid) -> maybe ticket_taken(id uuid)
SELECT id FROM tickets WHERE number = ANY ($numbers) AND status = 'issued' AND booking_id <> $booking_id LIMIT 1;

-- q_ticket_add{id uuid, booking_id uuid, passenger_id uuid, number text, name text, segment_ids uuid[], by text, now timestamptz} -> exactly 1
INSERT INTO tickets (id, org, booking_id, passenger_id, number, name, segment_ids, created_by, created_at)
VALUES ($id, sec.org(), $booking_id, $passenger_id, $number, $name, $segment_ids, $by, $now);

-- q_tickets_end(booking_id uuid, status text) -> any
UPDATE tickets SET status = $status WHERE booking_id = $booking_id AND status = 'issued';

-- q_booking_times(segment_ids uuid[]) -> one booking_times(departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text)
SELECT f.departs_at, f.departure_zone, l.arrives_at, l.arrival_zone
  FROM (SELECT departs_at, departure_zone FROM segments WHERE id = ANY ($segment_ids) ORDER BY departs_at LIMIT 1) AS f,
       (SELECT arrives_at, arrival_zone FROM segments WHERE id = ANY ($segment_ids) ORDER BY arrives_at DESC LIMIT 1) AS l;

-- q_bookings_all_gone(passenger_id uuid) -> many booking_gone(id uuid, all_gone bool)
SELECT b.id, NOT EXISTS (SELECT 1 FROM booking_passengers o WHERE o.org = b.org AND o.booking_id = b.id
                            AND NOT EXISTS (SELECT 1 FROM passenger_segments s JOIN booking_segments g ON g.org = s.org AND g.segment_id = s.segment_id
                                             WHERE s.org = o.org AND s.passenger_id = o.passenger_id AND g.booking_id = b.id
                                               AND s.outcome = 'noShow')) AS all_gone
  FROM bookings b JOIN booking_passengers p ON p.org = b.org AND p.booking_id = b.id
 WHERE p.passenger_id = $passenger_id AND b.ticketed_at IS NOT NULL AND b.ended_at IS NULL ORDER BY b.id LIMIT 50;

-- q_bookings_not_shown(passenger_id uuid) -> many booking_not_shown(id uuid)
SELECT b.id
  FROM bookings b JOIN booking_passengers p ON p.org = b.org AND p.booking_id = b.id
 WHERE p.passenger_id = $passenger_id AND b.status = 'noShow' ORDER BY b.id LIMIT 50;

-- q_bookings_open(movement_id uuid) -> many booking_open(id uuid, status text)
SELECT id, status FROM bookings WHERE movement_id = $movement_id AND ended_at IS NULL ORDER BY id LIMIT 200;

-- q_budget_asked_by(movement_id uuid, by text) -> maybe budget_asked_by(id uuid)
SELECT id FROM bookings WHERE movement_id = $movement_id AND created_by = $by LIMIT 1;

-- q_budget_add{id uuid, movement_id uuid, amount int8, currency text, note text?, by text, now timestamptz} -> exactly 1
INSERT INTO budget_approvals (id, org, movement_id, amount, currency, note, approved_by, approved_at)
VALUES ($id, sec.org(), $movement_id, $amount, $currency, $note, $by, $now);

-- q_budget_list(movement_id uuid) -> list budget_row(id uuid, movement_id uuid, amount int8, currency text, note text?, approved_by text, approved_at timestamptz)
SELECT id, movement_id, amount, currency, note, approved_by, approved_at FROM budget_approvals WHERE movement_id = $movement_id
--sort -approvedAt approved_at timestamptz
;

-- q_booking_cost_add{id uuid, movement_id uuid, booking_id uuid, kind text, amount int8, currency text, by text, now timestamptz} -> exactly 1
INSERT INTO costs (id, org, movement_id, kind, category, amount, currency, booking_id, entered_by, entered_at)
VALUES ($id, sec.org(), $movement_id, $kind, 'ticket', $amount, $currency, $booking_id, $by, $now);
