-- Statements of movements.

-- q_movement_get(id uuid) -> one movement_row(id uuid, purpose text, programme text, reference text?, group text?, origin jsonb, destination jsonb,
--   earliest date, latest date, priority text, fund jsonb?, cost_centre text?, status text, fitness jsonb?, offices text[], departs_at timestamptz?,
--   departure_zone text?, arrives_at timestamptz?, arrival_zone text?, departs_local text?, arrives_local text?, opened_at timestamptz,
--   cleared_at timestamptz?, departed_at timestamptz?, arrived_at timestamptz?, handed_over_at timestamptz?, reconciled_at timestamptz?,
--   cancelled_at timestamptz?, cancel_reason text?, refs jsonb, warnings jsonb, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions jsonb)
SELECT id, purpose, programme, reference, "group", origin, destination, earliest, latest, priority, fund, cost_centre, status, fitness, offices,
       departs_at, departure_zone, arrives_at, arrival_zone, departs_local, arrives_local, opened_at, cleared_at, departed_at, arrived_at,
       handed_over_at, reconciled_at, cancelled_at, cancel_reason, refs, warnings, version, created_by, created_at, updated_at, allowed_actions
  FROM movements_shown WHERE id = $id;

-- q_movement_list{status text?, programme text?, purpose text?, office text?, ref_id uuid?, person_id uuid?, departs_from timestamptz?,
--   departs_until timestamptz?} -> list movement_row
SELECT id, purpose, programme, reference, "group", origin, destination, earliest, latest, priority, fund, cost_centre, status, fitness, offices,
       departs_at, departure_zone, arrives_at, arrival_zone, departs_local, arrives_local, opened_at, cleared_at, departed_at, arrived_at,
       handed_over_at, reconciled_at, cancelled_at, cancel_reason, refs, warnings, version, created_by, created_at, updated_at, allowed_actions
  FROM movements_shown m WHERE true
--? status       AND status = $status
--? programme    AND programme = $programme
--? purpose      AND purpose = $purpose
--? office       AND $office = ANY (offices)
--? ref_id       AND EXISTS (SELECT 1 FROM movement_refs r WHERE r.movement_id = m.id AND r.ref_id = $ref_id)
--? person_id    AND EXISTS (SELECT 1 FROM passengers p WHERE p.movement_id = m.id AND p.person_id = $person_id AND p.status = 'planned')
--? departs_from AND coalesce(departs_at, '9999-01-01Z'::timestamptz) >= $departs_from
--? departs_until AND coalesce(departs_at, '9999-01-01Z'::timestamptz) < $departs_until
--sort -openedAt opened_at timestamptz
--sort departsAt coalesce(departs_at, '9999-01-01Z'::timestamptz) timestamptz
;

-- q_movement_add{id uuid, purpose text, programme text, reference text?, group_name text?, origin_country text, origin_place text?,
--   destination_country text, destination_place text?, earliest date, latest date, priority text, fund jsonb?, cost_centre text?, fitness jsonb?,
--   offices text[], by text, now timestamptz} -> exactly 1
INSERT INTO movements (id, org, purpose, programme, reference, group_name, origin_country, origin_place, destination_country, destination_place,
                       earliest, latest, priority, fund, cost_centre, fitness, offices, opened_at, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $purpose, $programme, $reference, $group_name, $origin_country, $origin_place, $destination_country, $destination_place,
        $earliest, $latest, $priority, $fund, $cost_centre, $fitness, $offices, $now, $by, $now, $now);

-- q_movement_ref_add(movement_id uuid, ref_kind text, ref_id uuid, request_id uuid?) -> exactly 1
INSERT INTO movement_refs (org, movement_id, ref_kind, ref_id, request_id) VALUES (sec.org(), $movement_id, $ref_kind, $ref_id, $request_id);

-- q_movement_refs(movement_id uuid) -> many movement_ref(ref_kind text, ref_id uuid, request_id uuid?)
SELECT r.ref_kind, r.ref_id, r.request_id FROM movement_refs r JOIN movements m ON m.org = r.org AND m.id = r.movement_id
 WHERE r.movement_id = $movement_id ORDER BY r.ref_kind, r.ref_id LIMIT 200;

-- q_movement_lock(id uuid) -> one movement_locked(id uuid, status text, programme text, group_name text?, origin_country text, origin_place text?,
--   destination_country text, destination_place text?, earliest date, latest date, priority text, fund jsonb?, cost_centre text?, departs_at timestamptz?,
--   departed_at timestamptz?, arrived_at timestamptz?, version int4)        lane: own
SELECT id, status, programme, group_name, origin_country, origin_place, destination_country, destination_place, earliest, latest, priority, fund,
       cost_centre, departs_at, departed_at, arrived_at, version
  FROM movements WHERE id = $id FOR UPDATE;

-- q_movement_state(id uuid) -> one movement_state(status text, version int4)
SELECT status, version FROM movements WHERE id = $id;

-- q_movement_save{id uuid, group_name text?, origin_country text, origin_place text?, destination_country text, destination_place text?, earliest date,
--   latest date, priority text, fund jsonb?, cost_centre text?, now timestamptz} -> exactly 1
UPDATE movements SET group_name = $group_name, origin_country = $origin_country, origin_place = $origin_place,
       destination_country = $destination_country, destination_place = $destination_place, earliest = $earliest, latest = $latest,
       priority = $priority, fund = $fund, cost_centre = $cost_centre, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_movement_move{id uuid, status text, cleared_at timestamptz?, departed_at timestamptz?, arrived_at timestamptz?, handed_over_at timestamptz?,
--   reconciled_at timestamptz?, cancelled_at timestamptz?, cancel_reason text?, now timestamptz} -> exactly 1
UPDATE movements SET status = $status, cleared_at = coalesce($cleared_at, cleared_at), departed_at = coalesce(departed_at, $departed_at),
       arrived_at = coalesce(arrived_at, $arrived_at), handed_over_at = coalesce(handed_over_at, $handed_over_at),
       reconciled_at = coalesce($reconciled_at, reconciled_at), cancelled_at = coalesce($cancelled_at, cancelled_at),
       cancel_reason = coalesce($cancel_reason, cancel_reason), version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_movement_move_add{id uuid, movement_id uuid, transition text, from_status text, to_status text, reason text?, observed_at timestamptz?,
--   observed_by text?, by text, now timestamptz} -> exactly 1
INSERT INTO movement_moves (id, org, movement_id, transition, from_status, to_status, reason, observed_at, observed_by, unmet, made_by, made_at)
VALUES ($id, sec.org(), $movement_id, $transition, $from_status, $to_status, $reason, $observed_at, $observed_by, '{}', $by, $now);

-- q_movement_moves(movement_id uuid) -> list movement_move_row(id uuid, transition text, from text, to text, reason text?, observed_at timestamptz?,
--   observed_by text?, unmet text[], made_by text, made_at timestamptz)
SELECT id, transition, from_status AS "from", to_status AS "to", reason, observed_at, observed_by, unmet, made_by, made_at
  FROM movement_moves WHERE movement_id = $movement_id
--sort madeAt made_at timestamptz
;

-- q_movement_cancel_passengers(movement_id uuid, reason text, now timestamptz) -> any
UPDATE passengers SET status = 'cancelled', cancel_reason = $reason, version = version + 1, updated_at = $now
 WHERE movement_id = $movement_id AND status = 'planned';
