-- Statements of escorts, and what the guards and the list of needs ask of who goes with the travellers and who meets them.

-- Of the ids only those that are planned passengers of the movement.
-- q_told_passengers(movement_id uuid, ids uuid[]) -> one told_passengers(known int8)
SELECT count(*) AS known FROM passengers WHERE movement_id = $movement_id AND status = 'planned' AND id = ANY ($ids);

-- The places of the two segments in the journey; null where it is none of it.
-- q_told_span(movement_id uuid, from_segment uuid, to_segment uuid) -> one told_span(first int4?, last int4?)
SELECT (SELECT position FROM segments WHERE movement_id = $movement_id AND id = $from_segment AND status = 'planned') AS first,
       (SELECT position FROM segments WHERE movement_id = $movement_id AND id = $to_segment AND status = 'planned') AS last;

-- q_escort_get(id uuid) -> one escort_row(id uuid, movement_id uuid, kind text, user_id text?, name_ bytea?, phone_ bytea?, from_segment_id uuid,
--   to_segment_id uuid, passenger_ids uuid[], requirements text[], status text, release_reason text?, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz)
SELECT id, movement_id, kind, user_id, name AS name_, phone AS phone_, from_segment_id, to_segment_id, passenger_ids, requirements, status,
       release_reason, version, created_by, created_at, updated_at
  FROM escorts WHERE id = $id;

-- q_escort_list{movement_id uuid, status text?} -> list escort_row
SELECT id, movement_id, kind, user_id, name AS name_, phone AS phone_, from_segment_id, to_segment_id, passenger_ids, requirements, status,
       release_reason, version, created_by, created_at, updated_at
  FROM escorts WHERE movement_id = $movement_id
--? status AND status = $status
--sort createdAt created_at timestamptz
;

-- q_escort_lock(id uuid) -> one escort_row        lane: own
SELECT id, movement_id, kind, user_id, name AS name_, phone AS phone_, from_segment_id, to_segment_id, passenger_ids, requirements, status,
       release_reason, version, created_by, created_at, updated_at
  FROM escorts WHERE id = $id FOR UPDATE;

-- q_escort_add{id uuid, movement_id uuid, kind text, user_id text?, name bytea?, phone bytea?, from_segment_id uuid, to_segment_id uuid,
--   passenger_ids uuid[], requirements text[], by text, now timestamptz} -> exactly 1
INSERT INTO escorts (id, org, movement_id, kind, user_id, name, phone, from_segment_id, to_segment_id, passenger_ids, requirements, created_by,
                     created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, $kind, $user_id, $name, $phone, $from_segment_id, $to_segment_id, $passenger_ids, $requirements, $by, $now, $now);

-- q_escort_save{id uuid, user_id text?, name bytea?, phone bytea?, from_segment_id uuid, to_segment_id uuid, passenger_ids uuid[],
--   requirements text[], now timestamptz} -> exactly 1
UPDATE escorts SET user_id = $user_id, name = $name, phone = $phone, from_segment_id = $from_segment_id, to_segment_id = $to_segment_id,
       passenger_ids = $passenger_ids, requirements = $requirements, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_escort_move{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE escorts SET status = $status, release_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- What guards ask. escorted: somebody confirmed goes with them all the way; received: an arrival point names who meets them.
-- abn_open: one that wants an answer has none; abn_sent: somebody was told; manifest_closed: and nothing has changed since.
-- q_telling_facts(movement_id uuid) -> one telling_facts(escorted uuid[], received uuid[], abn_sent bool, abn_open bool, untold text[],
--   manifest_closed bool)
SELECT coalesce((SELECT array_agg(p.id) FROM passengers p
                  WHERE p.movement_id = $movement_id AND p.status = 'planned'
                    AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned'
                                       AND NOT EXISTS (SELECT 1 FROM escorts e JOIN segments f ON f.org = e.org AND f.id = e.from_segment_id
                                                         JOIN segments t ON t.org = e.org AND t.id = e.to_segment_id
                                                        WHERE e.movement_id = $movement_id AND e.status = 'confirmed'
                                                          AND (e.passenger_ids = '{}' OR p.id = ANY (e.passenger_ids))
                                                          AND s.position BETWEEN f.position AND t.position))
                    AND EXISTS (SELECT 1 FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned')), '{}') AS escorted,
       coalesce((SELECT array_agg(p.id) FROM passengers p
                  WHERE p.movement_id = $movement_id AND p.status = 'planned'
                    AND EXISTS (SELECT 1 FROM assistance_points a WHERE a.movement_id = $movement_id AND a.kind = 'arrival' AND a.status <> 'missed'
                                   AND (a.passenger_ids = '{}' OR p.id = ANY (a.passenger_ids)))), '{}') AS received,
       EXISTS (SELECT 1 FROM abns WHERE movement_id = $movement_id AND org = sec.org() AND status <> 'superseded') AS abn_sent,
       EXISTS (SELECT 1 FROM abns WHERE movement_id = $movement_id AND org = sec.org() AND status = 'sent' AND answer_wanted) AS abn_open,
       coalesce((SELECT array_agg(DISTINCT a.organisation) FROM assistance_points a
                  WHERE a.movement_id = $movement_id AND a.status IN ('planned', 'confirmed') AND a.organisation <> sec.org()
                    AND NOT EXISTS (SELECT 1 FROM abns n WHERE n.movement_id = $movement_id AND n.org = sec.org() AND n.to_org = a.organisation
                                       AND n.status <> 'superseded')), '{}') AS untold,
       EXISTS (SELECT 1 FROM manifests m WHERE m.movement_id = $movement_id AND m.status = 'closed' AND m.basis = manifest_basis($movement_id)
                  AND NOT EXISTS (SELECT 1 FROM manifests n WHERE n.movement_id = $movement_id AND n.number > m.number)) AS manifest_closed;
