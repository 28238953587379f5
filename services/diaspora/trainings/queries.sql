-- Statements of trainings before departure.

-- q_session_list{training text?, status text?, programme text?} -> list session_row(id uuid, programme text, training text, title text, starts_at timestamptz, ends_at timestamptz, zone text,
--   place text?, link text?, trainer text, seats int4, taken int4, status text, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, programme, training, title, starts_at, ends_at, zone, place, link, trainer, seats, taken, status, version, created_by, created_at, updated_at,
       allowed_actions
  FROM training_sessions_shown WHERE true
--? training  AND training = $training
--? status    AND status = $status
--? programme AND programme = $programme
--sort startsAt starts_at timestamptz
;

-- q_session_get(id uuid) -> one session_row
SELECT id, programme, training, title, starts_at, ends_at, zone, place, link, trainer, seats, taken, status, version, created_by, created_at, updated_at,
       allowed_actions
  FROM training_sessions_shown WHERE id = $id;

-- q_session_lock(id uuid) -> one session_locked(id uuid, programme text, training text, seats int4, taken int4, starts_at timestamptz, status text, version int4)        lane: own
SELECT id, programme, training, seats, taken, starts_at, status, version FROM training_sessions WHERE id = $id FOR UPDATE;

-- q_session_insert{id uuid, programme text, training text, title text, starts_at timestamptz, ends_at timestamptz, zone text, place text?, link text?, trainer text, seats int4, by text, now timestamptz} -> exactly 1
INSERT INTO training_sessions (id, org, programme, training, title, starts_at, ends_at, zone, place, link, trainer, seats, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $training, $title, $starts_at, $ends_at, $zone, $place, $link, $trainer, $seats, $by, $now, $now);

-- q_session_status(id uuid, status text, now timestamptz) -> exactly 1
UPDATE training_sessions SET status = $status, version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';

-- q_session_seat(id uuid, more int4, now timestamptz) -> exactly 1
UPDATE training_sessions SET taken = taken + $more, version = version + 1, updated_at = $now WHERE id = $id;

-- q_training_assignment(id uuid) -> one training_assignment(id uuid, expert_id uuid, programme text, status text)
SELECT id, expert_id, programme, status FROM assignments WHERE id = $id;

-- q_enrolment_insert{id uuid, session_id uuid, assignment_id uuid, by text, now timestamptz} -> exactly 1
INSERT INTO training_enrolments (id, org, session_id, assignment_id, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $session_id, $assignment_id, $by, $now, $now);

-- q_enrolment_list(session_id uuid) -> list enrolment_row(id uuid, session_id uuid, assignment_id uuid, status text, certificate text?, certified_on date?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, session_id, assignment_id, status, certificate, certified_on, version, created_by, created_at, updated_at, allowed_actions
  FROM training_enrolments_shown WHERE session_id = $session_id
--sort createdAt created_at timestamptz
;

-- q_enrolment_get(id uuid) -> one enrolment_row
SELECT id, session_id, assignment_id, status, certificate, certified_on, version, created_by, created_at, updated_at, allowed_actions
  FROM training_enrolments_shown WHERE id = $id;

-- q_enrolment_lock(id uuid) -> one enrolment_locked(id uuid, session_id uuid, assignment_id uuid, status text, version int4)        lane: own
SELECT id, session_id, assignment_id, status, version FROM training_enrolments WHERE id = $id FOR UPDATE;

-- q_enrolment_attend(id uuid, session_id uuid, status text, now timestamptz) -> exactly 1
UPDATE training_enrolments SET status = $status, version = version + 1, updated_at = $now
 WHERE id = $id AND session_id = $session_id AND status = 'enrolled';

-- Who is not named as present was absent.
-- q_enrolments_absent(session_id uuid, now timestamptz) -> any
UPDATE training_enrolments SET status = 'absent', version = version + 1, updated_at = $now WHERE session_id = $session_id AND status = 'enrolled';

-- q_enrolments_withdraw(session_id uuid, now timestamptz) -> any
UPDATE training_enrolments SET status = 'withdrawn', version = version + 1, updated_at = $now WHERE session_id = $session_id AND status = 'enrolled';

-- q_enrolment_withdraw(id uuid, now timestamptz) -> exactly 1
UPDATE training_enrolments SET status = 'withdrawn', version = version + 1, updated_at = $now WHERE id = $id AND status = 'enrolled';

-- q_enrolment_certify(id uuid, certificate text, certified_on date, now timestamptz) -> exactly 1
UPDATE training_enrolments SET status = 'certified', certificate = $certificate, certified_on = $certified_on, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'attended';
