-- Statements of cohorts and their jurors.

-- q_cohort_add{id uuid, programme text, name text, applications_from date, applications_until date, min_mentor_sessions int4, jury_form int4, by text,
--   now timestamptz} -> exactly 1
INSERT INTO cohorts (id, org, programme, name, applications_from, applications_until, min_mentor_sessions, jury_form, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $name, $applications_from, $applications_until, $min_mentor_sessions, $jury_form, $by, $now, $now);

-- q_cohort_country_add{cohort_id uuid, country text, places int4, finalists int4, jury_seats int4} -> exactly 1
INSERT INTO cohort_countries (org, cohort_id, country, places, finalists, jury_seats)
VALUES (sec.org(), $cohort_id, $country, $places, $finalists, $jury_seats);

-- q_cohort_get(id uuid) -> one cohort_row(id uuid, programme text, name text, applications_from date, applications_until date,
--   min_mentor_sessions int4, jury_form int4, countries jsonb, status text, status_reason text?, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT c.id, c.programme, c.name, c.applications_from, c.applications_until, c.min_mentor_sessions, c.jury_form,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('country', n.country, 'places', n.places, 'finalists', n.finalists, 'jurySeats', n.jury_seats)
                                  ORDER BY n.country), '[]')
          FROM cohort_countries n WHERE n.org = c.org AND n.cohort_id = c.id) AS countries,
       c.status, c.status_reason, c.version, c.created_by, c.created_at, c.updated_at, '{}'::text[] AS allowed_actions
  FROM cohorts c WHERE c.id = $id;

-- q_cohort_list{status text?} -> list cohort_row
SELECT c.id, c.programme, c.name, c.applications_from, c.applications_until, c.min_mentor_sessions, c.jury_form,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('country', n.country, 'places', n.places, 'finalists', n.finalists, 'jurySeats', n.jury_seats)
                                  ORDER BY n.country), '[]')
          FROM cohort_countries n WHERE n.org = c.org AND n.cohort_id = c.id) AS countries,
       c.status, c.status_reason, c.version, c.created_by, c.created_at, c.updated_at, '{}'::text[] AS allowed_actions
  FROM cohorts c WHERE true
--? status AND c.status = $status
--sort -createdAt c.created_at timestamptz
;

-- q_cohort_state(id uuid) -> one cohort_state(status text, name text, applications_from date, applications_until date, min_mentor_sessions int4,
--   jury_form int4, version int4)
SELECT status, name, applications_from, applications_until, min_mentor_sessions, jury_form, version FROM cohorts WHERE id = $id;

-- q_cohort_lock(id uuid) -> one cohort_state
SELECT status, name, applications_from, applications_until, min_mentor_sessions, jury_form, version FROM cohorts WHERE id = $id FOR UPDATE;

-- q_cohort_save{id uuid, name text, applications_from date, applications_until date, min_mentor_sessions int4, now timestamptz} -> exactly 1
UPDATE cohorts SET name = $name, applications_from = $applications_from, applications_until = $applications_until,
       min_mentor_sessions = $min_mentor_sessions, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_cohort_move{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE cohorts SET status = $status, status_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- Ventures of a cohort that are still on their way.
-- q_cohort_undecided(cohort_id uuid) -> one cohort_undecided(n int4)
SELECT count(*)::int4 AS n FROM ventures WHERE cohort_id = $cohort_id AND status NOT IN ('started', 'paused', 'dropped');

-- Whoever takes a place or a seat of a country holds its row.
-- q_cohort_country_lock(cohort_id uuid, country text) -> maybe cohort_country(places int4, finalists int4, jury_seats int4)
SELECT places, finalists, jury_seats FROM cohort_countries WHERE cohort_id = $cohort_id AND country = $country FOR UPDATE;

-- ---- jurors ----

-- q_juror_add{id uuid, cohort_id uuid, country text, user_id text, kind text, by text, now timestamptz} -> exactly 1
INSERT INTO jurors (id, org, cohort_id, country, user_id, kind, created_by, created_at)
VALUES ($id, sec.org(), $cohort_id, $country, $user_id, $kind, $by, $now);

-- q_juror_get(cohort_id uuid, id uuid) -> one juror_row(id uuid, cohort_id uuid, country text, user_id text, kind text, created_by text,
--   created_at timestamptz, left_at timestamptz?)
SELECT id, cohort_id, country, user_id, kind, created_by, created_at, left_at FROM jurors WHERE cohort_id = $cohort_id AND id = $id;

-- q_juror_list(cohort_id uuid) -> many juror_row
SELECT id, cohort_id, country, user_id, kind, created_by, created_at, left_at FROM jurors WHERE cohort_id = $cohort_id
 ORDER BY country, created_at, id LIMIT 200;

-- Seats taken in a country, whether the user has one, and ventures that the jury has before it.
-- q_jury_facts(cohort_id uuid, country text, user_id text) -> one jury_facts(seated int4, has_seat bool, sitting int4)
SELECT (SELECT count(*)::int4 FROM jurors j WHERE j.cohort_id = $cohort_id AND j.country = $country AND j.left_at IS NULL) AS seated,
       EXISTS (SELECT 1 FROM jurors j WHERE j.cohort_id = $cohort_id AND j.country = $country AND j.user_id = $user_id AND j.left_at IS NULL) AS has_seat,
       (SELECT count(*)::int4 FROM ventures v WHERE v.cohort_id = $cohort_id AND v.country = $country AND v.status = 'jury' AND v.scored_at IS NULL) AS sitting;

-- q_juror_leave(id uuid, now timestamptz) -> exactly 1
UPDATE jurors SET left_at = $now WHERE id = $id AND left_at IS NULL;
