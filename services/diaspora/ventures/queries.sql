-- Statements of ventures, their teams and their plans.

-- q_venture_add{id uuid, cohort_id uuid, country text, name text, sector text, summary text, by text, now timestamptz} -> exactly 1
INSERT INTO ventures (id, org, cohort_id, country, name, sector, summary, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $cohort_id, $country, $name, $sector, $summary, $by, $now, $now);

-- q_venture_member_add{id uuid, venture_id uuid, kind text, given text, family text, email text?, nationalities text[], origin_country text?,
--   residence_country text, languages jsonb, contact_points jsonb, now timestamptz} -> exactly 1
INSERT INTO venture_members (id, org, venture_id, kind, given, family, email, nationalities, origin_country, residence_country, languages,
                             contact_points, joined_at)
VALUES ($id, sec.org(), $venture_id, $kind, $given, $family, $email, $nationalities, $origin_country, $residence_country, $languages, $contact_points, $now);

-- q_venture_get(id uuid) -> one venture_row(id uuid, cohort_id uuid, country text, name text, sector text, summary text, status text,
--   status_reason text?, plan_version int4, plan_at timestamptz?, scored_at timestamptz?, points int4?, mission_id uuid?, team jsonb, version int4,
--   created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT v.id, v.cohort_id, v.country, v.name, v.sector, v.summary, v.status, v.status_reason, v.plan_version, v.plan_at, v.scored_at, v.points,
       v.mission_id,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'kind', m.kind, 'given', m.given, 'family', m.family, 'email', m.email,
                                                     'nationalities', m.nationalities, 'originCountry', m.origin_country,
                                                     'residenceCountry', m.residence_country, 'languages', m.languages, 'contactPoints', m.contact_points,
                                                     'joinedAt', wf.rfc3339(m.joined_at))
                                  ORDER BY m.joined_at, m.id), '[]')
          FROM venture_members m WHERE m.org = v.org AND m.venture_id = v.id AND m.left_at IS NULL) AS team,
       v.version, v.created_by, v.created_at, v.updated_at, '{}'::text[] AS allowed_actions
  FROM ventures v WHERE v.id = $id;

-- q_venture_list{cohort_id uuid?, country text?, status text?, mission_id uuid?} -> list venture_row
SELECT v.id, v.cohort_id, v.country, v.name, v.sector, v.summary, v.status, v.status_reason, v.plan_version, v.plan_at, v.scored_at, v.points,
       v.mission_id,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'kind', m.kind, 'given', m.given, 'family', m.family, 'email', m.email,
                                                     'nationalities', m.nationalities, 'originCountry', m.origin_country,
                                                     'residenceCountry', m.residence_country, 'languages', m.languages, 'contactPoints', m.contact_points,
                                                     'joinedAt', wf.rfc3339(m.joined_at))
                                  ORDER BY m.joined_at, m.id), '[]')
          FROM venture_members m WHERE m.org = v.org AND m.venture_id = v.id AND m.left_at IS NULL) AS team,
       v.version, v.created_by, v.created_at, v.updated_at, '{}'::text[] AS allowed_actions
  FROM ventures v WHERE true
--? cohort_id  AND v.cohort_id = $cohort_id
--? country    AND v.country = $country
--? status     AND v.status = $status
--? mission_id AND v.mission_id = $mission_id
--sort -createdAt v.created_at timestamptz
;

-- q_venture_state(id uuid) -> one venture_state(cohort_id uuid, country text, name text, sector text, summary text, status text, plan_version int4,
--   scores_in int4, scored_at timestamptz?, mission_id uuid?, version int4)
SELECT cohort_id, country, name, sector, summary, status, plan_version, scores_in, scored_at, mission_id, version FROM ventures WHERE id = $id;

-- q_venture_lock(id uuid) -> one venture_state
SELECT cohort_id, country, name, sector, summary, status, plan_version, scores_in, scored_at, mission_id, version FROM ventures WHERE id = $id
   FOR UPDATE;

-- q_venture_save{id uuid, name text, sector text, summary text, now timestamptz} -> exactly 1
UPDATE ventures SET name = $name, sector = $sector, summary = $summary, version = version + 1, updated_at = $now WHERE id = $id;

-- q_venture_touch(id uuid, now timestamptz) -> exactly 1
UPDATE ventures SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_venture_move{id uuid, status text, reason text?, mission_id uuid?, now timestamptz} -> exactly 1
UPDATE ventures SET status = $status, status_reason = $reason, mission_id = $mission_id, version = version + 1, updated_at = $now WHERE id = $id;

-- q_venture_move_add{id uuid, venture_id uuid, transition text, from_status text, to_status text, reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO venture_moves (id, org, venture_id, transition, from_status, to_status, reason, by_user, at)
VALUES ($id, sec.org(), $venture_id, $transition, $from_status, $to_status, $reason, $by, $now);

-- q_venture_moves(venture_id uuid) -> list venture_move_row(id uuid, transition text, from text, to text, reason text?, by_user text, at timestamptz)
SELECT id, transition, from_status AS "from", to_status AS "to", reason, by_user, at FROM venture_moves WHERE venture_id = $venture_id
--sort at at timestamptz
;

-- q_venture_team(venture_id uuid) -> many venture_teammate(id uuid, kind text, origin_country text?, residence_country text)
SELECT id, kind, origin_country, residence_country FROM venture_members WHERE venture_id = $venture_id AND left_at IS NULL
 ORDER BY joined_at, id LIMIT 50;

-- q_venture_member_reach(venture_id uuid, id uuid) -> maybe venture_member_reach(email text?, languages jsonb, contact_points jsonb)
SELECT email, languages, contact_points FROM venture_members WHERE venture_id = $venture_id AND id = $id AND left_at IS NULL;

-- One who has left too.
-- q_venture_member_seen(venture_id uuid, id uuid) -> maybe venture_member_seen(id uuid)
SELECT id FROM venture_members WHERE venture_id = $venture_id AND id = $id;

-- q_venture_member_save{venture_id uuid, id uuid, email text?, languages jsonb, contact_points jsonb} -> exactly 1
UPDATE venture_members SET email = $email, languages = $languages, contact_points = $contact_points
 WHERE venture_id = $venture_id AND id = $id AND left_at IS NULL;

-- q_venture_member_leave(venture_id uuid, id uuid, now timestamptz) -> exactly 1
UPDATE venture_members SET left_at = $now WHERE venture_id = $venture_id AND id = $id AND left_at IS NULL;

-- How far the country's places are taken, what the venture has behind it, and which mission is planned for its finalists.
-- q_venture_facts(venture_id uuid, cohort_id uuid, country text) -> one venture_counts(places int4, finalist_places int4, jury_seats int4,
--   selected int4, finalists int4, seated int4, sessions_held int4, min_sessions int4, cohort_status text, mission_id uuid?, mission_held bool)
SELECT n.places, n.finalists AS finalist_places, n.jury_seats,
       (SELECT count(*)::int4 FROM ventures o WHERE o.cohort_id = n.cohort_id AND o.country = n.country AND o.id <> $venture_id
          AND o.status NOT IN ('applied', 'dropped')) AS selected,
       (SELECT count(*)::int4 FROM ventures o WHERE o.cohort_id = n.cohort_id AND o.country = n.country AND o.id <> $venture_id
          AND o.status IN ('finalist', 'mission', 'started', 'paused')) AS finalists,
       (SELECT count(*)::int4 FROM jurors j WHERE j.cohort_id = n.cohort_id AND j.country = n.country AND j.left_at IS NULL) AS seated,
       (SELECT count(*)::int4 FROM mentor_sessions s WHERE s.venture_id = $venture_id AND s.status = 'held') AS sessions_held,
       c.min_mentor_sessions AS min_sessions, c.status AS cohort_status,
       (SELECT m.id FROM missions m WHERE m.cohort_id = n.cohort_id AND m.country = n.country AND m.status IN ('planned', 'travelling')
         ORDER BY m.from_on, m.id LIMIT 1) AS mission_id,
       EXISTS (SELECT 1 FROM ventures v JOIN missions m ON m.org = v.org AND m.id = v.mission_id WHERE v.id = $venture_id AND m.status = 'held')
           AS mission_held
  FROM cohort_countries n JOIN cohorts c ON c.org = n.org AND c.id = n.cohort_id
 WHERE n.cohort_id = $cohort_id AND n.country = $country;

-- ---- the plan ----

-- q_plan_get(venture_id uuid) -> maybe business_plan(venture_id uuid, name text, country text, sector text, summary text, plan text,
--   plan_version int4, plan_at timestamptz, version_ int4)
SELECT id AS venture_id, name, country, sector, summary, plan, plan_version, plan_at, version AS version_ FROM ventures
 WHERE id = $venture_id AND plan IS NOT NULL AND plan_at IS NOT NULL;

-- q_plan_put(id uuid, plan text, now timestamptz) -> exactly 1
UPDATE ventures SET plan = $plan, plan_version = plan_version + 1, plan_at = $now, version = version + 1, updated_at = $now WHERE id = $id;
