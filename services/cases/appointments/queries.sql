-- Statements of appointments.

-- q_appointment_facts(case_id uuid) -> many appointment_fact(kind text, status text, starts_at timestamptz)
SELECT kind, status, starts_at FROM appointments WHERE case_id = $case_id ORDER BY starts_at LIMIT 200;

-- Held against an end of the case in the same moment: that would leave the new appointment standing.
-- q_appointment_case(case_id uuid) -> one appointment_case(principal_id uuid, ended bool)
SELECT principal_id, closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended FROM cases WHERE id = $case_id;

-- q_appointment_hold(case_id uuid) -> one appointment_case
SELECT principal_id, closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended FROM cases WHERE id = $case_id FOR KEY SHARE;

-- q_appointment_person_in_case(case_id uuid, person_id uuid) -> maybe appointment_person(person_id uuid)
SELECT person_id FROM case_persons WHERE case_id = $case_id AND person_id = $person_id AND left_at IS NULL;

-- q_appointment_get(id uuid) -> one appointment_row(id uuid, case_id uuid, person_id uuid?, kind text, starts_at timestamptz, duration_minutes int4, zone text, place text?, link text?, interpreter text?, staff text, status text, attended jsonb?, outcome text?, cancel_reason text?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, person_id, kind, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, attended, outcome,
       cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM appointments_shown WHERE id = $id;

-- q_appointment_list{case_id uuid, status text?} -> list appointment_row
SELECT id, case_id, person_id, kind, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, attended, outcome,
       cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM appointments_shown WHERE case_id = $case_id
--? status AND status = $status
--sort startsAt starts_at timestamptz
;

-- q_appointment_lock(id uuid) -> one appointment_locked(case_id uuid, person_id uuid?, starts_at timestamptz, duration_minutes int4, zone text, place text?, link text?, interpreter text?, staff text, status text, version int4)        lane: own
SELECT case_id, person_id, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, version
  FROM appointments WHERE id = $id FOR UPDATE;

-- q_appointments_planned(case_id uuid) -> many appointment_planned(id uuid, person_id uuid?)        lane: own
SELECT id, person_id FROM appointments WHERE case_id = $case_id AND status = 'planned' FOR UPDATE;

-- q_appointment_add{id uuid, case_id uuid, person_id uuid, kind text, starts_at timestamptz, duration_minutes int4, zone text, place text?, link text?, interpreter text?, staff text, by text, now timestamptz} -> exactly 1
INSERT INTO appointments (id, org, case_id, person_id, kind, starts_at, duration_minutes, zone, place, link, interpreter, staff, created_by,
                          created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $person_id, $kind, $starts_at, $duration_minutes, $zone, $place, $link, $interpreter, $staff, $by, $now, $now);

-- q_appointment_save{id uuid, starts_at timestamptz, duration_minutes int4, zone text, place text?, link text?, interpreter text?, staff text, now timestamptz} -> exactly 1
UPDATE appointments SET starts_at = $starts_at, duration_minutes = $duration_minutes, zone = $zone, place = $place, link = $link,
       interpreter = $interpreter, staff = $staff, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_appointment_record{id uuid, status text, attended jsonb?, outcome text?, now timestamptz} -> exactly 1
UPDATE appointments SET status = $status, attended = $attended, outcome = $outcome, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'planned';

-- q_appointment_cancel{id uuid, reason text, now timestamptz} -> exactly 1
UPDATE appointments SET status = 'cancelled', cancel_reason = $reason, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'planned';
