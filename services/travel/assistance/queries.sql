-- Statements of assistance points.

-- q_assistance_get(id uuid) -> one assistance_row(id uuid, movement_id uuid, kind text, place text, at timestamptz, zone text, at_local text,
--   passenger_ids uuid[], organisation text?, office text?, receiver_name_ bytea?, receiver_phone_ bytea?, status text, observed_at timestamptz?,
--   version int4, created_by text, created_at timestamptz, updated_at timestamptz)
SELECT id, movement_id, kind, place, at, zone, to_char(at AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS at_local, passenger_ids, organisation,
       office, receiver_name AS receiver_name_, receiver_phone AS receiver_phone_, status, observed_at, version, created_by, created_at, updated_at
  FROM assistance_points WHERE id = $id;

-- q_assistance_lock(id uuid) -> one assistance_row        lane: own
SELECT id, movement_id, kind, place, at, zone, to_char(at AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS at_local, passenger_ids, organisation,
       office, receiver_name AS receiver_name_, receiver_phone AS receiver_phone_, status, observed_at, version, created_by, created_at, updated_at
  FROM assistance_points WHERE id = $id FOR UPDATE;

-- q_assistance_list{movement_id uuid, status text?, kind text?} -> list assistance_row
SELECT id, movement_id, kind, place, at, zone, to_char(at AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS at_local, passenger_ids, organisation,
       office, receiver_name AS receiver_name_, receiver_phone AS receiver_phone_, status, observed_at, version, created_by, created_at, updated_at
  FROM assistance_points WHERE movement_id = $movement_id
--? status AND status = $status
--? kind   AND kind = $kind
--sort at at timestamptz
;

-- q_assistance_add{id uuid, movement_id uuid, kind text, place text, at timestamptz, zone text, passenger_ids uuid[], organisation text?, office text?,
--   receiver_name bytea?, receiver_phone bytea?, by text, now timestamptz} -> exactly 1
INSERT INTO assistance_points (id, org, movement_id, kind, place, at, zone, passenger_ids, organisation, office, receiver_name, receiver_phone,
                               created_by, created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, $kind, $place, $at, $zone, $passenger_ids, $organisation, $office, $receiver_name, $receiver_phone, $by, $now, $now);

-- q_assistance_save{id uuid, place text, at timestamptz, zone text, passenger_ids uuid[], organisation text?, office text?, receiver_name bytea?,
--   receiver_phone bytea?, now timestamptz} -> exactly 1
UPDATE assistance_points SET place = $place, at = $at, zone = $zone, passenger_ids = $passenger_ids, organisation = $organisation, office = $office,
       receiver_name = $receiver_name, receiver_phone = $receiver_phone, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_assistance_move{id uuid, status text, observed_at timestamptz?, now timestamptz} -> exactly 1
UPDATE assistance_points SET status = $status, observed_at = $observed_at, version = version + 1, updated_at = $now WHERE id = $id;
