-- Travel of a case: requests, the party for the travel service, the movement as it is told back, follow-ups.

-- ---- facts for guards ----

-- q_journey_fact(case_id uuid) -> maybe journey_fact(movement_id uuid, status text, departs_at timestamptz?, departure_zone text?,
--   arrives_at timestamptz?, arrival_zone text?, ticketed bool, destination text?)
SELECT j.movement_id, j.status, j.departs_at, j.departure_zone, j.arrives_at, j.arrival_zone, j.ticketed_at IS NOT NULL AS ticketed,
       r.destination_country AS destination
  FROM case_journeys j
  LEFT JOIN travel_requests r ON r.org = j.org AND r.id = j.request_id
 WHERE j.case_id = $case_id AND j.status NOT IN ('cancelled', 'superseded', 'ended');

-- Who of the active request has a medical need.
-- q_medical_facts(case_id uuid) -> many medical_fact(person_id uuid)
SELECT t.person_id
  FROM travel_request_persons t
 WHERE t.case_id = $case_id AND 'medical' = ANY (t.needs)
   AND t.request_id = (SELECT r.id FROM travel_requests r WHERE r.case_id = $case_id AND r.status IN ('requested', 'made'))
 LIMIT 60;

-- Checks of fitness, of every movement: the journey says which counts.
-- q_fitness_facts(case_id uuid) -> many fitness_fact(movement_id uuid, person_id uuid, outcome text, at timestamptz)
SELECT movement_id, person_id, outcome, at FROM case_clearances WHERE case_id = $case_id AND kind = 'fitness' ORDER BY at LIMIT 200;

-- ---- requests ----

-- q_travel_active(case_id uuid) -> maybe travel_active(id uuid, movement_id uuid?)
SELECT id, movement_id FROM travel_requests WHERE case_id = $case_id AND status IN ('requested', 'made');

-- The travel documents of the persons of a case, the best first.
-- q_travel_documents(case_id uuid) -> many travel_document(id uuid, person_id uuid)
SELECT id, person_id
  FROM documents
 WHERE case_id = $case_id AND person_id IS NOT NULL AND status = 'verified'
   AND kind IN ('passport', 'conventionTravelDocument', 'laissezPasser', 'euReturnDocument')
 ORDER BY array_position('{passport,conventionTravelDocument,laissezPasser,euReturnDocument}', kind), valid_until DESC NULLS LAST, id
 LIMIT 200;

-- q_travel_receiver(case_id uuid, role_id uuid, today date) -> maybe travel_receiver(id uuid)
SELECT id
  FROM case_roles
 WHERE case_id = $case_id AND id = $role_id AND role = 'receiver' AND coalesce(valid_until >= $today, true);

-- q_travel_request_add{id uuid, case_id uuid, origin_country text, origin_place text?, destination_country text, destination_place text?,
--   earliest date, latest date, receiver_role_id uuid?, by text, now timestamptz} -> exactly 1
INSERT INTO travel_requests (id, org, case_id, origin_country, origin_place, destination_country, destination_place, earliest, latest,
                             receiver_role_id, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $origin_country, $origin_place, $destination_country, $destination_place, $earliest, $latest,
        $receiver_role_id, $by, $now, $now);

-- q_travel_person_add{request_id uuid, case_id uuid, person_id uuid, position int4, needs text[], document_id uuid?} -> exactly 1
INSERT INTO travel_request_persons (org, request_id, case_id, person_id, position, needs, document_id)
VALUES (sec.org(), $request_id, $case_id, $person_id, $position, $needs, $document_id);

-- q_travel_request_get(id uuid) -> one travel_request_row(id uuid, case_id uuid, status text, origin jsonb, destination jsonb, earliest date,
--   latest date, persons jsonb, receiver_role_id uuid?, movement_id uuid?, end_reason text?, ended_at timestamptz?, version int4,
--   created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT r.id, r.case_id, r.status, jsonb_build_object('country', r.origin_country, 'place', r.origin_place) AS origin,
       jsonb_build_object('country', r.destination_country, 'place', r.destination_place) AS destination, r.earliest, r.latest,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', p.person_id, 'needs', p.needs, 'documentId', p.document_id)
                                  ORDER BY p.position), '[]')
          FROM travel_request_persons p WHERE p.org = r.org AND p.request_id = r.id) AS persons,
       r.receiver_role_id, r.movement_id, r.end_reason, r.ended_at, r.version, r.created_by, r.created_at, r.updated_at,
       '{}'::text[] AS allowed_actions
  FROM travel_requests r
 WHERE r.id = $id;

-- q_travel_request_list{case_id uuid, status text?} -> list travel_request_row
SELECT r.id, r.case_id, r.status, jsonb_build_object('country', r.origin_country, 'place', r.origin_place) AS origin,
       jsonb_build_object('country', r.destination_country, 'place', r.destination_place) AS destination, r.earliest, r.latest,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', p.person_id, 'needs', p.needs, 'documentId', p.document_id)
                                  ORDER BY p.position), '[]')
          FROM travel_request_persons p WHERE p.org = r.org AND p.request_id = r.id) AS persons,
       r.receiver_role_id, r.movement_id, r.end_reason, r.ended_at, r.version, r.created_by, r.created_at, r.updated_at,
       '{}'::text[] AS allowed_actions
  FROM travel_requests r
 WHERE r.case_id = $case_id
--? status AND r.status = $status
--sort -createdAt r.created_at timestamptz
;

-- q_travel_request_lock(id uuid) -> one travel_request_locked(case_id uuid, status text, version int4)
SELECT case_id, status, version FROM travel_requests WHERE id = $id FOR UPDATE;

-- q_travel_request_end(id uuid, status text, reason text, now timestamptz) -> exactly 1
UPDATE travel_requests
   SET status = $status, end_reason = $reason, ended_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status IN ('requested', 'made');

-- The movement has ended it; nothing where it is over already.
-- q_travel_request_over(id uuid, status text, reason text, now timestamptz) -> any
UPDATE travel_requests
   SET status = $status, end_reason = $reason, ended_at = $now, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND status IN ('requested', 'made');

-- It has not ended after all.
-- q_travel_request_resume(id uuid, now timestamptz) -> any
UPDATE travel_requests
   SET status = 'made', end_reason = NULL, ended_at = NULL, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND status = 'ended';

-- ---- the party ----

-- q_party_head(id uuid) -> one party_head(case_id uuid, reference text, programme text, programme_version int4, confidentiality text,
--   offices text[], team text[], origin jsonb, destination jsonb, earliest date, latest date)        lane: own
SELECT r.case_id, c.reference, c.programme, c.programme_version, c.confidentiality, c.offices, c.shown_team AS team,
       jsonb_build_object('country', r.origin_country, 'place', r.origin_place) AS origin,
       jsonb_build_object('country', r.destination_country, 'place', r.destination_place) AS destination, r.earliest, r.latest
  FROM travel_requests r
  JOIN cases c ON c.org = r.org AND c.id = r.case_id
 WHERE r.id = $id;

-- Who of the request still belongs to the case: the name as on the document, and the number of it among the person's identifiers.
-- q_party_members(request_id uuid) -> many party_member(person_id uuid, given text, family text, birth jsonb?, birth_first date?,
--   birth_last date?, sex text, nationalities text[], needs text[], document_kind text?, document_country text?, expires_on date?,
--   identifier_id uuid?, number_sealed bytea?)        lane: own
SELECT t.person_id, n.given, n.family,
       CASE WHEN p.birth_date IS NOT NULL THEN jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END AS birth,
       p.birth_first, p.birth_last, p.sex, p.nationalities, t.needs, d.kind AS document_kind,
       coalesce(d.country, i.country) AS document_country, coalesce(d.valid_until, i.expires_on) AS expires_on, i.id AS identifier_id,
       i.number_sealed
  FROM travel_request_persons t
  JOIN case_persons m ON m.org = t.org AND m.case_id = t.case_id AND m.person_id = t.person_id AND m.left_at IS NULL
  JOIN persons p ON p.org = t.org AND p.id = t.person_id
  JOIN LATERAL (SELECT given, family FROM person_names n WHERE n.org = t.org AND n.person_id = t.person_id
                 ORDER BY n.kind <> 'asOnDocument', n.script <> 'Latn', n.position LIMIT 1) n ON true
  LEFT JOIN documents d ON d.org = t.org AND d.id = t.document_id
  LEFT JOIN LATERAL (SELECT i.id, i.number_sealed, i.country, i.expires_on
                       FROM person_identifiers i
                      WHERE i.org = t.org AND i.person_id = t.person_id AND i.kind = d.kind
                        AND (i.country = d.country OR i.country IS NULL OR d.country IS NULL)
                      ORDER BY i.country IS NULL, i.expires_on DESC NULLS LAST, i.position LIMIT 1) i ON true
 WHERE t.request_id = $request_id
 ORDER BY t.position;

-- ---- the movement as it is told ----

-- Held first, so that case and journey are always locked in this order.
-- q_journey_case(case_id uuid) -> maybe journey_case(id uuid, planned_departure_on date?)        lane: own
SELECT id, planned_departure_on FROM cases WHERE id = $case_id FOR UPDATE;

-- q_journey_lock(case_id uuid, movement_id uuid) -> maybe journey_row(status text, request_id uuid?, ticketed bool, departs_at timestamptz?,
--   departure_zone text?, arrives_at timestamptz?, arrival_zone text?)
SELECT status, request_id, ticketed_at IS NOT NULL AS ticketed, departs_at, departure_zone, arrives_at, arrival_zone
  FROM case_journeys
 WHERE case_id = $case_id AND movement_id = $movement_id
   FOR UPDATE;

-- q_journeys_supersede(case_id uuid, movement_id uuid, now timestamptz) -> many journey_superseded(movement_id uuid)
UPDATE case_journeys
   SET status = 'superseded', updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND movement_id <> $movement_id AND status NOT IN ('cancelled', 'superseded', 'ended')
RETURNING movement_id;

-- q_journey_add{case_id uuid, movement_id uuid, request_id uuid?, now timestamptz} -> any
INSERT INTO case_journeys (org, case_id, movement_id, request_id, status, created_at, updated_at)
SELECT sec.org(), $case_id, $movement_id,
       (SELECT r.id FROM travel_requests r WHERE r.org = sec.org() AND r.id = $request_id AND r.case_id = $case_id), 'planned', $now, $now;

-- q_travel_request_made(id uuid, movement_id uuid, now timestamptz) -> any
UPDATE travel_requests
   SET status = 'made', movement_id = $movement_id, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND status = 'requested';

-- q_journey_times{case_id uuid, movement_id uuid, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text,
--   ticketed_at timestamptz?, now timestamptz} -> exactly 1
UPDATE case_journeys
   SET departs_at = $departs_at, departure_zone = $departure_zone, arrives_at = $arrives_at, arrival_zone = $arrival_zone,
       ticketed_at = coalesce($ticketed_at, ticketed_at), updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND movement_id = $movement_id;

-- q_journey_mark{case_id uuid, movement_id uuid, status text, word text, at timestamptz?, reason text?, now timestamptz} -> exactly 1
UPDATE case_journeys
   SET status = $status, cleared_at = CASE WHEN $word = 'cleared' THEN $at WHEN $word = 'reopened' THEN NULL ELSE cleared_at END,
       departed_at = CASE WHEN $word = 'departed' THEN $at ELSE departed_at END,
       arrived_at = CASE WHEN $word = 'arrived' THEN $at ELSE arrived_at END,
       cancel_reason = CASE WHEN $word = 'cancelled' THEN $reason ELSE cancel_reason END, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND movement_id = $movement_id;

-- q_passenger_outcome{case_id uuid, movement_id uuid, person_id uuid, outcome text, at timestamptz} -> any
INSERT INTO case_passengers (org, case_id, movement_id, person_id, outcome, observed_at)
VALUES (sec.org(), $case_id, $movement_id, $person_id, $outcome, $at)
    ON CONFLICT (org, case_id, movement_id, person_id) DO UPDATE SET outcome = $outcome, observed_at = $at;

-- How many of the travellers of the case did not travel, and how many were not let in.
-- q_journey_outcomes(case_id uuid, movement_id uuid, request_id uuid?) -> one journey_outcomes(travellers int4, left_behind int4, refused int4)
SELECT count(*)::int4 AS travellers, (count(*) FILTER (WHERE o.outcome IN ('noShow', 'deniedBoarding')))::int4 AS left_behind,
       (count(*) FILTER (WHERE o.outcome = 'refusedEntry'))::int4 AS refused
  FROM case_persons p
  LEFT JOIN case_passengers o ON o.org = p.org AND o.case_id = p.case_id AND o.movement_id = $movement_id AND o.person_id = p.person_id
 WHERE p.case_id = $case_id AND p.left_at IS NULL
   AND ($request_id::uuid IS NULL
        OR p.person_id IN (SELECT t.person_id FROM travel_request_persons t WHERE t.org = p.org AND t.request_id = $request_id));

-- q_clearance_keep{case_id uuid, movement_id uuid, person_id uuid, kind text, outcome text, at timestamptz} -> any
INSERT INTO case_clearances (org, case_id, movement_id, person_id, kind, outcome, at)
VALUES (sec.org(), $case_id, $movement_id, $person_id, $kind, $outcome, $at)
    ON CONFLICT (org, case_id, movement_id, person_id, kind) DO UPDATE SET outcome = $outcome, at = $at WHERE case_clearances.at <= $at;

-- ---- follow-ups ----

-- q_follow_up_add{id uuid, case_id uuid, code text, months int4, due_on date, now timestamptz} -> maybe follow_up_added(id uuid)
INSERT INTO case_follow_ups (id, org, case_id, code, months, due_on, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $code, $months, $due_on, $now, $now)
    ON CONFLICT (org, case_id, code, months) WHERE status <> 'cancelled' DO NOTHING
RETURNING id;

-- q_follow_ups_cancel(case_id uuid, now timestamptz) -> many follow_up_cancelled(id uuid)
UPDATE case_follow_ups SET status = 'cancelled', updated_at = $now WHERE org = sec.org() AND case_id = $case_id AND status = 'planned'
RETURNING id;

-- q_follow_up_lock(id uuid) -> maybe follow_up_locked(case_id uuid, programme text, programme_version int4, code text, months int4,
--   due_on date, status text)        lane: own
SELECT f.case_id, c.programme, c.programme_version, f.code, f.months, f.due_on, f.status
  FROM case_follow_ups f
  JOIN cases c ON c.org = f.org AND c.id = f.case_id
 WHERE f.id = $id
   FOR UPDATE OF f;

-- q_follow_up_made(id uuid, task_id uuid, now timestamptz) -> exactly 1
UPDATE case_follow_ups SET status = 'made', task_id = $task_id, updated_at = $now WHERE id = $id AND status = 'planned';
