-- Statements of open needs.

-- A need is open until who escorts, or who meets the passenger, is confirmed. A diet is the carrier's.
-- q_need_list{movement_id uuid?, departs_until timestamptz?} -> list need_row(id uuid, movement_id uuid, movement_status text, reference text?,
--   person_id uuid, given text, family text, needs text[], unaccompanied_minor bool, lacks text[], departs_at timestamptz?, departure_zone text?,
--   sort_departs_at_ timestamptz)
SELECT n.id, n.movement_id, n.movement_status, n.reference, n.person_id, n.given, n.family, n.needs, n.unaccompanied_minor, n.lacks, n.departs_at,
       n.departure_zone, n.sort_departs_at_
  FROM (SELECT p.id, p.movement_id, m.status AS movement_status, m.reference, p.person_id, p.given, p.family, p.needs, p.unaccompanied_minor,
               m.departs_at, m.departure_zone, coalesce(m.departs_at, '9999-01-01Z'::timestamptz) AS sort_departs_at_,
               array_remove(ARRAY[
                   CASE WHEN (p.unaccompanied_minor OR p.needs && ARRAY['escort', 'unaccompaniedMinor', 'stretcher'])
                             AND NOT EXISTS (SELECT 1 FROM escorts e WHERE e.movement_id = p.movement_id AND e.status = 'confirmed'
                                                AND (cardinality(e.passenger_ids) = 0 OR p.id = ANY (e.passenger_ids))) THEN 'escort' END,
                   CASE WHEN (p.unaccompanied_minor OR p.needs && ARRAY['wheelchair', 'medical', 'unaccompaniedMinor', 'infant', 'stretcher', 'oxygen',
                                                                       'visual', 'hearing', 'pregnancy'])
                             AND NOT EXISTS (SELECT 1 FROM assistance_points a WHERE a.movement_id = p.movement_id AND a.status IN ('confirmed', 'done')
                                                AND (cardinality(a.passenger_ids) = 0 OR p.id = ANY (a.passenger_ids))) THEN 'assistance' END],
                   NULL) AS lacks
          FROM passengers p JOIN movements m ON m.org = p.org AND m.id = p.movement_id
         WHERE p.status = 'planned' AND m.status IN ('draft', 'ready', 'abnSent', 'abnAcknowledged', 'clearedToBoard')) AS n
 WHERE cardinality(n.lacks) > 0
--? movement_id   AND n.movement_id = $movement_id
--? departs_until AND n.sort_departs_at_ < $departs_until
--sort departsAt n.sort_departs_at_ timestamptz
--id n.id
;
