-- Statements of requests for a journey.

-- q_request_movement(request_id uuid) -> maybe request_movement(movement_id uuid, ref_id uuid)
SELECT movement_id, ref_id FROM movement_refs WHERE request_id = $request_id;

-- Movements that refer to the case; of a person only those that he is to travel by. A passenger without a reference travels for each.
-- q_request_withdrawn(case_id uuid, person_id uuid?) -> many request_withdrawn(movement_id uuid, ref_id uuid)
SELECT r.movement_id, r.ref_id
  FROM movement_refs r
 WHERE r.ref_kind = 'case' AND r.ref_id = $case_id
   AND ($person_id::uuid IS NULL
        OR EXISTS (SELECT 1 FROM passengers p WHERE p.org = r.org AND p.movement_id = r.movement_id AND coalesce(p.ref_id, r.ref_id) = r.ref_id
                      AND p.person_id = $person_id AND p.status = 'planned'))
 ORDER BY r.movement_id LIMIT 200;

-- q_request_cancel_passengers(movement_id uuid, ref_id uuid, person_id uuid?, reason text, now timestamptz) -> any
UPDATE passengers SET status = 'cancelled', cancel_reason = $reason, version = version + 1, updated_at = $now
 WHERE movement_id = $movement_id AND status = 'planned' AND ($person_id::uuid IS NULL OR person_id = $person_id)
   AND (ref_id = $ref_id
        OR ref_id IS NULL AND ($person_id::uuid IS NOT NULL
                               OR NOT EXISTS (SELECT 1 FROM movement_refs r WHERE r.movement_id = $movement_id AND r.ref_id <> $ref_id)));

-- q_request_left(movement_id uuid, ref_id uuid) -> one request_left(all_ int8, of_ref int8)
SELECT count(*) AS all_,
       count(*) FILTER (WHERE ref_id = $ref_id
                           OR ref_id IS NULL AND NOT EXISTS (SELECT 1 FROM movement_refs r WHERE r.movement_id = $movement_id
                                                                AND r.ref_id <> $ref_id)) AS of_ref
  FROM passengers WHERE movement_id = $movement_id AND status = 'planned';
