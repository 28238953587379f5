-- Statements of manifests.

-- q_manifest_passengers(movement_id uuid) -> many manifest_passenger(id uuid, given text, family text, birth_date text?, birth_estimated bool, sex text?,
--   nationalities text[], document_kind text?, document_country text?, document_number bytea?, document_expires_on date?, needs text[],
--   unaccompanied_minor bool)
SELECT id, given, family, birth_date, birth_estimated, sex, nationalities, document_kind, document_country, document_number, document_expires_on, needs,
       unaccompanied_minor
  FROM passengers WHERE movement_id = $movement_id AND status = 'planned' ORDER BY family, given, id LIMIT 1000;

-- q_manifest_segments(movement_id uuid) -> many manifest_segment(id uuid, mode text, carrier text?, number text?, from_place text, to_place text,
--   departs_at timestamptz, departs_local text, departure_zone text, arrives_at timestamptz, arrives_local text, arrival_zone text)
SELECT id, mode, carrier, number, from_place, to_place, departs_at, to_char(departs_at AT TIME ZONE departure_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS departs_local,
       departure_zone, arrives_at, to_char(arrives_at AT TIME ZONE arrival_zone, 'YYYY-MM-DD"T"HH24:MI:SS') AS arrives_local, arrival_zone
  FROM segments WHERE movement_id = $movement_id AND status = 'planned' ORDER BY position, id LIMIT 100;

-- q_manifest_get(id uuid) -> one manifest_row(id uuid, movement_id uuid, number int4, status text, passengers int4, contents_ bytea, diff jsonb,
--   current bool, made_by text, made_at timestamptz, closed_by text?, closed_at timestamptz?, version int4)
SELECT id, movement_id, number, status, passengers, contents AS contents_, diff,
       basis = manifest_basis(movement_id)
       AND NOT EXISTS (SELECT 1 FROM manifests n WHERE n.movement_id = m.movement_id AND n.number > m.number) AS current,
       made_by, made_at, closed_by, closed_at, version
  FROM manifests m WHERE id = $id;

-- q_manifest_list{movement_id uuid, status text?} -> list manifest_row
SELECT id, movement_id, number, status, passengers, contents AS contents_, diff,
       basis = manifest_basis(movement_id)
       AND NOT EXISTS (SELECT 1 FROM manifests n WHERE n.movement_id = m.movement_id AND n.number > m.number) AS current,
       made_by, made_at, closed_by, closed_at, version
  FROM manifests m WHERE movement_id = $movement_id
--? status AND status = $status
--sort -number number int4
;

-- The latest of a movement, whose lock makes versions take turns.
-- q_manifest_latest(movement_id uuid) -> maybe manifest_latest(id uuid, number int4, status text, contents bytea, current bool)
SELECT id, number, status, contents, basis = manifest_basis($movement_id) AS current FROM manifests
 WHERE movement_id = $movement_id ORDER BY number DESC LIMIT 1;

-- q_manifest_add{id uuid, movement_id uuid, number int4, passengers int4, contents bytea, diff jsonb, by text, now timestamptz} -> exactly 1
INSERT INTO manifests (id, org, movement_id, number, passengers, basis, contents, diff, made_by, made_at)
VALUES ($id, sec.org(), $movement_id, $number, $passengers, manifest_basis($movement_id), $contents, $diff, $by, $now);

-- q_manifest_close{id uuid, by text, now timestamptz} -> exactly 1
UPDATE manifests SET status = 'closed', closed_by = $by, closed_at = $now, version = version + 1 WHERE id = $id AND status = 'open';
