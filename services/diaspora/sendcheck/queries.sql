-- Statements of the send-time check.

-- q_send_invitation(id uuid) -> maybe send_invitation(status text, wave_status text, wave text, closes_at timestamptz?, respondent_id uuid, role text, languages text[], zone text, contact bytea?, respondent_ended bool, expert_id uuid)
SELECT i.status, w.status AS wave_status, w.wave, w.opened_at + make_interval(days => w.open_days) AS closes_at, r.id AS respondent_id, r.role, r.languages, r.zone, r.contact,
       r.ended_at IS NOT NULL AS respondent_ended, a.expert_id
  FROM survey_invitations i
  JOIN survey_waves w ON w.org = i.org AND w.id = i.wave_id
  JOIN survey_respondents r ON r.org = i.org AND r.id = i.respondent_id
  JOIN assignments a ON a.org = i.org AND a.id = i.assignment_id
 WHERE i.id = $id;

-- Whose journey it is: of an assignment's the expert, whether named or not.
-- q_send_movement(movement_id uuid, expert_id uuid?, assignment_id uuid?) -> maybe send_movement(expert_id uuid, status text, departs_at timestamptz?, departure_zone text?)
SELECT a.expert_id, t.status, t.departs_at, t.departure_zone
  FROM travel_requests t JOIN assignments a ON a.org = t.org AND a.id = t.assignment_id
 WHERE t.movement_id = $movement_id AND (a.expert_id = $expert_id OR a.id = $assignment_id)
 ORDER BY t.created_at DESC LIMIT 1;

-- Of a mission each member of its ventures: goes says whether they still do, which is asked of what lies ahead only.
-- q_send_traveller(movement_id uuid, mission_id uuid, member_id uuid) -> maybe send_traveller(status text, departs_at timestamptz?, departure_zone text?, goes bool, languages jsonb, contact_points jsonb)
SELECT t.status, t.departs_at, t.departure_zone, v.mission_id IS NOT DISTINCT FROM m.id AND p.left_at IS NULL AS goes, p.languages, p.contact_points
  FROM travel_requests t
  JOIN missions m ON m.org = t.org AND m.id = t.ref_id
  JOIN ventures v ON v.org = m.org AND v.cohort_id = m.cohort_id AND v.country = m.country
  JOIN venture_members p ON p.org = v.org AND p.venture_id = v.id
 WHERE t.movement_id = $movement_id AND t.ref_id = $mission_id AND p.id = $member_id
 ORDER BY t.created_at DESC LIMIT 1;

-- q_send_expert(id uuid) -> maybe send_expert(status text, restricted bool, languages jsonb, contact_points jsonb)
SELECT status, restricted_at IS NOT NULL AS restricted, languages, contact_points FROM experts WHERE id = $id;
