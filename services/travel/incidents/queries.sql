-- Statements of incidents.

-- q_incident_get(id uuid) -> one incident_row(id uuid, movement_id uuid, passenger_id uuid?, segment_id uuid?, kind text, severity text, at timestamptz,
--   description text?, source text, status text, outcome text?, closed_by text?, closed_at timestamptz?, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, movement_id, passenger_id, segment_id, kind, severity, at, description, source, status, outcome, closed_by, closed_at, version,
       created_by, created_at, updated_at, allowed_actions
  FROM incidents_shown WHERE id = $id;

-- q_incident_list{movement_id uuid?, status text?, severity text?} -> list incident_row
SELECT id, movement_id, passenger_id, segment_id, kind, severity, at, description, source, status, outcome, closed_by, closed_at, version,
       created_by, created_at, updated_at, allowed_actions
  FROM incidents_shown WHERE true
--? movement_id AND movement_id = $movement_id
--? status AND status = $status
--? severity AND severity = $severity
--sort -at at timestamptz
;

-- q_incident_lock(id uuid) -> one incident_locked(movement_id uuid, severity text, description text?, status text, version int4)        lane: own
SELECT movement_id, severity, description, status, version FROM incidents WHERE id = $id FOR UPDATE;

-- q_incident_add{id uuid, movement_id uuid, passenger_id uuid?, segment_id uuid?, kind text, severity text, at timestamptz, description text?,
--   source text, by text, now timestamptz} -> exactly 1
INSERT INTO incidents (id, org, movement_id, passenger_id, segment_id, kind, severity, at, description, source, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, $passenger_id, $segment_id, $kind, $severity, $at, $description, $source, $by, $now, $now);

-- q_incident_save(id uuid, severity text, description text?, now timestamptz) -> exactly 1
UPDATE incidents SET severity = $severity, description = $description, version = version + 1, updated_at = $now WHERE id = $id;

-- q_incident_close{id uuid, outcome text, by text, now timestamptz} -> exactly 1
UPDATE incidents SET status = 'closed', outcome = $outcome, closed_by = $by, closed_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'open';

-- q_incident_movement(movement_id uuid) -> one incident_movement(status text)
SELECT status FROM movements WHERE id = $movement_id;

-- q_incident_parts(movement_id uuid, passenger_id uuid?, segment_id uuid?) -> one incident_parts(passenger_ok bool, segment_ok bool)
SELECT $passenger_id::uuid IS NULL OR EXISTS (SELECT 1 FROM passengers p WHERE p.id = $passenger_id AND p.movement_id = $movement_id) AS passenger_ok,
       $segment_id::uuid IS NULL OR EXISTS (SELECT 1 FROM segments s WHERE s.id = $segment_id AND s.movement_id = $movement_id) AS segment_ok;
