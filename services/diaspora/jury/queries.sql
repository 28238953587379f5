-- Statements of the jury's scores. Row-level security keeps them blind until all are in.

-- The seat of a user for a venture's country, and the form that the cohort scores by.
-- q_jury_seat(cohort_id uuid, country text, user_id text) -> one jury_seat(jury_form int4, juror_id uuid?, seats int4)
SELECT c.jury_form,
       (SELECT j.id FROM jurors j WHERE j.cohort_id = c.id AND j.country = $country AND j.user_id = $user_id AND j.left_at IS NULL) AS juror_id,
       (SELECT count(*)::int4 FROM jurors j WHERE j.cohort_id = c.id AND j.country = $country AND j.left_at IS NULL) AS seats
  FROM cohorts c WHERE c.id = $cohort_id;

-- q_jury_score_mine(venture_id uuid, juror_id uuid) -> maybe jury_score_row(id uuid, venture_id uuid, user_id text, scores jsonb, points int4,
--   comment text?, created_at timestamptz, updated_at timestamptz, version_ int4)
SELECT id, venture_id, user_id, scores, points, comment, created_at, updated_at, version AS version_ FROM jury_scores
 WHERE venture_id = $venture_id AND juror_id = $juror_id;

-- q_jury_score_list(venture_id uuid) -> many jury_score_row
SELECT id, venture_id, user_id, scores, points, comment, created_at, updated_at, version AS version_ FROM jury_scores
 WHERE venture_id = $venture_id ORDER BY created_at, id LIMIT 20;

-- q_jury_score_add{id uuid, venture_id uuid, juror_id uuid, scores jsonb, points int4, comment text?, now timestamptz} -> exactly 1
INSERT INTO jury_scores (id, org, venture_id, juror_id, user_id, scores, points, comment, created_at, updated_at)
VALUES ($id, sec.org(), $venture_id, $juror_id, sec.sub(), $scores, $points, $comment, $now, $now);

-- q_jury_score_save{id uuid, scores jsonb, points int4, comment text?, now timestamptz} -> exactly 1
UPDATE jury_scores SET scores = $scores, points = $points, comment = $comment, version = version + 1, updated_at = $now WHERE id = $id;

-- One more is in. With the last one the scores are opened; their sum is taken by the next statement, which sees them all.
-- q_venture_score_in{id uuid, complete bool, now timestamptz} -> exactly 1
UPDATE ventures SET scores_in = scores_in + 1, scored_at = CASE WHEN $complete THEN $now END, points = CASE WHEN $complete THEN 0 END,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_venture_points(id uuid) -> exactly 1
UPDATE ventures v SET points = (SELECT sum(s.points) FROM jury_scores s WHERE s.org = v.org AND s.venture_id = v.id) WHERE v.id = $id;

-- q_venture_score_state(id uuid) -> one venture_score_state(complete bool, points int4?)
SELECT scored_at IS NOT NULL AS complete, points FROM ventures WHERE id = $id;

-- q_ranking(cohort_id uuid, country text) -> many ranked(rank int4, venture_id uuid, name text, status text, points int4)
SELECT (rank() OVER (ORDER BY points DESC))::int4 AS rank, id AS venture_id, name, status, points FROM ventures
 WHERE cohort_id = $cohort_id AND country = $country AND points IS NOT NULL AND scored_at IS NOT NULL
 ORDER BY points DESC, created_at, id LIMIT 500;
