-- Statements of segments.

-- q_segment_get(id uuid) -> one segment_row(id uuid, movement_id uuid, position int4, mode text, carrier text?, number text?, from jsonb, to jsonb,
--   departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text, departs_local text, arrives_local text,
--   arrives_day_offset int4, warnings jsonb, status text, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, movement_id, position, mode, carrier, number, "from", "to", departs_at, departure_zone, arrives_at, arrival_zone, departs_local,
       arrives_local, arrives_day_offset, warnings, status, version, created_at, updated_at, allowed_actions
  FROM segments_shown WHERE id = $id;

-- q_segments_of(movement_id uuid) -> many segment_row
SELECT id, movement_id, position, mode, carrier, number, "from", "to", departs_at, departure_zone, arrives_at, arrival_zone, departs_local,
       arrives_local, arrives_day_offset, warnings, status, version, created_at, updated_at, allowed_actions
  FROM segments_shown WHERE movement_id = $movement_id AND status = 'planned' ORDER BY position, id LIMIT 200;

-- q_segment_find(id uuid) -> one segment_found(movement_id uuid)
SELECT movement_id FROM segments WHERE id = $id;

-- Behind its movement's lock.
-- q_segment_lock(id uuid) -> one segment_locked(movement_id uuid, mode text, carrier text?, number text?, from_kind text, from_place text,
--   from_country text?, to_kind text, to_place text, to_country text?, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text,
--   status text, version int4)        lane: own
SELECT movement_id, mode, carrier, number, from_kind, from_place, from_country, to_kind, to_place, to_country, departs_at, departure_zone, arrives_at, arrival_zone, status,
       version
  FROM segments WHERE id = $id FOR UPDATE;

-- q_segment_zones(from_kind text, from_place text, to_kind text, to_place text) -> one segment_zones(departure text?, arrival text?)
SELECT (SELECT zone FROM airports WHERE code = $from_place AND $from_kind = 'airport') AS departure,
       (SELECT zone FROM airports WHERE code = $to_place AND $to_kind = 'airport') AS arrival;

-- q_segment_count(movement_id uuid) -> one segment_count(n int8)
SELECT count(*) AS n FROM segments WHERE movement_id = $movement_id AND status = 'planned';

-- q_segment_add{id uuid, movement_id uuid, mode text, carrier text?, number text?, from_kind text, from_place text, from_country text?, to_kind text,
--   to_place text, to_country text?, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text, now timestamptz} -> exactly 1
INSERT INTO segments (id, org, movement_id, position, mode, carrier, number, from_kind, from_place, from_country, to_kind, to_place, to_country,
                      departs_at, departure_zone, arrives_at, arrival_zone, created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, 0, $mode, $carrier, $number, $from_kind, $from_place, $from_country, $to_kind, $to_place, $to_country,
        $departs_at, $departure_zone, $arrives_at, $arrival_zone, $now, $now);

-- q_segment_save{id uuid, mode text, carrier text?, number text?, from_kind text, from_place text, from_country text?, to_kind text, to_place text,
--   to_country text?, departure_zone text, arrival_zone text, now timestamptz} -> exactly 1
UPDATE segments SET mode = $mode, carrier = $carrier, number = $number, from_kind = $from_kind, from_place = $from_place, from_country = $from_country,
       to_kind = $to_kind, to_place = $to_place, to_country = $to_country, departure_zone = $departure_zone, arrival_zone = $arrival_zone, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_segment_reschedule{id uuid, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text, now timestamptz} -> exactly 1
UPDATE segments SET departs_at = $departs_at, departure_zone = $departure_zone, arrives_at = $arrives_at, arrival_zone = $arrival_zone,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_segment_remove(id uuid, now timestamptz) -> exactly 1
UPDATE segments SET status = 'cancelled', version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';

-- q_segment_times_add{id uuid, segment_id uuid, departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text, basis text,
--   source text, reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO segment_times (id, org, segment_id, departs_at, departure_zone, arrives_at, arrival_zone, basis, source, reason, changed_by, changed_at)
VALUES ($id, sec.org(), $segment_id, $departs_at, $departure_zone, $arrives_at, $arrival_zone, $basis, $source, $reason, $by, $now);

-- q_segment_times(segment_id uuid) -> list segment_times_row(id uuid, departs_at timestamptz, departure_zone text, arrives_at timestamptz,
--   arrival_zone text, basis text, source text, reason text?, changed_by text, changed_at timestamptz)
SELECT id, departs_at, departure_zone, arrives_at, arrival_zone, basis, source, reason, changed_by, changed_at
  FROM segment_times WHERE segment_id = $segment_id
--sort changedAt changed_at timestamptz
;

-- q_segments_renumber(movement_id uuid) -> any
UPDATE segments s SET position = n.position
  FROM (SELECT id, row_number() OVER (ORDER BY departs_at, id)::int4 AS position FROM segments
         WHERE movement_id = $movement_id AND status = 'planned') AS n
 WHERE s.id = n.id AND s.position <> n.position;

-- The journey's ends are those of its first and its last segment.
-- q_segments_ends(movement_id uuid, now timestamptz) -> exactly 1
UPDATE movements m SET departs_at = e.departs_at, departure_zone = e.departure_zone, arrives_at = e.arrives_at, arrival_zone = e.arrival_zone,
       version = m.version + 1, updated_at = $now
  FROM (SELECT (SELECT s.departs_at FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.departs_at, s.id LIMIT 1) AS departs_at,
               (SELECT s.departure_zone FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.departs_at, s.id LIMIT 1) AS departure_zone,
               (SELECT s.arrives_at FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.departs_at DESC, s.id DESC LIMIT 1) AS arrives_at,
               (SELECT s.arrival_zone FROM segments s WHERE s.movement_id = $movement_id AND s.status = 'planned' ORDER BY s.departs_at DESC, s.id DESC LIMIT 1) AS arrival_zone) AS e
 WHERE m.id = $movement_id;

-- q_segment_journey(movement_id uuid) -> one segment_journey(departs_at timestamptz, departure_zone text, arrives_at timestamptz, arrival_zone text)
SELECT departs_at, departure_zone, arrives_at, arrival_zone FROM movements WHERE id = $movement_id AND departs_at IS NOT NULL
   AND departure_zone IS NOT NULL AND arrives_at IS NOT NULL AND arrival_zone IS NOT NULL;
