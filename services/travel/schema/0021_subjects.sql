-- What this database holds on a person (libcommon/app/schema/0006): a passenger. The journey and what it cost stay, without the person.

-- Movements of nobody else.
CREATE FUNCTION subject_movements(person uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT p.movement_id FROM passengers p GROUP BY p.movement_id HAVING bool_and(p.person_id = person)
$$;
-- Movements that the person is or was on.
CREATE FUNCTION subject_travels(person uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT DISTINCT p.movement_id FROM passengers p WHERE p.person_id = person
$$;

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT CASE m.status WHEN 'handedOver' THEN 'finance.open' ELSE 'movement.underWay' END, 'movement', m.id
      FROM movements m
     WHERE m.status NOT IN ('cancelled', 'reconciled')
       AND EXISTS (SELECT 1 FROM passengers p WHERE p.org = m.org AND p.movement_id = m.id AND p.person_id = person AND p.status = 'planned')
    UNION ALL
    SELECT 'finance.open', 'booking', b.id
      FROM bookings b
     WHERE b.status IN ('held', 'ticketed', 'cancelQuoted', 'changePending')
       AND EXISTS (SELECT 1 FROM movements m WHERE m.org = b.org AND m.id = b.movement_id AND m.status = 'cancelled')
       AND EXISTS (SELECT 1 FROM booking_passengers bp JOIN passengers p ON p.org = bp.org AND p.id = bp.passenger_id
                    WHERE bp.org = b.org AND bp.booking_id = b.id AND p.person_id = person)
    UNION ALL
    SELECT 'incident.open', 'incident', i.id
      FROM incidents i JOIN passengers p ON p.org = i.org AND p.id = i.passenger_id WHERE p.person_id = person AND i.status <> 'closed'
$$;

-- An advance notification is taken back with the person whose name it may hold.
CREATE POLICY sender_erases ON abns FOR DELETE TO {{worker}} USING (org = (SELECT sec.org()));

SELECT wf.subject_table('movements', 'clear', 't.id IN (SELECT subject_movements($1))',
    'id purpose programme reference origin_country origin_place destination_country destination_place earliest latest status departs_at arrives_at departed_at arrived_at',
    also => 't.id IN (SELECT subject_travels($1))', clears => '{"reference": "NULL", "group_name": "NULL"}');
SELECT wf.subject_table('movement_refs', 'keep', 't.movement_id IN (SELECT subject_movements($1))', why => 'identifiers that name nobody once the case is erased');
SELECT wf.subject_table('movement_moves', 'clear', 't.movement_id IN (SELECT subject_movements($1))', clears => '{"reason": "NULL"}');
SELECT wf.subject_table('passengers', 'delete', 't.person_id = $1',
    'id movement_id given family birth_date birth_estimated sex nationalities document_kind document_country document_number document_expires_on document_holder_name needs unaccompanied_minor status cancel_reason frozen_at',
    sealed => '{"document_number": {"cls": "document", "place": "passengers.document_number", "row": "id"}}');
SELECT wf.subject_table('segments', 'none');
SELECT wf.subject_table('segment_times', 'none');
SELECT wf.subject_table('passenger_segments', 'delete', 't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1)',
    'passenger_id segment_id outcome observed_at');
SELECT wf.subject_table('passenger_observations', 'delete', 't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1)',
    'passenger_id segment_id outcome observed_at');
SELECT wf.subject_table('incidents', 'delete',
    't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1) OR t.movement_id IN (SELECT subject_movements($1))',
    'kind severity at description source status outcome');
SELECT wf.subject_table('costs', 'clear', 't.movement_id IN (SELECT subject_movements($1))', 'kind category amount currency',
    clears => '{"note": "NULL"}', why => 'the ledger stays for as long as the accounts must be kept; it names no person');
SELECT wf.subject_table('airports', 'none');
SELECT wf.subject_table('bookings', 'clear', 't.movement_id IN (SELECT subject_movements($1))', 'id status supplier supplier_reference ticketed_at',
    clears => '{"supplier_reference": "NULL"}', why => 'what was paid stays in the accounts; the supplier''s reference, which opens the passenger''s booking, goes');
SELECT wf.subject_table('booking_passengers', 'delete', 't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1)');
SELECT wf.subject_table('booking_segments', 'none');
SELECT wf.subject_table('booking_quotes', 'none');
SELECT wf.subject_table('tickets', 'delete', 't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1)', 'booking_id number name status created_at');
SELECT wf.subject_table('booking_moves', 'none');
SELECT wf.subject_table('budget_approvals', 'clear', 't.movement_id IN (SELECT subject_movements($1))', clears => '{"note": "NULL"}');
SELECT wf.subject_table('clearances', 'delete', 't.passenger_id IN (SELECT p.id FROM passengers p WHERE p.person_id = $1)',
    'kind outcome country decided_at valid_from valid_until reference', why => 'notes of physicians are given in person');
-- Of a journey with others, who accompanies and meets them stays; the passenger in it is an identifier that names nobody any more.
SELECT wf.subject_table('escorts', 'delete', 't.movement_id IN (SELECT subject_movements($1))', 'kind status',
    also => '$1 IN (SELECT p.person_id FROM passengers p WHERE p.id = ANY (t.passenger_ids))');
SELECT wf.subject_table('assistance_points', 'delete', 't.movement_id IN (SELECT subject_movements($1))', 'kind place at zone status',
    also => '$1 IN (SELECT p.person_id FROM passengers p WHERE p.id = ANY (t.passenger_ids))');
SELECT wf.subject_table('abns', 'delete', 't.org = sec.org() AND t.movement_id IN (SELECT subject_travels($1))', 'to_org to_office fields legal_basis status sent_at acknowledged_at');
SELECT wf.subject_table('manifests', 'delete', 't.movement_id IN (SELECT subject_travels($1))', why => 'a list made of passengers, also of others: it can be made anew');
SELECT wf.subject_table('wf.due', 'none');
