-- Statements of passengers.

-- q_passenger_get(id uuid) -> one passenger_row(id uuid, movement_id uuid, ref_id uuid?, person_id uuid, given text, family text, birth_date jsonb?,
--   sex text?, nationalities text[], document jsonb?, needs text[], unaccompanied_minor bool, minor_at_departure bool, status text,
--   cancel_reason text?, outcomes jsonb, frozen_at timestamptz, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, movement_id, ref_id, person_id, given, family, birth_date, sex, nationalities, document, needs, unaccompanied_minor, minor_at_departure,
       status, cancel_reason, outcomes, frozen_at, version, created_at, updated_at, allowed_actions
  FROM passengers_shown WHERE id = $id;

-- q_passengers_of(movement_id uuid) -> many passenger_row
SELECT id, movement_id, ref_id, person_id, given, family, birth_date, sex, nationalities, document, needs, unaccompanied_minor, minor_at_departure,
       status, cancel_reason, outcomes, frozen_at, version, created_at, updated_at, allowed_actions
  FROM passengers_shown WHERE movement_id = $movement_id ORDER BY id LIMIT 200;

-- q_passenger_find(id uuid) -> one passenger_found(movement_id uuid)
SELECT movement_id FROM passengers WHERE id = $id;

-- Behind its movement's lock.
-- q_passenger_lock(id uuid) -> one passenger_locked(id uuid, movement_id uuid, ref_id uuid?, person_id uuid, given text, family text, birth_date text?,
--   birth_estimated bool, sex text?, nationalities text[], document_kind text?, document_country text?, document_number bytea?,
--   document_expires_on date?, document_holder_name text?, needs text[], unaccompanied_minor bool, status text, version int4)        lane: own
SELECT id, movement_id, ref_id, person_id, given, family, birth_date, birth_estimated, sex, nationalities, document_kind, document_country,
       document_number, document_expires_on, document_holder_name, needs, unaccompanied_minor, status, version
  FROM passengers WHERE id = $id FOR UPDATE;

-- q_passenger_request(id uuid) -> one passenger_request(person_id uuid, ref_kind text?, request_id uuid?, status text, version int4)
SELECT p.person_id, r.ref_kind, r.request_id, p.status, p.version
  FROM passengers p LEFT JOIN movement_refs r ON r.org = p.org AND r.movement_id = p.movement_id AND r.ref_id = p.ref_id
 WHERE p.id = $id;

-- q_passenger_document(id uuid) -> one passenger_document_row(id uuid, document_kind text?, document_number bytea?)
SELECT id, document_kind, document_number FROM passengers WHERE id = $id;

-- What a new passenger must fit: its movement's plan, and who is of it already.
-- q_passenger_place(movement_id uuid, person_id uuid, ref_id uuid?) -> one passenger_place(n int8, there bool, ref_ok bool, departs_on date)
SELECT (SELECT count(*) FROM passengers p WHERE p.movement_id = m.id AND p.status = 'planned') AS n,
       EXISTS (SELECT 1 FROM passengers p WHERE p.movement_id = m.id AND p.status = 'planned' AND p.person_id = $person_id) AS there,
       $ref_id::uuid IS NULL OR EXISTS (SELECT 1 FROM movement_refs r WHERE r.org = m.org AND r.movement_id = m.id AND r.ref_id = $ref_id) AS ref_ok,
       coalesce((m.departs_at AT TIME ZONE m.departure_zone)::date, m.earliest) AS departs_on
  FROM movements m WHERE m.id = $movement_id;

-- q_passenger_add{id uuid, movement_id uuid, ref_id uuid?, person_id uuid, given text, family text, birth_date text?, birth_estimated bool,
--   birth_first date?, birth_last date?, sex text?, nationalities text[], document_kind text?, document_country text?, document_number bytea?,
--   document_expires_on date?, document_holder_name text?, needs text[], unaccompanied_minor bool, now timestamptz} -> exactly 1
INSERT INTO passengers (id, org, movement_id, ref_id, person_id, given, family, birth_date, birth_estimated, birth_first, birth_last, sex,
                        nationalities, document_kind, document_country, document_number, document_expires_on, document_holder_name, needs,
                        unaccompanied_minor, frozen_at, created_at, updated_at)
VALUES ($id, sec.org(), $movement_id, $ref_id, $person_id, $given, $family, $birth_date, $birth_estimated, $birth_first, $birth_last, $sex,
        $nationalities, $document_kind, $document_country, $document_number, $document_expires_on, $document_holder_name, $needs,
        $unaccompanied_minor, $now, $now, $now);

-- q_passenger_save{id uuid, given text, family text, birth_date text?, birth_estimated bool, birth_first date?, birth_last date?, sex text?,
--   nationalities text[], document_kind text?, document_country text?, document_number bytea?, document_expires_on date?, document_holder_name text?,
--   needs text[], unaccompanied_minor bool, now timestamptz} -> exactly 1
UPDATE passengers SET given = $given, family = $family, birth_date = $birth_date, birth_estimated = $birth_estimated, birth_first = $birth_first,
       birth_last = $birth_last, sex = $sex, nationalities = $nationalities, document_kind = $document_kind, document_country = $document_country,
       document_number = $document_number, document_expires_on = $document_expires_on, document_holder_name = $document_holder_name, needs = $needs,
       unaccompanied_minor = $unaccompanied_minor, frozen_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_passenger_cancel(id uuid, reason text, now timestamptz) -> exactly 1
UPDATE passengers SET status = 'cancelled', cancel_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';

-- ---- what was observed ----

-- q_outcome_segment(segment_id uuid, movement_id uuid, passenger_id uuid) -> maybe outcome_segment(outcome text?)
SELECT (SELECT o.outcome FROM passenger_segments o WHERE o.segment_id = s.id AND o.passenger_id = $passenger_id) AS outcome
  FROM segments s WHERE s.id = $segment_id AND s.movement_id = $movement_id AND s.status = 'planned';

-- q_outcome_set{passenger_id uuid, segment_id uuid, outcome text, observed_at timestamptz, observed_by text, by text, now timestamptz} -> exactly 1
INSERT INTO passenger_segments (org, passenger_id, segment_id, outcome, observed_at, observed_by, recorded_by, recorded_at)
VALUES (sec.org(), $passenger_id, $segment_id, $outcome, $observed_at, $observed_by, $by, $now)
ON CONFLICT (org, passenger_id, segment_id) DO UPDATE SET outcome = excluded.outcome, observed_at = excluded.observed_at,
    observed_by = excluded.observed_by, recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at;

-- q_outcome_keep{id uuid, passenger_id uuid, segment_id uuid, outcome text, observed_at timestamptz, observed_by text, by text, now timestamptz} -> exactly 1
INSERT INTO passenger_observations (id, org, passenger_id, segment_id, outcome, observed_at, observed_by, recorded_by, recorded_at)
VALUES ($id, sec.org(), $passenger_id, $segment_id, $outcome, $observed_at, $observed_by, $by, $now);

-- q_passenger_touch(id uuid, now timestamptz) -> exactly 1
UPDATE passengers SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_passenger_observations(passenger_id uuid) -> list observation_row(id uuid, segment_id uuid, outcome text, observed_at timestamptz, observed_by text,
--   recorded_by text, recorded_at timestamptz)
SELECT id, segment_id, outcome, observed_at, observed_by, recorded_by, recorded_at
  FROM passenger_observations WHERE passenger_id = $passenger_id
--sort recordedAt recorded_at timestamptz
;
