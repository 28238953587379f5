-- What decides whether a message on a movement may still be sent, and what it says. Asked by the sender with scope internal.

-- q_send_movement(id uuid, ref_id uuid?, person_id uuid?) -> maybe send_movement(status text, departs_at timestamptz?, departure_zone text?, travels bool)
-- travels: somebody of the reference is still among the passengers, or the one who is named
SELECT status, departs_at, departure_zone,
       EXISTS (SELECT 1 FROM movement_refs r WHERE r.movement_id = m.id AND r.ref_id = $ref_id)
       AND EXISTS (SELECT 1 FROM passengers p WHERE p.movement_id = m.id AND p.status = 'planned' AND (p.ref_id IS NULL OR p.ref_id = $ref_id)
                     AND ($person_id IS NULL OR p.person_id = $person_id)) AS travels
  FROM movements m WHERE id = $id;

-- q_send_segments(movement_id uuid) -> many send_segment(carrier text?, number text?, from_name text, to_name text, departs_at timestamptz,
--   departure_zone text, arrives_at timestamptz, arrival_zone text)
SELECT s.carrier, s.number,
       CASE WHEN f.code IS NULL THEN s.from_place ELSE coalesce(f.municipality, f.name) || ' (' || f.code || ')' END AS from_name,
       CASE WHEN t.code IS NULL THEN s.to_place ELSE coalesce(t.municipality, t.name) || ' (' || t.code || ')' END AS to_name,
       s.departs_at, s.departure_zone, s.arrives_at, s.arrival_zone
  FROM segments s
  LEFT JOIN airports f ON s.from_kind = 'airport' AND f.code = s.from_place
  LEFT JOIN airports t ON s.to_kind = 'airport' AND t.code = s.to_place
 WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.position, s.id LIMIT 100;
