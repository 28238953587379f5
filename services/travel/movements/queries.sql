-- Statements of movements.

-- q_movement_get(id uuid) -> one movement_row(id uuid, purpose text, programme text, reference text?, group text?, origin jsonb, destination jsonb,
--   earliest date, latest date, priority text, fund jsonb?, cost_centre text?, status text, fitness jsonb?, offices text[], departs_at timestamptz?,
--   departure_zone text?, arrives_at timestamptz?, arrival_zone text?, departs_local text?, arrives_local text?, opened_at timestamptz,
--   cleared_at timestamptz?, departed_at timestamptz?, arrived_at timestamptz?, handed_over_at timestamptz?, reconciled_at timestamptz?,
--   cancelled_at timestamptz?, cancel_reason text?, refs jsonb, warnings jsonb, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions jsonb, sort_departs_at_ timestamptz)
SELECT id, purpose, programme, reference, "group", origin, destination, earliest, latest, priority, fund, cost_centre, status, fitness, offices,
       departs_at, departure_zone, arrives_at, arrival_zone, departs_local, arrives_local, opened_at, cleared_at, departed_at, arrived_at,
       handed_over_at, reconciled_at, cancelled_at, cancel_reason, refs, warnings, version, created_by, created_at, updated_at, allowed_actions,
       coalesce(departs_at, '9999-01-01Z'::timestamptz) AS sort_departs_at_
  FROM movements_shown WHERE id = $id;

-- q_movement_list{status text?, programme text?, purpose text?, office text?, ref_id uuid?, person_id uuid?, departs_from timestamptz?,
--   departs_until timestamptz?} -> list movement_row
SELECT id, purpose, programme, reference, "group", origin, destination, earliest, latest, priority, fund, cost_centre, status, fitness, offices,
       departs_at, departure_zone, arrives_at, arrival_zone, departs_local, arrives_local, opened_at, cleared_at, departed_at, arrived_at,
       handed_over_at, reconciled_at, cancelled_at, cancel_reason, refs, warnings, version, created_by, created_at, updated_at, allowed_actions,
       coalesce(departs_at, '9999-01-01Z'::timestamptz) AS sort_departs_at_
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
