-- What decides whether a message may still be sent. Asked by the sender with scope internal, for the organisation of the message.

-- q_send_case(case_id uuid, user_id text?) -> maybe send_case(principal_id uuid, ended bool, hidden bool)
-- hidden: the user is not of the team of a restricted or secret case
SELECT principal_id, closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended,
       $user_id IS NOT NULL AND confidentiality <> 'normal' AND $user_id <> ALL (shown_team) AS hidden
  FROM cases WHERE id = $case_id;

-- q_send_person(person_id uuid) -> maybe send_person(restricted bool, deceased bool, birth_first date?, birth_last date?, languages jsonb)
SELECT restricted_at IS NOT NULL AS restricted, deceased_on IS NOT NULL AS deceased, birth_first, birth_last, languages
  FROM persons WHERE id = $person_id;

-- q_send_guardian(case_id uuid, today date) -> many send_guardian(person_id uuid)
SELECT person_id FROM case_roles
 WHERE case_id = $case_id AND role = 'guardian' AND person_id IS NOT NULL AND valid_from <= $today
   AND (valid_until IS NULL OR valid_until >= $today)
 ORDER BY valid_from DESC LIMIT 1;

-- q_send_adults(case_id uuid, born_until date) -> many send_adult(person_id uuid)
SELECT m.person_id FROM case_persons m JOIN persons p ON p.org = m.org AND p.id = m.person_id
 WHERE m.case_id = $case_id AND m.left_at IS NULL AND p.birth_last <= $born_until LIMIT 1;

-- q_send_contacts(person_id uuid, topic text) -> many send_contact(kind text, value text, zone text, safe_hours jsonb?, safe text)
SELECT kind, value, zone, safe_hours, coalesce(safe_to_contact->>$topic, 'unknown') AS safe
  FROM contact_points
 WHERE person_id = $person_id AND ended_at IS NULL AND kind IN ('email', 'mobile')
 ORDER BY kind, preferred DESC, id LIMIT 20;

-- What a message rests on is of the message's own case: nothing of another one is told.
-- q_send_appointment(id uuid, case_id uuid?) -> maybe send_appointment(status text, starts_at timestamptz, zone text, place text?, link text?)
SELECT status, starts_at, zone, place, link FROM appointments WHERE id = $id AND case_id IS NOT DISTINCT FROM $case_id;

-- q_send_document(id uuid, case_id uuid?) -> maybe send_document(status text, valid_until date?)
SELECT status, valid_until FROM documents WHERE id = $id AND case_id IS NOT DISTINCT FROM $case_id;

-- q_send_task(id uuid, case_id uuid?) -> maybe send_task(status text, assignee text?, due_on date)
SELECT status, assignee, due_on FROM tasks WHERE id = $id AND case_id IS NOT DISTINCT FROM $case_id;
