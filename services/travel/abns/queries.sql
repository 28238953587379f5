-- Statements of advance booking notifications.

-- What an addressee may be shown of a journey.

-- q_abn_movement(id uuid) -> one abn_movement(reference text?, status text, programme text)
SELECT reference, status, programme FROM movements WHERE id = $id;

-- q_abn_segments(movement_id uuid) -> many abn_segment_row(mode text, carrier text?, number text?, from_kind text, from_place text, to_kind text,
--   to_place text, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text)
SELECT mode, carrier, number, from_kind, from_place, to_kind, to_place, departs_at, departure_zone, arrives_at, arrival_zone
  FROM segments WHERE movement_id = $movement_id AND status = 'planned' ORDER BY position, id LIMIT 100;

-- q_abn_passengers(movement_id uuid) -> many abn_passenger_row(given text, family text, needs text[])
SELECT given, family, needs FROM passengers WHERE movement_id = $movement_id AND status = 'planned' ORDER BY id LIMIT 1000;

-- q_abn_points(movement_id uuid) -> many abn_point_row(kind text, place text, at timestamptz, zone text, organisation text?, office text?)
SELECT kind, place, at, zone, organisation, office FROM assistance_points
 WHERE movement_id = $movement_id AND status IN ('planned', 'confirmed') ORDER BY at, id LIMIT 200;

-- The rows of both sides.

-- q_abn_get(id uuid) -> one abn_row(id uuid, from_organisation text, to_organisation text, to_office text?, to_kind text, movement_id uuid,
--   number int4, fields text[], legal_basis text?, answer_wanted bool, cancelled bool, snapshot_ bytea, status text, sent_at timestamptz,
--   sent_by text, acknowledged_at timestamptz?, acknowledged_by text?, problem text?, problem_note text?, problem_at timestamptz?,
--   superseded_at timestamptz?, superseded_by uuid?, version int4)
SELECT id, org AS from_organisation, to_org AS to_organisation, to_office, to_kind, movement_id, number, fields, legal_basis, answer_wanted, cancelled,
       snapshot AS snapshot_, status, sent_at, sent_by, acknowledged_at, acknowledged_by, problem, problem_note, problem_at, superseded_at,
       superseded_by, version
  FROM abns WHERE id = $id;

-- q_abn_lock(id uuid) -> one abn_row        lane: own
SELECT id, org AS from_organisation, to_org AS to_organisation, to_office, to_kind, movement_id, number, fields, legal_basis, answer_wanted, cancelled,
       snapshot AS snapshot_, status, sent_at, sent_by, acknowledged_at, acknowledged_by, problem, problem_note, problem_at, superseded_at,
       superseded_by, version
  FROM abns WHERE id = $id FOR UPDATE;

-- q_abn_list{sent bool?, received bool?, movement_id uuid?, status text?, to_organisation text?, problem bool?} -> list abn_row
SELECT id, org AS from_organisation, to_org AS to_organisation, to_office, to_kind, movement_id, number, fields, legal_basis, answer_wanted, cancelled,
       snapshot AS snapshot_, status, sent_at, sent_by, acknowledged_at, acknowledged_by, problem, problem_note, problem_at, superseded_at,
       superseded_by, version
  FROM abns WHERE true
--? sent            AND org = sec.org() AND $sent
--? received        AND to_org = sec.org() AND (org <> to_org OR to_office = ANY (sec.offices())) AND $received
--? movement_id     AND movement_id = $movement_id
--? status          AND status = $status
--? to_organisation AND to_org = $to_organisation
--? problem         AND (problem IS NOT NULL) = $problem
--sort -sentAt sent_at timestamptz
;

-- Those that stand of a movement; its lock makes changes of them take turns.
-- q_abns_current(movement_id uuid) -> many abn_row
SELECT id, org AS from_organisation, to_org AS to_organisation, to_office, to_kind, movement_id, number, fields, legal_basis, answer_wanted, cancelled,
       snapshot AS snapshot_, status, sent_at, sent_by, acknowledged_at, acknowledged_by, problem, problem_note, problem_at, superseded_at,
       superseded_by, version
  FROM abns WHERE movement_id = $movement_id AND org = sec.org() AND status <> 'superseded' ORDER BY id LIMIT 100;

-- q_abn_number(movement_id uuid, to_organisation text, to_office text?) -> one abn_number(next int4)
SELECT coalesce(max(number), 0) + 1 AS next FROM abns
 WHERE movement_id = $movement_id AND org = sec.org() AND to_org = $to_organisation AND to_office IS NOT DISTINCT FROM $to_office;

-- q_abn_add{id uuid, to_organisation text, to_office text?, to_kind text, movement_id uuid, programme text, number int4, fields text[],
--   legal_basis text?, answer_wanted bool, cancelled bool, snapshot bytea, by text, now timestamptz} -> exactly 1
INSERT INTO abns (id, org, to_org, to_office, to_kind, movement_id, programme, number, fields, legal_basis, answer_wanted, cancelled, snapshot,
                  sent_at, sent_by, updated_at)
VALUES ($id, sec.org(), $to_organisation, $to_office, $to_kind, $movement_id, $programme, $number, $fields, $legal_basis, $answer_wanted, $cancelled,
        $snapshot, $now, $by, $now);

-- q_abn_supersede{id uuid, by_id uuid, now timestamptz} -> exactly 1
UPDATE abns SET status = 'superseded', superseded_at = $now, superseded_by = $by_id, version = version + 1, updated_at = $now
 WHERE id = $id AND org = sec.org();

-- q_abn_acknowledge{id uuid, by text, now timestamptz} -> exactly 1
UPDATE abns SET status = 'acknowledged', acknowledged_at = $now, acknowledged_by = $by, version = version + 1, updated_at = $now
 WHERE id = $id AND to_org = sec.org();

-- q_abn_problem{id uuid, problem text, note text?, now timestamptz} -> exactly 1
UPDATE abns SET problem = $problem, problem_note = $note, problem_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND to_org = sec.org();

-- ---- recalls: addressees are asked for their copies ----

-- Who was told of the journeys of a person, and who was asked before when another of the same journey was erased.
-- q_abn_told(person_id uuid) -> many abn_told(movement_id uuid, to_organisation text, abn_ids uuid[])        lane: own
SELECT t.movement_id, t.to_org AS to_organisation, array_agg(t.id ORDER BY t.id) AS abn_ids
  FROM (SELECT a.movement_id, a.to_org, a.id FROM abns a
         WHERE a.org = sec.org() AND a.to_org <> a.org AND a.movement_id IN (SELECT subject_travels($person_id))
         UNION
        SELECT r.movement_id, r.to_org, unnest(r.abn_ids) FROM abn_recalls r
         WHERE r.org = sec.org() AND r.movement_id IN (SELECT subject_travels($person_id))) AS t
 GROUP BY t.movement_id, t.to_org ORDER BY t.movement_id, t.to_org;

-- q_abn_recall_add{id uuid, to_organisation text, movement_id uuid, abn_ids uuid[], request_id uuid, delete_by date, now timestamptz} -> exactly 1
INSERT INTO abn_recalls (id, org, to_org, movement_id, abn_ids, request_id, delete_by, created_at)
VALUES ($id, sec.org(), $to_organisation, $movement_id, $abn_ids, $request_id, $delete_by, $now);

-- q_abn_recall_get(id uuid) -> one abn_recall(id uuid, movement_id uuid, from_organisation text, to_organisation text, abn_ids uuid[], delete_by date,
--   deletion_confirmed_at timestamptz?, created_at timestamptz, version int4, allowed_actions text[], request_id_ uuid)
SELECT id, movement_id, org AS from_organisation, to_org AS to_organisation, abn_ids, delete_by, confirmed_at AS deletion_confirmed_at, created_at, version,
       '{}'::text[] AS allowed_actions, request_id AS request_id_
  FROM abn_recalls WHERE id = $id;

-- q_abn_recall_list{asked bool?, received bool?, movement_id uuid?, to_organisation text?, confirmed bool?} -> list abn_recall
SELECT id, movement_id, org AS from_organisation, to_org AS to_organisation, abn_ids, delete_by, confirmed_at AS deletion_confirmed_at, created_at, version,
       '{}'::text[] AS allowed_actions, request_id AS request_id_
  FROM abn_recalls WHERE true
--? asked           AND org = sec.org() AND $asked
--? received        AND to_org = sec.org() AND $received
--? movement_id     AND movement_id = $movement_id
--? to_organisation AND to_org = $to_organisation
--? confirmed       AND (confirmed_at IS NOT NULL) = $confirmed
--sort -createdAt created_at timestamptz
;

-- Of two at the same moment one finds it unconfirmed.
-- q_abn_recall_confirm{id uuid, by text, now timestamptz} -> maybe abn_recall_confirmed(version int4)
UPDATE abn_recalls SET confirmed_at = $now, confirmed_by = $by, version = version + 1
 WHERE id = $id AND to_org = sec.org() AND confirmed_at IS NULL RETURNING version;
