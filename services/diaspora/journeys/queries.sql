-- Statements of the journeys that the travel service is asked for.

-- q_travel_request_insert{id uuid, programme text, ref_kind text, ref_id uuid, assignment_id uuid?, phase_id uuid?, earliest date, latest date,
--   party bytea, by text, now timestamptz} -> exactly 1
INSERT INTO travel_requests (id, org, programme, ref_kind, ref_id, assignment_id, phase_id, earliest, latest, party, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $ref_kind, $ref_id, $assignment_id, $phase_id, $earliest, $latest, $party, $by, $now, $now);

-- q_travel_request_list(assignment_id uuid) -> list travel_request_row(id uuid, ref_kind text, ref_id uuid, assignment_id uuid?, phase_id uuid?, status text,
--   movement_id uuid?, earliest date, latest date, departs_at timestamptz?, departure_zone text?, arrives_at timestamptz?, arrival_zone text?,
--   departed_at timestamptz?, arrived_at timestamptz?, cancel_reason text?, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions jsonb)
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, movement_id, earliest, latest, departs_at, departure_zone, arrives_at, arrival_zone, departed_at,
       arrived_at, cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM travel_requests_shown WHERE assignment_id = $assignment_id
--sort -createdAt created_at timestamptz
;

-- q_travel_requests_beside(assignment_id uuid) -> many travel_request_row
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, movement_id, earliest, latest, departs_at, departure_zone, arrives_at, arrival_zone, departed_at,
       arrived_at, cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM travel_requests_shown WHERE assignment_id = $assignment_id ORDER BY created_at DESC, id DESC LIMIT 100;

-- q_travel_request_get(id uuid) -> one travel_request_row
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, movement_id, earliest, latest, departs_at, departure_zone, arrives_at, arrival_zone, departed_at,
       arrived_at, cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM travel_requests_shown WHERE id = $id;

-- q_travel_request_lock(id uuid) -> one travel_request_locked(id uuid, ref_kind text, ref_id uuid, assignment_id uuid?, phase_id uuid?, status text, version int4)        lane: own
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, version FROM travel_requests WHERE id = $id FOR UPDATE;

-- q_travel_request_party(id uuid) -> one travel_request_party(id uuid, ref_id uuid, party bytea)        lane: own
SELECT id, ref_id, party FROM travel_requests WHERE id = $id AND party IS NOT NULL;

-- q_travel_request_cancel(id uuid, reason text, now timestamptz) -> exactly 1
UPDATE travel_requests SET status = 'cancelled', cancel_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- Those that have not departed: of all that an assignment or a mission asked for, of a phase.
-- q_travel_requests_open(ref_id uuid) -> many travel_request_open(id uuid)        lane: own
SELECT id FROM travel_requests WHERE ref_id = $ref_id AND status IN ('requested', 'planned', 'ticketed', 'cleared') ORDER BY id FOR UPDATE;

-- q_travel_requests_of_phase(phase_id uuid) -> many travel_request_open        lane: own
SELECT id FROM travel_requests WHERE phase_id = $phase_id AND status IN ('requested', 'planned', 'ticketed', 'cleared') ORDER BY id FOR UPDATE;

-- What the travel service tells of a movement. One that was not made of a request of ours touches nothing.
-- q_travel_request_made{ref_id uuid, id uuid, movement_id uuid, now timestamptz} -> any
UPDATE travel_requests SET status = 'planned', movement_id = $movement_id, version = version + 1, updated_at = $now
 WHERE id = $id AND ref_id = $ref_id AND status = 'requested';

-- q_travel_request_of_movement(ref_id uuid, movement_id uuid) -> maybe travel_request_locked        lane: own
SELECT id, ref_kind, ref_id, assignment_id, phase_id, status, version FROM travel_requests
 WHERE ref_id = $ref_id AND movement_id = $movement_id ORDER BY created_at DESC LIMIT 1 FOR UPDATE;

-- q_travel_request_schedule{id uuid, status text, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text, now timestamptz} -> exactly 1
UPDATE travel_requests SET status = $status, departs_at = $departs_at, departure_zone = $departure_zone, arrives_at = $arrives_at,
       arrival_zone = $arrival_zone, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_travel_request_observe{id uuid, status text, departed_at timestamptz?, arrived_at timestamptz?, now timestamptz} -> exactly 1
UPDATE travel_requests SET status = $status, departed_at = coalesce($departed_at, departed_at), arrived_at = coalesce($arrived_at, arrived_at),
       cancel_reason = NULL, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_phase_journey(phase_id uuid) -> maybe phase_journey(id uuid)
SELECT id FROM travel_requests
 WHERE org = sec.org() AND phase_id = $phase_id AND status NOT IN ('cancelled', 'noShow', 'refusedEntry', 'deniedBoarding');

-- ---- who travels ----

-- q_traveller(expert_id uuid) -> one traveller_row(id uuid, names jsonb, birth_date jsonb?, sex text)        lane: own
SELECT id, names, birth_date, sex FROM experts WHERE id = $expert_id;

-- q_traveller_residence(expert_id uuid) -> maybe traveller_residence(sealed bytea)        lane: own
SELECT sealed FROM expert_residences WHERE expert_id = $expert_id;

-- Whether it has ended, and who still means to go: the expert of an assignment, the teams on a mission.
-- q_travel_check(ref_id uuid) -> maybe travel_check_row(ended bool, declared uuid[])
SELECT status IN ('closed', 'aborted', 'switchedOnline') AS ended, CASE WHEN accepted THEN ARRAY[expert_id] ELSE '{}'::uuid[] END AS declared
  FROM assignments WHERE id = $ref_id
UNION ALL
SELECT m.status NOT IN ('planned', 'travelling') AS ended,
       ARRAY(SELECT p.id FROM venture_members p JOIN ventures v ON v.org = p.org AND v.id = p.venture_id
              WHERE v.mission_id = m.id AND p.left_at IS NULL ORDER BY p.id) AS declared
  FROM missions m WHERE m.id = $ref_id;
