-- Statements of surveys: waves, whom to ask, invitations and answers.

-- q_survey_wave_insert{id uuid, assignment_id uuid, wave text, roles text[], open_days int4, now timestamptz} -> exactly 1
INSERT INTO survey_waves (id, org, assignment_id, wave, roles, open_days, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $wave, $roles, $open_days, $now, $now);

-- q_survey_wave_list(assignment_id uuid) -> many survey_wave_row(id uuid, assignment_id uuid, wave text, roles text[], opens_on date?, open_days int4, status text,
--   opened_at timestamptz?, closed_at timestamptz?, invited int4, answered int4, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, assignment_id, wave, roles, opens_on, open_days, status, opened_at, closed_at, invited, answered, version, created_at, updated_at, allowed_actions
  FROM survey_waves_shown WHERE assignment_id = $assignment_id ORDER BY opens_on NULLS LAST, id LIMIT 20;

-- q_survey_wave_get(id uuid) -> one survey_wave_row
SELECT id, assignment_id, wave, roles, opens_on, open_days, status, opened_at, closed_at, invited, answered, version, created_at, updated_at, allowed_actions
  FROM survey_waves_shown WHERE id = $id;

-- q_survey_wave_lock(id uuid) -> maybe survey_wave_locked(id uuid, assignment_id uuid, wave text, roles text[], opens_on date?, open_days int4, status text, version int4)        lane: own
SELECT id, assignment_id, wave, roles, opens_on, open_days, status, version FROM survey_waves WHERE id = $id FOR UPDATE;

-- Waves that have not opened, with what their day is reckoned from.
-- q_survey_waves_to_move(assignment_id uuid) -> many survey_wave_to_move(id uuid, wave text, opens_on date?, programme text, starts_on date?, ends_on date?)        lane: own
SELECT w.id, w.wave, w.opens_on, a.programme, a.starts_on, a.ends_on
  FROM survey_waves w JOIN assignments a ON a.org = w.org AND a.id = w.assignment_id
 WHERE w.assignment_id = $assignment_id AND w.status = 'scheduled' ORDER BY w.id FOR UPDATE OF w;

-- q_survey_wave_move(id uuid, opens_on date?, now timestamptz) -> exactly 1
UPDATE survey_waves SET opens_on = $opens_on, version = version + 1, updated_at = $now WHERE id = $id AND status = 'scheduled';

-- q_survey_wave_open(id uuid, now timestamptz) -> exactly 1
UPDATE survey_waves SET status = 'open', opened_at = $now, version = version + 1, updated_at = $now WHERE id = $id AND status = 'scheduled';

-- q_survey_wave_close(id uuid, now timestamptz) -> exactly 1
UPDATE survey_waves SET status = 'closed', closed_at = $now, version = version + 1, updated_at = $now WHERE id = $id AND status = 'open';

-- q_survey_waves_running(assignment_id uuid) -> many survey_wave_running(id uuid, wave text, roles text[], status text)        lane: own
SELECT id, wave, roles, status FROM survey_waves WHERE assignment_id = $assignment_id AND status IN ('scheduled', 'open') ORDER BY id FOR UPDATE;

-- q_survey_wave_cancel(id uuid, now timestamptz) -> exactly 1
UPDATE survey_waves SET status = 'cancelled', version = version + 1, updated_at = $now WHERE id = $id AND status IN ('scheduled', 'open');

-- ---- whom to ask ----

-- q_survey_respondent_insert{id uuid, assignment_id uuid, role text, respondent_ref text, languages text[], zone text, contact bytea?, by text, now timestamptz} -> exactly 1
INSERT INTO survey_respondents (id, org, assignment_id, role, respondent_ref, languages, zone, contact, created_by, created_at)
VALUES ($id, sec.org(), $assignment_id, $role, $respondent_ref, $languages, $zone, $contact, $by, $now);

-- q_survey_respondent_list(assignment_id uuid) -> list survey_respondent_row(id uuid, assignment_id uuid, role text, respondent_ref text, languages text[], zone text, ended_at timestamptz?, created_by text, created_at timestamptz)
SELECT id, assignment_id, role, respondent_ref, languages, zone, ended_at, created_by, created_at
  FROM survey_respondents WHERE assignment_id = $assignment_id
--sort createdAt created_at timestamptz
;

-- q_survey_respondent_get(id uuid) -> one survey_respondent_row
SELECT id, assignment_id, role, respondent_ref, languages, zone, ended_at, created_by, created_at FROM survey_respondents WHERE id = $id;

-- q_survey_respondent_end(id uuid, now timestamptz) -> exactly 1
UPDATE survey_respondents SET ended_at = $now WHERE id = $id AND ended_at IS NULL AND role <> 'expert';

-- An expert whose data are restricted is not asked.
-- q_survey_respondents_of(assignment_id uuid, roles text[]) -> many survey_respondent_asked(id uuid, role text)        lane: own
SELECT r.id, r.role FROM survey_respondents r
 WHERE r.assignment_id = $assignment_id AND r.role = ANY ($roles) AND r.ended_at IS NULL
   AND (r.role <> 'expert' OR NOT EXISTS (SELECT 1 FROM assignments a JOIN experts e ON e.org = a.org AND e.id = a.expert_id
                                           WHERE a.org = r.org AND a.id = r.assignment_id AND e.restricted_at IS NOT NULL))
 ORDER BY r.id LIMIT 200;

-- ---- invitations ----

-- q_survey_invitation_insert{id uuid, assignment_id uuid, wave_id uuid, respondent_id uuid, instrument text, instrument_version int4, now timestamptz} -> exactly 1
INSERT INTO survey_invitations (id, org, assignment_id, wave_id, respondent_id, instrument, instrument_version, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $wave_id, $respondent_id, $instrument, $instrument_version, $now, $now);

-- q_survey_invitation_list(wave_id uuid) -> list survey_invitation_row(id uuid, assignment_id uuid, wave_id uuid, respondent_id uuid, role text, respondent_ref text, instrument text,
--   instrument_version int4, status text, answers jsonb?, answered_at timestamptz?, recorded_by text?, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT i.id, i.assignment_id, i.wave_id, i.respondent_id, r.role, r.respondent_ref, i.instrument, i.instrument_version, i.status, i.answers, i.answered_at,
       i.recorded_by, i.version, i.created_at, i.updated_at,
       CASE WHEN i.status = 'open' AND sec.has('surveys:write') THEN '["respond"]'::jsonb ELSE '[]'::jsonb END AS allowed_actions
  FROM survey_invitations i JOIN survey_respondents r ON r.org = i.org AND r.id = i.respondent_id
 WHERE i.wave_id = $wave_id
--sort createdAt i.created_at timestamptz
;

-- q_survey_invitation_get(id uuid) -> one survey_invitation_row
SELECT i.id, i.assignment_id, i.wave_id, i.respondent_id, r.role, r.respondent_ref, i.instrument, i.instrument_version, i.status, i.answers, i.answered_at,
       i.recorded_by, i.version, i.created_at, i.updated_at,
       CASE WHEN i.status = 'open' AND sec.has('surveys:write') THEN '["respond"]'::jsonb ELSE '[]'::jsonb END AS allowed_actions
  FROM survey_invitations i JOIN survey_respondents r ON r.org = i.org AND r.id = i.respondent_id WHERE i.id = $id;

-- expert_id: who answers, of an invitation of the expert.
-- q_survey_invitation_lock(id uuid) -> one survey_invitation_locked(id uuid, wave_id uuid, instrument text, instrument_version int4, status text, version int4, expert_id uuid?)        lane: own
SELECT i.id, i.wave_id, i.instrument, i.instrument_version, i.status, i.version,
       (SELECT a.expert_id FROM survey_respondents r JOIN assignments a ON a.org = r.org AND a.id = r.assignment_id
         WHERE r.org = i.org AND r.id = i.respondent_id AND r.role = 'expert') AS expert_id
  FROM survey_invitations i WHERE i.id = $id FOR UPDATE OF i;

-- q_survey_invitation_answer{id uuid, answers jsonb, by text, now timestamptz} -> exactly 1
UPDATE survey_invitations SET status = 'answered', answers = $answers, answered_at = $now, recorded_by = $by, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'open';

-- q_survey_invitations_lapse(wave_id uuid, now timestamptz) -> any
UPDATE survey_invitations SET status = 'lapsed', version = version + 1, updated_at = $now WHERE wave_id = $wave_id AND status = 'open';

-- q_survey_assignment(id uuid) -> one survey_assignment(id uuid, status text)
SELECT id, status FROM assignments WHERE id = $id;
