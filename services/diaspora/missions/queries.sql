-- Statements of missions.

-- q_mission_add{id uuid, cohort_id uuid, country text, place text, from_on date, until_on date, by text, now timestamptz} -> exactly 1
INSERT INTO missions (id, org, cohort_id, country, place, from_on, until_on, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $cohort_id, $country, $place, $from_on, $until_on, $by, $now, $now);

-- q_mission_get(id uuid) -> one mission_row(id uuid, cohort_id uuid, country text, place text, from_on date, until_on date, status text,
--   status_reason text?, ventures jsonb, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT m.id, m.cohort_id, m.country, m.place, m.from_on, m.until_on, m.status, m.status_reason,
       (SELECT coalesce(jsonb_agg(v.id ORDER BY v.created_at, v.id), '[]') FROM ventures v WHERE v.org = m.org AND v.mission_id = m.id) AS ventures,
       m.version, m.created_by, m.created_at, m.updated_at, '{}'::text[] AS allowed_actions
  FROM missions m WHERE m.id = $id;

-- q_mission_list{cohort_id uuid?, status text?} -> list mission_row
SELECT m.id, m.cohort_id, m.country, m.place, m.from_on, m.until_on, m.status, m.status_reason,
       (SELECT coalesce(jsonb_agg(v.id ORDER BY v.created_at, v.id), '[]') FROM ventures v WHERE v.org = m.org AND v.mission_id = m.id) AS ventures,
       m.version, m.created_by, m.created_at, m.updated_at, '{}'::text[] AS allowed_actions
  FROM missions m WHERE true
--? cohort_id AND m.cohort_id = $cohort_id
--? status    AND m.status = $status
--sort fromOn m.from_on date
;

-- q_mission_lock(id uuid) -> one mission_locked(cohort_id uuid, country text, place text, from_on date, until_on date, status text, version int4)
SELECT cohort_id, country, place, from_on, until_on, status, version FROM missions WHERE id = $id FOR UPDATE;

-- q_mission_save{id uuid, place text, from_on date, until_on date, now timestamptz} -> exactly 1
UPDATE missions SET place = $place, from_on = $from_on, until_on = $until_on, version = version + 1, updated_at = $now WHERE id = $id;

-- q_mission_move{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE missions SET status = $status, status_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- A mission that is off lets its ventures go back to the finalists.
-- q_mission_release(id uuid, now timestamptz) -> any
UPDATE ventures SET status = 'finalist', mission_id = NULL, version = version + 1, updated_at = $now WHERE mission_id = $id AND status = 'mission';

-- Who goes: the teams of the ventures on the mission.
-- q_mission_travellers(mission_id uuid) -> many mission_traveller(id uuid, given text, family text, nationalities text[])
SELECT p.id, p.given, p.family, p.nationalities
  FROM venture_members p JOIN ventures v ON v.org = p.org AND v.id = p.venture_id
 WHERE v.mission_id = $mission_id AND p.left_at IS NULL
 ORDER BY p.joined_at, p.id LIMIT 60;

-- Its programme, and whether a journey was asked for that has not come to nothing.
-- q_mission_travel(id uuid) -> one mission_travel(programme text, asked bool)
SELECT c.programme, EXISTS (SELECT 1 FROM travel_requests t WHERE t.org = m.org AND t.ref_id = m.id
                               AND t.status NOT IN ('cancelled', 'noShow', 'refusedEntry', 'deniedBoarding')) AS asked
  FROM missions m JOIN cohorts c ON c.org = m.org AND c.id = m.cohort_id WHERE m.id = $id;

-- q_mission_departed(id uuid, now timestamptz) -> any
UPDATE missions SET status = 'travelling', version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';
