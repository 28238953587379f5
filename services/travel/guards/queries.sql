-- Statements of the guards' facts.

-- q_movement_facts(movement_id uuid) -> one movement_fact(status text, programme text, purpose text, origin_country text, origin_place text?,
--   destination_country text, destination_place text?, earliest date, latest date, fitness_applies_to text?, fitness_max_age_hours int4?,
--   open_incidents int4, unsettled int4, fell_back bool)
SELECT m.status, m.programme, m.purpose, m.origin_country, m.origin_place, m.destination_country, m.destination_place, m.earliest, m.latest,
       m.fitness ->> 'appliesTo' AS fitness_applies_to, (m.fitness ->> 'maxAgeHours')::int4 AS fitness_max_age_hours,
       (SELECT count(*)::int4 FROM incidents i WHERE i.org = m.org AND i.movement_id = m.id AND i.status = 'open') AS open_incidents,
       (SELECT count(*)::int4 FROM (SELECT c.currency FROM costs c WHERE c.org = m.org AND c.movement_id = m.id GROUP BY c.currency
                                    HAVING bool_or(c.kind IN ('estimate', 'deposit')) AND NOT bool_or(c.kind IN ('actual', 'refund'))) AS u) AS unsettled,
       m.status = 'draft' AND coalesce((SELECT v.transition = 'reopen' FROM movement_moves v WHERE v.org = m.org AND v.movement_id = m.id
                                         ORDER BY v.made_at DESC, v.id DESC LIMIT 1), false) AS fell_back
  FROM movements m WHERE m.id = $movement_id;

-- q_movement_fact_passengers(movement_id uuid) -> many movement_fact_passenger(id uuid, person_id uuid, ref_id uuid?, given text, family text,
--   birth_first date?, birth_last date?, nationalities text[], document_kind text?, document_country text?, document_expires_on date?,
--   document_holder_name text?, needs text[], unaccompanied_minor bool, open_outcomes int4)
SELECT p.id, p.person_id, p.ref_id, p.given, p.family, p.birth_first, p.birth_last, p.nationalities, p.document_kind, p.document_country,
       p.document_expires_on, p.document_holder_name, p.needs, p.unaccompanied_minor,
       (SELECT count(*)::int4 FROM segments s WHERE s.org = p.org AND s.movement_id = p.movement_id AND s.status = 'planned'
           AND NOT EXISTS (SELECT 1 FROM passenger_segments o WHERE o.org = p.org AND o.passenger_id = p.id AND o.segment_id = s.id)) AS open_outcomes
  FROM passengers p WHERE p.movement_id = $movement_id AND p.status = 'planned' ORDER BY p.id LIMIT 200;

-- q_movement_fact_segments(movement_id uuid) -> many movement_fact_segment(id uuid, mode text, carrier text?, number text?, from_kind text,
--   from_place text, to_kind text, to_place text, from_country text?, to_country text?, departs_at timestamptz, arrives_at timestamptz,
--   departure_zone text, arrival_zone text)
SELECT s.id, s.mode, s.carrier, s.number, s.from_kind, s.from_place, s.to_kind, s.to_place,
       coalesce((SELECT a.country FROM airports a WHERE a.code = s.from_place AND s.from_kind = 'airport'), s.from_country) AS from_country,
       coalesce((SELECT a.country FROM airports a WHERE a.code = s.to_place AND s.to_kind = 'airport'), s.to_country) AS to_country,
       s.departs_at, s.arrives_at, s.departure_zone, s.arrival_zone
  FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.departs_at, s.id LIMIT 200;

-- q_movement_reopen{id uuid, status text, now timestamptz} -> exactly 1
UPDATE movements SET status = $status, cleared_at = NULL, version = version + 1, updated_at = $now WHERE id = $id;

-- q_movement_reopened{id uuid, movement_id uuid, from_status text, to_status text, unmet text[], by text, now timestamptz} -> exactly 1
INSERT INTO movement_moves (id, org, movement_id, transition, from_status, to_status, unmet, made_by, made_at)
VALUES ($id, sec.org(), $movement_id, 'reopen', $from_status, $to_status, $unmet, $by, $now);

-- q_declared_movement(id uuid) -> one declared_movement(id uuid)
SELECT id FROM movements WHERE id = $id;

-- q_declared_refs(movement_id uuid) -> many declared_ref(ref_kind text, ref_id uuid, person_ids uuid[])
SELECT r.ref_kind, r.ref_id,
       (SELECT coalesce(array_agg(p.person_id ORDER BY p.person_id), '{}') FROM passengers p
         WHERE p.org = r.org AND p.movement_id = r.movement_id AND p.status = 'planned' AND coalesce(p.ref_id, r.ref_id) = r.ref_id) AS person_ids
  FROM movement_refs r JOIN movements m ON m.org = r.org AND m.id = r.movement_id
 WHERE r.movement_id = $movement_id ORDER BY r.ref_kind, r.ref_id LIMIT 200;
