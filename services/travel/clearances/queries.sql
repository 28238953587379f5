-- Statements of clearances.

-- q_clearance_facts(movement_id uuid) -> many clearance_fact(passenger_id uuid, kind text, outcome text, country text?, decided_at timestamptz?,
--   valid_from date?, valid_until date?)
SELECT passenger_id, kind, outcome, country, decided_at, valid_from, valid_until FROM clearances
 WHERE movement_id = $movement_id AND superseded_by IS NULL ORDER BY passenger_id, kind, country LIMIT 1000;

-- q_clearance_passenger(id uuid) -> maybe clearance_passenger(movement_id uuid, person_id uuid)
SELECT movement_id, person_id FROM passengers WHERE id = $id AND status = 'planned';

-- q_clearance_movement_lock(id uuid) -> one clearance_movement(id uuid)        lane: own
SELECT id FROM movements WHERE id = $id FOR UPDATE;

-- q_clearance_supersede{passenger_id uuid, kind text, country text?, by_id uuid, now timestamptz} -> any
UPDATE clearances SET superseded_by = $by_id, superseded_at = $now, version = version + 1
 WHERE passenger_id = $passenger_id AND kind = $kind AND coalesce(country, '') = coalesce($country, '') AND superseded_by IS NULL;

-- q_clearance_add{id uuid, movement_id uuid, passenger_id uuid, kind text, outcome text, country text?, decided_at timestamptz?, valid_from date?,
--   valid_until date?, reference text?, note bytea?, by text, now timestamptz} -> exactly 1
INSERT INTO clearances (id, org, movement_id, passenger_id, kind, outcome, country, decided_at, valid_from, valid_until, reference, note, created_by,
                        created_at)
VALUES ($id, sec.org(), $movement_id, $passenger_id, $kind, $outcome, $country, $decided_at, $valid_from, $valid_until, $reference, $note, $by, $now);

-- q_clearance_get(id uuid) -> one clearance_row(id uuid, movement_id uuid, passenger_id uuid, kind text, outcome text, country text?,
--   decided_at timestamptz?, valid_from date?, valid_until date?, reference text?, has_note bool, superseded_by uuid?, superseded_at timestamptz?,
--   version int4, created_by text, created_at timestamptz)
SELECT id, movement_id, passenger_id, kind, outcome, country, decided_at, valid_from, valid_until, reference, note IS NOT NULL AS has_note, superseded_by,
       superseded_at, version, created_by, created_at
  FROM clearances WHERE id = $id;

-- q_clearance_list{movement_id uuid?, passenger_id uuid?, kind text?, outcome text?, present bool?} -> list clearance_row
SELECT id, movement_id, passenger_id, kind, outcome, country, decided_at, valid_from, valid_until, reference, note IS NOT NULL AS has_note, superseded_by,
       superseded_at, version, created_by, created_at
  FROM clearances WHERE true
--? movement_id  AND movement_id = $movement_id
--? passenger_id AND passenger_id = $passenger_id
--? kind         AND kind = $kind
--? outcome      AND outcome = $outcome
--? present      AND (superseded_by IS NULL) = $present
--sort -createdAt created_at timestamptz
;

-- q_clearance_note(id uuid) -> one clearance_note(kind text, note bytea?)
SELECT kind, note FROM clearances WHERE id = $id;
