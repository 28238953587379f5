-- Statements of trainings. What a partner gets of them is decided by the policies of schema/0006.

-- ---- courses ----

-- q_course_get(id uuid) -> one course_row(id uuid, programme text, title text, kind text, provider_organisation text, host_organisation text?,
--   language text, place text, capacity int4, status text, cancel_reason text?, started_at timestamptz?, ended_at timestamptz?, version int4,
--   created_by text?, created_at timestamptz, updated_at timestamptz, allowed_actions text[], owner_ bool)
SELECT id, programme, title, kind, provider AS provider_organisation, host_org AS host_organisation, language, place, capacity, status,
       cancel_reason, started_at, ended_at, version, CASE WHEN org = sec.org() THEN created_by END AS created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions, org = sec.org() AS owner_
  FROM training_courses WHERE id = $id;

-- q_course_list{status text?, kind text?, host_organisation text?} -> list course_row
SELECT id, programme, title, kind, provider AS provider_organisation, host_org AS host_organisation, language, place, capacity, status,
       cancel_reason, started_at, ended_at, version, CASE WHEN org = sec.org() THEN created_by END AS created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions, org = sec.org() AS owner_
  FROM training_courses WHERE true
--? status            AND status = $status
--? kind              AND kind = $kind
--? host_organisation AND host_org = $host_organisation
--sort -createdAt created_at timestamptz
;

-- q_course_lock(id uuid) -> one course_locked(programme text, title text, kind text, provider text, host_org text?, language text, place text,
--   capacity int4, status text, version int4)        lane: own
SELECT programme, title, kind, provider, host_org, language, place, capacity, status, version
  FROM training_courses WHERE org = sec.org() AND id = $id FOR UPDATE;

-- q_course_add{id uuid, programme text, title text, kind text, provider text, host_org text?, language text, place text, capacity int4, by text, now timestamptz} -> exactly 1
INSERT INTO training_courses (id, org, programme, title, kind, provider, host_org, language, place, capacity, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $title, $kind, $provider, $host_org, $language, $place, $capacity, $by, $now, $now);

-- q_course_save{id uuid, title text, kind text, provider text, language text, place text, capacity int4, now timestamptz} -> exactly 1
UPDATE training_courses SET title = $title, kind = $kind, provider = $provider, language = $language, place = $place, capacity = $capacity,
       version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id;

-- q_course_move{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE training_courses SET status = $status, cancel_reason = $reason,
       started_at = CASE WHEN $status = 'running' THEN $now ELSE started_at END,
       ended_at = CASE WHEN $status IN ('done', 'cancelled') THEN $now END, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id;

-- By those whom the asker may know of: whoever is hidden from them must not be felt by a refusal either. A statement of its own after the
-- course's lock, so that it sees whom the last holder has enrolled.
-- q_course_taken(id uuid) -> one course_places(taken int4)
SELECT count(*)::int4 AS taken FROM training_participants WHERE org = sec.org() AND training_id = $id AND status <> 'dropped';

-- ---- sessions ----

-- q_session_get(id uuid) -> one session_row(id uuid, course_id uuid, date date, from text, until text, zone text, starts_at timestamptz,
--   ends_at timestamptz, place text?, status text, version int4, created_by text?, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[], course_status_ text, recorded_ bool, owner_ bool)        lane: own
SELECT s.id, s.training_id AS course_id, s.held_on AS date, s.from_time AS "from", s.until_time AS until, s.zone, s.starts_at, s.ends_at, s.place,
       s.status, s.version, CASE WHEN s.org = sec.org() THEN s.created_by END AS created_by, s.created_at, s.updated_at,
       '{}'::text[] AS allowed_actions, c.status AS course_status_,
       EXISTS (SELECT 1 FROM training_attendance a WHERE a.org = s.org AND a.session_id = s.id) AS recorded_, s.org = sec.org() AS owner_
  FROM training_sessions s JOIN training_courses c ON c.org = s.org AND c.id = s.training_id WHERE s.id = $id;

-- q_session_list{course_id uuid} -> list session_row
SELECT s.id, s.training_id AS course_id, s.held_on AS date, s.from_time AS "from", s.until_time AS until, s.zone, s.starts_at, s.ends_at, s.place,
       s.status, s.version, CASE WHEN s.org = sec.org() THEN s.created_by END AS created_by, s.created_at, s.updated_at,
       '{}'::text[] AS allowed_actions, c.status AS course_status_,
       EXISTS (SELECT 1 FROM training_attendance a WHERE a.org = s.org AND a.session_id = s.id) AS recorded_, s.org = sec.org() AS owner_
  FROM training_sessions s JOIN training_courses c ON c.org = s.org AND c.id = s.training_id WHERE s.training_id = $course_id
--id s.id
--sort startsAt s.starts_at timestamptz
;

-- q_session_lock(id uuid) -> one session_locked(course_id uuid, held_on date, from_time text, until_time text, zone text, place text?, starts_at timestamptz,
--   status text, version int4, course_status text, recorded bool)        lane: own
SELECT s.training_id AS course_id, s.held_on, s.from_time, s.until_time, s.zone, s.place, s.starts_at, s.status, s.version, c.status AS course_status,
       EXISTS (SELECT 1 FROM training_attendance a WHERE a.org = s.org AND a.session_id = s.id) AS recorded
  FROM training_sessions s JOIN training_courses c ON c.org = s.org AND c.id = s.training_id
 WHERE s.org = sec.org() AND s.id = $id FOR UPDATE OF s FOR SHARE OF c;

-- q_session_add{id uuid, course_id uuid, held_on date, from text, until text, zone text, starts_at timestamptz, ends_at timestamptz, place text?, by text, now timestamptz} -> exactly 1
INSERT INTO training_sessions (id, org, training_id, held_on, from_time, until_time, zone, starts_at, ends_at, place, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $course_id, $held_on, $from, $until, $zone, $starts_at, $ends_at, $place, $by, $now, $now);

-- q_session_at(course_id uuid, starts_at timestamptz) -> maybe session_at(id uuid)
SELECT id FROM training_sessions WHERE org = sec.org() AND training_id = $course_id AND starts_at = $starts_at AND status = 'planned';

-- q_session_any(course_id uuid) -> maybe session_at
SELECT id FROM training_sessions WHERE org = sec.org() AND training_id = $course_id AND status = 'planned' LIMIT 1;

-- q_session_save{id uuid, held_on date, from text, until text, zone text, starts_at timestamptz, ends_at timestamptz, place text?, now timestamptz} -> exactly 1
UPDATE training_sessions SET held_on = $held_on, from_time = $from, until_time = $until, zone = $zone, starts_at = $starts_at, ends_at = $ends_at,
       place = $place, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id;

-- q_session_cancel(id uuid, now timestamptz) -> exactly 1
UPDATE training_sessions SET status = 'cancelled', version = version + 1, updated_at = $now WHERE org = sec.org() AND id = $id AND status = 'planned';

-- ---- participants ----

-- q_participant_get(id uuid) -> one participant_row(id uuid, course_id uuid, course jsonb, case_id uuid, person_id uuid?, external_refs text[], enrolled_on date,
--   status text, ended_on date?, drop_reason text?, sessions_attended int4, certificate jsonb?, version int4, created_by text?,
--   created_at timestamptz, updated_at timestamptz, allowed_actions text[], course_status_ text, owner_ bool)        lane: own
SELECT id, course_id, course, case_id, person_id, external_refs, enrolled_on, status, ended_on, drop_reason, sessions_attended, certificate, version,
       created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, course_status AS course_status_, owner AS owner_
  FROM training_participants_shown WHERE id = $id;

-- q_participant_list{course_id uuid, status text?} -> list participant_row
SELECT id, course_id, course, case_id, person_id, external_refs, enrolled_on, status, ended_on, drop_reason, sessions_attended, certificate, version,
       created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, course_status AS course_status_, owner AS owner_
  FROM training_participants_shown WHERE course_id = $course_id
--? status AND status = $status
--sort createdAt created_at timestamptz
;

-- q_participation_list{case_id uuid, status text?} -> list participant_row
SELECT id, course_id, course, case_id, person_id, external_refs, enrolled_on, status, ended_on, drop_reason, sessions_attended, certificate, version,
       created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, course_status AS course_status_, owner AS owner_
  FROM training_participants_shown WHERE case_id = $case_id
--? status AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_participations_of_case(case_id uuid) -> many participant_row        lane: own
SELECT id, course_id, course, case_id, person_id, external_refs, enrolled_on, status, ended_on, drop_reason, sessions_attended, certificate, version,
       created_by, created_at, updated_at, '{}'::text[] AS allowed_actions, course_status AS course_status_, owner AS owner_
  FROM training_participants_shown WHERE case_id = $case_id ORDER BY created_at DESC, id LIMIT 100;

-- q_participant_lock(id uuid) -> one participant_locked(course_id uuid, case_id uuid, person_id uuid, status text, version int4, course_status text,
--   sessions_attended int4, certified bool)        lane: own
SELECT p.training_id AS course_id, p.case_id, p.person_id, p.status, p.version, c.status AS course_status,
       (SELECT count(*)::int4 FROM training_attendance a
         WHERE a.org = p.org AND a.participant_id = p.id AND a.superseded_at IS NULL AND a.outcome IN ('present', 'partly')) AS sessions_attended,
       EXISTS (SELECT 1 FROM training_certificates t WHERE t.org = p.org AND t.participant_id = p.id) AS certified
  FROM training_participants p JOIN training_courses c ON c.org = p.org AND c.id = p.training_id
 WHERE p.org = sec.org() AND p.id = $id FOR UPDATE OF p;

-- q_training_case_hold(case_id uuid) -> maybe training_case(programme text, principal_id uuid, ended bool)
SELECT programme, principal_id, closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended
  FROM cases WHERE org = sec.org() AND id = $case_id FOR KEY SHARE;

-- q_training_person(case_id uuid, person_id uuid) -> maybe training_person(person_id uuid)
SELECT person_id FROM case_persons WHERE org = sec.org() AND case_id = $case_id AND person_id = $person_id AND left_at IS NULL;

-- q_participant_of(course_id uuid, case_id uuid, person_id uuid) -> maybe participant_of(id uuid)
SELECT id FROM training_participants
 WHERE org = sec.org() AND training_id = $course_id AND case_id = $case_id AND person_id = $person_id AND status <> 'dropped';

-- q_participant_add{id uuid, course_id uuid, host_org text?, case_id uuid, person_id uuid, today date, by text, now timestamptz} -> exactly 1
INSERT INTO training_participants (id, org, training_id, host_org, case_id, person_id, enrolled_on, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $course_id, $host_org, $case_id, $person_id, $today, $by, $now, $now);

-- q_participant_end{id uuid, status text, reason text?, today date, now timestamptz} -> exactly 1
UPDATE training_participants SET status = $status, drop_reason = $reason, ended_on = $today, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND status = 'enrolled';

-- q_certificate_of(number text) -> maybe certificate_of(id uuid)
SELECT id FROM training_certificates WHERE org = sec.org() AND number = $number;

-- q_certificate_add{id uuid, participant_id uuid, number text, issued_on date, by text, now timestamptz} -> exactly 1
INSERT INTO training_certificates (id, org, participant_id, number, issued_on, issued_by, created_by, created_at)
VALUES ($id, sec.org(), $participant_id, $number, $issued_on, sec.org(), $by, $now);

-- q_participants_of_case(case_id uuid) -> many participant_ending(id uuid, course_id uuid, case_id uuid)        lane: own
SELECT id, training_id AS course_id, case_id FROM training_participants WHERE org = sec.org() AND case_id = $case_id AND status = 'enrolled' FOR UPDATE;

-- q_participants_of_course(course_id uuid) -> many participant_ending        lane: own
SELECT id, training_id AS course_id, case_id FROM training_participants WHERE org = sec.org() AND training_id = $course_id AND status = 'enrolled' FOR UPDATE;

-- ---- attendance ----

-- q_attendance_session(id uuid) -> one attendance_session(org text, course_id uuid, held_on date, starts_at timestamptz, ends_at timestamptz, status text, course_status text, owner bool)
SELECT s.org, s.training_id AS course_id, s.held_on, s.starts_at, s.ends_at, s.status, c.status AS course_status, s.org = sec.org() AS owner
  FROM training_sessions s JOIN training_courses c ON c.org = s.org AND c.id = s.training_id WHERE s.id = $id;

-- Recorders of one session take turns; a partner cannot lock the session itself, which is not its own.
-- q_attendance_hold(session_id text) -> any        lane: own
SELECT pg_advisory_xact_lock(hashtextextended('attendance ' || $session_id, 0));

-- Each participant whom the reader may know. level: by what the reader records, edit, view or closed.
-- q_attendance_sheet(session_id uuid, course_id uuid, held_on date) -> many attendance_item(participant_id uuid, case_id uuid, external_refs text[], expected bool,
--   outcome text?, minutes int4?, recorded_by_organisation text?, recorded_at timestamptz?, record_ uuid?, level_ text)        lane: own
SELECT p.id AS participant_id, p.case_id, p.external_refs, p.status <> 'dropped' AND p.enrolled_on <= $held_on AND p.level = 'edit' AS expected,
       a.outcome, a.minutes, a.recorded_org AS recorded_by_organisation, a.recorded_at, a.id AS record_, p.level AS level_
  FROM (SELECT t.id, t.case_id, t.external_refs, t.status, t.enrolled_on, t.created_at,
               CASE WHEN t.owner THEN 'edit'
                         ELSE coalesce((SELECT CASE WHEN s.case_closed THEN 'closed'
                                                    WHEN s.to_org = t.host_org OR (s.level = 'edit' AND 'attendance' = ANY (s.fields)) THEN 'edit'
                                                    ELSE 'view' END
                                          FROM shares s WHERE s.case_id = t.case_id AND s.to_org = sec.org() AND s.status = 'active'), 'view')
                    END AS level
          FROM training_participants_shown t WHERE t.course_id = $course_id) AS p
  LEFT JOIN training_attendance a ON a.session_id = $session_id AND a.participant_id = p.id AND a.superseded_at IS NULL
 ORDER BY p.created_at, p.id LIMIT 1000;

-- q_attendance_count(session_id uuid) -> one attendance_count(records int8)
SELECT count(*) AS records FROM training_attendance WHERE session_id = $session_id;

-- q_attendance_supersede(id uuid, now timestamptz) -> exactly 1
UPDATE training_attendance SET superseded_at = $now WHERE id = $id AND superseded_at IS NULL;

-- q_attendance_add{id uuid, org text, course_id uuid, session_id uuid, participant_id uuid, outcome text, minutes int4?, by text, now timestamptz} -> exactly 1
INSERT INTO training_attendance (id, org, training_id, session_id, participant_id, outcome, minutes, recorded_by, recorded_org, recorded_at)
VALUES ($id, $org, $course_id, $session_id, $participant_id, $outcome, $minutes, $by, sec.org(), $now);

-- q_attendance_records{session_id uuid, participant_id uuid?} -> list attendance_record(id uuid, session_id uuid, participant_id uuid, outcome text, minutes int4?,
--   recorded_by text?, recorded_by_organisation text, recorded_at timestamptz, superseded_at timestamptz?)
SELECT id, session_id, participant_id, outcome, minutes, CASE WHEN recorded_org = sec.org() THEN recorded_by END AS recorded_by,
       recorded_org AS recorded_by_organisation, recorded_at, superseded_at
  FROM training_attendance WHERE session_id = $session_id
--? participant_id AND participant_id = $participant_id
--sort -recordedAt recorded_at timestamptz
;

-- Sessions that the principal has come to; for guards.
-- q_training_facts(case_id uuid) -> one training_facts(sessions int4)
SELECT count(DISTINCT a.session_id)::int4 AS sessions
  FROM cases c
  JOIN training_participants p ON p.org = c.org AND p.case_id = c.id AND p.person_id = c.principal_id
  JOIN training_attendance a ON a.org = p.org AND a.participant_id = p.id AND a.superseded_at IS NULL AND a.outcome IN ('present', 'partly')
 WHERE c.id = $case_id;

-- q_participant_touch(id uuid, now timestamptz) -> exactly 1
UPDATE training_participants SET version = version + 1, updated_at = $now WHERE org = sec.org() AND id = $id;
